"""The pool as this process remembers it, brought up to date before every look.

Each change leaves a row (see `triggers`). A look reads the rows of the last while, and whoever stands in one that has not been
taken in yet is read anew. So is whoever stands in a row that was taken in and is not there any more: that was written in a
transaction which rolled back. The last while is read again each time, because a transaction that began earlier may end later.

What is remembered decides nothing: sending and accepting read those few from the database again, under lock.
"""

import time
import uuid
from dataclasses import dataclass, field, replace

from django.db import connection

from digibel.scheduling.matching import pool as pools
from digibel.scheduling.matching import ties as ties_of
from digibel.scheduling.matching.house import House, read_house
from digibel.scheduling.matching.models import PoolChange
from digibel.scheduling.matching.pool import Pool
from digibel.scheduling.matching.ties import Change, Ties
from digibel.scheduling.matching.wanted import Wanted

# No transaction takes longer than this, in seconds.
LONGEST_TRANSACTION = 600.0
# Reading more of them one by one is slower than reading all.
MOST_CHANGED = 500
# How far back a transaction that is still open may have begun, when all is read.
BEHIND = 500
# Rows that are kept for those who have not looked for a while; who is farther behind reads all.
KEPT = 5000
# Above every number.
NO_CHANGE = 1 << 62
# And now and then all is read for nothing but certainty, in seconds.
GOOD_FOR = 3600.0


@dataclass(frozen=True)
class Snapshot:
    """Never changed, only followed by the next. `taken_in` are the changes above `floor` by (number, nonce); `ahead` is the floor
    of later: the newest change at the moment `ahead_at`. Moments are seconds of this machine's own clock."""

    pool: Pool
    houses: dict[uuid.UUID, House]
    floor: int
    taken_in: dict[tuple[int, int], Change]
    ahead: int
    ahead_at: float = field(default_factory=time.monotonic)
    read_at: float = field(default_factory=time.monotonic)


_last: Snapshot | None = None


def forget() -> None:
    """For tests, each of which has a database of its own."""
    global _last
    _last = None


def look(wanted: Wanted) -> tuple[Pool, House, Ties]:
    """The pool, the organisation and the ties of one request as the database has them now. One query where nothing changed."""
    global _last
    known = _last
    ties, changes = ties_of.read(wanted, since=known.floor if known else 0)
    fresh = _all(changes) if known is None else _after(known, changes)
    if wanted.organisation_id not in fresh.houses:
        fresh.houses[wanted.organisation_id] = read_house(wanted.organisation_id)
    # Whoever comes second overwrites the first, and either is right: the next look takes in what is missing.
    _last = fresh
    return fresh.pool, fresh.houses[wanted.organisation_id], ties


def look_anew(wanted: Wanted, ids: list[uuid.UUID]) -> tuple[Pool, House, Ties]:
    """The same for these volunteers only, read from the database and from nowhere else: for sending, under lock."""
    ties, _ = ties_of.read(wanted, since=NO_CHANGE)
    return pools.read(ids), read_house(wanted.organisation_id), ties


def _all(changes: list[Change]) -> Snapshot:
    """Everything. The changes were read before: what came between is read twice, never missed."""
    floor = max(0, max((number for number, *_ in changes), default=0) - BEHIND)
    return Snapshot(pools.read(), {}, floor, {one[:2]: one for one in changes if one[0] > floor}, ahead=floor)


def _after(known: Snapshot, changes: list[Change]) -> Snapshot:
    now = {one[:2]: one for one in changes}
    different = [now.get(key) or known.taken_in[key] for key in now.keys() ^ known.taken_in.keys()]
    about = {kind: {who for _, _, its, who in different if its == kind} for kind in PoolChange.Kind.values}
    volunteers = about[PoolChange.Kind.VOLUNTEER]
    is_old = time.monotonic() - known.read_at > GOOD_FOR
    if is_old or about[PoolChange.Kind.EVERYTHING] or len(volunteers) > MOST_CHANGED or len(now) > KEPT:
        return _all(ties_of.changes_since(0))
    pool = known.pool.with_changed(volunteers, pools.read(volunteers)) if volunteers else known.pool
    houses = {key: house for key, house in known.houses.items() if key not in about[PoolChange.Kind.ORGANISATION]}
    return _moved_on(replace(known, pool=pool, houses=houses, taken_in=now))


def _moved_on(known: Snapshot) -> Snapshot:
    """With a higher floor, once nothing below it can come any more. Not inside a transaction, which sees what may roll back."""
    if time.monotonic() - known.ahead_at < LONGEST_TRANSACTION or connection.in_atomic_block:
        return known
    newest = max((number for number, _ in known.taken_in), default=known.floor)
    floor = min(known.ahead, newest)
    kept = {key: one for key, one in known.taken_in.items() if key[0] > floor}
    return replace(known, floor=floor, taken_in=kept, ahead=newest, ahead_at=time.monotonic())


def drop_old_changes() -> int:
    """All but the newest few thousand. Every night; returns how many went."""
    newest = PoolChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return PoolChange.objects.filter(pk__lte=newest - KEPT).delete()[0]
