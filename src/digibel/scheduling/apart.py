"""Nobody is in two places: a visit and a seat of one volunteer are kept apart by the database itself, on SQLite too.

Each of two tables has to look into the other, which no constraint can; so triggers do. On PostgreSQL they hold the volunteer first:
of two that are written at the same instant the second one waits, and then sees the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from digibel.audit.triggers import Trigger
from digibel.scheduling.models import STANDING_VISITS, SeatStatus


@dataclass(frozen=True)
class Side:
    """A table, and the statuses in which a row of it takes its volunteer's time."""

    table: str
    standing: tuple[str, ...]

    def holds(self, row: str) -> str:
        return f"{row}.status IN ({', '.join(repr(str(status)) for status in self.standing)})"


VISITS = Side("scheduling_visit", STANDING_VISITS)
SEATS = Side("scheduling_seat", (SeatStatus.TAKEN,))
MESSAGE = "This volunteer is somewhere else at that time."


def triggers(vendor: str) -> Iterator[Trigger]:
    make = _for_postgresql if vendor == "postgresql" else _for_sqlite
    for side, other in ((VISITS, SEATS), (SEATS, VISITS)):
        yield make(side, other, "insert", side.holds("NEW"))
        yield make(side, other, "update", f"{side.holds('NEW')} AND {_changed(side)}")


def _changed(side: Side) -> str:
    """Only what takes other time than before: a row that grew old has nothing to ask."""
    columns = ("volunteer_id", "busy_from", "busy_until")
    return f"(NOT {side.holds('OLD')} OR {' OR '.join(f'OLD.{one} <> NEW.{one}' for one in columns)})"


def _clash(other: Side) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {other.table} other WHERE other.volunteer_id = NEW.volunteer_id AND {other.holds('other')}"
        " AND other.busy_from < NEW.busy_until AND other.busy_until > NEW.busy_from)"
    )


def _name(side: Side, deed: str) -> str:
    return f"{side.table}_{deed}_in_one_place"


def _for_sqlite(side: Side, other: Side, deed: str, when: str) -> Trigger:
    name = _name(side, deed)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    create = f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {side.table} WHEN {when} AND {_clash(other)} {refuse}"
    return Trigger(name, side.table, create)


def _for_postgresql(side: Side, other: Side, deed: str, when: str) -> Trigger:
    name = _name(side, deed)
    body = (
        "BEGIN PERFORM 1 FROM volunteers_volunteer WHERE id = NEW.volunteer_id FOR NO KEY UPDATE;"
        f" IF {_clash(other)} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'exclusion_violation'; END IF;"
        " RETURN NEW; END"
    )
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    each = f"FOR EACH ROW WHEN ({when})"
    create = f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {side.table} {each} EXECUTE FUNCTION {name}()"
    return Trigger(name, side.table, create, function, body)
