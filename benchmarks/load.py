"""Row 9: 40 staff at their desks and 300 volunteers on their telephones at once, against a bare Django page on the same server.

    .venv/bin/python benchmarks/load.py [--seconds 15] [--rounds 3] [--requests 100] [--databases sqlite postgres]

Two servers of the same kind (granian, two processes of four threads): ours, and a Django that answers one page without database,
session or template. The same people ask the same way of both, in turns: somebody at a desk opens a page every eight seconds or so,
a volunteer every minute; several hold the same card. Then ten times the requests are written, nine in ten of them closed, as those
of last month are, and everything is measured again.
Times are the 95th percentile until a page is there in whole; ratios are the median of the rounds. The server's own work for a page
is counted too, in a row of each page alone: it is the same whatever else the machine does, and `docs/capacity.md` rests on it.
"""

import argparse
import http.client
import itertools
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from common.houses import in_each_house
from common.measuring import say

HERE = Path(__file__).resolve()
STAFF, VOLUNTEERS = 40, 300
CARDS = 60  # visits of today, so that writing them takes no half hour
STAFF_PAUSE, VOLUNTEER_PAUSE = 8.0, 60.0
BARE = "bare page"
WORK_TIMES = 20
GRANIAN = [
    *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "2", "--blocking-threads", "4"),
    *("--log-level", "error"),
]
Asked = dict[str, list[float]]


@dataclass(frozen=True)
class Person:
    """What somebody opens by turns: the name of a page and its address; and what their browser or program shows of itself."""

    pages: list[tuple[str, str]]
    headers: dict[str, str]
    pause: float


def bare() -> object:
    """The rival: Django and one page, nothing else."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.urls import re_path

    page = "<!doctype html><title>Bare</title>" + "<p>The same words again and again.</p>" * 300
    settings.configure(
        ROOT_URLCONF=type("urls", (), {"urlpatterns": [re_path("", lambda request: HttpResponse(page))]}),
        SECRET_KEY="bare",
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    )
    return get_wsgi_application()


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def worked(self) -> float:
        """Seconds of the processor that its processes have used."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if self.pid in (int(fields[1]), int(stat.parent.name)):
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(application: str, *options: str) -> Iterator[Server]:
    """Serves it on a free port, and ends with everything it started."""
    from plugins.postgres import free_port

    port = free_port()
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE.parents[1] / "src")])}
    command = [sys.executable, *GRANIAN, "--port", str(port), *options, application]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as served:
        try:
            _wait_for(port)
            yield Server(port, served.pid)
        finally:
            served.terminate()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            _open(port, "/healthz", {})
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The server does not answer.")


