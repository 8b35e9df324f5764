"""The letter that announces a visit."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

import cast
from digibel import clock, languages
from digibel.audit.models import Event
from digibel.desk import letters
from digibel.notifications import phrasebook
from digibel.notifications.models import CallTask
from digibel.scheduling import worklist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def desk(client, lindeboom):
    client.force_login(cast.staff(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    return client


def booked(organisation, **client):
    """A visit in ten days: a letter has the time it takes."""
    told = {"channel": "letter", "phone": "", **client}
    windows = [{"from": "2026-09-25T14:00", "until": "2026-09-25T17:00"}]
    return cast.booked(cast.request(organisation, client=told, windows=windows), cast.volunteer(organisation))


def address(visit):
    return reverse("desk:letter", args=[visit.pk])


def test_looking_prints_nothing_and_printing_is_recorded(desk, lindeboom):
    visit = booked(lindeboom)
    assert visit.word not in desk.get(address(visit)).content.decode()
    printed = desk.post(address(visit), {"deed": "print"})
    assert (printed["Cache-Control"], Event.objects.about(visit).filter(verb="letter.printed").count()) == (
        "no-store",
        1,
    )
    article = re.search(r"<article.*?</article>", printed.content.decode(), re.DOTALL)[0]
    wanted = ("Meneer Claes", "Theodorstraat 41", "1090 Jette", "Els komt u helpen.", visit.word)
    assert [word for word in wanted if word not in article] == []


@pytest.mark.guardrail("E14")
def test_posted_is_told_but_not_confirmed(desk, lindeboom):
    visit = booked(lindeboom)
    for _ in range(2):
        assert desk.post(address(visit), {"deed": "posted"}).status_code == 303
    call = CallTask.objects.get(kind="visit.announce")
    visit.refresh_from_db()
    assert (call.outcome, worklist.is_announced(visit), visit.confirmed_at) == ("posted", True, None)


def test_posted_is_not_for_who_is_reached_by_telephone(desk, lindeboom):
    visit = booked(lindeboom, channel="call", phone="02 511 22 33")
    assert "posted" not in desk.post(address(visit), {"deed": "print"}).content.decode()
    desk.post(address(visit), {"deed": "posted"})
    assert CallTask.objects.get(kind="visit.announce").done_at is None


def test_a_letter_that_may_come_too_late_says_so(desk, lindeboom, now):
    visit = booked(lindeboom)
    # Posted on Saturday the 19th it is there on Friday the 25th; posted on Monday it is not.
    for days, late in ((4, 0), (6, 1)):
        with clock.travel(now + timedelta(days=days)):
            html = desk.get(address(visit), headers={"accept-language": "en"}).content.decode()
        assert html.count("this one may come too late") == late


def test_letter_in_arabic_runs_from_right_to_left(desk, lindeboom):
    visit = booked(lindeboom, speaks=["ar", "fr"], reads=["ar"])
    html = desk.post(address(visit), {"deed": "print"}).content.decode()
    assert len(re.findall(r'<article [^>]*lang="ar" dir="rtl"', html)) == 1


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_every_language_has_the_lines_in_the_same_order(language):
    lines = dict(zip(letters.LINES, phrasebook.template("announce_letter", language).splitlines(), strict=True))
    names = {name: re.findall(r"\{(\w+)\}", line) for name, line in lines.items()}
    assert names == {
        "title": [],
        "greeting": ["client"],
        "who": ["volunteer"],
        "day": ["day"],
        "about": ["about"],
        "word": ["word"],
        "says": names["says"],
        "not_heard": ["phone"],
        "never": [],
        "complain": ["phone"],
        "does_not_suit": ["phone"],
        "signed": ["organisation"],
    }


def test_another_organisations_visit_has_no_letter(client, lindeboom):
    visit = booked(lindeboom)
    stranger = cast.staff(cast.organisation("Elders", sms_number="+32460000002"), name="Piet")
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address(visit), {"deed": "print"}).status_code == 404
