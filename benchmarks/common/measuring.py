"""A home of its own for a benchmark, rivals that take turns, and one line for each figure."""

import atexit
import gc
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

TESTS = Path(__file__).parents[2] / "tests"


def scratch_home() -> None:
    """An empty Digibel in a folder that goes away with this process; Django is ready afterwards."""
    home = tempfile.mkdtemp(prefix="digibel-benchmark-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["DIGIBEL_HOME"] = home
    os.environ.pop("DIGIBEL_DATABASE_URL", None)
    os.environ.pop("DIGIBEL_KEYS_DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "digibel.settings"
    sys.path.insert(0, str(TESTS))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("migrate", "sealing", database="keys", verbosity=0)


def medians(ways: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Seconds of this process's own time for each, the median of so many rounds in which they take turns.

    Each has run once before. What others do on the machine at the same time is not counted.
    """
    took: dict[str, list[float]] = {name: [] for name in ways}
    for round_number in range(-1, rounds):
        for name, work in ways.items():
            gc.collect()
            begun = time.process_time()
            work()
            if round_number >= 0:
                took[name].append(time.process_time() - begun)
    return {name: statistics.median(seconds) for name, seconds in took.items()}


def say(job: str, what: str, figure: float | int | str, goal: str = "") -> None:
    said = (
        figure
        if isinstance(figure, str)
        else f"{figure:,.0f}"
        if figure >= 100 or figure == int(figure)
        else f"{figure:,.2f}"
    )
    print("\t".join((job, what, said, goal)), flush=True)
