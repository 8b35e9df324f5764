"""What can be wrong with the machine, each with one look that finds it. Numbers only, nothing that points at a person.

The looks ask no worker and no web process, so that they still answer when both are gone.
"""

import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_q.models import Success

from digibel import clock
from digibel.notifications import failing, gateways, watching
from digibel.organisations import logins
from digibel.scheduling import checked
from digibel.sealing.router import only_room_in

WORKER_SILENT_AFTER = timedelta(minutes=2)
BACKUP_OLD_AFTER = timedelta(hours=26)
CERTIFICATE_NEAR = timedelta(days=14)
CLOCKS_APART = timedelta(minutes=2)
LEAST_FREE = 1_000_000_000  # bytes
REACHED_WITHIN = 5.0
HTTPS = 443

WORDS: dict[str, str | Promise] = {
    "database": _("The database cannot be reached. Nothing can be read or noted."),
    "not_writable": _("Nothing can be written to the database: is its disk full, or is it in read-only mode?"),
    "not_migrated": _("The database is not that of this version. Run manage.py migrate."),
    "worker": _("No worker has been seen for two minutes: no text leaves and no alarm rings. Start it."),
    "outbox": _("Texts that should have left ten minutes ago are still here."),
    "gateways_resting": _("All gateways fail: no text leaves. Look at the page Texts."),
    "gateway_silent": _("A gateway takes texts and nothing comes back from it. Text its number yourself."),
    "promise": _("A promise is broken. Run manage.py check_promises."),
    "promises_unchecked": _("The promises were not looked at last night. Does the worker run?"),
    "backup": _("There is no backup of the last 26 hours. Run manage.py backup."),
    "disk": _("The disk is nearly full. Make room before nothing can be written."),
    "certificate": _("The certificate ends within two weeks, or cannot be seen. Renew it."),
    "tried": _(
        "Somebody tries passwords or codes: many were wrong within a quarter of an hour. Look in the log at whose account, and "
        "in the log of your proxy from where."
    ),
    "clock": _("The clock of this machine jumped or differs from the database's. Set it by the network."),
}


def found() -> list[str]:
    """The kinds of trouble there are now, keys of `WORDS`."""
    return [*_in_the_data(), *(kind for kind, is_so in OF_THE_MACHINE if is_so())]


def _in_the_data() -> Iterator[str]:
    try:
        if not all(is_migrated(alias) for alias in connections):
            yield "not_migrated"
            return
        if not all(is_writable(alias) for alias in connections):
            yield "not_writable"
        yield from (kind for kind, is_so in OF_THE_DATA if is_so())
    except Error:
        yield "database"


def is_migrated(alias: str) -> bool:
    executor = MigrationExecutor(connections[alias])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes(only_room_in(alias)))


def is_writable(alias: str) -> bool:
    """On SQLite by writing, what is there already; PostgreSQL says whether it is a copy or was told to be read only."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone()[0] == "off")
        cursor.execute("PRAGMA query_only")
        if cursor.fetchone()[0]:
            return False
        cursor.execute("PRAGMA user_version")
        [version] = cursor.fetchone()
        try:
            cursor.execute(f"PRAGMA user_version = {int(version)}")
        except Error:
            return False
    return True


def worker_silent() -> bool:
    """Nothing done for two minutes: the schedule alone brings something every minute. On the machine's clock, as the queue."""
    return not Success.objects.filter(stopped__gte=clock.machine_time() - WORKER_SILENT_AFTER).exists()


def _gateways_resting() -> bool:
    return bool(gateways.in_order()) and failing.ready() is None


def _promise_broken() -> bool:
    told = checked.last()
    return told is not None and told[1] > 0


def _promises_unchecked() -> bool:
    told = checked.last()
    return told is not None and clock.machine_time() - told[0] > checked.EVERY


def _tried() -> bool:
    """As many at all doors together as would shut one address: a centre on a Monday types fewer."""
    return logins.tried_lately() >= settings.DIGIBEL_TRIES_OF_ONE_ADDRESS


def _clocks_apart() -> bool:
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return bool(abs(cursor.fetchone()[0] - clock.machine_time()) > CLOCKS_APART)


def backup_age() -> timedelta | None:
    """How old the newest backup is; None where no folder of backups is named or nothing lies in it."""
    files = Path(settings.DIGIBEL_BACKUPS).glob("*.backup") if settings.DIGIBEL_BACKUPS else ()
    newest = max((file.stat().st_mtime for file in files), default=None)
    return None if newest is None else timedelta(seconds=max(0.0, time.time() - newest))


def _backup_old() -> bool:
    age = backup_age()
    return bool(settings.DIGIBEL_BACKUPS) and (age is None or age > BACKUP_OLD_AFTER)


def free_bytes() -> dict[str, int]:
    """What is free on each disk with something of ours on it, by folder."""
    folders = [Path(settings.HOME), *([Path(settings.DIGIBEL_BACKUPS)] if settings.DIGIBEL_BACKUPS else [])]
    return {str(folder): shutil.disk_usage(folder).free for folder in folders if folder.exists()}


def _disk_full() -> bool:
    return any(free < LEAST_FREE for free in free_bytes().values())


def certificate_ends(host: str, port: int = HTTPS) -> datetime:
    """Until when the certificate lasts that is shown there. Raises `OSError` or `ValueError`."""
    pem = ssl.get_server_certificate((host, port), timeout=REACHED_WITHIN)
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc


def _certificate_near() -> bool:
    public = urlsplit(settings.DIGIBEL_PUBLIC_URL)
    if public.scheme != "https" or not public.hostname:
        return False
    try:
        return certificate_ends(public.hostname, public.port or HTTPS) - datetime.now(UTC) < CERTIFICATE_NEAR
    except (OSError, ValueError):
        return True


class Jumps:
    """Whether the clock went on as it should between two looks of one process."""

    def __init__(self) -> None:
        self.between = self._between()

    def _between(self) -> float:
        return time.time() - time.monotonic()

    def seen(self) -> bool:
        before, self.between = self.between, self._between()
        return abs(self.between - before) > CLOCKS_APART.total_seconds()


OF_THE_DATA: tuple[tuple[str, Callable[[], bool]], ...] = (
    ("worker", worker_silent),
    ("outbox", lambda: bool(watching.stands_still(clock.now()))),
    ("gateways_resting", _gateways_resting),
    ("gateway_silent", lambda: bool(watching.silent(clock.now()))),
    ("promise", _promise_broken),
    ("promises_unchecked", _promises_unchecked),
    ("tried", _tried),
    ("clock", _clocks_apart),
)
OF_THE_MACHINE: tuple[tuple[str, Callable[[], bool]], ...] = (
    ("backup", _backup_old),
    ("disk", _disk_full),
    ("certificate", _certificate_near),
)
