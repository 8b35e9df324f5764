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


def in_order() -> list[str]:
    """The names of the gateways in use: the first sends, and each next one takes over from a failing one before it."""
    return [name.strip() for name in settings.DIGIBEL_GATEWAY.split(",") if name.strip()]


def is_used(name: str) -> bool:
    return name in in_order()
