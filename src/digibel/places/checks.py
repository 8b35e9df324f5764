"""What an operator can get wrong about maps, said at the start and not at the first visit."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from digibel.places import geocoders


def geocoder_can_be_made(**_: Any) -> list[checks.CheckMessage]:
    try:
        geocoders.configured()
    except ImproperlyConfigured as mistake:
        hint = "Leave DIGIBEL_GEOCODER out to use the postcodes that ship with Digibel."
        return [checks.Error(str(mistake), hint=hint, id="places.E001")]
    return []
