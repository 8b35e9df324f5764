"""The rows of every table, as JSON and back: as they lie there, sealed texts sealed. The same on SQLite and on PostgreSQL."""

import base64
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.duration import duration_iso_string

from digibel.sealing.envelope import Sealed
from digibel.sealing.fields import SealedTextField
from digibel.sealing.router import ROOM

AT_ONCE = 500
# Who is logged in, who tried to, what the queue was doing and what changed in the pool just now: wrong a day later.
OF_THE_MOMENT = frozenset({"sessions", "axes", "django_q"})
CHANGES = "scheduling.PoolChange"

TO_JSON: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: duration_iso_string,
    Decimal: str,
    uuid.UUID: str,
    Sealed: lambda sealed: base64.b64encode(sealed.raw).decode(),
    bytes: lambda raw: base64.b64encode(raw).decode(),
    memoryview: lambda raw: base64.b64encode(bytes(raw)).decode(),
}


def tables() -> list[type[models.Model]]:
    """Every table of the data; the keys are in a database of their own and never here."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.app_label not in OF_THE_MOMENT
        and model._meta.label != CHANGES
        and router.allow_migrate_model(DEFAULT_DB_ALIAS, model)
    ]


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is as it was at one instant, while others go on writing."""
    if connection.vendor == "sqlite":
        # Not through `atomic`, which takes the right to write: a plain read sees its own moment, and holds up nobody.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def columns(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    return list(model._meta.local_concrete_fields)


def rows(model: type[models.Model]) -> Iterator[list[Any]]:
    names = [field.attname for field in columns(model)]
    for row in model._base_manager.order_by().values_list(*names).iterator(chunk_size=AT_ONCE):
        yield [TO_JSON[type(value)](value) if type(value) in TO_JSON else value for value in row]


def keys_tables() -> list[type[models.Model]]:
    """Every table of the keys of persons: for a move, and never for a backup."""
    return [model for model in apps.get_app_config(ROOM).get_models() if model._meta.managed]


def connection_of(model: type[models.Model]) -> BaseDatabaseWrapper:
    return connections[router.db_for_write(model)]


def empty(every_table: Sequence[type[models.Model]]) -> None:
    """Within a transaction: what points at another row is looked at when it ends."""
    for model in every_table:
        with connection_of(model).cursor() as cursor:
            cursor.execute(f"DELETE FROM {cursor.db.ops.quote_name(model._meta.db_table)}")


def insert(model: type[models.Model], values: Iterable[Sequence[Any]]) -> None:
    fields, into = columns(model), connection_of(model)
    names = ", ".join(into.ops.quote_name(field.column or field.name) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {into.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({marks})"
    with into.cursor() as cursor:
        cursor.executemany(
            statement, [[_stored(into, *pair) for pair in zip(fields, row, strict=True)] for row in values]
        )


def count_on(every_table: Sequence[type[models.Model]]) -> None:
    """New rows get numbers after those that were put in."""
    for model in every_table:
        with connection_of(model).cursor() as cursor:
            for statement in cursor.db.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(statement)


def _stored(into: BaseDatabaseWrapper, field: "models.Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_save(_meant(field, value), into)


def _meant(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, SealedTextField):
        return Sealed(base64.b64decode(value))
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    return field.to_python(value)
