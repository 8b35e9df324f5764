"""The chain of seals: each segment of events is hashed together with the hash before it.

Sealed in the background and by one writer, or every deed would queue for the chain. What was not yet sealed is held by the
triggers alone; what was sealed cannot be changed without `verify_chain` saying so. Somebody who may do anything in the
database could still rewrite the whole chain: therefore the newest hash is printed, to be kept somewhere else.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Q

from digibel import clock
from digibel.audit.models import Event, Expiry, Seal

BEGINNING = "0" * 64
SEGMENT = 10_000
RANGES_AT_ONCE = 100
# No transaction lasts a day: whatever turns up in a gap after that was put there.
LATE = timedelta(days=1)


def seal_chain() -> int:
    """Seal what is not sealed yet. Returns how many events; 0 if another process was sealing at the same time."""
    sealed = 0
    while count := _seal_segment():
        sealed += count
        if count < SEGMENT:
            break
    return sealed


def _seal_segment() -> int:
    previous = Seal.objects.order_by("-id").first()
    first_id = previous.last_id + 1 if previous else 1
    fresh = list(Event.objects.filter(id__gte=first_id).order_by("id")[:SEGMENT])
    late = find_late(since=clock.now() - LATE)
    if not fresh and not late:
        return 0
    seal = Seal(
        at=clock.now(),
        first_id=first_id,
        last_id=fresh[-1].id if fresh else first_id - 1,
        gaps=_gaps(first_id, [event.id for event in fresh]),
        stragglers=[event.id for event in late],
        count=len(late) + len(fresh),
        until=max(event.at for event in [*late, *fresh]),
        previous_hash=previous.hash if previous else BEGINNING,
    )
    seal.hash = hash_segment(seal, [*late, *fresh])
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
    except IntegrityError:
        return 0
    return seal.count


def _gaps(first_id: int, seen: list[int]) -> list[list[int]]:
    """Ranges of ids that are missing between `first_id` and the last one seen."""
    return [[before + 1, after - 1] for before, after in pairwise([first_id - 1, *seen]) if after > before + 1]


def find_late(*, since: datetime | None = None, before: datetime | None = None) -> list[Event]:
    """Events whose id lies in a gap of a segment sealed in that time, and that are in no segment yet, lowest id first."""
    seals = Seal.objects.exclude(gaps=[])
    if since:
        seals = seals.filter(at__gte=since)
    if before:
        seals = seals.filter(at__lt=before)
    found = list(_in_ranges([gap for seal in seals for gap in seal.gaps]))
    known = _all_stragglers() if found else set()
    return sorted((event for event in found if event.id not in known), key=lambda event: event.id)


def _in_ranges(ranges: list[list[int]]) -> Iterator[Event]:
    for start in range(0, len(ranges), RANGES_AT_ONCE):
        asked = [Q(id__range=tuple(one)) for one in ranges[start : start + RANGES_AT_ONCE]]
        yield from Event.objects.filter(reduce(or_, asked))


def _all_stragglers() -> set[int]:
    return {
        late
        for stragglers in Seal.objects.exclude(stragglers=[]).values_list("stragglers", flat=True)
        for late in stragglers
    }


def hash_segment(seal: Seal, events: Iterable[Event]) -> str:
    """SHA-256 of the hash before it, what the segment says of itself, and each of its events in order of id."""
    digest = hashlib.sha256(seal.previous_hash.encode())
    digest.update(_line([_moment(seal.at), _moment(seal.until), seal.count]))
    digest.update(_line([seal.first_id, seal.last_id, seal.gaps, seal.stragglers]))
    for event in events:
        digest.update(_line(_content(event)))
    return digest.hexdigest()


def _content(event: Event) -> list[Any]:
    organisation = str(event.organisation_id) if event.organisation_id else None
    subject = [event.subject_kind, event.subject_id]
    return [event.id, _moment(event.at), organisation, event.actor, event.verb, *subject, event.facts]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode() + b"\n"


# --- verifying ----------------------------------------------------------------------------------------------------


def verify_chain() -> list[str]:
    """A sentence for every difference between the audit and its seals; an empty list when nothing was touched."""
    return [*_verify_segments(), *_verify_dropped(), *_verify_late()]


def head() -> str:
    """The newest hash: whoever has kept it elsewhere can tell later that the chain up to it is the same one."""
    return Seal.objects.order_by("-id").values_list("hash", flat=True).first() or BEGINNING


def _verify_segments() -> Iterator[str]:
    last_dropped = dropped_segments()
    hash_before, next_id = BEGINNING, 1
    for seal in Seal.objects.order_by("id").iterator():
        if seal.previous_hash != hash_before or seal.first_id != next_id:
            yield f"{seal} does not follow the segment before it: one was altered or taken out."
        if seal.id > last_dropped:
            yield from _verify_segment(seal)
        hash_before, next_id = seal.hash, seal.last_id + 1


def _verify_segment(seal: Seal) -> Iterator[str]:
    events = list(events_of(seal))
    if len(events) != seal.count:
        yield f"{seal} has {len(events)} events instead of {seal.count}."
    elif hash_segment(seal, events) != seal.hash:
        yield f"{seal} is not what was sealed: an event or the seal was altered."


def events_of(seal: Seal) -> Iterator[Event]:
    """The events that belong to a segment, lowest id first: its stragglers come before its own."""
    mine = Q(id__range=(seal.first_id, seal.last_id)) | Q(id__in=seal.stragglers)
    return (event for event in Event.objects.filter(mine).order_by("id") if not seal.lacks(event.id))


def _verify_dropped() -> Iterator[str]:
    """Whole segments go, and only through the door: what the database lets go ends where a segment ends."""
    for expiry in Expiry.objects.select_related("seal").order_by("id"):
        if expiry.through_id != expiry.seal.last_id:
            yield f"Events up to {expiry.through_id} were dropped, which is not the end of {expiry.seal}."
    left = _dropped_events(dropped_segments()).count()
    if left:
        yield f"{left} events are still there, or came back, after their segments were dropped."


def _verify_late() -> Iterator[str]:
    for event in find_late(before=clock.now() - LATE):
        yield f"Event {event.id} was put in after its segment was sealed."


# --- retention ----------------------------------------------------------------------------------------------------


def drop_expired_segments(before: datetime) -> int:
    """Drop the oldest whole segments in which everything happened before this moment. Returns how many events went.

    Their seals stay, so that the chain still holds together; an `Expiry` says what was dropped and when, and is what the
    database asks for before it lets an event go.
    """
    seal = _last_expired(before)
    if seal is None:
        return 0
    with transaction.atomic():
        Expiry.objects.create(at=clock.now(), through_id=seal.last_id, seal=seal)
        return _dropped_events(seal.id).delete()[0]


def _last_expired(before: datetime) -> Seal | None:
    last = None
    for seal in Seal.objects.filter(id__gt=dropped_segments()).order_by("id"):
        if seal.until >= before:
            break
        last = seal
    return last


def dropped_segments() -> int:
    """The id of the last segment that retention has dropped, 0 when it never has."""
    last: int | None = Expiry.objects.aggregate(last=Max("seal_id"))["last"]
    return last or 0


def _dropped_events(last_dropped: int) -> models.QuerySet[Event]:
    """The events of all segments up to this one. Older ids that were sealed late belong to a later segment: not them."""
    ends = Seal.objects.filter(id__lte=last_dropped).aggregate(through=Max("last_id"))["through"] or 0
    kept = Seal.objects.filter(id__gt=last_dropped).exclude(stragglers=[]).values_list("stragglers", flat=True)
    return Event.objects.filter(id__lte=ends).exclude(id__in=[late for stragglers in kept for late in stragglers])
