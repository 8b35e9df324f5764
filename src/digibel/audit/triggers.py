"""The database itself refuses to change what was written: triggers, on SQLite and on PostgreSQL.

Installed after every `migrate`, and looked at by `missing`. They hold whoever comes in through the application's own
account by mistake or in haste; the owner of the database can remove them, and then the chain tells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration

from digibel.audit.models import Event, Expiry, Seal

PROTECTED = (Event, Seal, Expiry)


@dataclass(frozen=True)
class Trigger:
    """`create` is a whole statement; `name` is also what `missing` reports. `function` (a statement too) and its `body` are
    PostgreSQL's, where each trigger has one of its own."""

    name: str
    table: str
    create: str
    function: str = ""
    body: str = ""


def install(connection: BaseDatabaseWrapper) -> None:
    """Create what is missing. Does nothing, and locks nothing, where all is in place."""
    absent = set(missing(connection))
    if not absent:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for trigger in _triggers(connection.vendor):
            if trigger.name in absent:
                cursor.execute(_drop(connection.vendor, trigger))
                cursor.execute(trigger.create)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Open the audit, for a migration of its own tables or to empty a test database. The service never does."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for trigger in _triggers(connection.vendor):
            cursor.execute(_drop(connection.vendor, trigger))


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that are not there, are switched off, or do not say what they should."""
    there = installed(connection)
    return [
        trigger.name
        for trigger in _triggers(connection.vendor)
        if there.get(trigger.name) != _says(connection, trigger)
    ]


def remove_before_migrate(*, using: str, plan: list[tuple[Migration, bool]], **kwargs: Any) -> None:
    """Only where the audit's own tables change: SQLite cannot rebuild a table that a trigger of another one reads."""
    if any(migration.app_label == Event._meta.app_label for migration, backwards in plan) and _has_tables(using):
        remove(connections[using])


def install_after_migrate(*, using: str, **kwargs: Any) -> None:
    if _has_tables(using):
        install(connections[using])


def _has_tables(using: str) -> bool:
    """Not in the database of keys, and not before the audit's first migration."""
    tables = {model._meta.db_table for model in PROTECTED}
    return bool(router.allow_migrate_model(using, Event)) and tables <= set(
        connections[using].introspection.table_names()
    )


# --- how each database says it ------------------------------------------------------------------------------------

MESSAGE = "The audit is append-only."
DROPPED = f"(SELECT COALESCE(MAX(through_id), 0) FROM {Expiry._meta.db_table})"

FUNCTION_BODY = f"""
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = '{Event._meta.db_table}' THEN
        IF OLD.id <= {DROPPED} THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
END
"""
FUNCTION = f"CREATE OR REPLACE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTION_BODY}$$"


def _triggers(vendor: str) -> Iterator[Trigger]:
    for model in PROTECTED:
        yield from (_for_postgresql if vendor == "postgresql" else _for_sqlite)(model._meta.db_table)


def _for_sqlite(table: str) -> Iterator[Trigger]:
    for deed in ("update", "delete"):
        name = f"{table}_refuses_{deed}"
        expired = f" WHEN OLD.id > {DROPPED}" if (table, deed) == (Event._meta.db_table, "delete") else ""
        refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        yield Trigger(name, table, f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {table}{expired} {refuse}")
    # INSERT OR REPLACE takes the old row away without asking a trigger of DELETE.
    name, there = f"{table}_refuses_replace", f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    yield Trigger(name, table, f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {there} {refuse}")


def _for_postgresql(table: str) -> Iterator[Trigger]:
    for deed, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
        name = f"{table}_refuses_{deed}"
        event = f"BEFORE {deed.upper()} ON {table} FOR EACH {each}"
        yield Trigger(name, table, f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION audit_refuses()")


def _drop(vendor: str, trigger: Trigger) -> str:
    return f"DROP TRIGGER IF EXISTS {trigger.name}" + (f" ON {trigger.table}" if vendor == "postgresql" else "")


def _says(connection: BaseDatabaseWrapper, trigger: Trigger) -> str:
    return plain(FUNCTION_BODY if connection.vendor == "postgresql" else trigger.create)


def installed(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """What each trigger does: on SQLite its statement, on PostgreSQL the body of the function it calls, if it is switched on."""
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)"
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: plain(text) for name, text in cursor.fetchall()}


def plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
