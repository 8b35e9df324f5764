"""What one request and its client already have with volunteers, and what changed in the pool since it was read: one query."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, F, Field, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from digibel.scheduling.matching.models import MatchChoice, PoolChange
from digibel.scheduling.matching.moments import Stretch
from digibel.scheduling.matching.wanted import Wanted
from digibel.scheduling.models import Offer, OfferStatus, Preference, Visit, VisitStatus

# number, nonce, kind of change, whom it is about
Change = tuple[int, int, str, uuid.UUID]


@dataclass
class Ties:
    """`offers`: the last answer of each who was asked for these moments; once others are told, those who said no or were silent
    may be asked again. `again`: who is welcome, and who is not. `busy`: when the client has another visit."""

    offers: dict[uuid.UUID, str] = field(default_factory=dict)
    again: dict[uuid.UUID, bool] = field(default_factory=dict)
    came: set[uuid.UUID] = field(default_factory=set)
    busy: list[Stretch] = field(default_factory=list)
    interpreter: bool = False


def read(wanted: Wanted, *, since: int = 0) -> tuple[Ties, list[Change]]:
    """The ties of this request, and the changes with a number above `since`."""
    ties, changes, offers = Ties(), [], []
    for what, who, code, first, last, number, nonce in _rows(wanted, since):
        if what == "change":
            changes.append((number, nonce, code, who))
        elif what == "offer":
            offers.append((first, who, code))
        elif what in ("again", "never"):
            # Of two who are visited in one go, neither has to let in whom they never want again.
            ties.again[who] = what == "again" and ties.again.get(who, True)
        elif what == "came":
            ties.came.add(who)
        elif what == "busy":
            ties.busy.append((first, last))
        else:
            ties.interpreter = True
    for _, who, status in sorted(offers, key=lambda one: one[0]):
        ties.offers[who] = status
    return ties, changes


def changes_since(number: int) -> list[Change]:
    rows = PoolChange.objects.filter(pk__gt=number)
    return list(rows.values_list("pk", "nonce", "kind", "subject_id"))


Row = tuple[str, uuid.UUID, str, datetime, datetime, int, int]


def _rows(wanted: Wanted, since: int) -> Iterator[Row]:
    clients = [one for one in (wanted.client_id, wanted.second_client_id) if one is not None]
    visits = Visit.objects.filter(client__in=clients)
    preferences = Preference.objects.filter(client__in=clients)
    # What was said to other moments, or to another visit of a series, says nothing of these.
    earlier = Q(request__asked_since__gt=F("created_at")) | Q(request__series__asked_since__gt=F("created_at"))
    parts = [
        _part("change", PoolChange.objects.filter(pk__gt=since), "subject_id", code="kind", number="pk", nonce="nonce"),
        _part(
            "offer",
            Offer.objects.filter(request=wanted.request_id).exclude(status=OfferStatus.WITHDRAWN).exclude(earlier),
            "volunteer_id",
            code="status",
            first="created_at",
        ),
        _part("again", preferences.filter(again=True), "volunteer_id"),
        _part("never", preferences.filter(again=False), "volunteer_id"),
        _part("came", visits.filter(status=VisitStatus.DONE), "volunteer_id"),
        _part(
            "busy",
            visits.standing().exclude(request=wanted.request_id),
            "volunteer_id",
            first="starts_at",
            last="ends_at",
        ),
        _part("interpreter", MatchChoice.objects.filter(request=wanted.request_id, interpreter=True), ""),
    ]
    return iter(parts[0].union(*parts[1:], all=True))


KINDS: "dict[str, Field[Any, Any]]" = {
    "who": UUIDField(),
    "code": CharField(max_length=12),
    "first": DateTimeField(),
    "last": DateTimeField(),
    "number": BigIntegerField(),
    "nonce": BigIntegerField(),
}


def _part(what: str, rows: QuerySet[Any, Any], who: str, **columns: str) -> QuerySet[Any, Any]:
    """Rows of any model in the same seven columns; what a model does not have is empty."""
    told = {"who": who, **columns}
    said = {f"tie_{name}": F(told[name]) if told.get(name) else Cast(Value(None), kind) for name, kind in KINDS.items()}
    plain: QuerySet[Any, Any] = rows.order_by().annotate(tie_what=Value(what, CharField(max_length=12)), **said)
    return plain.values_list("tie_what", *said)
