"""The table of retention names everything that can say who somebody is; and the sweep does what it says, and no more."""

from datetime import timedelta
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import models
from django_q.models import Task

import cast
from digibel import clock
from digibel.audit import chain
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import InboundMessage, OutboundMessage, Recipient, SimulatedText
from digibel.organisations.models import Staff
from digibel.privacy import retention, sweeping
from digibel.privacy.models import Certificate
from digibel.requests.models import HelpRequest, Merge, MovedRow
from digibel.scheduling import complaints, merging
from digibel.scheduling.models import Complaint, Report, ReportNote
from digibel.sealing.errors import Erased
from digibel.sealing.fields import SealedTextField
from digibel.volunteers.models import Volunteer
from privacy.house import counted, followed_up, planted_found, visit_is_over

pytestmark = pytest.mark.django_db

# Everything with one of these columns says who somebody is, or what they said, or points at whom it is about.
PEOPLE = {"requests.client", "volunteers.volunteer", "organisations.staff", "notifications.recipient"}
TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)


def telling(model):
    """Columns that can tell: sealed, free text, a key, a keyed trace, or a person."""
    return {
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedTextField)
        or field.name in {"key_id", "number_index"}
        or (field.is_relation and field.related_model._meta.label_lower in PEOPLE)
        or (isinstance(field, TEXTS) and not field.choices)
    }


def test_every_model_that_can_tell_who_somebody_is_stands_in_the_table():
    named = {part.label for rule in retention.RULES for part in rule.parts}
    known = named | set(retention.NOT_PERSONAL)
    installed = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert (installed - known, known - installed, named & set(retention.NOT_PERSONAL)) == (set(), set(), set())


def test_every_column_that_can_tell_stands_in_the_table():
    named = {}
    for rule in retention.RULES:
        for part in rule.parts:
            named.setdefault(part.label, set()).update(part.columns)
    # A queue's task is ours by its name alone; its arguments are ids.
    missing = {
        f"{model._meta.label}.{column}"
        for model in apps.get_models()
        if model._meta.label in named and model.__module__.startswith("digibel")
        for column in telling(model) - named[model._meta.label]
    }
    assert missing == set()


def test_every_column_in_the_table_exists_and_leads_to_a_person():
    for rule in retention.RULES:
        for part in rule.parts:
            for column in part.columns:
                part.model._meta.get_field(column)
            if part.to:
                part.model._default_manager.filter(**{f"{part.to}__isnull": False}).exists()


def test_every_period_has_a_sweep_and_every_sweep_a_period():
    assert {rule.id for rule in retention.RULES if rule.keep is not None} == set(sweeping.SWEEPS)
    assert len(retention.BY_ID) == len(retention.RULES)


def test_page_of_the_docs_is_what_the_table_says(tmp_path):
    page = Path(__file__).parents[2] / "docs/privacy.md"
    call_command("write_privacy", str(tmp_path / "privacy.md"))
    assert (tmp_path / "privacy.md").read_text() == page.read_text()


# --- the sweep ----------------------------------------------------------------------------------------------------


def test_addresses_leave_the_log_of_texts_a_day_after_check_out(booked):
    left = visit_is_over(booked)
    with clock.travel(left + timedelta(hours=23, minutes=59)):
        sweeping.sweep("addresses")
        assert any("Meerkoetenlaan" in text for text in cast.telephone(booked.volunteer))
    with clock.travel(left + timedelta(hours=25)):
        sweeping.sweep("addresses")
    about = OutboundMessage.objects.filter(subject_kind="visit")
    assert (about.exists(), about.filter(body__isnull=False).count()) == (True, 0)
    assert not any("Meerkoetenlaan" in one.body for one in SimulatedText.objects.all())


def test_visit_that_was_cancelled_is_forgotten_by_the_texts_too(booked):
    from digibel.scheduling import visits

    visits.cancel(booked.visit, by=booked.by, reason="organisation")
    outbox.sweep()
    with clock.travel(clock.now() + timedelta(hours=25)):
        sweeping.sweep("addresses")
    assert OutboundMessage.objects.filter(subject_kind="visit", body__isnull=False).count() == 0


