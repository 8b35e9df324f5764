"""What an operator can get wrong about maps, said at the start and not at the first visit."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from digibel.places import geocoders, travel


def geocoder_can_be_made(**_: Any) -> list[checks.CheckMessage]:
    try:
        geocoders.configured()
    except ImproperlyConfigured as mistake:
        hint = "Leave DIGIBEL_GEOCODER out to use the postcodes that ship with Digibel."
        return [checks.Error(str(mistake), hint=hint, id="places.E001")]
    return []


def router_can_be_asked(**_: Any) -> list[checks.CheckMessage]:
    try:
        travel.configured_router()
    except ImproperlyConfigured as mistake:
        hint = "Leave DIGIBEL_ROUTER out to estimate the way from the distance."
        return [checks.Error(str(mistake), hint=hint, id="places.E002")]
    return []
