"""An empty Digibel on SQLite or PostgreSQL, each in a process of its own: settings are read once, and a job measures both."""

import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FORK = multiprocessing.get_context("fork")
sys.path[:0] = [str(Path(__file__).parents[2] / "tests")]


def in_each_house(databases: list[str], measure: Callable[..., None], *arguments: Any) -> None:
    """Do the job on each of these databases, one after the other."""
    for database in databases:
        process = FORK.Process(target=_measure, args=(database, measure, arguments))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)


def _measure(database: str, measure: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    with house(database):
        measure(database, *arguments)


@contextmanager
def house(database: str) -> Iterator[None]:
    home = tempfile.mkdtemp(prefix="digibel-benchmark-")
    server = None
    os.environ |= {"DIGIBEL_HOME": home, "DJANGO_SETTINGS_MODULE": "digibel.settings"}
    try:
        if database == "postgres":
            from plugins.postgres import DATABASES, prepare

            server = prepare()
            server.start()
            os.environ |= {variable: server.url(name) for variable, name in DATABASES.items()}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("migrate", "sealing", database="keys", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        if server is not None:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)
