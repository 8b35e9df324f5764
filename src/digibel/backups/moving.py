"""From one database to another, keys and all: SQLite to PostgreSQL when one machine is no longer enough.

Two closed files carry it, and are gone afterwards: the data, and the keys of persons, which no backup ever holds.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from digibel.backups import copying, rows
from digibel.backups.errors import NotEmpty, StillWorking
from digibel.organisations.models import Organisation
from digibel.sealing.models import PersonKey
from digibel.sealing.router import KEYS


@dataclass(frozen=True)
class Files:
    data: Path
    keys: Path

    @classmethod
    def within(cls, folder: Path) -> "Files":
        return cls(folder / "moving-data", folder / "moving-keys")

    def remove(self) -> None:
        for file in (self.data, self.keys):
            file.unlink(missing_ok=True)


def write_out(files: Files) -> int:
    """Everything that is here. Nobody may write meanwhile: what came later would stay behind. Raises `StillWorking`."""
    if not settings.DIGIBEL_READ_ONLY:
        raise StillWorking
    copying.write_tables(files.keys, rows.keys_tables())
    return copying.backup(files.data)


def take_in(files: Files) -> int:
    """Into these empty databases, whole or not at all. Texts leave from here as they would have there. Raises `NotEmpty`."""
    if Organisation.objects.exists() or PersonKey.objects.exists():
        raise NotEmpty
    for file in (files.keys, files.data):
        copying.check(file)
    # The keys first: without its key data is noise, and a key without data harms nobody.
    with transaction.atomic(using=KEYS), transaction.atomic():
        copying.fill(files.keys, rows.keys_tables())
        return copying.fill(files.data, rows.tables())
