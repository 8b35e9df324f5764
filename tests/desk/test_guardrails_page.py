"""The rules, for everybody to read."""

import re

import pytest
from django.test import Client as Browser

import cast
from digibel.guardrails import catalogue
from digibel.organisations.models import Tightening

pytestmark = pytest.mark.django_db


def read(client, **query):
    answer = client.get("/guardrails", query)
    assert answer.status_code == 200
    return answer


def test_every_rule_has_its_place_without_a_login(client):
    html = read(client, lang="en").content.decode()
    ids = re.findall(r'<li id="([^"]+)"', html)
    assert sorted(set(ids) & set(catalogue.RULES)) == sorted(catalogue.RULES)
    assert len(ids) == len(set(ids))


def test_every_task_stands_with_its_verdict(client):
    html = read(client, lang="en").content.decode()
    assert len(re.findall(r'<p class="what"><svg', html)) == len(catalogue.TASKS)
    forbidden = [task for task in catalogue.TASKS.values() if task.verdict is catalogue.Verdict.FORBIDDEN]
    assert len(re.findall(r'<span class="tag alarm">(?:<svg.*?</svg>)not allowed', html)) == len(forbidden)


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_page_speaks_the_language_asked_for(client, language):
    answer = read(client, lang=language)
    assert answer["Content-Language"] == language
    assert catalogue.RULES["Z3"].sentence(language).split("'")[0] in answer.content.decode()


@pytest.mark.parametrize("id", ["E1", "E11", "Z1", "Z2"])
def test_every_rule_says_what_holds_it(client, id):
    html = read(client, lang="en").content.decode()
    [rule] = re.findall(rf'<li id="{id}" class="article">.*?</details>', html, re.DOTALL)
    said = {
        "software": "The software holds this",
        "people": "Only people can hold this",
        "not yet": "Nothing holds this",
    }
    assert said[catalogue.RULES[id].held] in rule
    assert re.findall(r"<code>([^<]+)</code>", rule) == list(catalogue.RULES[id].tests)


# --- stricter here --------------------------------------------------------------------------------------------------


STRICTER = {
    "slug": "online-payment",
    "verdict": "staff_only",
    "since": "2026-09-15",
    "reason": "Onze verzekering sluit betalen uit",
}


def tighten(browser, **changes):
    return browser.post("/guardrails/stricter", {**STRICTER, **changes})


@pytest.mark.guardrail("E2")
def test_a_coordinator_makes_a_task_stricter_and_ends_it_again(desk, nadia, lindeboom):
    assert tighten(desk).status_code == 303
    page = desk.get("/guardrails", {"lang": "en"})
    [line] = page.context["own"]["standing"]
    assert (line.name, line.was, line.by, line.begun) == ("Pay an own bill online", "conditions", nadia.name, True)
    assert page.content.decode().count("stricter with us:") == 1
    answer = desk.post(f"/guardrails/stricter/{line.tightening.pk}/end", follow=True)
    assert "Ended." in answer.content.decode()
    own = desk.get("/guardrails").context["own"]
    assert (own["standing"], [line.ended_by for line in own["ended"]]) == ([], [nadia.name])
    again = desk.post(f"/guardrails/stricter/{line.tightening.pk}/end", follow=True)
    assert "A colleague has ended this already." in again.content.decode()


@pytest.mark.guardrail("E2")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"slug": "cash-withdrawal", "verdict": "forbidden"}, 422),
        ({"verdict": "allowed"}, 422),
        ({"verdict": "conditions"}, 422),
        ({"slug": "benefits", "verdict": "conditions"}, 422),
        ({"slug": "rocket"}, 422),
        ({"reason": ""}, 422),
        ({"since": "2026-09-14"}, 422),
        ({"since": "soon"}, 422),
    ],
)
def test_nothing_looser_and_nothing_half_is_written(desk, changes, status):
    answer = tighten(desk, **changes)
    assert (answer.status_code, answer.context["form"].errors != {}) == (status, True)
    assert not Tightening.objects.exists()


def test_the_same_task_twice_is_told_kindly(desk):
    assert [tighten(desk).status_code, tighten(desk, verdict="forbidden").status_code] == [303, 409]


@pytest.mark.guardrail("E2")
def test_only_a_coordinator_of_this_organisation_touches_it(client, desk, neighbour, lindeboom):
    tighten(desk)
    [made] = Tightening.objects.all()
    intake = Browser()
    intake.force_login(cast.staff(lindeboom, name="Wim"), backend="django.contrib.auth.backends.ModelBackend")
    end = f"/guardrails/stricter/{made.pk}/end"
    assert [intake.post(end).status_code, neighbour.post(end).status_code, Browser().post(end).status_code] == [
        403,
        404,
        302,
    ]
    assert tighten(intake, slug="photos").status_code == 403
    assert "Onze verzekering" in intake.get("/guardrails").content.decode()
    for stranger in (neighbour, Browser()):
        assert "Onze verzekering" not in stranger.get("/guardrails").content.decode()
    assert Tightening.objects.standing().count() == 1


def test_a_code_in_the_reason_is_not_kept(desk):
    tighten(desk, reason="zijn pincode is 4821")
    assert "4821" not in Tightening.objects.get().reason
