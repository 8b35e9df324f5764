"""Asking twice with one key is asking once: networks fail after the work is done, and programs ask again.

What is kept is which rows were made, never what was sent or answered: a keyed trace of both is enough to compare.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from django.db import IntegrityError, transaction
from ninja import Header
from pydantic import BaseModel

from digibel import clock
from digibel.organisations.models import AskedOnce, Organisation
from digibel.problems import Conflict
from digibel.sealing.index import blind_index, harmless_id

KEPT: Final = timedelta(days=30)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,80}$",
        description="Asking twice with one key is asking once; another question needs another key.",
    ),
]


class KeyUsedOtherwise(Conflict):
    code = "idempotency_key_reused"
    message = "This key was used for another request. Take a new key for a new request."


@dataclass(frozen=True)
class Done:
    """The ids of what was made or changed, now or the first time."""

    made: list[str]
    again: bool = False


def once(
    organisation: Organisation, what: str, key: str | None, told: BaseModel | None, deed: Callable[[], Iterable[str]]
) -> Done:
    """Do it and keep what it made under this key; asked again, give back what was made then. Without a key: just do it.

    `what` names the operation and what it is about. A refusal keeps nothing, so that the same key can be tried again.
    Raises `KeyUsedOtherwise`, and whatever the deed raises.
    """
    if key is None:
        return Done([*deed()])
    trace, fingerprint = harmless_id(key, purpose="idempotency"), _fingerprint(what, told)
    try:
        with transaction.atomic():
            return _earlier(organisation, trace, fingerprint) or _first(organisation, trace, fingerprint, deed)
    except IntegrityError:
        # The same key at the same instant: the other one wrote it. Anything else is not for us to hide.
        earlier = _earlier(organisation, trace, fingerprint)
        if earlier is None:
            raise
        return earlier


def _first(organisation: Organisation, trace: str, fingerprint: str, deed: Callable[[], Iterable[str]]) -> Done:
    # First the row, then the deed: whoever comes with the same key waits for the end of this one.
    row = AskedOnce.objects.create(organisation=organisation, key=trace, fingerprint=fingerprint, at=clock.now())
    row.made = [*deed()]
    row.save(update_fields=["made"])
    return Done(row.made)


def _earlier(organisation: Organisation, trace: str, fingerprint: str) -> Done | None:
    row = AskedOnce.objects.filter(organisation=organisation, key=trace).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyUsedOtherwise
    return Done(row.made, again=True)


def _fingerprint(what: str, told: BaseModel | None) -> str:
    """Keyed: a plain hash of a name and address could be guessed."""
    body: Any = None if told is None else told.model_dump(mode="json", by_alias=True)
    return blind_index(f"{what} {json.dumps(body, sort_keys=True)}", purpose="idempotency")


def forget_old() -> int:
    """Nobody asks again after a month. Every night; returns how many went."""
    return AskedOnce.objects.filter(at__lt=clock.now() - KEPT).delete()[0]
