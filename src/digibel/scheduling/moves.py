"""The one writer of the status of offers, visits and seats: along the table, compare and swap, with a row that says who."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, F, Value, When

from digibel import clock
from digibel.audit.actors import Actor
from digibel.scheduling.desksessions.models import SEAT_MOVES, Seat
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.models import OFFER_MOVES, VISIT_MOVES, Move, Offer, OfferStatus, Visit

Thing = Offer | Visit | Seat
TABLES: Mapping[type[Thing], Mapping[str, frozenset[str]]] = {Offer: OFFER_MOVES, Visit: VISIT_MOVES, Seat: SEAT_MOVES}


def move(thing: Thing, to: str, *, by: Actor, reason: str = "", **fields: object) -> None:
    """Take `thing` to status `to`, and write `fields` with it. A stale copy loses with `MoveNotAllowed`, on any database."""
    was = thing.status
    table = TABLES[type(thing)]
    swapped = to in table[was] and type(thing).objects.filter(pk=thing.pk, status=was).update(status=to, **fields) == 1
    if not swapped:
        thing.refresh_from_db(fields=["status"])
        raise MoveNotAllowed(was=thing.status)
    thing.status = to
    for name, value in fields.items():
        setattr(thing, name, value)
    _row(thing, was, to, by=by, reason=reason).save(force_insert=True)


def write(visit: Visit, **fields: object) -> None:
    """Write `fields` of a visit whose status stays."""
    fields["changed_at"] = clock.now()
    Visit.objects.filter(pk=visit.pk).update(**fields)
    for name, value in fields.items():
        setattr(visit, name, value)


def move_offers(offers: Sequence[Offer], to: str, *, by: Actor, reason: str = "") -> None:
    """Take several offers to `to` in two statements. If one cannot go, the transaction must not be kept."""
    _move_together(dict.fromkeys(offers, to), by=by, reason=reason, status=to)


def settle(accepted: Offer, others: Sequence[Offer], *, by: Actor) -> None:
    """One yes, and the others are taken back, in the same two statements."""
    now, is_yes = clock.now(), {"pk": accepted.pk}
    _move_together(
        {accepted: OfferStatus.ACCEPTED, **dict.fromkeys(others, OfferStatus.WITHDRAWN)},
        by=by,
        status=Case(When(**is_yes, then=Value(OfferStatus.ACCEPTED)), default=Value(OfferStatus.WITHDRAWN)),
        answered_at=Case(When(**is_yes, then=Value(now)), default=F("answered_at")),
    )
    accepted.answered_at = now


def _move_together(moves: Mapping[Offer, str], *, by: Actor, reason: str = "", **columns: Any) -> None:
    was = {offer.pk: offer.status for offer in moves}
    allowed = all(to in OFFER_MOVES[offer.status] for offer, to in moves.items())
    rows = Offer.objects.filter(pk__in=was, status__in=set(was.values()))
    if not allowed or rows.update(**columns) != len(was):
        raise MoveNotAllowed(was=", ".join(sorted(set(was.values()))))
    for offer, to in moves.items():
        offer.status = to
    Move.objects.bulk_create(_row(offer, was[offer.pk], to, by=by, reason=reason) for offer, to in moves.items())


def _row(thing: Thing, was: str, to: str, *, by: Actor, reason: str) -> Move:
    return Move(
        subject_kind=thing._meta.model_name or "",
        subject_id=thing.pk,
        was=was,
        became=to,
        by=str(by),
        at=clock.now(),
        reason=reason,
    )


def diagram() -> str:
    """The tables as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2"]
    for name, table in (("Offer", OFFER_MOVES), ("Visit", VISIT_MOVES), ("Seat", SEAT_MOVES)):
        lines.append(f"    state {name} {{")
        lines.append(f"        [*] --> {name}_{next(iter(table))}")
        for was, targets in table.items():
            lines += [f"        {name}_{was} --> {name}_{to}" for to in sorted(targets)]
            if not targets:
                lines.append(f"        {name}_{was} --> [*]")
        lines.append("    }")
    return "\n".join(lines) + "\n"
