"""A migrated SQLite, kept beside the installed packages: migrating anew would take longer than most test runs.

Kept under a name that says what it was made of, so that a changed migration, trigger or package makes a new one.
"""

import hashlib
import shutil
import sqlite3
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = Path(sys.prefix) / "migrated"
MADE_OF = (
    "requirements-dev.lock",
    "src/digibel/*/migrations/*.py",
    "src/digibel/**/triggers*.py",
    "src/digibel/*/apps.py",
)


def kept(alias: str) -> Path:
    digest = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}".encode() + path.read_bytes())
    return KEPT / f"{alias}-{digest.hexdigest()[:20]}.sqlite3"


def put(alias: str, target: Path) -> None:
    """Lay what is kept where the tests want their database; without it, the tests migrate."""
    if kept(alias).exists():
        shutil.copyfile(kept(alias), target)


def keep(alias: str, database: sqlite3.Connection) -> None:
    """Keep a database that was just migrated. Of two workers at once the later one wins: theirs are the same."""
    path = kept(alias)
    if not path.exists():
        KEPT.mkdir(exist_ok=True)
        half = path.with_suffix(f".{id(database)}")
        with sqlite3.connect(half) as copy:
            database.backup(copy)
        copy.close()
        half.replace(path)
