"""Everything moves to another database, keys too, whole or not at all; and texts leave from there as they would have here."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

import cast
from digibel.audit import triggers
from digibel.backups import copying, moving, rows
from digibel.backups.errors import NoBackup, NotEmpty, StillWorking
from digibel.notifications import outbox
from digibel.requests.models import Client
from digibel.scheduling import promises
from digibel.sealing import keys
from digibel.sealing.reading import unsealed_or_none

pytestmark = pytest.mark.django_db(transaction=True)

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
POSTGRES = os.environ.get("DIGIBEL_TEST_DB") == "postgres"


@pytest.fixture
def moved(frozen_clock, settings, tmp_path):
    settings.DIGIBEL_READ_ONLY = True
    with transaction.atomic():
        house = cast.organisation()
        cast.booked(cast.request(house), cast.volunteer(house))
    return moving.Files.within(tmp_path)


def everything():
    return {model._meta.label: sorted(map(repr, rows.rows(model))) for model in (*rows.tables(), *rows.keys_tables())}


def as_a_new_place():
    """Empty databases, as after `migrate`."""
    with transaction.atomic(using="keys"), transaction.atomic():
        triggers.remove(rows.connection)
        rows.empty([*rows.tables(), *rows.keys_tables()])
        triggers.install(rows.connection)
    keys.cache.clear()


def test_everything_arrives_and_texts_go_on_leaving(moved):
    before = everything()
    count = moving.write_out(moved)
    as_a_new_place()
    assert moving.take_in(moved) == count == sum(len(before[model._meta.label]) for model in rows.tables())
    assert everything() == before
    assert unsealed_or_none(Client.objects.get(), "street") == "Theodorstraat"
    assert outbox.held_since() is None
    assert [str(finding) for finding in promises.check() if not finding.holds] == []


def test_nothing_readable_lies_in_the_home_meanwhile(moved):
    moving.write_out(moved)
    for file in (moved.data, moved.keys):
        assert b"Theodorstraat" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
    moved.remove()
    assert not moved.data.exists()
    assert not moved.keys.exists()


def test_not_while_somebody_writes(moved, settings):
    settings.DIGIBEL_READ_ONLY = False
    with pytest.raises(StillWorking):
        moving.write_out(moved)


def test_not_over_what_is_there(moved):
    moving.write_out(moved)
    before = everything()
    with pytest.raises(NotEmpty):
        moving.take_in(moved)
    assert everything() == before


def test_half_a_file_moves_nothing(moved):
    moving.write_out(moved)
    moved.data.write_bytes(moved.data.read_bytes()[:-30])
    as_a_new_place()
    with pytest.raises(NoBackup):
        moving.take_in(moved)
    assert set(map(len, everything().values())) == {0}


def test_what_breaks_half_way_leaves_both_empty(moved, monkeypatch):
    moving.write_out(moved)
    as_a_new_place()
    real = copying.fill

    def breaks(path, tables):
        if path == moved.data:
            raise OSError("the disk is full")
        return real(path, tables)

    monkeypatch.setattr(copying, "fill", breaks)
    with pytest.raises(OSError, match="full"):
        moving.take_in(moved)
    assert set(map(len, everything().values())) == {0}


@pytest.mark.parametrize("named", [(), ("sqlite:///x", "postgres://a/b"), ("postgres://a/b", "postgres://a/b")])
def test_two_databases_of_postgresql_are_named(named):
    with pytest.raises(CommandError, match="Name two PostgreSQL databases"):
        call_command("move_to_postgres", *named)


@pytest.mark.skipif(not (LONG and POSTGRES), reason="the long run, with a PostgreSQL to move to")
def test_the_command_moves_a_house_from_sqlite_to_postgresql(tmp_path):
    """The demo's people, on SQLite, into two new databases of the server of the tests."""
    made = []
    for name in ("moved", "moved_keys"):
        with rows.connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
        made.append(os.environ["DIGIBEL_DATABASE_URL"].rpartition("/")[0] + f"/{name}")
    env = {name: value for name, value in os.environ.items() if not name.startswith("DIGIBEL_")}
    env |= {"DIGIBEL_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "digibel.settings", "DIGIBEL_DEMO": "1"}
    django = [sys.executable, "-m", "django"]
    subprocess.run([*django, "demo", "--seed-only"], env=env, check=True)
    command = [*django, "move_to_postgres", *made]
    refused = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (refused.returncode, "DIGIBEL_READ_ONLY=1" in refused.stderr) == (1, True)
    env["DIGIBEL_READ_ONLY"] = "1"
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[0] == lines[1].split()[0]
    assert [line for line in lines[2:] if not line.startswith("ok ")] == []
    assert list(tmp_path.glob("moving-*")) == []
