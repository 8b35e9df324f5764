"""Yesterday's backup comes back beside today's keys: whoever was forgotten since stays forgotten."""

import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.guardrails.catalogue import Verdict
from digibel.notifications import outbox, reaching
from digibel.notifications.models import OutboundMessage, Recipient
from digibel.organisations import tightenings
from digibel.privacy import erasing, restoring, stopping
from digibel.problems import Problem
from digibel.requests.models import Client, HelpRequest, NameToken
from digibel.requests.rectifying import as_draft
from digibel.scheduling import (
    cards,
    concerns,
    lostphones,
    merging,
    openings,
    preferences,
    promises,
    rectifying,
    rejudging,
)
from digibel.scheduling.errors import NoSuchCard
from digibel.scheduling.models import Concern, Preference, Visit
from digibel.sealing import keys
from digibel.sealing.errors import Erased
from digibel.sealing.models import Standing
from digibel.volunteers import pool
from digibel.volunteers.models import Volunteer
from privacy.house import NOTE, PLANTED_WORDS, WORDS, followed_up, planted_found, visit_is_over

pytestmark = pytest.mark.django_db(transaction=True)


def tables():
    with connection.cursor() as cursor:
        return [name for name in connection.introspection.table_names(cursor) if name != "django_migrations"]


class Backup:
    """A copy of the data, and of none of the keys: on SQLite by its backup API, as the operator's command makes it."""

    def __init__(self):
        self.rows = {}
        if connection.vendor == "sqlite":
            self.copy = sqlite3.connect(":memory:", check_same_thread=False)
            connection.ensure_connection()
            connection.connection.backup(self.copy)
            return
        with connection.cursor() as cursor:
            for table in tables():
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                self.rows[table] = ([column[0] for column in cursor.description], cursor.fetchall())

    def readable(self):
        if connection.vendor == "sqlite":
            return self.copy.serialize().decode("latin-1")
        values = (one for _, rows in self.rows.values() for row in rows for one in row)
        return "\n".join(bytes(one).decode("latin-1") if isinstance(one, bytes) else str(one) for one in values)

    def restore(self):
        if connection.vendor == "sqlite":
            self.copy.backup(connection.connection)
            return
        with connection.cursor() as cursor:
            # No trigger and no foreign key stands in the way of a restore.
            cursor.execute("SET session_replication_role = replica")
            for table, (columns, rows) in self.rows.items():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
                names = ", ".join(connection.ops.quote_name(column) for column in columns)
                if rows:
                    cursor.executemany(
                        f"INSERT INTO {connection.ops.quote_name(table)} ({names}) VALUES ({', '.join(['%s'] * len(columns))})",
                        rows,
                    )
            cursor.execute("SET session_replication_role = DEFAULT")


def broken_promises():
    """What says that a moment was missed is for the worker, which has not come by."""
    return [str(one) for one in promises.check() if not one.holds and "moment" not in one.sentence]


def test_restored_backup_brings_nobody_back(booked):
    with clock.travel(followed_up(booked)):
        backup = Backup()
        erasing.erase_client(booked.client, by=booked.by)
        backup.restore()
        keys.cache.clear()
        assert booked.client.recipient.number_index != ""
        assert planted_found() == []
        with pytest.raises(Erased):
            _ = booked.client.first_name
        assert restoring.after_restore(by=SYSTEM).people == 1
        assert (booked.client.recipient.number_index, NameToken.objects.filter(client=booked.client).count()) == ("", 0)
        assert broken_promises() == []
        assert restoring.after_restore(by=SYSTEM).people == 0


def test_backup_alone_holds_nothing_to_read(booked):
    visit_is_over(booked)
    readable = Backup().readable()
    assert [word for word in (*PLANTED_WORDS, WORDS, NOTE) if word in readable and word != "977"] == []
    assert "sealing_personkey" not in readable


