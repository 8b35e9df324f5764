"""Whose data lies here: a demo's, nobody's, or somebody's. A demo never touches the last."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, connections

from digibel.demo.models import DemoClock
from digibel.organisations.models import Organisation
from digibel.problems import Conflict

BESIDE_A_DATABASE = ("", "-wal", "-shm", "-journal")


class Taken(Conflict):
    code = "taken"
    message = (
        "There are organisations in this database that are no demo's, so the demo leaves it alone. "
        "Give the demo a home of its own: DIGIBEL_HOME=/some/folder make demo."
    )


class Running(Conflict):
    code = "running"
    message = "A demo is running here already. Stop it first, or give this one a home of its own with DIGIBEL_HOME."


class NotAFile(Conflict):
    code = "not_a_file"
    message = "This demo's data is on a database server. Make that database anew yourself, then run `make demo`."


@contextmanager
def held() -> Iterator[None]:
    """One demo at a time in one home: two clocks, or a reset under somebody's hands, would be worse than waiting."""
    folder = Path(settings.HOME)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Running from None
        yield


def check_free() -> None:
    """Refuse where somebody works in earnest: organisations, and no demo's clock."""
    if _has_rows(Organisation) and not _has_rows(DemoClock):
        raise Taken


def mark() -> None:
    """From now on every command here has the demo's clock (see the settings), until the data is removed."""
    _mark().touch()


def _mark() -> Path:
    return Path(settings.HOME) / "demo.data"


def remove() -> int:
    """Delete the demo's two databases, and nothing else. Returns how many files went."""
    check_free()
    doomed = [path for alias in connections for path in _files_of(alias)]
    connections.close_all()
    _mark().unlink(missing_ok=True)
    for path in doomed:
        # Closing a database takes its companions away by itself.
        path.unlink(missing_ok=True)
    return len(doomed)


def _files_of(alias: str) -> list[Path]:
    database = connections[alias].settings_dict
    if not database["ENGINE"].endswith("sqlite3"):
        raise NotAFile
    candidates = [Path(f"{database['NAME']}{suffix}") for suffix in BESIDE_A_DATABASE]
    return [path for path in candidates if path.exists()]


def _has_rows(model: type[Organisation] | type[DemoClock]) -> bool:
    """Also true to its word where nothing was migrated yet, or where the file is no database at all."""
    try:
        return model._meta.db_table in connection.introspection.table_names() and model._default_manager.exists()
    except DatabaseError:
        return False
