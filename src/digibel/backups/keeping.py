"""The folder of backups: a file for each night, named by its moment, and gone after thirty days."""

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from digibel import clock
from digibel.backups.errors import NoFolder

KEPT = timedelta(days=30)
"""As `privacy/retention.py` promises: what was erased is nowhere after a month."""


def next_file() -> Path:
    """Where the next backup belongs. Raises `NoFolder`."""
    if not settings.DIGIBEL_BACKUPS:
        raise NoFolder
    return Path(settings.DIGIBEL_BACKUPS) / f"digibel-{clock.machine_time():%Y%m%d-%H%M%S}.backup"


def throw_away_old(folder: Path) -> int:
    """Those of ours alone, by when they were written. Returns how many."""
    old = [one for one in folder.glob("digibel-*.backup") if time.time() - one.stat().st_mtime > KEPT.total_seconds()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
