"""All letters that wait, printed together and posted in one press."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.notifications.models import CallTask
from digibel.scheduling import announcing, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LETTER = {"channel": "letter", "phone": ""}


def booked(lindeboom, *, days=10, **client):
    asked = cast.request(lindeboom, client={**LETTER, **client}, windows=cast.windows(days=days))
    return cast.booked(asked, cast.volunteer(lindeboom))


def print_all(desk):
    return desk.post(reverse("desk:letters"), {"deed": "print"})


def post_all(desk, printed):
    ids = re.findall(r'name="call" value="([^"]+)"', printed.content.decode())
    return desk.post(reverse("desk:letters"), {"deed": "posted", "call": ids})


def outcomes():
    return sorted(CallTask.objects.values_list("outcome", flat=True))


def test_all_are_printed_each_on_its_sheet_and_posted_in_one_press(desk, lindeboom):
    made = [booked(lindeboom), booked(lindeboom, first_name="Amina", speaks=["nl"], reads=["ar"])]
    page = print_all(desk)
    sheets = re.findall(r'<article class="sheet a4[^>]*dir="(\w+)"', page.content.decode())
    assert (sorted(sheets), page["Cache-Control"]) == (["ltr", "rtl"], "no-store")
    # Two visits of two people may have one word: each sheet says one, whichever it is.
    assert sum(page.content.decode().count(word) for word in {visit.word for visit in made}) == 2
    assert Event.objects.filter(verb="letter.printed").count() == 2
    assert post_all(desk, page).url == "/calls"
    assert outcomes() == ["posted", "posted"]
    assert "No letter waits." in desk.get(reverse("desk:letters")).content.decode()


def test_posted_twice_is_posted_once(desk, lindeboom):
    booked(lindeboom)
    page = print_all(desk)
    for _ in range(2):
        assert post_all(desk, page).status_code == 303
    assert (outcomes(), CallTask.objects.get().tries) == (["posted"], 1)


def test_a_visit_that_was_called_off_meanwhile_is_not_posted(desk, lindeboom):
    visit = booked(lindeboom)
    page = print_all(desk)
    visits.cancel(visit, by=cast.SYSTEM, reason="organisation")
    post_all(desk, page)
    assert outcomes() == ["not_needed"]


def test_what_is_too_late_for_the_post_is_rung_about_and_never_printed(desk, lindeboom):
    visit = booked(lindeboom)
    with clock.travel(visit.starts_at - timedelta(days=3)):
        page = desk.get(reverse("desk:letters"))
        assert (page.context["due"], [one["name"] for one in page.context["too_late"]]) == ([], ["Meneer Claes"])
        assert print_all(desk).content.decode().count("<article") == 0


def test_the_last_posting_day_is_five_working_days_before(lindeboom):
    """Friday 25 September: posted on the Friday before, it is there."""
    assert f"{announcing.last_posting_day(booked(lindeboom)):%a %d/%m}" == "Fri 18/09"


@pytest.mark.parametrize("told", ["", "no-id", "00000000-0000-0000-0000-000000000000"])
def test_an_id_that_is_none_of_ours_posts_nothing(desk, neighbour, lindeboom, told):
    booked(lindeboom)
    assert desk.post(reverse("desk:letters"), {"deed": "posted", "call": told}).status_code == 303
    own = CallTask.objects.get()
    assert neighbour.post(reverse("desk:letters"), {"deed": "posted", "call": str(own.pk)}).status_code == 303
    assert outcomes() == [""]


def test_the_neighbour_has_no_letters_of_ours(neighbour, lindeboom):
    booked(lindeboom)
    assert neighbour.get(reverse("desk:letters")).context["due"] == []