def test_visit_that_the_backup_believes_in_is_cancelled_again(booked):
    backup = Backup()
    erasing.erase_client(booked.client, by=booked.by)
    outbox.sweep()
    backup.restore()
    keys.cache.clear()
    assert (Visit.objects.get().status, HelpRequest.objects.get().is_open) == ("booked", True)
    call_command("after_restore", verbosity=0)
    assert (Visit.objects.get().status, HelpRequest.objects.get().closed_as) == ("cancelled", "withdrawn")
    assert outbox.sweep() == 0
    outbox.release(by=booked.by)
    outbox.sweep()
    told = OutboundMessage.objects.get(recipient=booked.volunteer.recipient, kind="visit.visit_cancelled")
    assert told.status == "sent"
    assert not OutboundMessage.objects.filter(
        recipient=booked.client.recipient, status="sent", body__isnull=False
    ).exists()
    assert broken_promises() == []


def test_erased_volunteer_comes_back_to_nobody(booked):
    from digibel.scheduling import visits

    backup = Backup()
    visits.cancel(booked.visit, by=booked.by, reason="organisation")
    erasing.erase_volunteer(booked.volunteer, by=booked.by, at=booked.organisation)
    backup.restore()
    keys.cache.clear()
    assert restoring.after_restore(by=SYSTEM).people == 1
    assert (Visit.objects.get().status, HelpRequest.objects.get().next_kind) == ("cancelled", "choose")
    outbox.release(by=booked.by)
    outbox.sweep()
    assert broken_promises() == []


def test_stranger_and_mobile_are_forgotten_again(lindeboom):
    stranger = cast.texts("+32470999888", "Mijn naam is Kievitsbloem").recipient
    fatima = lindeboom.staff.get()
    by = Actor.staff(fatima)
    backup = Backup()
    erasing.erase_number(stranger, by=by, at=lindeboom)
    erasing.erase_mobile(fatima, by=by)
    backup.restore()
    keys.cache.clear()
    restoring.after_restore(by=SYSTEM)
    assert Recipient.objects.filter(kind="unknown").count() == 0
    back = lindeboom.staff.get()
    assert (back.mobile, back.name, back.is_active) == ("", "Fatima", True)


def test_texts_wait_after_a_restore_until_a_person_has_looked(asked):
    outbox.sweep()
    restoring.after_restore(by=SYSTEM)
    cast.offered(asked, cast.volunteer(asked.organisation))
    assert OutboundMessage.objects.filter(kind="offer.offer_one").get().status == "queued"
    outbox.release(by=Actor.staff(asked.organisation.staff.get()))
    assert outbox.sweep() == 1


# --- what was said and revoked since ----------------------------------------------------------------------------------


def back(backup):
    backup.restore()
    keys.cache.clear()
    return restoring.after_restore(by=SYSTEM)


def test_stop_said_since_holds_again_and_the_client_is_rung(booked):
    backup = Backup()
    cast.texts(booked.client, "STOP")
    cast.texts(booked.volunteer, "STOP")
    assert back(backup).stops == 2
    stopped = Recipient.objects.filter(stopped_at__isnull=False).values_list("kind", "channel")
    assert sorted(stopped) == [("client", "call"), ("volunteer", "sms")]
    assert restoring.after_restore(by=SYSTEM).stops == 0
    assert broken_promises() == []


def test_start_said_since_holds_again(booked):
    cast.texts(booked.client, "STOP")
    backup = Backup()
    with clock.travel(clock.now() + timedelta(minutes=1)):
        cast.texts(booked.client, "START")
        assert back(backup).stops == 1
    assert (booked.client.recipient.stopped_at, booked.client.recipient.channel) == (None, "sms")


def test_what_was_said_before_the_copy_is_not_said_again(booked):
    for said in ("STOP", "START", "STOP"):
        cast.texts(booked.volunteer, said)
    assert back(Backup()).stops == 0


