"""The ledger that no restore of the data turns back: STOP and START, and what was revoked after a loss.

It is written at once, in a database of its own. An entry whose deed was undone after all does no harm where it is on the safe
side; `START`, which is not, is written when its deed has committed.
"""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.db import transaction

from digibel import clock
from digibel.sealing.models import Standing

What = Standing.What
_TOPIC = {
    What.STOP: "texts",
    What.START: "texts",
    What.CARD: "card",
    What.WORD: "word",
    What.NO_YES: "yes",
    What.YES: "yes",
    What.KEPT: "use",
    What.USED: "use",
    What.GONE: "gone",
    What.BACK: "gone",
    What.WRONG: "number",
    What.RIGHT: "number",
    What.REPORTED: "pause",
    What.DECIDED: "pause",
    What.STRICTER: "rule",
    What.ENDED: "rule",
    What.NEVER: "pair",
    What.WELCOME: "pair",
}


def note(what: str, subject_id: UUID, *, value: int = 0) -> None:
    """The last word about this subject, from now on."""
    _write(what, subject_id, value) if what != What.START else transaction.on_commit(
        partial(_write, what, subject_id, value)
    )


def take_back(what: str, subject_id: UUID) -> None:
    """The opposite of what stands there, when its deed has committed. Nothing where nothing stands: most have never said it."""
    transaction.on_commit(partial(_turn, what, subject_id))


def both(one: UUID, other: UUID) -> UUID:
    """One subject out of two, in either order; with one of them, the other is found back."""
    return UUID(int=one.int ^ other.int)


def standing(*what: str) -> Iterator[Standing]:
    """The last words of these kinds, oldest first."""
    yield from Standing.objects.filter(what__in=what).order_by("at", "pk")


def _write(what: str, subject_id: UUID, value: int) -> None:
    told = {"what": what, "at": clock.now(), "value": value}
    Standing.objects.update_or_create(topic=_TOPIC[What(what)], subject_id=subject_id, defaults=told)


def _turn(what: str, subject_id: UUID) -> None:
    entries = Standing.objects.filter(topic=_TOPIC[What(what)], subject_id=subject_id)
    entries.update(what=what, at=clock.now())
