"""Row 10: one, two and four worker processes on one PostgreSQL; then two, of which one is killed every few seconds.

    .venv/bin/python benchmarks/workers.py [--texts 800] [--times 3] [--kills 6] [--every 5]

Every text is a deed of its own, as at a desk: written in a transaction that wakes a worker. The gateway takes 20 milliseconds for
each, as a provider over the internet does, and writes down whom it was asked for; it knows our number of a text, so that one that
is asked again after a crash reaches nobody twice. Killed means SIGKILL for the process and all it started, and a new one a
moment later, as a service manager does it. What a killed one had in its hands is found after two minutes.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve()
TAKES = 0.02  # seconds
PEOPLE = 500
SETTINGS = """
from digibel.settings import *
DIGIBEL_GATEWAYS = {"faraway": "workers_benchmark.Faraway"}
DIGIBEL_GATEWAY = "faraway"
"""


class Faraway:
    """Takes its time, and keeps a line for each text it was asked to send."""

    name = "faraway"
    takes_our_id = True

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        time.sleep(TAKES)
        with Path(os.environ["DIGIBEL_BENCHMARK_SENT"]).open("a") as sent:
            sent.write(f"{message_id}\n")
        return str(message_id)


class Workers:
    """So many worker processes, each with one pair of hands and a group of processes of its own."""

    def __init__(self, count: int) -> None:
        self.running = [self._start() for _ in range(count)]

    @staticmethod
    def _start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(HERE.parents[1] / "manage.py"), "qcluster"]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)

    def kill_one(self) -> None:
        killed = self.running.pop(0)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        self.running.append(self._start())

    def stop(self) -> None:
        for one in self.running:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()


def people() -> list[object]:
    from digibel.notifications.models import Recipient
    from digibel.sealing import keys

    made = [
        Recipient(kind="volunteer", key_id=keys.new_key(), number="+32470000000", number_index=f"n{uuid.uuid4().hex}")
        for _ in range(PEOPLE)
    ]
    return list(Recipient.objects.bulk_create(made))


def write(count: int) -> list[str]:
    """Each in a deed of its own, which wakes whoever is free."""
    from django.db import transaction

    from digibel.notifications import outbox
    from digibel.organisations.models import Organisation

    organisation, _ = Organisation.objects.get_or_create(
        slug="benchmark", defaults={"name": "Benchmark", "sms_number": "+32460000001", "postcode": "1090"}
    )
    everybody, written = people(), []
    for number in range(count):
        with transaction.atomic():
            one = outbox.compose(
                everybody[number % PEOPLE],  # type: ignore[arg-type]
                "plain.declined",
                organisation=organisation,
                subject=organisation,
                any_hour=True,
            )
            outbox.queue_all([one])
            outbox.wake()
        written.append(str(one.pk))
    return written


def unsent() -> int:
    from digibel.notifications.models import OutboundMessage

    return OutboundMessage.objects.filter(status__in=("queued", "sending")).count()


def speed(workers: int, count: int) -> float:
    """Texts a second, from when all are written and the workers begin."""
    write(count)
    start_at = time.perf_counter()
    some = Workers(workers)
    try:
        while (left := unsent()) == count:
            time.sleep(0.02)
        begun, rest = time.perf_counter(), left
        while unsent():
            time.sleep(0.02)
        assert begun > start_at
        return rest / (time.perf_counter() - begun)
    finally:
        some.stop()


def kill(count: int, kills: int, every: float) -> tuple[int, Counter[str], list[str]]:
    """What never left, how often each text was asked for, and which were written."""
    from digibel.notifications import outbox

    sent = Path(os.environ["DIGIBEL_BENCHMARK_SENT"])
    sent.write_text("")
    written, some = write(count), Workers(2)
    try:
        for _ in range(kills):
            time.sleep(every)
            some.kill_one()
        patience = time.monotonic() + 300
        while unsent() and time.monotonic() < patience:
            time.sleep(2)
            outbox.free_stuck()
            outbox.wake()
        return unsent(), Counter(sent.read_text().split()), written
    finally:
        some.stop()


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--texts", type=int, default=800)
    told.add_argument("--times", type=int, default=3)
    told.add_argument("--kills", type=int, default=6)
    told.add_argument("--every", type=float, default=5)
    args = told.parse_args()
    with ExitStack() as stack:
        set_up(stack, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        took: dict[int, list[float]] = {1: [], 2: [], 4: []}
        for _ in range(args.times):
            for workers, speeds in took.items():
                speeds.append(speed(workers, args.texts))
        for workers, speeds in took.items():
            say(f"postgres: {workers} worker processes, {args.texts:,} texts", f"{median(speeds):,.0f} texts/s")
        for workers in (2, 4):
            ratio = median(many / one for many, one in zip(took[workers], took[1], strict=True))
            say(f"postgres: {workers} workers / 1, median of {args.times}", f"{ratio:.2f}", "grows")
        lost, asked, written = kill(args.texts, args.kills, args.every)
    told_of = f"of {args.texts:,} texts, {args.kills} workers killed"
    say(f"postgres: never left, {told_of}", str(lost + sum(one not in asked for one in written)), "0")
    say(f"postgres: left that nobody wrote, {told_of}", str(len(set(asked) - set(written))), "0")
    say(f"postgres: asked for again under the same number, {told_of}", str(sum(n > 1 for n in asked.values())))


def say(what: str, figure: str, goal: str = "") -> None:
    print("\t".join(("workers", what, figure, goal)), flush=True)


def set_up(stack: ExitStack, folder: Path) -> None:
    """A home and a PostgreSQL of its own, and the tables."""
    (folder / "workers_settings.py").write_text(SETTINGS)
    # A copy apart: beside this file lies one that has the name of a module of Python's own.
    shutil.copy(HERE, folder / "workers_benchmark.py")
    places = [str(folder), str(HERE.parents[1] / "src")]
    sys.path[:] = [*places, str(HERE.parents[1] / "tests"), *(one for one in sys.path if Path(one) != HERE.parent)]
    os.environ |= {
        "DIGIBEL_HOME": str(folder / "home"),
        "DIGIBEL_PUBLIC_URL": "http://127.0.0.1:8000",
        "DIGIBEL_LOG_LEVEL": "CRITICAL",
        "DIGIBEL_WORKERS": "1",
        "DIGIBEL_BENCHMARK_SENT": str(folder / "sent"),
        "DJANGO_SETTINGS_MODULE": "workers_settings",
        "PYTHONPATH": os.pathsep.join(places),
    }
    from plugins import postgres

    server = postgres.prepare()
    stack.callback(server.stop)
    server.start()
    os.environ |= {variable: server.url(name) for variable, name in postgres.DATABASES.items()}
    manage = [sys.executable, str(HERE.parents[1] / "manage.py")]
    for target in ([], ["sealing", "--database", "keys"]):
        subprocess.run([*manage, "migrate", *target, "-v0"], check=True)
    import django

    django.setup()


if __name__ == "__main__":
    main()
