"""What goes wrong with the machine is found, and only what goes wrong."""

import os
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from axes.models import AccessAttempt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone
from django_q.models import Success

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.scheduling import checked, offers, tasks
from digibel.upkeep import troubles

pytestmark = pytest.mark.django_db


@pytest.fixture
def well(settings, tmp_path, monkeypatch):
    """A machine with nothing wrong: a worker, a backup of last night, a long certificate, room on the disk."""
    settings.HOME, settings.DIGIBEL_BACKUPS = tmp_path, str(tmp_path)
    settings.DIGIBEL_PUBLIC_URL = "https://digibel.example"
    (tmp_path / "last.backup").touch()
    monkeypatch.setattr(troubles, "certificate_ends", lambda host, port: datetime.now(UTC) + timedelta(days=60))
    disk = SimpleNamespace(free=50 * 10**9)
    monkeypatch.setattr(troubles.shutil, "disk_usage", lambda folder: disk)
    now = timezone.now()
    done = Success.objects.create(id="1" * 32, name="one", func="f", started=now, stopped=now, success=True)
    checked.note(0)
    return SimpleNamespace(folder=tmp_path, disk=disk, done=done)


def test_a_machine_that_is_well_has_no_trouble(well, capsys):
    assert troubles.found() == []
    call_command("watch_house")
    assert capsys.readouterr().out == "All is well.\n"


def test_every_trouble_has_words():
    kinds = {kind for kind, _ in (*troubles.OF_THE_DATA, *troubles.OF_THE_MACHINE)}
    assert kinds | {"database", "not_writable", "not_migrated"} == set(troubles.WORDS)


def test_nobody_who_works(well):
    Success.objects.update(stopped=timezone.now() - timedelta(minutes=3))
    assert troubles.found() == ["worker"]


def test_texts_that_do_not_leave_and_gateways_that_fail(well, frozen_clock, now):
    organisation = cast.organisation()
    cast.volunteer(organisation)
    offers.send_wave(cast.request(organisation), by=SYSTEM)
    with clock.travel(now + timedelta(minutes=11)):
        assert troubles.found() == ["outbox"]


def test_a_broken_promise_and_a_night_without_a_look(well, monkeypatch):
    monkeypatch.setattr(tasks.promises, "check", lambda: [tasks.promises.Finding("One yes.", 2, ("26-0001",))])
    assert tasks._broken_promises() != []
    assert troubles.found() == ["promise"]
    checked.PromisesChecked.objects.update(at=timezone.now() - timedelta(hours=27), broken=0)
    assert troubles.found() == ["promises_unchecked"]


def test_somebody_who_tries_passwords_from_many_places(well, settings, frozen_clock):
    """No account is shut and no address: it is the whole that tells."""
    settings.DIGIBEL_TRIES_OF_ONE_ADDRESS = 20
    for one in range(20):
        browser = Client(REMOTE_ADDR=f"192.0.2.{one}")
        assert browser.post("/login", {"username": f"{one}@lindeboom.example", "password": "x"}).status_code == 422
        assert troubles.found() == (["tried"] if one == 19 else [])
    assert "digibel_wrong_tries 20" in Client().get("/metrics").content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert troubles.found() == []


def test_an_old_backup_and_none(well):
    old = (timezone.now() - timedelta(hours=27)).timestamp()
    os.utime(well.folder / "last.backup", (old, old))
    assert troubles.found() == ["backup"]
    (well.folder / "last.backup").unlink()
    assert (troubles.found(), troubles.backup_age()) == (["backup"], None)


def test_without_a_folder_of_backups_none_is_old(well, settings):
    settings.DIGIBEL_BACKUPS = ""
    (well.folder / "last.backup").unlink()
    assert troubles.found() == []


def test_a_disk_that_is_nearly_full(well):
    well.disk.free = 900_000_000
    assert troubles.found() == ["disk"]


@pytest.mark.parametrize("left", [timedelta(days=13), timedelta(days=-1)])
def test_a_certificate_that_ends(well, monkeypatch, left):
    monkeypatch.setattr(troubles, "certificate_ends", lambda host, port: datetime.now(UTC) + left)
    assert troubles.found() == ["certificate"]


def test_a_certificate_that_cannot_be_seen(well, monkeypatch, settings):
    monkeypatch.undo()
    settings.DIGIBEL_PUBLIC_URL = "https://127.0.0.1:1"
    assert dict(troubles.OF_THE_MACHINE)["certificate"]() is True


def test_the_certificate_that_is_shown_is_read(served_over_tls):
    assert troubles.certificate_ends("127.0.0.1", served_over_tls) == datetime(2031, 1, 2, tzinfo=UTC)


@pytest.fixture
def served_over_tls(tmp_path):
    """A port of this machine with a certificate until the second of January 2031."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2026, 1, 1), datetime(2031, 1, 2))
    both = tmp_path / "both.pem"
    both.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    with socket.create_server(("127.0.0.1", 0)) as door, context.wrap_socket(door, server_side=True) as tls:
        answering = threading.Thread(target=lambda: tls.accept()[0].close())
        answering.start()
        yield tls.getsockname()[1]
        answering.join(5)


def test_a_database_that_is_away_hides_what_lies_in_it(well, monkeypatch):
    def away(*args):
        raise OperationalError("host=10.0.0.1 password=x")

    monkeypatch.setattr(connections["keys"], "cursor", away)
    assert troubles.found() == ["database"]


def test_a_database_of_another_version(well, monkeypatch):
    monkeypatch.setattr(troubles, "is_migrated", lambda alias: alias != "default")
    assert troubles.found() == ["not_migrated"]


def test_a_database_that_can_only_be_read(well):
    connection = connections["keys"]
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY")
        try:
            assert troubles.found() == ["not_writable"]
        finally:
            if sqlite:
                cursor.execute("PRAGMA query_only = OFF")


def test_a_clock_that_jumps_is_seen_once(monkeypatch):
    jumps = troubles.Jumps()
    assert jumps.seen() is False
    real = troubles.time.time
    monkeypatch.setattr(troubles.time, "time", lambda: real() + 3600)
    assert (jumps.seen(), jumps.seen()) == (True, False)


def test_the_command_ends_with_one_and_says_what_to_do(well, capsys):
    well.disk.free = 0
    with pytest.raises(SystemExit) as ended:
        call_command("watch_house")
    assert ended.value.code == 1
    assert capsys.readouterr().out == f"{'disk':<20}{troubles.WORDS['disk']}\n"
