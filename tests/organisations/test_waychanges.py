"""A change of somebody's way in is told to their address: in their language, once, and not when it was undone."""

import smtplib
import time

import pytest
from django.core import mail
from django.db import transaction
from django_q.models import OrmQ, Schedule

import cast
from digibel.audit.actors import SYSTEM
from digibel.organisations import accounts, secondsteps, sixdigits, waychanges

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailing")]


@pytest.fixture
def mailing(settings):
    settings.DIGIBEL_MAIL = "file"


@pytest.fixture
def nadia(frozen_clock):
    return cast.coordinator(cast.organisation(duty=False))


def told():
    """What waits in the queue; it is taken out."""
    waiting = [one.task["args"] for one in OrmQ.objects.order_by("pk")]
    OrmQ.objects.all().delete()
    return waiting


def set_up(nadia):
    begun = secondsteps.begin_app(nadia)
    return secondsteps.confirm_app(nadia, sixdigits.digits(begun.secret, int(time.time() // 30)))


def test_each_change_is_told_once(nadia, settings):
    settings.DIGIBEL_TWO_STEPS = False
    [spare, *_] = set_up(nadia)
    secondsteps.take(nadia, spare)
    secondsteps.new_spare_codes(nadia)
    secondsteps.remove_app(nadia)
    accounts.choose_password(nadia, "an even longer password")
    set_up(nadia)
    secondsteps.drop(nadia, by=SYSTEM)
    changes = ["app_set", "spare_used", "spare_made", "app_removed", "password", "app_set", "dropped"]
    assert [args[:2] for args in told()] == [(str(nadia.pk), what) for what in changes]


def test_what_is_undone_is_not_told_nor_where_no_mail_leaves(nadia, settings):
    with transaction.atomic():
        accounts.choose_password(nadia, "an even longer password")
        transaction.set_rollback(True)
    settings.DIGIBEL_MAIL = ""
    accounts.choose_password(nadia, "another long password")
    assert told() == []


@pytest.mark.parametrize("what", waychanges.CHANGES)
@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_letter_says_what_changed_and_what_to_do_in_their_language(nadia, what, language):
    nadia.language = language
    nadia.save(update_fields=["language"])
    assert waychanges.mail(str(nadia.pk), what, "2026-11-26T13:05:00+00:00") is True
    [letter] = mail.outbox
    assert letter.to == [nadia.email]
    month = {"nl": "26 november 2026, 14:05", "fr": "26 novembre 2026, 14:05", "en": "26 November 2026, 14:05"}
    assert (month[language] in letter.body, "/login/forgotten" in letter.body, "{" in letter.body) == (
        True,
        True,
        False,
    )


def test_who_left_is_not_written_to(nadia):
    nadia.is_active = False
    nadia.save(update_fields=["is_active"])
    assert waychanges.mail(str(nadia.pk), "password", "2026-11-26T13:05:00+00:00") is False


def test_mail_that_is_not_taken_is_tried_again_and_in_the_end_no_more(nadia, monkeypatch, caplog):
    def refuse(letter):
        raise smtplib.SMTPRecipientsRefused({nadia.email: (450, b"busy")})

    monkeypatch.setattr(waychanges.EmailMessage, "send", refuse)
    before = Schedule.objects.count()
    for tries in range(1, waychanges.MOST_TRIES + 1):
        waychanges.mail(str(nadia.pk), "password", "2026-11-26T13:05:00+00:00", tries)
    assert Schedule.objects.count() - before == waychanges.MOST_TRIES - 1
    assert nadia.email not in caplog.text
