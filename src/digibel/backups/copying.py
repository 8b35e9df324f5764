"""Make a backup while the service runs, and put one back: whole or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from digibel import clock
from digibel.audit import triggers
from digibel.audit.actors import SYSTEM
from digibel.backups import archive, rows
from digibel.backups.errors import NoBackup
from digibel.privacy import restoring
from digibel.scheduling.matching import triggers as watching


@dataclass(frozen=True)
class Restored:
    """When the backup was made, how many rows it brought back, and what since then had to be done again."""

    made_at: str
    rows: int
    again: restoring.Replayed


def backup(path: Path) -> int:
    """Write all data as it is at this instant. Returns the number of rows."""
    with rows.one_moment():
        return write_tables(path, rows.tables())


def write_tables(path: Path, tables: Sequence[type[Model]]) -> int:
    count = 0

    def lines() -> Iterator[Any]:
        nonlocal count
        yield {"made_at": clock.now().isoformat(), "migrations": _migrations()}
        for model in tables:
            yield {"table": model._meta.label, "columns": [field.attname for field in rows.columns(model)]}
            for row in rows.rows(model):
                count += 1
                yield row
        yield {"rows": count}

    archive.write(path, lines())
    return count


def check(path: Path) -> str:
    """Read it to its end, and touch nothing. Returns when it was made; raises `NoBackup`."""
    if not _migrations():
        raise NoBackup(
            "there are no tables here yet; run `manage.py migrate` and `manage.py migrate sealing --database keys`"
        )
    lines = archive.read(path)
    head: Any = next(lines, None)
    if not isinstance(head, dict) or head.get("migrations") != _migrations():
        raise NoBackup("it was made by another version of Digibel; install that one, restore, and then upgrade")
    count, last = 0, None
    for last in lines:
        count += isinstance(last, list)
    if last != {"rows": count}:
        raise NoBackup("it is not whole")
    return str(head["made_at"])


def restore(path: Path) -> Restored:
    """Put the data of a backup in the place of what is there, in one transaction. Raises `NoBackup`, and then nothing changed.

    The keys stay those of today: whoever was forgotten since the backup cannot be read any more, and is forgotten again here;
    STOPs and revoked cards since then hold again. No text leaves until a person has looked.
    """
    made_at = check(path)
    # Both databases undo what was done to triggers with everything else.
    with transaction.atomic():
        count = fill(path, rows.tables())
        again = restoring.after_restore(by=SYSTEM)
    return Restored(made_at, count, again)


def fill(path: Path, tables: Sequence[type[Model]]) -> int:
    """Put what a file holds in the place of these tables, within the caller's transaction. Returns the number of rows."""
    triggers.remove(connection)
    watching.remove(connection)
    rows.empty(tables)
    count = 0
    for model, some in _batches(path, {model._meta.label: model for model in tables}):
        rows.insert(model, some)
        count += len(some)
    rows.count_on(tables)
    triggers.install(connection)
    watching.install(connection)
    connection.check_constraints()
    return count


def _batches(path: Path, known: dict[str, type[Model]]) -> Iterator[tuple[type[Model], list[Any]]]:
    model: type[Model] | None = None
    waiting: list[Any] = []
    for line in archive.read(path):
        if isinstance(line, dict) or len(waiting) == rows.AT_ONCE:
            if model is not None and waiting:
                yield model, waiting
            waiting = []
        if isinstance(line, list):
            waiting.append(line)
        else:
            model = known.get(line.get("table", ""))


def _migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())
