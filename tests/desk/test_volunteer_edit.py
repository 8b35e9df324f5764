"""Putting right what we know of a volunteer, alone and with a colleague at the same time."""

import re

import pytest

import cast
from digibel.audit.models import Event
from digibel.organisations.models import Role
from digibel.volunteers.editing import as_known
from digibel.volunteers.models import Volunteer

from .conftest import logged_in

pytestmark = pytest.mark.django_db


def path(volunteer):
    return f"/volunteers/{volunteer.pk}/edit"


def as_shown(browser, volunteer):
    """What a browser would send back if nobody typed anything."""
    page = browser.get(path(volunteer))
    form, told = page.context["form"], {"seen": page.context["seen"]}
    for bound in form:
        value = bound.value()
        if value not in (None, False, ""):
            told[bound.name] = "on" if value is True else value
    return told


def fresh(volunteer):
    return Volunteer.objects.get(pk=volunteer.pk)


def test_nothing_typed_changes_nothing(desk, els):
    before = as_known(els)
    assert desk.post(path(els), as_shown(desk, els)).status_code == 303
    assert as_known(fresh(els)) == before
    assert not Event.objects.filter(verb="volunteer.edited").exists()


def test_everything_can_be_put_right(desk, els):
    told = as_shown(desk, els) | {
        "level_nl": "",
        "level_fr": "native",
        "level_ar": "basic",
        "skills": ["tablet", "wifi"],
        "modes": ["car", "foot"],
        "postcode": "B-1080 Molenbeek",
        "reach_minutes": "45",
        "reach_km": "12",
        "weekly_limit": "3",
        "offers_limit": "0",
        "gender": "woman",
        "sms_only": "on",
    }
    del told["dog_ok"]
    answer = desk.post(path(els), told)
    assert (answer.status_code, answer.url) == (303, f"/volunteers/{els.pk}")
    known = as_known(fresh(els))
    assert (known["speaks"], known["language_levels"]) == (["fr", "ar"], {"fr": "native", "ar": "basic"})
    assert (sorted(known["skills"]), known["modes"]) == (["tablet", "wifi"], ["foot", "car"])
    assert (known["postcode"], known["reach_minutes"], known["reach_km"]) == ("1080", 45, 12)
    assert (known["weekly_limit"], known["offers_limit"], known["gender"]) == (3, 0, "woman")
    assert (known["stairs_ok"], known["dog_ok"], known["sms_only"]) == (True, False, True)
    assert fresh(els).recipient.languages == ["fr", "ar"]
    [event] = Event.objects.filter(verb="volunteer.edited")
    assert {"speaks", "postcode", "skills"} <= set(event.facts["fields"])
    assert "1080" not in str(event.facts)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"postcode": "99"}, "four digits"),
        ({"level_nl": "", "level_fr": ""}, "at least one language"),
        ({"weekly_limit": "99"}, "less than or equal to 14"),
        ({"reach_km": ""}, "required"),
        ({"skills": ["flying"]}, "not one of the available choices"),
        ({"level_nl": "fluent"}, "not one of the available choices"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_saved(desk, els, typed, sentence):
    before = as_known(els)
    answer = desk.post(path(els), as_shown(desk, els) | typed | {"modes": ["car"]})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert as_known(fresh(els)) == before
    # What was typed still stands there, and so does from what it started.
    assert desk.post(path(els), as_shown(desk, els) | {"modes": ["car"]}).status_code == 303


def test_of_two_who_save_at_once_neither_is_lost(desk, client, lindeboom, els):
    mine, theirs = as_shown(desk, els), as_shown(desk, els)
    assert desk.post(path(els), theirs | {"postcode": "1080", "weekly_limit": "1"}).status_code == 303
    answer = desk.post(path(els), mine | {"reach_km": "20", "weekly_limit": "4"})
    assert answer.status_code == 409
    known = as_known(fresh(els))
    assert (known["postcode"], known["weekly_limit"], known["reach_km"]) == ("1080", 1, 8)
    # Theirs where I did not touch it, mine where I did, and what they wrote there beside it.
    form = answer.context["form"]
    assert [form[name].value() for name in ("postcode", "reach_km", "weekly_limit")] == ["1080", "20", "4"]
    assert [value for _, value in answer.context["both"]] == ["1"]
    told = mine | {"seen": answer.context["seen"], "postcode": "1080", "reach_km": "20", "weekly_limit": "4"}
    assert desk.post(path(els), told).status_code == 303
    known = as_known(fresh(els))
    assert (known["postcode"], known["weekly_limit"], known["reach_km"]) == ("1080", 4, 20)


def test_a_language_that_a_colleague_added_stays(desk, els):
    mine, theirs = as_shown(desk, els), as_shown(desk, els)
    desk.post(path(els), theirs | {"level_ar": "good"})
    answer = desk.post(path(els), mine | {"level_fr": "native"})
    form = answer.context["form"]
    assert (answer.status_code, form["level_ar"].value(), form["level_fr"].value()) == (409, "good", "native")
    assert answer.context["both"] == []


@pytest.mark.parametrize("seen", ["", "{}", "x" * 5000, "\x00", "eyJ9:1:2"])
def test_what_was_seen_cannot_be_made_up(desk, els, seen):
    before = as_known(els)
    assert desk.post(path(els), as_shown(desk, els) | {"seen": seen, "postcode": "1080"}).status_code == 409
    assert as_known(fresh(els)) == before


@pytest.mark.parametrize("role", [Role.INTAKE, Role.MATCHER])
def test_it_is_for_coordinators(client, lindeboom, els, role):
    browser = logged_in(client, cast.staff(lindeboom, role=role))
    assert {browser.get(path(els)).status_code, browser.post(path(els), {}).status_code} == {403}
    assert path(els) not in browser.get(f"/volunteers/{els.pk}").content.decode()


def test_who_has_left_is_not_there(desk, els):
    told = as_shown(desk, els)
    Volunteer.objects.filter(pk=els.pk).update(left_at=els.recipient.volunteer.joined_on.strftime("%Y-%m-%dT00:00Z"))
    assert {desk.get(path(els)).status_code, desk.post(path(els), told).status_code} == {404}


def test_the_page_leads_there_and_has_a_label_for_each_field(desk, els):
    assert path(els) in desk.get(f"/volunteers/{els.pk}").content.decode()
    page = desk.get(path(els)).content.decode()
    selects = re.findall(r'<select[^>]* id="([^"]+)"', page)
    assert {f'for="{one}"' in page for one in selects} == {True}
