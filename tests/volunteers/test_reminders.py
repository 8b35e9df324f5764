"""Before something runs out, the volunteer hears it and somebody has to ring: in time, and once."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import calls, outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.scheduling import clockwork
from digibel.volunteers import links, readiness, reminders
from digibel.volunteers.models import QuestionLink, Reminder

pytestmark = pytest.mark.django_db


def runs_out(volunteer, organisation, days, requirement="insurance"):
    until = clock.today() + timedelta(days=days)
    readiness.note(volunteer, organisation, requirement, since=clock.today(), until=until, by=SYSTEM)


@pytest.mark.parametrize(("days", "told"), [(-1, 0), (0, 1), (30, 1), (31, 0)])
def test_reminder_comes_thirty_days_ahead(lindeboom, els, days, told):
    runs_out(els, lindeboom, days)
    assert reminders.remind_due() == told
    assert CallTask.objects.open().filter(kind="readiness.insurance").count() == told


def test_reminder_comes_once_however_often_the_clock_looks(lindeboom, els):
    runs_out(els, lindeboom, 20)
    for _ in range(3):
        clockwork.tick()
        outbox.sweep()
    assert cast.telephone(els) == [
        "Digibel: verzekering: geldig tot ma 5/10, bij De Lindeboom. We bellen je om het weer in orde te maken."
    ]
    call = CallTask.objects.open().get()
    assert (call.kind, call.owner, call.recipient) == ("readiness.insurance", "coordinator", els.recipient)
    # Two weeks before the end; the volunteer has until then to see to it.
    assert clock.local(call.due_at).date() == clock.today() + timedelta(days=6)
    assert "verzekering" in calls.script_of(call).sentences


def test_renewing_takes_the_call_off_the_list_and_the_text_back(lindeboom, els):
    runs_out(els, lindeboom, 20)
    reminders.remind_due()
    runs_out(els, lindeboom, 365)
    outbox.sweep()
    assert (CallTask.objects.open().count(), cast.telephone(els)) == (0, [])
    assert OutboundMessage.objects.get().status == "withdrawn"


def test_each_end_is_said_anew(lindeboom, els):
    runs_out(els, lindeboom, 20)
    reminders.remind_due()
    runs_out(els, lindeboom, 25)
    assert reminders.remind_due() == 1
    assert Reminder.objects.count() == 2


def test_reminder_of_the_questions_brings_the_link(lindeboom, els):
    runs_out(els, lindeboom, 20, "questions")
    reminders.remind_due()
    outbox.sweep()
    [text] = cast.telephone(els)
    assert text.endswith(links.address(QuestionLink.objects.get()))


def test_reminder_without_internet_brings_no_link(lindeboom):
    luc = cast.volunteer(lindeboom, sms_only=True)
    runs_out(luc, lindeboom, 20, "questions")
    reminders.remind_due()
    outbox.sweep()
    [text] = cast.telephone(luc)
    assert "http" not in text
    assert QuestionLink.objects.count() == 0


def test_who_left_or_said_stop_hears_nothing(lindeboom, els):
    runs_out(els, lindeboom, 20)
    ayse = cast.volunteer(lindeboom, name="Ayse")
    runs_out(ayse, lindeboom, 20)
    type(els).objects.filter(pk=els.pk).update(left_at=clock.now())
    cast.texts(ayse, "STOP")
    before = cast.telephone(ayse)
    assert reminders.remind_due() == 1
    outbox.sweep()
    assert (cast.telephone(els), cast.telephone(ayse)) == ([], before)
    # A person still sees it on the list.
    assert CallTask.objects.open().get().recipient == ayse.recipient


def test_two_organisations_each_have_their_own_call(lindeboom):
    sleutel = cast.organisation("De Sleutel")
    els = cast.volunteer(lindeboom, sleutel)
    runs_out(els, lindeboom, 20)
    runs_out(els, sleutel, 20)
    assert reminders.remind_due() == 2
    assert {call.organisation for call in CallTask.objects.open()} == {lindeboom, sleutel}


def test_one_that_breaks_keeps_none_of_the_others_waiting(lindeboom, els, monkeypatch):
    runs_out(els, lindeboom, 20)
    runs_out(cast.volunteer(lindeboom, name="Ayse"), lindeboom, 21)
    real, broken = reminders.open_call, iter([True, False])

    def sometimes(*args, **kwargs):
        if next(broken):
            raise ValueError
        return real(*args, **kwargs)

    monkeypatch.setattr(reminders, "open_call", sometimes)
    assert reminders.remind_due() == 1
    monkeypatch.setattr(reminders, "open_call", real)
    assert reminders.remind_due() == 1