def test_revoked_card_stays_revoked_and_nobody_is_texted(booked):
    token = cards.token(booked.visit)
    backup = Backup()
    cards.revoke(Visit.objects.get(), by=booked.by)
    newest = cards.token(Visit.objects.get())
    told = back(backup)
    assert (told.cards, cards.open_card(newest).pk) == (1, booked.visit.pk)
    with pytest.raises(NoSuchCard):
        cards.open_card(token)
    assert restoring.after_restore(by=SYSTEM).cards == 0


def test_words_on_a_lost_telephone_open_no_door_after_a_restore(booked):
    backup, read_on_it = Backup(), booked.visit.word
    lostphones.phone_lost(booked.volunteer, by=booked.by)
    told = back(backup)
    assert (told.cards, told.words) == (1, 1)
    visit = Visit.objects.get()
    assert visit.word != read_on_it
    assert restoring.after_restore(by=SYSTEM).words == 0
    outbox.release(by=booked.by)
    outbox.sweep()
    assert OutboundMessage.objects.filter(recipient=booked.volunteer.recipient, status="queued").count() == 0
    assert visit.word in OutboundMessage.objects.get(kind="visit.new_word").body


def lost_number(house):
    reaching.note_wrong_number(house.client.recipient, by=house.by)


ENDED = {
    "died": lambda house: openings.note_gone(house.client, by=house.by, gone_as="died"),
    "a yes taken back": lambda house: stopping.withdraw_consent(house.client, by=house.by, close=True),
    "kept and not used": lambda house: stopping.restrict_client(house.client, "claim", by=house.by),
    "a stranger answers": lost_number,
    "reported": lambda house: concerns.raise_concern(house.visit, ["money"], by=house.by),
    "a volunteer kept": lambda house: stopping.restrict_volunteer(
        house.volunteer, "objection", by=house.by, at=house.organisation
    ),
}


def what_holds():
    client, volunteer = (
        Client.objects.select_related("recipient").get(),
        Volunteer.objects.select_related("recipient").get(),
    )
    return {
        "died": client.gone_as == "died",
        "a yes taken back": not client.consents.filter(withdrawn_at=None).exists(),
        "kept and not used": client.recipient.restricted_why == "claim",
        "a stranger answers": client.recipient.number_is_wrong,
        "reported": volunteer.paused_at is not None and volunteer.recipient.restricted_at is None,
        "a volunteer kept": volunteer.recipient.restricted_why == "objection",
    }


@pytest.mark.parametrize("what", ENDED)
def test_what_ended_since_has_ended(booked, what):
    backup = Backup()
    ENDED[what](booked)
    assert back(backup).ended == 1
    assert [one for one, holds in what_holds().items() if holds] == [what]
    assert Visit.objects.filter(status="booked").exists() == (what == "a stranger answers")
    assert restoring.after_restore(by=SYSTEM).ended == 0
    assert broken_promises() == []


def test_who_was_reported_waits_for_a_person_whatever_pause_of_their_own_the_copy_knows(booked):
    """Their own would end by itself, or by one word of theirs."""
    pool.pause(booked.volunteer, until=clock.today() + timedelta(days=3), own=True, by=booked.by)
    backup = Backup()
    ENDED["reported"](booked)
    assert back(backup).ended == 1
    again = Volunteer.objects.get()
    assert (again.paused_until, again.pause_is_own) == (None, False)
    assert restoring.after_restore(by=SYSTEM).ended == 0


def test_what_went_on_again_since_goes_on(booked):
    backup = Backup()
    for deed in ENDED.values():
        with suppress(Problem):
            deed(booked)
        stopping.lift(booked.client, by=booked.by, at=booked.organisation)
        stopping.lift(booked.volunteer, by=booked.by, at=booked.organisation)
        booked.client.refresh_from_db()
        with suppress(Problem):
            openings.undo_gone(booked.client, reason="wrong_button", by=booked.by)
        openings.note_own_yes(booked.client, language="nl", by=booked.by)
        reaching.note_right_number(booked.client.recipient, by=booked.by)
        for concern in Concern.objects.open():
            concerns.decide(concern, "goes_on", note="Een misverstand", by=booked.by)
        pool.resume(booked.volunteer, by=booked.by)
    assert Standing.objects.filter(what__in=["back", "yes", "used", "right", "decided"]).count() == 6
    assert back(backup).ended == 0
    assert [one for one, holds in what_holds().items() if holds] == []
    assert broken_promises() == []


