"""The port to the telephone network: a few methods, and an adapter for each way to reach it."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from digibel.notifications.gateways.base import Gateway
from digibel.problems import NotFound


@cache
def gateway(name: str) -> Gateway:
    """The adapter with this name. Only the ones in settings exist."""
    try:
        return import_string(settings.DIGIBEL_GATEWAYS[name])()
    except KeyError:
        raise NotFound from None


def current() -> Gateway:
    return gateway(settings.DIGIBEL_GATEWAY)
