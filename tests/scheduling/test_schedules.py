"""The queue is woken by itself, on every installation."""

import logging

import pytest
from django.utils.module_loading import import_string
from django_q.models import Schedule

import cast
from digibel.notifications import outbox
from digibel.notifications.tasks import TaskFailed
from digibel.requests.models import HelpRequest
from digibel.scheduling import tasks
from digibel.scheduling.schedules import SCHEDULES, set_schedules

pytestmark = pytest.mark.django_db


def test_every_schedule_is_set_once_and_names_a_task():
    Schedule.objects.all().delete()
    set_schedules()
    set_schedules()
    assert sorted(Schedule.objects.values_list("name", flat=True)) == sorted(SCHEDULES)
    for schedule in Schedule.objects.all():
        assert callable(import_string(schedule.func))


def test_a_clock_that_breaks_keeps_no_text_from_leaving(frozen_clock, monkeypatch):
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom)
    message = outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    monkeypatch.setattr(tasks.clockwork, "tick", lambda: 1 // 0)
    with pytest.raises(TaskFailed, match="ZeroDivisionError"):
        tasks.every_minute()
    message.refresh_from_db()
    assert message.status == "sent"


def test_night_tells_of_a_request_that_somebody_forgot(frozen_clock, caplog):
    request = cast.request(cast.organisation())
    assert tasks.every_night() == 0
    HelpRequest.objects.filter(pk=request.pk).update(next_kind="report")
    with caplog.at_level(logging.ERROR):
        assert tasks.every_night() == 1
    assert request.reference in caplog.text
