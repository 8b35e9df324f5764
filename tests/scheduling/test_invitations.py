"""Invitations by mail: what a calendar is told, in which order, and what must never leave twice with another content."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from icalendar import Calendar

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.organisations.models import Organisation
from digibel.privacy import erasing
from digibel.requests.models import Client
from digibel.scheduling import checks, invitations, lostphones, rescheduling, tasks, visits
from digibel.scheduling.errors import NoMail, NotAnAddress
from digibel.scheduling.invited import INVITATION_MOVES, Invitation, InvitationStatus

pytestmark = pytest.mark.django_db
ADDRESS = "els.peeters@example.be"


@pytest.fixture(autouse=True)
def mail_leaves(settings):
    settings.DIGIBEL_MAIL = "file"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


@pytest.fixture
def els(lindeboom):
    els = cast.volunteer(lindeboom, name="Els")
    invitations.invite(els, ADDRESS, by=SYSTEM)
    return els


@pytest.fixture
def booked(lindeboom, els):
    return cast.booked(cast.request(lindeboom), els)


def told():
    """What came in, in order: method, status, sequence, start, uid."""
    invitations.sweep()
    return [_read(message) for message in mail.outbox]


def _read(message):
    [part] = [part for part in message.message().walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    [event] = calendar.walk("VEVENT")
    assert part.get_param("method") == calendar["method"]
    return str(calendar["method"]), str(event["status"]), event["sequence"], event.decoded("dtstart"), str(event["uid"])


def refuse(monkeypatch, *errors):
    """The mail server answers with these, one after the other, and then takes everything."""
    waiting, sent = list(errors), []

    def send(self, fail_silently=False):
        if waiting:
            raise waiting.pop(0)
        sent.append(self.message().as_bytes())
        mail.outbox.append(self)

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", send)
    return sent


# --- the life of a visit --------------------------------------------------------------------------------------------


def test_a_booked_visit_is_a_request_and_a_cancelled_one_a_cancel_of_the_same(booked):
    uid = f"visit-{booked.pk}@127.0.0.1"
    assert told() == [("REQUEST", "CONFIRMED", 0, booked.starts_at, uid)]
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    assert told()[1:] == [("CANCEL", "CANCELLED", 1, booked.starts_at, uid)]


def test_what_is_held_back_and_goes_ahead_is_told_with_rising_numbers(booked):
    told()
    visits.hold_back(booked.pk)
    told()
    visits.confirm(booked, by=SYSTEM)
    assert [(one[1], one[2]) for one in told()] == [("CONFIRMED", 0), ("TENTATIVE", 1), ("CONFIRMED", 2)]


def test_a_visit_that_is_moved_is_the_same_event_at_another_time(booked):
    told()
    was, later = booked.starts_at, booked.starts_at + timedelta(days=1)
    rescheduling.reschedule(booked, later, was=was, by=SYSTEM)
    told()
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    uid = f"visit-{booked.pk}@127.0.0.1"
    assert told() == [
        ("REQUEST", "CONFIRMED", 0, was, uid),
        ("REQUEST", "CONFIRMED", 1, later, uid),
        ("CANCEL", "CANCELLED", 2, later, uid),
    ]


def test_booked_again_is_another_event(booked, els):
    told()
    visits.cancel(booked, by=SYSTEM, reason="other")
    told()
    again = cast.booked(booked.request, els)
    assert [(one[0], one[4][6:42]) for one in told()] == [
        ("REQUEST", str(booked.pk)),
        ("CANCEL", str(booked.pk)),
        ("REQUEST", str(again.pk)),
    ]


def test_a_calendar_that_never_heard_of_a_visit_is_not_told_that_it_is_off(booked):
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    assert told() == []
    assert Invitation.objects.get().status == InvitationStatus.WITHDRAWN


def test_what_may_have_left_is_taken_back(booked):
    """A crash in the middle of sending: nobody knows whether it arrived, so the calendar hears both, in order."""
    Invitation.objects.update(status="sending", status_at=clock.now())
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    assert told() == []
    with clock.travel(clock.now() + timedelta(minutes=6)):
        assert invitations.free_stuck() == 1
        invitations.sweep()
        invitations.sweep()
    # What it said is no longer true, so only the end is told.
    assert [one[0] for one in told()] == ["CANCEL"]


def test_only_the_last_of_several_changes_leaves(booked):
    visits.hold_back(booked.pk)
    visits.confirm(booked, by=SYSTEM)
    assert [(one[1], one[2]) for one in told()] == [("CONFIRMED", 2)]


def test_nothing_is_told_of_a_visit_that_is_over(booked):
    with clock.travel(booked.ends_at + timedelta(minutes=1)):
        assert told() == []


# --- what is in it --------------------------------------------------------------------------------------------------


def test_mail_names_nobody_but_whom_it_goes_to(booked):
    told()
    [message] = mail.outbox
    client, els = booked.client, booked.volunteer
    whole = message.message().as_string() + message.body + message.alternatives[0].content.replace("\r\n ", "")
    secrets = {client.first_name, client.family_name, client.street, client.recipient.number, booked.word, "/visit/"}
    secrets |= {els.first_name + " ", els.recipient.number, booked.request.reference}
    assert {secret for secret in secrets if secret in whole} == set()
    assert (message.to, message.subject) == ([ADDRESS], "Digibel: videobellen, Jette")
    assert message.body.splitlines()[-1] == "Is deze mail niet voor jou? Laat het weten op 02 511 22 33."


def test_attendee_is_the_volunteer_and_is_not_asked_to_answer(booked):
    told()
    [event] = Calendar.from_ical(mail.outbox[0].alternatives[0].content).walk("VEVENT")
    assert str(event["attendee"]) == f"mailto:{ADDRESS}"
    assert {name: event["attendee"].params[name] for name in ("RSVP", "PARTSTAT")} == {
        "RSVP": "FALSE",
        "PARTSTAT": "ACCEPTED",
    }
    assert (str(event["organizer"]), event["organizer"].params["CN"]) == ("mailto:digibel@127.0.0.1", "De Lindeboom")


def test_no_name_of_an_organisation_writes_a_line_of_its_own(booked):
    Organisation.objects.update(name='De "Boom"\r\nATTENDEE:mailto:a@b.c')
    told()
    lines = mail.outbox[0].alternatives[0].content.replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{ADDRESS}"
    ]


# --- the way there --------------------------------------------------------------------------------------------------


def test_what_the_server_does_not_take_leaves_again_later_to_the_letter(booked, monkeypatch):
    sent = refuse(monkeypatch, smtplib.SMTPServerDisconnected(), TimeoutError(), ConnectionRefusedError())
    for minutes in (0, 0.5, 1, 3, 7):
        with clock.travel(clock.now() + timedelta(minutes=minutes)):
            invitations.sweep()
    invitation = Invitation.objects.get()
    assert (invitation.status, invitation.tries, len(sent)) == ("sent", 4, 1)


def test_a_mail_that_leaves_twice_is_the_same_mail(booked, monkeypatch):
    """The crash after the server took it: whatever has changed meanwhile that raised no number, what is said stays."""
    sent = refuse(monkeypatch)
    invitations.sweep()
    Invitation.objects.update(status="sending", status_at=clock.now())
    Client.objects.update(postcode="1050")
    with clock.travel(clock.now() + timedelta(minutes=6)):
        invitations.free_stuck()
        invitations.sweep()
    assert len(sent) == 2
    first, second = (_without_boundaries(one) for one in sent)
    assert first == second


def _without_boundaries(raw):
    return [line for line in raw.splitlines() if b"=====" not in line]


def test_an_address_that_is_refused_is_not_tried_for_ever(booked, els, monkeypatch):
    refuse(monkeypatch, smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user els.peeters")}))
    invitations.sweep()
    invitation = Invitation.objects.get()
    assert (invitation.status, invitation.trouble) == ("failed", "SMTPRecipientsRefused")
    assert invitations.does_not_arrive(els)


def test_a_server_that_stays_away_is_left_in_the_end(booked, monkeypatch, caplog):
    refuse(monkeypatch, *[smtplib.SMTPAuthenticationError(535, b"els.peeters") for _ in range(20)])
    for hours in range(20):
        with clock.travel(clock.now() + timedelta(hours=hours)):
            invitations.sweep()
    assert (Invitation.objects.get().status, Invitation.objects.get().tries) == ("failed", invitations.MOST_TRIES)
    assert "peeters" not in caplog.text


def test_a_mail_that_breaks_keeps_none_of_the_others(lindeboom, els, booked, monkeypatch):
    second = cast.booked(cast.request(lindeboom, windows=cast.windows(days=3)), els)
    refuse(monkeypatch, RuntimeError("what nobody thought of"))
    assert invitations.sweep() == 1
    assert sorted(Invitation.objects.values_list("status", flat=True)) == ["sending", "sent"]
    assert Invitation.objects.filter(visit__in=[booked, second]).count() == 2


def test_after_a_restore_no_mail_leaves_either(booked):
    outbox.hold()
    assert told() == []
    outbox.release(by=SYSTEM)
    assert len(told()) == 1


def test_the_worker_sends_what_waits_every_minute(booked):
    tasks.every_minute()
    assert len(mail.outbox) == 1


def test_the_worker_is_woken_when_the_booking_is_kept(lindeboom, els, django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    monkeypatch.setattr(invitations, "async_task", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        cast.booked(cast.request(lindeboom), els)
    assert woken == ["digibel.scheduling.tasks.sweep_invitations"]


# --- who wants it ---------------------------------------------------------------------------------------------------


def test_nobody_is_mailed_who_gave_no_address(lindeboom):
    cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom, name="Bo"))
    assert told() == []
    assert not Invitation.objects.exists()


def test_who_gives_an_address_gets_what_is_booked_already(lindeboom):
    bo = cast.volunteer(lindeboom, name="Bo")
    visit = cast.booked(cast.request(lindeboom), bo)
    invitations.invite(bo, "bo@example.be", by=Actor.volunteer(bo))
    assert [(one[0], one[3]) for one in told()] == [("REQUEST", visit.starts_at)]
    invitations.invite(bo, "bo@example.be", by=Actor.volunteer(bo))
    assert len(told()) == 1
    assert Event.objects.filter(verb="volunteer.invitations_wanted").count() == 1


def test_another_address_gets_everything_anew(booked, els):
    told()
    invitations.invite(els, "els@example.org", by=SYSTEM)
    told()
    assert [message.to for message in mail.outbox] == [[ADDRESS], ["els@example.org"]]


def test_who_stops_hears_nothing_any_more(booked, els):
    invitations.stop(els, by=SYSTEM)
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    assert told() == []
    els.refresh_from_db()
    assert els.email is None
    invitations.stop(els, by=SYSTEM)
    assert Event.objects.filter(verb="volunteer.invitations_ended").count() == 1


def test_a_lost_telephone_ends_them(booked, els):
    lostphones.phone_lost(els, by=SYSTEM)
    els.refresh_from_db()
    assert (els.email, told()) == (None, [])


def test_who_is_forgotten_has_no_address_and_gets_no_mail(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, windows=cast.windows(days=6)), els)
    erasing.erase_volunteer(els, by=SYSTEM)
    assert told() == []
    els.refresh_from_db()
    assert els.email is None
    assert Invitation.objects.get(visit=visit).status == "withdrawn"


def test_who_is_kept_and_not_used_gets_no_mail(booked, els):
    els.recipient.restricted_at = clock.now()
    els.recipient.save()
    assert told() == []


NO_ADDRESSES = (
    "", "els", "els@", "@b.be", "els@example.be\nBcc: a@b.c", "a b@c.be", '"a;b"@c.be', "é@b.be", "els@localhost",
    "5500000000000004@example.be", "a@b.be, c@d.be", "els@example.be\x00", f"a@{'b' * 250}.be", "x" * 400 + "@b.be",
)  # fmt: skip


def test_what_is_no_address_is_refused_and_nothing_is_kept(lindeboom):
    bo = cast.volunteer(lindeboom, name="Bo")
    for address in NO_ADDRESSES:
        with pytest.raises(NotAnAddress):
            invitations.invite(bo, address, by=SYSTEM)
    bo.refresh_from_db()
    assert bo.email is None


def test_where_no_mail_leaves_nobody_is_asked_for_an_address(lindeboom, settings):
    settings.DIGIBEL_MAIL = ""
    bo = cast.volunteer(lindeboom, name="Bo")
    with pytest.raises(NoMail):
        invitations.invite(bo, ADDRESS, by=SYSTEM)


@pytest.mark.parametrize(
    ("told", "right"),
    [("", True), ("file", True), ("smtp://localhost:25", True), ("smtps://u:p@mail.example.be", True),
     ("mail.example.be", False), ("smtp://", False), ("http://example.be", False)],
)  # fmt: skip
def test_a_wrong_address_of_the_mail_server_is_said_at_the_start(settings, told, right):
    settings.DIGIBEL_MAIL = told
    assert [one.id for one in checks.mail_can_leave()] == ([] if right else ["scheduling.E001"])


def test_every_status_stands_in_the_table_and_can_be_reached():
    assert set(INVITATION_MOVES) == set(InvitationStatus.values)
    assert {to for moves in INVITATION_MOVES.values() for to in moves} == set(InvitationStatus.values)