@pytest.mark.guardrail("E2")
def test_what_was_made_stricter_since_reaches_no_volunteer(booked):
    """Also where the copy knows of something milder, and from the day that was chosen."""
    organisation, today = booked.organisation, clock.today()
    [slug] = [task.slug for task in booked.visit.request.tasks.all()]

    def tighten(verdict, since=today, task=slug):
        return rejudging.tighten(organisation, task, Verdict(verdict), reason="Te vaak mis", since=since, by=booked.by)

    milder = tighten("conditions")
    backup = Backup()
    tightenings.end(milder, by=booked.by)
    tighten("staff_only")
    tighten("forbidden", today + timedelta(days=9), "photos")
    tightenings.end(tighten("staff_only", task="wifi-connect"), by=booked.by)
    assert back(backup).ended == 2
    assert tightenings.in_force(organisation.pk, today) == {slug: "staff_only"}
    assert tightenings.in_force(organisation.pk, today + timedelta(days=9)) == {
        slug: "staff_only",
        "photos": "forbidden",
    }
    assert not Visit.objects.filter(status="booked").exists()
    assert restoring.after_restore(by=SYSTEM).ended == 0
    assert broken_promises() == []


def test_who_was_never_to_come_again_does_not_come(booked):
    backup = Backup()
    preferences.note(booked.client, booked.volunteer, False, by=booked.by)
    assert back(backup).ended == 1
    assert not Visit.objects.filter(status="booked").exists()
    assert Preference.objects.get().again is False
    assert restoring.after_restore(by=SYSTEM).ended == 0
    preferences.note(fresh(booked.client), fresh(booked.volunteer), None, by=booked.by)
    assert restoring.after_restore(by=SYSTEM).ended == 0
    assert broken_promises() == []


def test_two_rows_made_one_after_the_copy_are_both_forgotten(booked):
    other = cast.request(booked.organisation).client
    backup = Backup()
    merging.merge(booked.client, other, by=SYSTEM)
    erasing.erase_client(fresh(booked.client), by=booked.by)
    assert back(backup).people == 2
    assert planted_found() == []
    for one in (booked.client, other):
        with pytest.raises(Erased):
            _ = fresh(one).first_name
    assert HelpRequest.objects.open().count() == 0
    assert broken_promises() == []


def test_a_copy_of_the_days_in_which_two_were_one_brings_nobody_back(booked):
    other = cast.request(booked.organisation, client={"first_name": "Guido"}).client
    done = merging.merge(booked.client, other, by=SYSTEM)
    backup = Backup()
    merging.undo(done, by=SYSTEM)
    erasing.erase_client(fresh(booked.client), by=booked.by)
    back(backup)
    assert planted_found() == []
    assert broken_promises() == []


def test_what_was_put_right_since_is_forgotten_with_them(booked):
    backup = Backup()
    was = booked.client
    rectifying.correct(was, replace(as_draft(was), first_name="Anders"), version=was.version, by=booked.by)
    erasing.erase_client(fresh(was), by=booked.by)
    assert back(backup).people == 1
    assert planted_found() == []
    with pytest.raises(Erased):
        _ = fresh(was).first_name
    assert broken_promises() == []


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def test_ledger_holds_ids_and_codes_only(booked):
    cast.texts(booked.client, "STOP")
    lostphones.phone_lost(booked.volunteer, by=booked.by)
    told = {(entry.topic, entry.what, entry.value) for entry in Standing.objects.all()}
    assert told == {("texts", "stop", 0), ("card", "card", 2), ("word", "word", 0), ("number", "wrong", 0)}
