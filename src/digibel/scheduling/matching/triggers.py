"""Whatever changes what the ranking reads leaves a `PoolChange`, by whichever door it was written.

Triggers, because a bulk update sends no signal and another process is not ours to listen to. A row of its own for each change,
and no counter: a counter would make every writer wait for every other. Installed after every `migrate`, as SQLite drops the
triggers of a table that a migration rebuilds; so are those that keep a visit and a seat apart (`scheduling.apart`) and the one that
tells hooks of events (`scheduling.hooks.triggers`).
"""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration

from digibel.audit.triggers import Trigger, installed, plain
from digibel.scheduling import apart
from digibel.scheduling.hooks import triggers as telling_hooks

CHANGES = "scheduling_poolchange"


@dataclass(frozen=True)
class Watch:
    """A table, and the expression that leads from a row of it (`ROW`) to the one whose facts changed."""

    table: str
    kind: str
    subject: str
    deeds: tuple[str, ...] = ("insert", "update", "delete")


VOLUNTEER_OF = "(SELECT id FROM volunteers_volunteer WHERE recipient_id = ROW.id)"
WATCHED = (
    Watch("volunteers_volunteer", "volunteer", "ROW.id"),
    Watch("volunteers_readiness", "volunteer", "ROW.volunteer_id"),
    Watch("volunteers_availablehours", "volunteer", "ROW.volunteer_id"),
    Watch("volunteers_absence", "volunteer", "ROW.volunteer_id"),
    Watch("volunteers_extrahours", "volunteer", "ROW.volunteer_id"),
    Watch("volunteers_busytime", "volunteer", "ROW.volunteer_id"),
    Watch("volunteers_weekdayoff", "volunteer", "ROW.volunteer_id"),
    Watch("notifications_recipient", "volunteer", VOLUNTEER_OF, ("update",)),
    Watch("scheduling_offer", "volunteer", "ROW.volunteer_id"),
    Watch("scheduling_visit", "volunteer", "ROW.volunteer_id"),
    Watch("scheduling_seat", "volunteer", "ROW.volunteer_id"),
    Watch("organisations_dutyhours", "organisation", "ROW.organisation_id"),
    Watch("organisations_closure", "organisation", "ROW.organisation_id"),
    Watch("organisations_staff", "organisation", "ROW.organisation_id", ("update", "delete")),
    Watch("scheduling_matchweights", "organisation", "ROW.organisation_id"),
)


def remove_before_migrate(*, using: str, plan: list[tuple[Migration, bool]], **signal: object) -> None:
    """SQLite cannot rebuild a table that a trigger of another one reads."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite" and _watches(using):
        remove(connection)


def remove(connection: BaseDatabaseWrapper) -> None:
    """For a migration, and while a backup is put back: what it brings happened before, and was told."""
    with connection.cursor() as cursor:
        for trigger in _triggers(connection.vendor):
            cursor.execute(_drop(connection.vendor, trigger))


def install_after_migrate(*, using: str, **signal: object) -> None:
    if _watches(using):
        install(connections[using])


def install(connection: BaseDatabaseWrapper) -> None:
    """Make those that are missing. Then whoever has read the pool before reads it anew: nobody watched meanwhile."""
    absent = set(missing(connection))
    if not absent:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for trigger in _triggers(connection.vendor):
            if trigger.name in absent:
                cursor.execute(_drop(connection.vendor, trigger))
                if trigger.function:
                    cursor.execute(trigger.function)
                cursor.execute(trigger.create)
        cursor.execute(
            f"INSERT INTO {CHANGES} (kind, subject_id, nonce) VALUES ('everything', %s, %s)",
            [uuid.uuid4().hex, time.time_ns()],
        )


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that are not there, or do not say what they should."""
    there = installed(connection)
    return [one.name for one in _triggers(connection.vendor) if there.get(one.name) != plain(one.body or one.create)]


def _drop(vendor: str, trigger: Trigger) -> str:
    return f"DROP TRIGGER IF EXISTS {trigger.name}" + (f" ON {trigger.table}" if vendor == "postgresql" else "")


def _watches(using: str) -> bool:
    return using == "default" and CHANGES in connections[using].introspection.table_names()


def _triggers(vendor: str) -> Iterator[Trigger]:
    make = _for_postgresql if vendor == "postgresql" else _for_sqlite
    for watch in WATCHED:
        for deed in watch.deeds:
            yield make(f"{watch.table}_{deed}_changes_pool", watch, deed)
    yield from apart.triggers(vendor)
    yield from telling_hooks.triggers(vendor)


def _insert(watch: Watch, row: str, nonce: str) -> str:
    """Nothing where the row belongs to nobody in the pool."""
    subject = watch.subject.replace("ROW", row)
    return (
        f"INSERT INTO {CHANGES} (kind, subject_id, nonce)"
        f" SELECT '{watch.kind}', {subject}, {nonce} WHERE {subject} IS NOT NULL"
    )


def _for_sqlite(name: str, watch: Watch, deed: str) -> Trigger:
    insert = _insert(watch, "OLD" if deed == "delete" else "NEW", "random()")
    create = f"CREATE TRIGGER {name} AFTER {deed.upper()} ON {watch.table} BEGIN {insert}; END"
    return Trigger(name, watch.table, create)


def _for_postgresql(name: str, watch: Watch, deed: str) -> Trigger:
    insert = _insert(watch, "OLD" if deed == "delete" else "NEW", "(random() * 9e18)::bigint")
    body = f"BEGIN {insert}; RETURN NULL; END"
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    create = f"CREATE TRIGGER {name} AFTER {deed.upper()} ON {watch.table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    return Trigger(name, watch.table, create, function, body)
