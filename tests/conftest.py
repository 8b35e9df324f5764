"""What every test may use: a clock that stands still, both databases, and an organisation with its volunteer."""

import gc
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

import cast
from digibel import clock
from digibel.audit import triggers
from digibel.organisations.models import Organisation
from digibel.scheduling import announcing
from digibel.scheduling.matching import snapshot
from digibel.sealing import keys
from digibel.sealing.router import only_room_in
from digibel.volunteers.models import Volunteer
from plugins import migrated
from plugins.worlds import NOW, WORDS

# Fixtures that hand a test the database without its saying so.
DATABASE_FIXTURES = {"db": {}, "transactional_db": {"transaction": True}}

SQLITE = os.environ.get("DIGIBEL_TEST_DB") != "postgres"
LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
HERE = Path(__file__).parent
# Told once on an everyday run, on SQLite: pages, operations and commands ask PostgreSQL what the tests of the rooms ask it; rooms
# and verbs without a lock or a statement of their own; the demo, which is one machine. The long run tells everything on both.
ONCE = tuple(
    HERE / place
    for place in (
        "access", "api", "demo", "desk", "directory", "guardrails", "organisations", "upkeep", "volunteers",
        "notifications/gateways",
        *(f"notifications/test_{name}.py" for name in (
            "answering", "calls", "check_gateway", "failing", "freetime", "gateway_checks", "hands", "missed", "parts",
            "phrasebook", "phrasebook_texts", "stopping", "watching", "webhooks",
        )),
        *(f"privacy/test_{name}.py" for name in ("erasing", "exporting", "retention", "stopping")),
        "reports/test_counting.py", "journeys/test_any_law.py", "journeys/test_bad_days.py", "requests/test_access_notes.py",
        "journeys/test_month.py", "scheduling/planning", "scheduling/matching/test_exactness.py",
        "scheduling/matching/test_suggestions.py", "test_alphabets.py", "test_architecture.py",
        "journeys/test_any_order.py", "journeys/test_half_deployed.py",
        *(f"scheduling/test_{name}.py" for name in (
            "arrivals", "asking", "availability", "calendars", "cards", "complaints", "concerns", "desksessions", "followups",
            "fraud", "freetexts", "gone", "handovers", "invitations", "kits", "leaving", "merging", "onego", "readiness",
            "rectifying", "rejudging", "rescheduling", "scripts", "series", "sharing", "slips", "stafffirst", "together",
            "wrongnumbers",
        )),
    )
)  # fmt: skip

# The long run seeds the demo at every hour; the everyday one at one, in `demo/test_seeding.py`. What is told once is not even read
# again: reading takes as long as many a test.
collect_ignore = [] if LONG else ["demo/test_seeding_moments.py", *([] if SQLITE else map(str, ONCE))]

# Shared cores are slow now and then, and a fixture that only stops the clock is harmless to share between examples.
CALM = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
# The everyday run gives everybody the same answer; the long one goes looking.
settings.register_profile("everyday", deadline=None, max_examples=20, derandomize=True, suppress_health_check=CALM)
settings.register_profile("long", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=CALM)
settings.load_profile("long" if LONG else "everyday")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """On an everyday run a test draws the same codewords each time: no two that happen to be alike on one day in sixty."""
    WORDS.seed(None if LONG else item.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Open both databases to every test that opens one; on PostgreSQL, run only those."""
    without_database, left = [], []
    for item in items:
        wanted = _database_marker(item)
        if wanted is None:
            without_database.append(item)
        else:
            item.add_marker(wanted, append=False)
            left.append(item)
    if os.environ.get("DIGIBEL_TEST_DB") == "postgres":
        # They have passed on SQLite, and no database can change their answer.
        config.hook.pytest_deselected(items=without_database)
        items[:] = left


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was read to run the tests is needed to the end: looking through it for leftovers takes one second in fifteen."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _database_marker(item: pytest.Item) -> pytest.MarkDecorator | None:
    marker = item.get_closest_marker("django_db")
    if marker is not None:
        return pytest.mark.django_db(*marker.args, **{"databases": "__all__", **marker.kwargs})
    options = [DATABASE_FIXTURES[name] for name in DATABASE_FIXTURES if name in getattr(item, "fixturenames", ())]
    return pytest.mark.django_db(databases="__all__", **options[-1]) if options else None


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Scrypt is slow on purpose, and every test that logs in would pay for it."""
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def static_files_on_demand() -> None:
    """Every test's client makes its own middleware, and WhiteNoise would read all static files anew for each."""
    django_settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def drawn_words() -> None:
    announcing.secrets = WORDS


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in files, as in production: in memory it knows no lock to wait for, and no race would be real."""
    folder = tmp_path_factory.mktemp("databases")
    for alias, database in django_settings.DATABASES.items():
        if only_room_in(alias):
            # Made from the models: one room's few tables, and no walk through every migration of the house.
            database.setdefault("TEST", {})["MIGRATE"] = False
        if database["ENGINE"].endswith("sqlite3"):
            database.setdefault("TEST", {})["NAME"] = str(folder / f"{alias}.sqlite3")
            migrated.put(alias, folder / f"{alias}.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """What `migrated` has put there is taken up, not thrown away; every run has a folder of its own."""
    return SQLITE


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        # Its tables are there, made from the models; the page of health asks whether its migrations are.
        call_command("migrate", "sealing", database="keys", fake=True, verbosity=0)
        if SQLITE:
            for alias in django_settings.DATABASES:
                connections[alias].ensure_connection()
                migrated.keep(alias, connections[alias].connection)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def frozen_clock(now: datetime) -> Iterator[datetime]:
    """Digibel's clock stands still at `now`; `clock.travel(later)` inside a test moves it on."""
    with clock.travel(now):
        yield now


@pytest.fixture
def lindeboom(frozen_clock: datetime) -> Organisation:
    """The organisation that a test is about, unless it makes its own."""
    return cast.organisation()


@pytest.fixture
def els(lindeboom: Organisation) -> Volunteer:
    """Its volunteer."""
    return cast.volunteer(lindeboom)


@pytest.fixture(autouse=True)
def audit_gives_way_to_the_flush(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with real transactions ends by emptying the tables, which the triggers refuse. They come back with the flush."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        triggers.remove(connection)


@pytest.fixture(autouse=True)
def nobody_has_chosen_a_language() -> None:
    """A page that was read in English by an earlier test says nothing about this one."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def no_remembered_keys() -> Iterator[None]:
    """Keys live in memory for a minute, and a test's people only for a test."""
    keys.cache.clear()
    yield
    keys.cache.clear()


@pytest.fixture(autouse=True)
def no_remembered_pool() -> Iterator[None]:
    """Each process remembers the pool, and a test's people are only a test's."""
    snapshot.forget()
    yield
    snapshot.forget()