def test_texts_are_forgotten_after_ninety_days_and_still_counted(booked):
    message = cast.texts(booked.client, "Wie komt er eigenlijk langs?")
    counts = (InboundMessage.objects.count(), OutboundMessage.objects.count())
    with clock.travel(clock.now() + timedelta(days=89)):
        sweeping.sweep("texts", "simulated")
        message.refresh_from_db()
        assert message.body == "Wie komt er eigenlijk langs?"
    with clock.travel(clock.now() + timedelta(days=91)):
        sweeping.sweep("texts", "simulated")
    assert InboundMessage.objects.filter(body__isnull=False).count() == 0
    assert OutboundMessage.objects.filter(body__isnull=False).count() == 0
    assert (InboundMessage.objects.count(), OutboundMessage.objects.count()) == counts
    assert SimulatedText.objects.count() == 0


def test_client_is_forgotten_a_year_after_the_last_request_and_the_counts_stay(booked):
    closed = followed_up(booked)
    before = counted()
    with clock.travel(closed + timedelta(days=364)):
        sweeping.sweep()
        assert booked.client.first_name == "Zwaluwina"
    with clock.travel(closed + timedelta(days=366)):
        assert sweeping.sweep("client")["client"] == 1
    assert planted_found() == []
    assert counted() == before
    certificate = Certificate.objects.get(person_kind="client")
    assert (certificate.why, certificate.by) == ("retention", "clock")


def test_client_with_an_open_request_is_never_forgotten_by_time(asked):
    with clock.travel(clock.now() + timedelta(days=1500)):
        assert sweeping.sweep("client")["client"] == 0
    asked.client.refresh_from_db()
    assert asked.client.first_name == "Zwaluwina"


def test_old_request_of_a_client_who_still_asks_loses_its_words(booked):
    closed = followed_up(booked)
    with clock.travel(closed + timedelta(days=300)):
        cast_again = HelpRequest.objects.get(pk=booked.request.pk).client
        from digibel.scheduling import openings

        openings.open_request(
            cast.draft(in_own_words="Een nieuwe vraag"),
            organisation=booked.organisation,
            by=booked.by,
            client=cast_again,
        )
    with clock.travel(closed + timedelta(days=366)):
        swept = sweeping.sweep("client", "request_words", "request_moments")
    assert swept == {"client": 0, "request_words": 1, "request_moments": 2}
    old, new = HelpRequest.objects.order_by("logged_at")
    assert (old.in_own_words, old.windows.count(), new.in_own_words) == (None, 0, "Een nieuwe vraag")
    assert (ReportNote.objects.count(), Report.objects.count()) == (0, 1)


def test_what_was_before_a_merge_goes_when_it_can_no_longer_be_undone(lindeboom, asked):
    merging.merge(asked.client, cast.request(lindeboom).client, by=SYSTEM)
    with clock.travel(clock.now() + timedelta(days=30)):
        assert sweeping.sweep("merges") == {"merges": 0}
    with clock.travel(clock.now() + timedelta(days=31)):
        assert sweeping.sweep("merges") == {"merges": 1}
    assert (Merge.objects.count(), MovedRow.objects.count()) == (0, 0)
    assert retention.keep("merges") == merging.UNDONE_WITHIN


def test_complaint_goes_five_years_after_it_ended_and_an_open_one_never(asked):
    ended, still_open = (
        complaints.note(asked.client, kind="waiting", text="Ik wacht al lang", by=SYSTEM) for _ in range(2)
    )
    complaints.answer(ended, text="Dat klopt", outcome="right", by=SYSTEM)
    with clock.travel(clock.now() + timedelta(days=5 * 365)):
        assert sweeping.sweep("complaints") == {"complaints": 0}
    with clock.travel(clock.now() + timedelta(days=5 * 365 + 1)):
        assert sweeping.sweep("complaints") == {"complaints": 1}
    assert list(Complaint.objects.values_list("pk", flat=True)) == [still_open.pk]


def test_volunteer_is_forgotten_a_year_after_leaving(booked):
    followed_up(booked)
    left = clock.now() + timedelta(days=10)
    Volunteer.objects.filter(pk=booked.volunteer.pk).update(left_at=left)
    before = counted()
    with clock.travel(left + timedelta(days=364)):
        assert sweeping.sweep("volunteer") == {"volunteer": 0}
    with clock.travel(left + timedelta(days=366)):
        assert sweeping.sweep("volunteer") == {"volunteer": 1}
    assert counted() == before


