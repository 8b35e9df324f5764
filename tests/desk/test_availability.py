"""When a volunteer is free, on the desk's page: noted whole or not at all, with what to mend in words."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

import cast
from digibel import clock
from digibel.organisations.models import Role
from digibel.volunteers.models import Absence, AvailableHours, ExtraHours, OwnCalendar, WeekdayOff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom, name="Els", hours=[(0, time(9), time(12))])


def post(browser, volunteer, deed, **data):
    return browser.post(reverse("desk:availability_deed", args=[volunteer.pk, deed]), data)


def in_days(count):
    return clock.today() + timedelta(days=count)


def exceptions():
    return sum(model.objects.count() for model in (Absence, ExtraHours, WeekdayOff))


def mistakes(response):
    forms = response.context["forms"]
    return response.status_code, [text for texts in forms.posted.errors.values() for text in texts]


def test_week_is_shown_and_changed(desk, els):
    page = desk.get(reverse("desk:availability", args=[els.pk])).content.decode()
    assert page.count('value="09:00"') == 1
    answer = post(desk, els, "week", d1_0_start="10:00", d1_0_end="12:30", d1_1_start="14:00", d1_1_end="15:00")
    assert (answer.status_code, answer["Location"]) == (303, f"/volunteers/{els.pk}/availability")
    assert list(AvailableHours.objects.values_list("weekday", "start", "end")) == [
        (1, time(10), time(12, 30)),
        (1, time(14), time(15)),
    ]


@pytest.mark.parametrize(
    ("deed", "data", "said"),
    [
        ("week", {"d1_0_start": "10:00"}, "Write both hours, or none."),
        ("week", {"d1_0_start": "25:99", "d1_0_end": "11:00"}, "Enter a valid time."),
        ("week", {"d1_0_start": "12:00", "d1_0_end": "10:00"}, "The end must come after the beginning, on every line."),
        ("away", {"away-first_day": "2020-01-01", "away-last_day": "2020-01-02"}, "Choose days from today on"),
        ("away", {"away-first_day": "soon", "away-last_day": "2020-01-02"}, "Enter a valid date."),
        ("extra", {}, "This field is required."),
        ("off", {"off-weekday": "9"}, "Select a valid choice."),
    ],
)
def test_mistake_keeps_everything_as_it_was_and_says_what_to_mend(desk, els, deed, data, said):
    status, texts = mistakes(post(desk, els, deed, **data))
    assert status == 422
    assert [text for text in texts if text.startswith(said)]
    assert AvailableHours.objects.count() == 1
    assert exceptions() == 0


def test_exceptions_are_noted_and_taken_away(desk, els):
    post(desk, els, "away", **{"away-first_day": in_days(2), "away-last_day": in_days(4)})
    post(desk, els, "extra", **{"extra-day": in_days(9), "extra-start": "09:00", "extra-end": "11:00"})
    post(desk, els, "off", **{"off-weekday": "2"})
    away, extra = Absence.objects.get(), ExtraHours.objects.get()
    page = desk.get(reverse("desk:volunteer", args=[els.pk])).content.decode()
    assert (page.count("Not on Wednesday"), page.count("Free too")) == (1, 1)
    for deed, which in (("not-away", away.pk), ("not-extra", extra.pk), ("on", 2)):
        assert post(desk, els, deed, which=which).status_code == 303
    assert exceptions() == 0


@pytest.mark.parametrize("which", ["", "x", "-1", "²", "9" * 30])
def test_taking_away_what_is_no_number_does_not_exist(desk, els, which):
    assert post(desk, els, "not-away", which=which).status_code == 404


def test_days_with_a_visit_are_refused_in_words(desk, lindeboom, els):
    karim = cast.volunteer(lindeboom, name="Karim")
    day = clock.local(cast.booked(cast.request(lindeboom), karim).starts_at).date()
    status, texts = mistakes(post(desk, karim, "away", **{"away-first_day": day, "away-last_day": day}))
    assert (status, texts) == (
        422,
        ["There is a visit in those days, and somebody waits for it. Call it off first, or choose other days."],
    )


def test_who_has_left_and_who_may_not_find_no_page(client, desk, lindeboom, els):
    els.left_at = clock.now()
    els.save(update_fields=["left_at"])
    assert desk.get(reverse("desk:availability", args=[els.pk])).status_code == 404
    client.force_login(
        cast.staff(lindeboom, name="Inez", role=Role.INTAKE), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(reverse("desk:availability", args=[els.pk])).status_code == 403


def test_pause_has_a_day_of_coming_back(desk, els):
    back = in_days(10)
    pause = reverse("desk:volunteer_deed", args=[els.pk, "pause"])
    desk.post(pause, {"pause-until": "never"})
    els.refresh_from_db()
    assert els.paused_at is None
    desk.post(pause, {"pause-until": back})
    els.refresh_from_db()
    assert (els.paused_until, els.pause_is_own) == (back, False)


def test_address_of_a_calendar_is_kept_sealed_and_never_shown_again(desk, els):
    address = "https://calendar.example.org/private-4f3a2b/basic.ics"
    assert post(desk, els, "calendar", **{"calendar-address": address}).status_code == 303
    page = desk.get(reverse("desk:availability", args=[els.pk])).content.decode()
    assert (page.count("private-4f3a2b"), page.count("Not read yet")) == (0, 1)
    assert post(desk, els, "no-calendar").status_code == 303
    assert not OwnCalendar.objects.exists()


def test_address_that_is_none_is_not_written_back(desk, els):
    answer = post(desk, els, "calendar", **{"calendar-address": "http://calendar.example.org/private-4f3a2b"})
    assert mistakes(answer)[0] == 422
    assert answer.content.decode().count("private-4f3a2b") == 0
