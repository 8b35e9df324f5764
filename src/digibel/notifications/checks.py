"""What an operator can get wrong about texts, said at the start and not when the first one does not arrive."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connection
from django.utils.module_loading import import_string

from digibel.notifications import gateways, prices
from digibel.notifications.gateways.base import what_is_missing
from digibel.notifications.gateways.simulator import LOOPBACK
from digibel.organisations.models import Organisation

# A number in full, or a short code of a provider.
ANSWERABLE = re.compile(r"\+\d{8,15}|\d{4,6}")
SETTINGS_HINT = "Its settings are in docs/operating.md."


def gateways_are_set_up(**_: Any) -> list[checks.CheckMessage]:
    return [*_names(), *_adapters(), *_simulator(), *_prices()]


def _names() -> Iterator[checks.CheckMessage]:
    names = gateways.in_order()
    known = ", ".join(settings.DIGIBEL_GATEWAYS)
    if not names:
        yield checks.Error(
            "DIGIBEL_GATEWAY is empty: no text can leave.", hint=f"Name one of {known}.", id="notifications.E001"
        )
    for name in names:
        if name not in settings.DIGIBEL_GATEWAYS:
            problem = f"DIGIBEL_GATEWAY names {name}, and there is no such gateway."
            yield checks.Error(
                problem, hint=f"Known are {known}; several are written as android,by_hand.", id="notifications.E002"
            )
    if len(set(names)) < len(names):
        problem = "DIGIBEL_GATEWAY names a gateway twice."
        yield checks.Warning(problem, hint="Each takes over once; leave the second one out.", id="notifications.W001")


def _adapters() -> Iterator[checks.CheckMessage]:
    for name in gateways.in_order():
        if name not in settings.DIGIBEL_GATEWAYS:
            continue
        try:
            adapter = import_string(settings.DIGIBEL_GATEWAYS[name])()
        except Exception as error:
            # An adapter may refuse to be made without its secret; its words are for the operator.
            yield checks.Error(
                f"The gateway {name} cannot be used: {error}",
                hint=SETTINGS_HINT,
                id="notifications.E003",
            )
            continue
        for problem in what_is_missing(adapter):
            yield checks.Error(f"{name}: {problem}", hint=SETTINGS_HINT, id="notifications.E004")


def _simulator() -> Iterator[checks.CheckMessage]:
    """Its telephones show every text to whoever asks, and nobody's real telephone rings."""
    host = urlsplit(settings.DIGIBEL_PUBLIC_URL).hostname or ""
    if gateways.is_used("simulator") and host not in {*LOOPBACK, "localhost"}:
        yield checks.Error(
            "DIGIBEL_GATEWAY is the simulator, and DIGIBEL_PUBLIC_URL is not this machine: nobody would receive a text.",
            hint="Name a real gateway, or by_hand; the simulator is for demo and training on one machine.",
            id="notifications.E005",
        )


def _prices() -> Iterator[checks.CheckMessage]:
    try:
        prices.table()
    except (OSError, ValueError, ArithmeticError, KeyError, TypeError) as mistake:
        hint = "Write DIGIBEL_PRICES_FILE as notifications/prices.toml is written, or leave it out."
        yield checks.Error(f"The prices of texts cannot be read: {mistake}", hint=hint, id="notifications.E007")


def senders_can_be_answered(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """A sender with letters cannot be answered, and an offer that cannot be answered is none. `migrate` looks."""
    if not databases or Organisation._meta.db_table not in connection.introspection.table_names():
        return []
    return [
        checks.Error(
            f"Texts of {slug} come from {sender!r}: nobody can answer that.",
            hint="Give the organisation a two-way number, such as +32470123456, as its sms_number.",
            id="notifications.E006",
        )
        for slug, sender in Organisation.objects.values_list("slug", "sms_number")
        if not ANSWERABLE.fullmatch(sender)
    ]
