"""A backup made while others write is whole, and comes back whole or not at all."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

import cast
from digibel import clock
from digibel.audit import triggers
from digibel.audit.actors import SYSTEM, Actor
from digibel.backups import archive, copying, rows
from digibel.backups.errors import NoBackup
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.privacy import erasing
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import promises, visits
from digibel.scheduling.hooks import keeping as hooks
from digibel.scheduling.models import Visit
from digibel.sealing.reading import unsealed_or_none

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lindeboom(frozen_clock):
    with transaction.atomic():
        house = cast.organisation()
        # What a restore brings back was told before: no event of it is told again.
        hooks.make(house, name="till", address="https://till.example.org/in", by=SYSTEM)
        cast.booked(cast.request(house), cast.volunteer(house))
    return house


@pytest.fixture
def file(tmp_path):
    return tmp_path / "digibel.backup"


def everything():
    return {model._meta.label: sorted(map(repr, rows.rows(model))) for model in rows.tables()}


def without_audit(data):
    return {label: found for label, found in data.items() if label not in {"audit.Event", "notifications.Hold"}}


def test_everything_comes_back_as_it_was(lindeboom, file):
    before = everything()
    assert copying.backup(file) == sum(map(len, before.values()))
    with transaction.atomic():
        cast.request(lindeboom)
        Visit.objects.update(sequence=7)
    restored = copying.restore(file)
    assert without_audit(everything()) == without_audit(before)
    assert (restored.rows, restored.again.people) == (sum(map(len, before.values())), 0)
    assert unsealed_or_none(Client.objects.get(), "street") == "Theodorstraat"
    assert triggers.missing(connection) == []
    assert [str(finding) for finding in promises.check() if not finding.holds] == []


def test_life_goes_on_after_it_and_no_text_leaves_until_a_person_has_looked(lindeboom, file):
    """New rows get numbers after those that came back."""
    copying.backup(file)
    copying.restore(file)
    with transaction.atomic():
        cast.request(lindeboom)
    assert HelpRequest.objects.count() == 2
    assert OutboundMessage.objects.waiting().exists()
    assert outbox.sweep() == 0


def test_whoever_was_forgotten_since_stays_forgotten(lindeboom, file):
    copying.backup(file)
    with clock.travel(clock.now() + timedelta(days=40)):
        client = Client.objects.get()
        with transaction.atomic():
            visits.cancel(Visit.objects.get(), by=SYSTEM, reason="organisation")
        erasing.erase_client(client, by=Actor.staff(lindeboom.staff.get()))
        assert copying.restore(file).again.people == 1
        assert unsealed_or_none(Client.objects.get(), "street") is None


def test_nothing_readable_is_in_the_file(lindeboom, file):
    copying.backup(file)
    raw = file.read_bytes()
    for word in (b"Theodorstraat", b"requests.Client", b"rows", HelpRequest.objects.get().reference.encode()):
        assert word not in raw
    assert file.stat().st_mode & 0o077 == 0


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(lindeboom, file, monkeypatch):
    """Another connection writes after the first table was read; the backup keeps to its own moment."""
    begun, written = threading.Event(), threading.Event()

    def write():
        begun.wait(20)
        try:
            with transaction.atomic():
                cast.request(lindeboom)
        finally:
            written.set()
            connection.close()

    real = rows.rows

    def slowly(model):
        yield from real(model)
        begun.set()
        written.wait(20)

    monkeypatch.setattr(rows, "rows", slowly)
    writer = threading.Thread(target=write)
    writer.start()
    copying.backup(file)
    writer.join()
    monkeypatch.undo()
    assert HelpRequest.objects.count() == 2
    copying.restore(file)
    assert HelpRequest.objects.count() == 1
    assert [str(finding) for finding in promises.check() if not finding.holds] == []


def test_a_file_that_was_altered_changes_nothing(lindeboom, file):
    copying.backup(file)
    raw = file.read_bytes()
    before = everything()
    for spoilt in (
        raw[:-20],
        raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:],
        raw + raw[len(archive.MAGIC) :],
        b"",
        b"SQLite format 3\x00" + raw,
    ):
        file.write_bytes(spoilt)
        with pytest.raises(NoBackup):
            copying.restore(file)
    assert everything() == before
    assert triggers.missing(connection) == []


def test_pieces_in_another_order_are_refused(file, monkeypatch):
    monkeypatch.setattr(archive, "PIECE", 64)
    archive.write(file, [{"number": number, "filling": f"{number * 7919:x}" * 9} for number in range(40)])
    assert [line["number"] for line in archive.read(file)] == list(range(40))
    raw = file.read_bytes()
    at = len(archive.MAGIC) + 17 + 16 + archive.WRAPPED_BYTES
    head, pieces = raw[:at], []
    while at < len(raw):
        length = 4 + int.from_bytes(raw[at : at + 4])
        pieces.append(raw[at : at + length])
        at += length
    assert len(pieces) > 3
    for mixed in ([pieces[1], pieces[0], *pieces[2:]], pieces[:-1], [*pieces[:-2], pieces[-1]], [*pieces, pieces[-1]]):
        file.write_bytes(head + b"".join(mixed))
        with pytest.raises(NoBackup):
            list(archive.read(file))


def test_a_backup_of_another_version_is_refused(lindeboom, file):
    archive.write(file, [{"made_at": "2026-11-25", "migrations": [["requests", "0999_later"]]}, {"rows": 0}])
    with pytest.raises(NoBackup, match="another version"):
        copying.restore(file)
    assert HelpRequest.objects.count() == 1


def test_without_its_master_key_it_is_refused(lindeboom, file, settings):
    copying.backup(file)
    settings.DIGIBEL_MASTER_KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
    with pytest.raises(NoBackup, match="not in the settings"):
        copying.restore(file)


def test_the_commands_say_what_they_did(lindeboom, file, capsys, settings, tmp_path):
    settings.HOME = tmp_path
    call_command("backup", file)
    call_command("restore", file)
    said = capsys.readouterr().out
    assert f"in {file}." in said
    assert "0 people were forgotten again." in said
    [kept] = tmp_path.glob("before-restore-*.backup")
    assert copying.restore(kept).rows > 0


def test_the_commands_say_in_one_line_what_went_wrong(lindeboom, file, settings, tmp_path):
    settings.HOME = tmp_path
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", file)
    file.write_text("hello")
    with pytest.raises(CommandError, match="another kind of file"):
        call_command("restore", file)
    assert list(tmp_path.glob("before-restore-*")) == []
    with pytest.raises(CommandError, match="Choose another place"):
        call_command("backup", tmp_path / "nowhere" / "file")


@pytest.mark.parametrize("place", [".", "..", "a pipe"])
def test_only_a_file_is_replaced_by_a_backup(lindeboom, tmp_path, place):
    """`backup /dev/stdout`, as root, would put a file in the place of the device. A pipe is tried here: it may break."""
    if place == "a pipe":
        place = tmp_path / "pipe"
        os.mkfifo(place)
    with pytest.raises(CommandError, match="is a folder or a device"):
        call_command("backup", Path(place))


def test_where_no_tables_are_yet_it_is_said(lindeboom, file, monkeypatch):
    copying.backup(file)
    monkeypatch.setattr(copying, "_migrations", list)
    with pytest.raises(CommandError, match="no tables here yet"):
        call_command("restore", file)


def test_a_folder_of_backups_keeps_thirty_days(lindeboom, settings, tmp_path, capsys):
    settings.DIGIBEL_BACKUPS = str(tmp_path)
    for name, days in (("digibel-old.backup", 31), ("digibel-young.backup", 29), ("somebodys.backup", 31)):
        (tmp_path / name).touch()
        moment = time.time() - days * 86400
        os.utime(tmp_path / name, (moment, moment))
    call_command("backup")
    left = {file.name for file in tmp_path.iterdir()}
    [new] = left - {"digibel-young.backup", "somebodys.backup"}
    assert copying.check(tmp_path / new)
    assert "1 older than thirty days thrown away." in capsys.readouterr().out


def test_without_a_folder_a_file_is_asked_for(lindeboom, settings):
    settings.DIGIBEL_BACKUPS = ""
    with pytest.raises(CommandError, match="DIGIBEL_BACKUPS"):
        call_command("backup")
