"""Who has access, and who looked: to print for the data protection officer, and on the page of the client."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel.audit.models import Event
from digibel.desk.accesslist import DEED_WORDS
from digibel.organisations import keys
from digibel.organisations.models import Role, Staff
from digibel.organisations.permissions import DEEDS
from digibel.scheduling import cards, doorstep

from .conftest import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(lindeboom):
    return cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))


def test_list_names_roles_people_programs_and_what_each_sees(desk, lindeboom, sleutel, visit, settings):
    settings.DIGIBEL_OPERATORS = ["Hosting NV, Gent"]
    tom = cast.staff(lindeboom, name="Tom", role=Role.INTAKE)
    Staff.objects.filter(pk=tom.pk).update(since=None)
    gone = cast.staff(lindeboom, name="Vertrokken", role=Role.MATCHER)
    Staff.objects.filter(pk=gone.pk).update(is_active=False)
    cast.staff(sleutel, name="Rachid")
    keys.make_key(lindeboom, name="Formulier")
    html = desk.get(reverse("desk:access_list")).content.decode()
    table = html[html.index("<article") :]
    expected = (
        "Nadia",
        "Tom",
        "day not noted",
        "15 September 2026",
        "Formulier",
        "Hosting NV, Gent",
        "one with an open card",
    )
    assert [word for word in expected if word not in table] == []
    assert [word for word in ("Vertrokken", "Rachid", "Guido", "Theodorstraat") if word in html] == []
    assert Event.objects.filter(verb="access.listed").count() == 1


def test_every_deed_is_told_in_words():
    assert DEED_WORDS.keys() == DEEDS.keys()


def test_list_says_when_no_operator_is_named(desk, settings):
    settings.DIGIBEL_OPERATORS = []
    assert "DIGIBEL_OPERATORS" in desk.get(reverse("desk:access_list")).content.decode()


def test_who_looked_stands_on_the_request_and_on_the_visit(desk, lindeboom, visit):
    logged_in(Browser(), cast.staff(lindeboom, name="Tom")).post(
        reverse("desk:show_address", args=[visit.request.reference])
    )
    desk.post(reverse("desk:visit_address", args=[visit.pk]))
    doorstep.read_rules(visit, by=cast.SYSTEM)
    Browser().get(reverse("desk:card", args=[cards.token(visit)]))
    for page in (reverse("desk:request", args=[visit.request.reference]), reverse("desk:visit_desk", args=[visit.pk])):
        html = desk.get(page).content.decode()
        seen = html[html.index('id="looks-title"') :]
        assert re.findall(r"<li>(.+?),", seen[: seen.index("</ul>")]) == ["the volunteer", "Nadia", "Tom"]


def test_paper_and_texts_are_looks_too(desk, lindeboom, now):
    told = {"channel": "letter", "phone": ""}
    later = cast.windows(days=10)
    by_post = cast.booked(cast.request(lindeboom, client=told, windows=later), cast.volunteer(lindeboom, sms_only=True))
    desk.post(reverse("desk:letter", args=[by_post.pk]), {"deed": "print"})
    events = Event.objects.filter(verb="address.shown").order_by("id")
    assert [(event.actor.partition(":")[0], event.facts["on"]) for event in events] == [
        ("volunteer", "text"),
        ("staff", "letter"),
    ]
    page = desk.get(reverse("desk:visit_desk", args=[by_post.pk])).content.decode()
    assert "on a letter" in page
    assert "in a text to a volunteer without internet" in page