def test_number_that_nobody_knows_is_forgotten_ninety_days_after_its_last_text(lindeboom):
    cast.texts("+32470999888", "Komt er iemand langs bij mij?")
    with clock.travel(clock.now() + timedelta(days=60)):
        cast.texts("+32470999888", "Hallo?")
    with clock.travel(clock.now() + timedelta(days=140)):
        assert sweeping.sweep("strangers") == {"strangers": 0}
    with clock.travel(clock.now() + timedelta(days=151)):
        assert sweeping.sweep("strangers") == {"strangers": 1}
    assert Recipient.objects.filter(kind="unknown").count() == 0
    assert InboundMessage.objects.count() == 0


def test_staff_who_left_are_forgotten_two_years_after_their_last_login(lindeboom):
    nadia = cast.coordinator(lindeboom)
    Staff.objects.filter(pk=nadia.pk).update(last_login=clock.now())
    with clock.travel(clock.now() + timedelta(days=731)):
        assert sweeping.sweep("staff") == {"staff": 0}
        Staff.objects.filter(pk=nadia.pk).update(is_active=False)
        assert sweeping.sweep("staff") == {"staff": 1}
    nadia.refresh_from_db()
    assert nadia.email_index == ""
    for field in ("name", "email", "mobile"):
        with pytest.raises(Erased):
            getattr(nadia, field)


def test_audit_sessions_attempts_and_the_queue_go_in_their_time(lindeboom):
    chain.seal_chain()
    machine = clock.machine_time()
    Session.objects.create(session_key="a", session_data="x", expire_date=machine - timedelta(minutes=1))
    Session.objects.create(session_key="b", session_data="x", expire_date=machine + timedelta(minutes=1))
    for days in (29, 31):
        attempt = AccessAttempt.objects.create(
            username=f"{days}", user_agent="", http_accept="", failures_since_start=1
        )
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=machine - timedelta(days=days))
        at = machine - timedelta(days=days)
        Task.objects.create(id=str(days), name="x", func="x", started=at, stopped=at, success=False)
    sweeping.sweep("sessions", "attempts", "queue")
    assert [one.pk for one in Session.objects.all()] == ["b"]
    assert [one.username for one in AccessAttempt.objects.all()] == ["29"]
    assert [one.pk for one in Task.objects.all()] == ["29"]
    written = Event.objects.count()
    with clock.travel(clock.now() + timedelta(days=729)):
        assert sweeping.sweep("audit") == {"audit": 0}
    with clock.travel(clock.now() + timedelta(days=732)):
        assert sweeping.sweep("audit")["audit"] == written - 1
    assert chain.verify_chain() == []


def test_sweep_done_twice_does_nothing_more(booked):
    closed = followed_up(booked)
    with clock.travel(closed + timedelta(days=400)):
        first, events = sweeping.sweep(), Event.objects.count()
        assert sum(first.values()) > 0
        assert set(sweeping.sweep().values()) == {0}
        assert Event.objects.count() == events


def test_line_that_breaks_keeps_no_other_from_being_swept(asked, monkeypatch):
    def broken(before):
        raise RuntimeError("Kwikstaart")

    monkeypatch.setitem(sweeping.SWEEPS, "client", broken)
    with clock.travel(clock.now() + timedelta(days=91)):
        assert sweeping.sweep("client", "texts") == {"client": 0, "texts": 0}


def test_sweep_goes_on_in_batches(lindeboom, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    for number in range(5):
        cast.texts(f"+3247099900{number}", "Hallo, wie bent u?")
    with clock.travel(clock.now() + timedelta(days=91)):
        sweeping.sweep("texts")
    assert InboundMessage.objects.filter(body__isnull=True).count() == 5


def test_restricted_client_is_kept_however_long(booked):
    from digibel.privacy import stopping

    closed = followed_up(booked)
    stopping.restrict_client(booked.client, "claim", by=booked.by)
    with clock.travel(closed + timedelta(days=900)):
        assert sweeping.sweep("client") == {"client": 0}
    assert booked.client.first_name == "Zwaluwina"
