"""How fast the outbox empties: many texts, against one task of the queue for each text.

    .venv/bin/python benchmarks/outbox.py [how many texts] [how many times] [--sqlite | --postgres]

On both databases where none is named. Both ways through the same queue with two workers, over a gateway that takes each text at
once; measured from the moment the texts are written until the last one is sent. Interleaved, the median of each and of the
ratios. That none is lost and none leaves twice when a worker is killed in the middle is a test (tests/races/test_sending.py).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve()
PEOPLE = 500
DATABASES = ("sqlite", "postgres")
SETTINGS = """
from digibel.settings import *
DIGIBEL_GATEWAYS = {"nowhere": "outbox_benchmark.Nowhere"}
DIGIBEL_GATEWAY = "nowhere"
"""


class Nowhere:
    """Takes every text and does nothing with it."""

    name = "nowhere"
    takes_our_id = True

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        return str(message_id)


def send_naively(message_id: str) -> None:
    """The rival's task: look at one text, send it, save it."""
    from digibel.notifications import gateways
    from digibel.notifications.models import OutboundMessage

    message = OutboundMessage.objects.select_related("recipient", "organisation").get(pk=message_id)
    message.provider_id = gateways.gateway("nowhere").send(
        message_id=message.pk, to=message.recipient.number, text=message.body
    )
    message.status = "sent"
    message.save()


def texts(count: int) -> list[Any]:
    """Composed and not yet written: a few to each of so many people."""
    from digibel.notifications.models import Recipient
    from digibel.notifications.outbox import compose
    from digibel.organisations.models import Organisation
    from digibel.sealing import keys

    organisation, _ = Organisation.objects.get_or_create(
        slug="benchmark", defaults={"name": "Benchmark", "sms_number": "+32460000001", "postcode": "1090"}
    )
    people = [
        Recipient(kind="volunteer", key_id=keys.new_key(), number="+32470000000", number_index=f"n{number}")
        for number in range(PEOPLE)
    ]
    Recipient.objects.bulk_create(people)
    return [
        compose(
            people[number % PEOPLE], "plain.declined", organisation=organisation, subject=organisation, any_hour=True
        )
        for number in range(count)
    ]


def ours(made: list[Any]) -> None:
    """As a verb does it; the wake-up goes to both workers."""
    from django.db import transaction

    from digibel.notifications import outbox

    with transaction.atomic():
        outbox.queue_all(made)
    outbox.wake()


def rival(made: list[Any]) -> None:
    from django.db import transaction
    from django_q.tasks import async_task

    from digibel.notifications.models import OutboundMessage

    with transaction.atomic():
        OutboundMessage.objects.bulk_create(made)
        for message in made:
            async_task("outbox_benchmark.send_naively", str(message.pk))


def seconds(way: Callable[[list[Any]], None], count: int) -> float:
    from digibel.notifications.models import OutboundMessage

    made = texts(count)
    unsent = OutboundMessage.objects.filter(status__in=("queued", "sending"))
    start = time.perf_counter()
    way(made)
    while unsent.exists():
        time.sleep(0.05)
    took = time.perf_counter() - start
    OutboundMessage.objects.all().delete()
    return took


def main() -> None:
    numbers = [int(one) for one in sys.argv[1:] if one.isdecimal()]
    named = [one for one in DATABASES if f"--{one}" in sys.argv]
    if not named:
        for database in DATABASES:
            # Settings are read once: each in a process of its own.
            subprocess.run([sys.executable, str(HERE), *map(str, numbers), f"--{database}"], check=True)
        return
    count, times = (numbers + [2_000, 5][len(numbers) :])[:2]
    with ExitStack() as stack:
        set_up(stack, Path(stack.enter_context(tempfile.TemporaryDirectory())), postgres=named == ["postgres"])
        for way in (ours, rival):
            seconds(way, 20)
        runs = [(seconds(ours, count), seconds(rival, count)) for _ in range(times)]
    for name, took in (("outbox", median(one for one, _ in runs)), ("one task each", median(two for _, two in runs))):
        say(f"{named[0]}: {name}, {count:,} texts", f"{count / took:,.0f} texts/s")
    say(
        f"{named[0]}: one task each / outbox, median of {times}",
        f"{median(two / one for one, two in runs):.1f}",
        ">= 10",
    )


def say(what: str, figure: str, goal: str = "") -> None:
    """As `common.measuring` says it, which the queue's processes would find under a name of Python's own."""
    print("\t".join(("outbox", what, figure, goal)), flush=True)


def set_up(stack: ExitStack, folder: Path, *, postgres: bool) -> None:
    """A home of its own, the tables, and a queue with two workers that stops with the measurement."""
    (folder / "outbox_settings.py").write_text(SETTINGS)
    # A copy apart: beside this file lies one that has the name of a module of Python's own.
    shutil.copy(HERE, folder / "outbox_benchmark.py")
    places = [str(folder), str(HERE.parents[1] / "src")]
    sys.path[:] = [*places, *(place for place in sys.path if Path(place) != HERE.parent)]
    os.environ |= {
        "DIGIBEL_HOME": str(folder / "home"),
        "DIGIBEL_PUBLIC_URL": "http://127.0.0.1:8000",
        "DIGIBEL_LOG_LEVEL": "CRITICAL",
        "DJANGO_SETTINGS_MODULE": "outbox_settings",
        "PYTHONPATH": os.pathsep.join(places),
    }
    if postgres:
        start_postgres(stack)
    manage = [sys.executable, str(HERE.parents[1] / "manage.py")]
    for target in ([], ["sealing", "--database", "keys"]):
        subprocess.run([*manage, "migrate", *target, "-v0"], check=True)
    queue = subprocess.Popen([*manage, "qcluster"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(queue.wait)
    stack.callback(queue.terminate)
    import django

    django.setup()


def start_postgres(stack: ExitStack) -> None:
    """The same throw-away server as that of the tests."""
    sys.path.insert(0, str(HERE.parents[1] / "tests"))
    from plugins import postgres

    server = postgres.prepare()
    stack.callback(server.stop)
    server.start()
    os.environ |= {variable: server.url(name) for variable, name in postgres.DATABASES.items()}


if __name__ == "__main__":
    main()
