"""Where the doors of the directory are, for "the nearest": asked of the geocoder of this house, where it has one."""

from digibel.directory.models import HelpPlace
from digibel.places import geocoders


def locate_places() -> int:
    """Ask for every door whose address is new, or was never found. Returns how many were found. Safe to run often."""
    if geocoders.configured() is None:
        return 0
    doors = HelpPlace.objects.active().somewhere().exclude(street="")
    return sum(_locate(place) for place in doors if place.located_as != place.address)


def _locate(place: HelpPlace) -> bool:
    found = geocoders.locate(place.postcode, place.street, place.house_number)
    if found is None:
        return False
    # Nobody's correction: the version that somebody has on their screen stays.
    same = HelpPlace.objects.filter(pk=place.pk, version=place.version)
    return bool(same.update(latitude=found.latitude, longitude=found.longitude, located_as=place.address))
