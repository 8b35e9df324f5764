"""From an address to the point where its door is, through geopy.

An organisation that runs a Nominatim or Photon server of its own names it in the settings; then street and number of a place of the
directory go to that server, and to nobody else's. By default nobody is asked, and the point of the postcode has to do. No
client's address is ever asked for: their postcode says how far it is.
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Photon
from geopy.geocoders.base import Geocoder

from digibel.places.distances import distance_km
from digibel.places.postcodes import Place, get

logger = logging.getLogger(__name__)

# geopy writes every question it asks, address and all, at the level below. No log of ours may hold one.
logging.getLogger("geopy").setLevel(logging.WARNING)

USER_AGENT = "digibel"
TIMEOUT_SECONDS = 3

# Farther than this from the middle of its postcode, an address was not understood: the largest ones are 12 km across.
BELIEVED_KM = 10

# Servers of others: an address is personal data, and sending it there would be telling a stranger who asks for help.
PUBLIC_SERVERS = {"nominatim.openstreetmap.org", "photon.komoot.io"}


class Found(NamedTuple):
    latitude: float
    longitude: float


def locate(postcode: str, street: str, house_number: str = "", *, geocoder: Geocoder | None = None) -> Found | None:
    """The point of an address; None where nothing better than its postcode is known. UnknownPostcode if that is none."""
    place = get(postcode)
    geocoder = geocoder or configured()
    if geocoder is None or not street:
        return None
    found = _ask(geocoder, f"{street} {house_number}".strip(), place)
    return found if found and distance_km(found, place) <= BELIEVED_KM else None


def _ask(geocoder: Geocoder, street: str, place: Place) -> Found | None:
    try:
        location = geocoder.geocode(f"{street}, {place.postcode} {place.name_fr}, Belgium")
    except GeopyError as error:
        # Only its kind: the sentence of the error quotes the address.
        logger.warning("geocoder did not answer", extra={"error": type(error).__name__})
        return None
    return Found(location.latitude, location.longitude) if location else None


def configured() -> Geocoder | None:
    """The geocoder that the settings name: DIGIBEL_GEOCODER and DIGIBEL_GEOCODER_URL. None: postcodes have to do."""
    kind = getattr(settings, "DIGIBEL_GEOCODER", "postcodes")
    return _made_once(kind, getattr(settings, "DIGIBEL_GEOCODER_URL", ""))


@cache
def _made_once(kind: str, url: str) -> Geocoder | None:
    return build(kind, url)


def build(kind: str, url: str = "", *, adapter_factory: Callable[..., Any] | None = None) -> Geocoder | None:
    """`kind` is "postcodes", "nominatim" or "photon"; the last two need the `url` of a server of one's own.

    `adapter_factory` is geopy's: what fetches. Tests give one that has no network. ImproperlyConfigured says what is
    wrong.
    """
    if kind == "postcodes":
        return None
    if kind not in {"nominatim", "photon"}:
        raise ImproperlyConfigured("DIGIBEL_GEOCODER is one of: postcodes, nominatim, photon.")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ImproperlyConfigured(
            "DIGIBEL_GEOCODER_URL is the address of your own server, such as http://maps.lan:8080."
        )
    if parts.hostname in PUBLIC_SERVERS:
        raise ImproperlyConfigured("DIGIBEL_GEOCODER_URL is a public server: it may not be sent clients' addresses.")
    geocoder = Nominatim if kind == "nominatim" else Photon
    return geocoder(
        domain=parts.netloc + parts.path.rstrip("/"),
        scheme=parts.scheme,
        user_agent=USER_AGENT,
        timeout=TIMEOUT_SECONDS,
        adapter_factory=adapter_factory,
    )