def _open(port: int, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def crowd(organisation: object, visits: list[object]) -> list[Person]:
    """Everybody at a desk has a request of their own, every volunteer a card; and a program asks the interface."""
    from django.test import Client

    import cast
    from digibel.organisations.keys import make_key
    from digibel.organisations.scopes import Scope
    from digibel.requests.models import HelpRequest
    from digibel.scheduling import cards

    waiting = HelpRequest.objects.open().filter(next_kind="choose").order_by("reference")
    references = list(waiting.values_list("reference", flat=True)[:50])
    people = []
    for number in range(STAFF):
        browser, mine = Client(), random.Random(number).choice(references)
        browser.force_login(cast.coordinator(organisation, name=f"Staff{number}"))
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
        people.append(Person([*DESK, ("one request", f"/requests/{mine}")], {"Cookie": cookies}, STAFF_PAUSE))
    addresses = [f"/visit/{cards.token(visit)}" for visit in visits]
    people += [Person([("card", addresses[number % CARDS])], {}, VOLUNTEER_PAUSE) for number in range(VOLUNTEERS)]
    _, secret = make_key(organisation, name="load", scopes=tuple(Scope))
    asked = [
        ("API: requests", "/api/v1/help-requests"),
        ("API: candidates", f"/api/v1/help-requests/{references[0]}/candidates"),
    ]
    people.append(Person(asked, {"Authorization": f"Bearer {secret}"}, STAFF_PAUSE))
    return people


DESK = [
    ("today", "/"),
    ("requests", "/requests"),
    ("new request", "/requests/new"),
    ("match", "/match"),
    ("calls", "/calls"),
    ("inbox", "/inbox"),
    ("visits", "/visits"),
    ("volunteers", "/volunteers"),
]


def work_of(people: list[Person], ours: Server, rival: Server, times: int) -> dict[str, tuple[float, float]]:
    """Seconds of the processor for each page, asked so often in a row, and their ratio to the bare page."""
    pages = {name: (path, person.headers) for person in people for name, path in person.pages}
    bare_took = _work(rival, "/", {}, 10 * times) / 10
    took = {name: _work(ours, path, headers, times) for name, (path, headers) in pages.items()}
    return {name: (seconds / times, seconds / bare_took) for name, seconds in took.items()}


def _work(asked: Server, path: str, headers: dict[str, str], times: int) -> float:
    _open(asked.port, path, headers)
    begun = asked.worked()
    for _ in range(times):
        _open(asked.port, path, headers)
    return asked.worked() - begun


def live(people: list[Person], port: int, seconds: float, *, bare: bool) -> tuple[Asked, int]:
    """Everybody goes about their work for so long: how long each page took, and how many did not come as they should."""
    took: Asked = defaultdict(list)
    failed = itertools.count()
    end = time.perf_counter() + seconds

    def rest(long: float) -> None:
        time.sleep(max(0.0, min(long, end - time.perf_counter())))

    def work(person: Person, dice: random.Random) -> None:
        order = itertools.cycle(dice.sample(person.pages, len(person.pages)))
        rest(dice.random() * person.pause)
        while (begun := time.perf_counter()) < end:
            name, path = (BARE, "/") if bare else next(order)
            try:
                right = _open(port, path, person.headers) == http.HTTPStatus.OK
            except OSError:
                right = False
            took[name].append(time.perf_counter() - begun)
            if not right:
                next(failed)
            rest(dice.expovariate(1 / person.pause))

    threads = [threading.Thread(target=work, args=(one, random.Random(number))) for number, one in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, next(failed)


def slowest(took: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]


def measure(database: str, seconds: float, rounds: int, requests: int) -> None:
    import cast

    organisation = cast.organisation()
    helpers = [cast.volunteer(organisation, name=f"V{number}") for number in range(CARDS)]
    visits = [cast.booked(cast.request(organisation), one) for one in helpers]
    _more(organisation, requests - CARDS)
    people = crowd(organisation, list(visits))
    with ExitStack() as stack:
        ours = stack.enter_context(server("digibel.wsgi:application"))
        rival = stack.enter_context(server("load:bare", "--factory"))
        once = work_of(people, ours, rival, WORK_TIMES)
        _say(database, f"{requests:,} requests", _rounds(people, ours.port, rival.port, seconds, rounds), once)
        _more(organisation, 9 * requests, closed=9 * requests - requests)
        ten = work_of(people, ours, rival, WORK_TIMES)
        _say(database, f"{10 * requests:,} requests", _rounds(people, ours.port, rival.port, seconds, rounds), ten)
    for name in sorted(once):
        say("load", f"{database}, {name}: ten times the data costs", ten[name][0] / once[name][0], "<= 2")


def _more(organisation: object, count: int, closed: int = 0) -> None:
    from django.db import transaction

    import cast
    from digibel.audit.actors import SYSTEM
    from digibel.requests.models import Closing
    from digibel.scheduling import openings

    with transaction.atomic():
        for number in range(count):
            request = cast.request(organisation)
            if number < closed:
                openings.close(request, closing=Closing.WITHDRAWN, by=SYSTEM)


@dataclass(frozen=True)
class Measured:
    """The 95th percentile of each page in seconds, its ratio to the bare page in the same round, and what went wrong."""

    pages: dict[str, float]
    ratios: dict[str, float]
    bare: float
    failed: int
    asked: int


def _rounds(people: list[Person], ours: int, rival: int, seconds: float, rounds: int) -> Measured:
    pages: Asked = defaultdict(list)
    ratios: Asked = defaultdict(list)
    bares, failures, asked = [], 0, 0
    live(people, ours, 5, bare=False)
    for _ in range(rounds):
        plain, _ = live(people, rival, seconds, bare=True)
        took, failed = live(people, ours, seconds, bare=False)
        bares.append(slowest(plain[BARE]))
        failures, asked = failures + failed, asked + sum(map(len, took.values()))
        for name, times in took.items():
            pages[name].append(slowest(times))
            ratios[name].append(slowest(times) / bares[-1])
    middle = statistics.median
    return Measured(
        {name: middle(times) for name, times in pages.items()},
        {name: middle(times) for name, times in ratios.items()},
        middle(bares),
        failures,
        asked,
    )


def _say(database: str, what: str, measured: Measured, work: dict[str, tuple[float, float]]) -> None:
    say("load", f"{database}, {what}: {BARE}, 95 % within", f"{1000 * measured.bare:.1f} ms")
    for name in sorted(measured.pages):
        say("load", f"{database}, {what}: {name}, 95 % within", f"{1000 * measured.pages[name]:.0f} ms")
        say("load", f"{database}, {what}: {name} / {BARE}", measured.ratios[name], "< 5")
        say("load", f"{database}, {what}: {name}, work of the server", f"{1000 * work[name][0]:.0f} ms")
        say("load", f"{database}, {what}: {name}, work / that of the {BARE}", work[name][1])
    say("load", f"{database}, {what}: not answered as they should, of {measured.asked:,}", measured.failed, "0")


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--seconds", type=float, default=15)
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--requests", type=int, default=100)
    told.add_argument("--databases", nargs="*", default=["sqlite", "postgres"])
    args = told.parse_args()
    # The second step of coming in is no page of the day.
    os.environ["DIGIBEL_TWO_STEPS"] = "0"
    in_each_house(args.databases, measure, args.seconds, args.rounds, max(args.requests, CARDS))


if __name__ == "__main__":
    main()
