"""The pool in arrays: one row for each volunteer, ids, numbers and codes only, in the order of where they live and how far they go.

Nothing here says who somebody is: no name, no number, no text. A row costs some 300 bytes.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from digibel import clock, languages, places
from digibel.guardrails import catalogue
from digibel.places import postcodes, travel
from digibel.requests.models import Wish
from digibel.scheduling.matching.moments import QUARTERS_A_DAY, Numbers, micros, week_of
from digibel.scheduling.models import LIVE_OFFERS, STANDING_VISITS, Offer, Seat, Visit
from digibel.volunteers.models import (
    Absence,
    AvailableHours,
    BusyTime,
    ExtraHours,
    Level,
    Readiness,
    Requirement,
    Volunteer,
    WeekdayOff,
)

LANGUAGE_BIT: Final = {code: 1 << place for place, code in enumerate(languages.SPOKEN)}
SKILL_BIT: Final = {code: 1 << place for place, code in enumerate(catalogue.SKILLS)}
MODE_BIT: Final = {mode: 1 << place for place, mode in enumerate(travel.MODES)}
USUAL_MODES: Final = sum(MODE_BIT[mode] for mode in travel.USUAL)
REQUIREMENTS: Final = tuple(Requirement.values)

FLAGS: Final = 8
PAUSED, STOPPED, STAIRS_OK, DOG_OK, SMOKE_OK, WOMAN, MAN, WRONG_NUMBER = (1 << place for place in range(FLAGS))
GENDERS: Final = {Wish.WOMAN.value: WOMAN, Wish.MAN.value: MAN}

# The newest offers of each volunteer: enough to count those of a week, and no reason to keep more in memory.
ASKED_KEPT: Final = 8
NEVER: Final = -(1 << 62)
NO_DAY, FOR_GOOD = np.int32(1 << 30), np.int32((1 << 30) - 1)
FARTHEST: Final = 65_535
NO_WEEK: Final = 0


@dataclass(frozen=True)
class Ragged:
    """Any number of entries for each row of the pool: `row` in order, and for each entry its `values`."""

    row: Numbers
    values: Numbers

    def of(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """The entries of these rows (in order): for each its place among `rows`, and its values."""
        first, last = np.searchsorted(self.row, rows, "left"), np.searchsorted(self.row, rows, "right")
        return np.repeat(np.arange(len(rows)), last - first), self.values[ranges(first, last)]


@dataclass(frozen=True)
class Groups:
    """Rows that live at the same place and travel the same way: the pool is in their order, the least far-going first."""

    place: Numbers
    modes: Numbers
    by_minutes: Numbers
    key: Numbers
    end: Numbers
    farthest: Numbers


@dataclass(frozen=True)
class Pool:
    """Columns over all volunteers who have not left. `reach` is in minutes or kilometres (`by_minutes`); languages and skills are
    bits; `hours` are the quarters of the week, packed; `asked` the newest offers in microseconds, the newest first;
    `visits` (busy from, busy until, the Monday of its week; `NO_WEEK` for an appointment of their own), `absences` (first
    and last day), `extra` (free from and until, beside the week); `ready` for each organisation the first and last day
    (ordinals) of each requirement."""

    ids: Numbers
    place: Numbers
    modes: Numbers
    by_minutes: Numbers
    reach: Numbers
    little: Numbers
    well: Numbers
    native: Numbers
    skills: Numbers
    flags: Numbers
    weekly_limit: Numbers
    offers_limit: Numbers
    hours: Numbers
    asked: Numbers
    live: Numbers
    visits: Ragged
    absences: Ragged
    extra: Ragged
    ready: Mapping[uuid.UUID, Numbers]
    _ready_days: dict[uuid.UUID, tuple[Numbers, Numbers]] = field(default_factory=dict, init=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    def ready_days(self, organisation_id: uuid.UUID) -> tuple[Numbers, Numbers]:
        """From when until when everything is in order for this organisation; worked out once for all its requests."""
        if organisation_id not in self._ready_days:
            days = self.ready[organisation_id] if organisation_id in self.ready else _nobody_ready(len(self))
            self._ready_days[organisation_id] = days[:, :, 0].max(axis=1), days[:, :, 1].min(axis=1)
        return self._ready_days[organisation_id]

    @cached_property
    def key(self) -> Numbers:
        """What the rows are in order of: group, then reach."""
        return _group(self.place, self.modes, self.by_minutes) << 16 | self.reach.astype(np.int64)

    @cached_property
    def groups(self) -> Groups:
        group = self.key >> 16
        first = np.flatnonzero(np.diff(group, prepend=-1))
        end = np.append(first, len(self))[1:]
        key = group[first]
        return Groups(key >> 5, key >> 1 & 15, (key & 1).astype(bool), key, end, self.reach[end - 1])

    @cached_property
    def by_id(self) -> Numbers:
        return np.argsort(self.ids)

    @cached_property
    def rank(self) -> Numbers:
        """The place of each row in the order of ids."""
        rank = np.empty(len(self), dtype=np.int64)
        rank[self.by_id] = np.arange(len(self))
        return rank

    def find(self, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
        """The rows of these volunteers, as far as they are here."""
        if not ids or not len(self):
            return {}
        wanted = np.array([one.bytes for one in ids], dtype="S16")
        at = self.by_id[np.minimum(np.searchsorted(self.ids, wanted, sorter=self.by_id), len(self) - 1)]
        return {one: int(row) for one, row, here in zip(ids, at, self.ids[at] == wanted, strict=True) if here}

    def id_of(self, row: int) -> uuid.UUID:
        return uuid.UUID(bytes=bytes(self.ids[row]).ljust(16, b"\0"))

    def within_reach(self, table: "WayTable") -> Numbers:
        """The rows of all who would go that far, in order."""
        groups = self.groups
        need = table.need(groups.place, groups.modes, groups.by_minutes)
        near = np.flatnonzero(need <= groups.farthest)
        first = np.searchsorted(self.key, groups.key[near] << 16 | need[near])
        return ranges(first, groups.end[near])

    def all_ready_for(self, organisation_id: uuid.UUID) -> "Pool":
        """As if every paper were in order."""
        always = np.zeros((len(self), len(REQUIREMENTS), 2), dtype=np.int32)
        always[:, :, 1] = FOR_GOOD
        return replace(self, ready={organisation_id: always})

    def with_changed(self, changed: Collection[uuid.UUID], fresh: "Pool") -> "Pool":
        """This pool, with the rows of `changed` replaced by what `fresh` knows of them."""
        gone = np.isin(self.ids, np.array([one.bytes for one in changed], dtype="S16"))
        kept = np.flatnonzero(~gone)
        return arranged(
            {name: np.concatenate([getattr(self, name)[kept], getattr(fresh, name)]) for name in COLUMNS},
            visits=_joined(self.visits, kept, fresh.visits),
            absences=_joined(self.absences, kept, fresh.absences),
            extra=_joined(self.extra, kept, fresh.extra),
            ready=_joined_ready(self.ready, kept, fresh),
        )


RAGGED: Final = ("visits", "absences", "extra")
COLUMNS: Final = tuple(name for name in Pool.__annotations__ if name not in {*RAGGED, "ready", "_ready_days"})


def ranges(first: Numbers, last: Numbers) -> Numbers:
    """All whole numbers from each first until before each last, one range after the other."""
    lengths = np.maximum(last - first, 0)
    total = int(lengths.sum())
    skipped = np.repeat(first - np.append(0, lengths.cumsum()[:-1]), lengths) if len(lengths) else lengths
    return np.arange(total, dtype=np.int64) + skipped


# --- the way there ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WayTable:
    """From every place to one: kilometres, and minutes by the fastest of each set of modes (bits)."""

    km: Numbers
    minutes: Numbers

    def need(self, place: Numbers, modes: Numbers, by_minutes: Numbers) -> Numbers:
        """The least reach that gets there, in whole minutes or kilometres."""
        km = np.ceil(self.km[place]).astype(np.int64)
        return np.minimum(np.where(by_minutes, self.minutes[place, modes], km), FARTHEST)


PLACES: Final = postcodes.all_postcodes()
PLACE_OF: Final = {postcode: number for number, postcode in enumerate(PLACES)}


def ways_to(postcode: str) -> WayTable:
    return _ways_to(places.get(postcode).postcode, getattr(settings, "DIGIBEL_ROUTER", ""))


@lru_cache(maxsize=128)
def _ways_to(postcode: str, router: str) -> WayTable:
    km = np.array([places.distance_between(start, postcode) for start in PLACES])
    by_mode = [[travel.minutes_between(start, postcode, mode) for start in PLACES] for mode in MODE_BIT]
    minutes = np.full((len(PLACES), 1 << len(MODE_BIT)), FARTHEST, dtype=np.int64)
    for modes in range(1 << len(MODE_BIT)):
        for place, mode in enumerate(MODE_BIT.values()):
            if (modes or USUAL_MODES) & mode:
                minutes[:, modes] = np.minimum(minutes[:, modes], by_mode[place])
    return WayTable(km, minutes.astype(np.uint16))


# --- reading ------------------------------------------------------------------------------------------------------


def read(ids: Collection[uuid.UUID] | None = None) -> Pool:
    """The pool as the database knows it now, or these of it. Nine queries, whatever its size."""
    people = list(_of(Volunteer.objects.filter(left_at=None), ids, "pk").values(*FIELDS))
    row_of = {one["pk"]: row for row, one in enumerate(people)}
    asked, live = _offers(row_of, ids)
    return arranged(
        {**_columns(people), "hours": _hours(row_of, ids), "asked": asked, "live": live},
        visits=_visits(row_of, ids),
        absences=_absences(row_of, ids),
        extra=_extra(row_of, ids),
        ready=_readiness(row_of, ids),
    )


FIELDS: Final = (
    *("pk", "postcode", "modes", "reach_minutes", "reach_km", "speaks", "language_levels", "skills", "gender"),
    *("stairs_ok", "dog_ok", "smoke_ok", "weekly_limit", "offers_limit", "paused_at"),
    *("recipient__stopped_at", "recipient__number_index", "recipient__wrong_index"),
)


def _of(rows: QuerySet[Any], ids: Collection[uuid.UUID] | None, path: str = "volunteer_id") -> QuerySet[Any]:
    return rows if ids is None else rows.filter(**{f"{path}__in": ids})


def _columns(people: list[dict[str, Any]]) -> dict[str, Numbers]:
    spoken = [_languages(one["speaks"], one["language_levels"]) for one in people]
    reach = [one["reach_km"] if one["reach_minutes"] is None else one["reach_minutes"] for one in people]
    # Fewer bits than a number may have: nobody goes farther than this, and nobody wants more than a hundred visits.
    return {
        "ids": np.array([one["pk"].bytes for one in people], dtype="S16"),
        "place": np.array([PLACE_OF[places.get(one["postcode"]).postcode] for one in people], dtype=np.uint16),
        "modes": np.array([bits(one["modes"], MODE_BIT) for one in people], dtype=np.uint8),
        "by_minutes": np.array([one["reach_minutes"] is not None for one in people], dtype=bool),
        "reach": np.minimum(np.array(reach, dtype=np.int64), FARTHEST).astype(np.uint16),
        "little": np.array([little for little, _, _ in spoken], dtype=np.uint32),
        "well": np.array([well for _, well, _ in spoken], dtype=np.uint32),
        "native": np.array([native for _, _, native in spoken], dtype=np.uint32),
        "skills": np.array([bits(one["skills"], SKILL_BIT) for one in people], dtype=np.uint32),
        "flags": np.array([_flags(one) for one in people], dtype=np.uint8),
        "weekly_limit": np.array([min(one["weekly_limit"], 255) for one in people], dtype=np.uint8),
        "offers_limit": np.array([one["offers_limit"] for one in people], dtype=np.uint8),
    }


def bits(codes: Iterable[str], bit: Mapping[str, int]) -> int:
    """What is not known (a skill of an older catalogue) counts for nothing."""
    found = 0
    for code in codes:
        found |= bit.get(code, 0)
    return found


def _languages(speaks: Iterable[str], levels: Mapping[str, str]) -> tuple[int, int, int]:
    """A little, well, and as a mother tongue."""
    found = {Level.BASIC.value: 0, Level.GOOD.value: 0, Level.NATIVE.value: 0}
    for code in speaks:
        found[levels.get(code, Level.GOOD.value)] |= LANGUAGE_BIT.get(code, 0)
    return found[Level.BASIC], found[Level.GOOD], found[Level.NATIVE]


def _flags(one: Mapping[str, Any]) -> int:
    return (
        PAUSED * (one["paused_at"] is not None)
        | STOPPED * (one["recipient__stopped_at"] is not None)
        | WRONG_NUMBER * ("" != one["recipient__number_index"] == one["recipient__wrong_index"])
        | STAIRS_OK * one["stairs_ok"]
        | DOG_OK * one["dog_ok"]
        | SMOKE_OK * one["smoke_ok"]
        | GENDERS.get(one["gender"], 0)
    )


def _hours(row_of: Mapping[uuid.UUID, int], ids: Collection[uuid.UUID] | None) -> Numbers:
    """Whole quarters only: from ten past nine is from a quarter past nine. Nothing on a weekday that is off."""
    off = set(_of(WeekdayOff.objects.all(), ids).values_list("volunteer_id", "weekday"))
    found: dict[tuple[int, int], int] = {}
    rows = _of(AvailableHours.objects.all(), ids).values_list("volunteer_id", "weekday", "start", "end")
    for volunteer, weekday, start, end in rows:
        if volunteer in row_of and (volunteer, weekday) not in off:
            first, last = -(-(start.hour * 60 + start.minute) // 15), (end.hour * 60 + end.minute) // 15
            at = (row_of[volunteer], weekday)
            found[at] = found.get(at, 0) | _stretch(first, last)
    hours = np.zeros((len(row_of), 7, QUARTERS_A_DAY // 8), dtype=np.uint8)
    for (row, weekday), quarters in found.items():
        hours[row, weekday] = np.frombuffer(quarters.to_bytes(QUARTERS_A_DAY // 8, "little"), dtype=np.uint8)
    return hours


def _stretch(first: int, last: int) -> int:
    return (1 << last) - (1 << first) if first < last else 0


def _offers(row_of: Mapping[uuid.UUID, int], ids: Collection[uuid.UUID] | None) -> tuple[Numbers, Numbers]:
    """When each was asked, the newest first, and how many of their offers are open."""
    asked = np.full((len(row_of), ASKED_KEPT), NEVER, dtype=np.int64)
    live = np.zeros(len(row_of), dtype=np.uint8)
    seen = [0] * len(row_of)
    offers = _of(Offer.objects.order_by("-created_at"), ids).values_list("volunteer_id", "status", "created_at")
    for volunteer, status, created_at in offers.iterator(chunk_size=2000):
        row = row_of.get(volunteer)
        if row is None:
            continue
        live[row] += status in LIVE_OFFERS
        if seen[row] < ASKED_KEPT:
            asked[row, seen[row]] = micros(created_at)
            seen[row] += 1
    return asked, live


def _visits(row_of: Mapping[uuid.UUID, int], ids: Collection[uuid.UUID] | None) -> Ragged:
    """A desk session takes time as a visit does, and counts in its week."""
    standing = _of(Visit.objects.filter(status__in=STANDING_VISITS), ids)
    visits = standing.order_by().values_list("volunteer_id", "busy_from", "busy_until", "starts_at")
    seats = _of(Seat.objects.taken(), ids)
    at_desks = seats.values_list("volunteer_id", "busy_from", "busy_until", "session__starts_at")
    found = [
        (row_of[volunteer], micros(start), micros(end), week_of(micros(begins)))
        for volunteer, start, end, begins in visits.union(at_desks, all=True)
        if volunteer in row_of
    ]
    return _ragged(found + _own_appointments(row_of, ids), width=3)


def _own_appointments(row_of: Mapping[uuid.UUID, int], ids: Collection[uuid.UUID] | None) -> list[tuple[int, ...]]:
    """Of their own calendar: they take time as visits do, and count in no week."""
    rows = _of(BusyTime.objects.all(), ids).values_list("volunteer_id", "starts_at", "ends_at")
    return [
        (row_of[volunteer], micros(start), micros(end), NO_WEEK)
        for volunteer, start, end in rows
        if volunteer in row_of
    ]


def _absences(row_of: Mapping[uuid.UUID, int], ids: Collection[uuid.UUID] | None) -> Ragged:
    rows = _of(Absence.objects.all(), ids).values_list("volunteer_id", "first_day", "last_day")
    found = [
        (row_of[volunteer], first.toordinal(), last.toordinal())
        for volunteer, first, last in rows
        if volunteer in row_of
    ]
    return _ragged(found, width=2)


def _extra(row_of: Mapping[uuid.UUID, int], ids: Collection[uuid.UUID] | None) -> Ragged:
    rows = _of(ExtraHours.objects.all(), ids).values_list("volunteer_id", "day", "start", "end")
    found = [
        (row_of[volunteer], micros(clock.at(day, start)), micros(clock.at(day, end)))
        for volunteer, day, start, end in rows
        if volunteer in row_of
    ]
    return _ragged(found, width=2)


def _ragged(found: Sequence[tuple[int, ...]], *, width: int) -> Ragged:
    table = np.array(found, dtype=np.int64).reshape(-1, width + 1)
    return Ragged(table[:, 0], table[:, 1:])


def _readiness(row_of: Mapping[uuid.UUID, int], ids: Collection[uuid.UUID] | None) -> dict[uuid.UUID, Numbers]:
    place_of = {requirement: place for place, requirement in enumerate(REQUIREMENTS)}
    found: dict[uuid.UUID, Numbers] = {}
    rows = _of(Readiness.objects.all(), ids).values_list(
        "volunteer_id", "organisation_id", "requirement", "since", "until"
    )
    for volunteer, organisation, requirement, since, until in rows.iterator(chunk_size=2000):
        if volunteer in row_of:
            if organisation not in found:
                found[organisation] = _nobody_ready(len(row_of))
            days = (since.toordinal(), FOR_GOOD if until is None else until.toordinal())
            found[organisation][row_of[volunteer], place_of[requirement]] = days
    return found


def _nobody_ready(rows: int) -> Numbers:
    return np.full((rows, len(REQUIREMENTS), 2), (NO_DAY, 0), dtype=np.int32)


# --- putting in order ---------------------------------------------------------------------------------------------


def _group(place: Numbers, modes: Numbers, by_minutes: Numbers) -> Numbers:
    return place.astype(np.int64) << 5 | modes.astype(np.int64) << 1 | by_minutes


def arranged(
    columns: Mapping[str, Numbers],
    *,
    visits: Ragged,
    absences: Ragged,
    extra: Ragged,
    ready: Mapping[uuid.UUID, Numbers],
) -> Pool:
    """A pool from columns in any order."""
    key = _group(columns["place"], columns["modes"], columns["by_minutes"]) << 16 | columns["reach"].astype(np.int64)
    order = np.argsort(key, kind="stable")
    now_at = np.empty(len(order), dtype=np.int64)
    now_at[order] = np.arange(len(order))
    return Pool(
        **{name: columns[name][order] for name in COLUMNS},
        visits=_moved(visits, now_at),
        absences=_moved(absences, now_at),
        extra=_moved(extra, now_at),
        ready={organisation: days[order] for organisation, days in ready.items()},
    )


def _moved(ragged: Ragged, now_at: Numbers) -> Ragged:
    row = now_at[ragged.row]
    order = np.argsort(row, kind="stable")
    return Ragged(row[order], ragged.values[order])


def _joined(old: Ragged, kept: Numbers, fresh: Ragged) -> Ragged:
    place, values = old.of(kept)
    return Ragged(np.concatenate([place, fresh.row + len(kept)]), np.concatenate([values, fresh.values]))


def _joined_ready(old: Mapping[uuid.UUID, Numbers], kept: Numbers, fresh: Pool) -> dict[uuid.UUID, Numbers]:
    return {
        organisation: np.concatenate(
            [
                old[organisation][kept] if organisation in old else _nobody_ready(len(kept)),
                fresh.ready[organisation] if organisation in fresh.ready else _nobody_ready(len(fresh)),
            ]
        )
        for organisation in {*old, *fresh.ready}
    }
