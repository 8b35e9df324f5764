"""Ranking, offering, and the visits that came of it."""

import uuid
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

import cast
from digibel.scheduling.models import Offer
from digibel.sealing import keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_candidates_come_with_reasons_and_the_others_with_why_not(program: Any) -> None:
    els = cast.volunteer(program.organisation, name="Els")
    jan = cast.volunteer(program.organisation, name="Jan", speaks=["tr"])
    request = cast.request(program.organisation)
    told = program.get(f"/help-requests/{request.reference}/candidates", Accept_Language="en").json()
    [candidate], [skipped] = told["candidates"], told["skipped"]
    assert told["obstacle"] is None
    assert candidate["volunteer"] == {"id": str(els.pk), "first_name": "Els"}
    assert candidate["km"] == 0.0
    assert candidate["moments"][0] == "2026-09-16T12:00:00Z"
    assert {"code": "speaks", "sentence": "speaks Dutch"} in candidate["reasons"]
    assert skipped["volunteer"] == {"id": str(jan.pk), "first_name": "Jan"}
    assert skipped["reasons"] == [{"code": "no_language", "sentence": "speaks none of Dutch"}]


def test_candidates_are_shown_with_the_obstacle_in_their_way(program: Any) -> None:
    els = cast.volunteer(program.organisation)
    request = cast.request(program.organisation, consent=None)
    told = program.get(f"/help-requests/{request.reference}/candidates").json()
    assert told["obstacle"]["code"] == "no_own_yes"
    assert [one["volunteer"]["id"] for one in told["candidates"]] == [str(els.pk)]


@pytest.mark.parametrize("body", [None, {}, {"volunteers": None}])
def test_offers_without_names_go_to_the_next_best(program: Any, body: Any) -> None:
    els = cast.volunteer(program.organisation)
    request = cast.request(program.organisation)
    answer = program.post(f"/help-requests/{request.reference}/offers", body)
    [offer] = answer.json()["offers"]
    made = Offer.objects.get()
    assert answer.status_code == 201
    assert (offer["id"], offer["volunteer"]["id"], offer["status"], offer["wave"]) == (
        str(made.pk), str(els.pk), "queued", 1,
    )  # fmt: skip
    assert offer["windows"][0] == {"from": "2026-09-16T12:00:00Z", "until": "2026-09-16T13:00:00Z"}


def test_offers_go_to_those_who_were_named(program: Any) -> None:
    for name in ("Els", "Jan"):
        cast.volunteer(program.organisation, name=name)
    mia = cast.volunteer(program.organisation, name="Mia")
    request = cast.request(program.organisation)
    told = program.post(f"/help-requests/{request.reference}/offers", {"volunteers": [str(mia.pk), str(mia.pk)]}).json()
    assert [offer["volunteer"]["first_name"] for offer in told["offers"]] == ["Mia"]


def test_offer_to_nobody_we_know_is_refused(program: Any, refusal: Any) -> None:
    request = cast.request(program.organisation)
    path = f"/help-requests/{request.reference}/offers"
    assert refusal(program.post(path, {"volunteers": [str(uuid.uuid4())]})) == (
        422, "invalid", {"volunteers": ["unknown_volunteer"]},
    )  # fmt: skip
    assert refusal(program.post(path, {"volunteers": ["Els"]})) == (422, "invalid", {"volunteers.0": ["not_an_id"]})
    assert refusal(program.post(path, {"volunteers": []})) == (422, "invalid", {"volunteers": ["missing"]})
    assert refusal(program.post(path)) == (409, "no_candidates", {})
    assert Offer.objects.count() == 0


def test_offer_to_somebody_who_cannot_go_says_why(program: Any, refusal: Any) -> None:
    jan = cast.volunteer(program.organisation, speaks=["tr"])
    request = cast.request(program.organisation)
    path = f"/help-requests/{request.reference}/offers"
    answer = program.post(path, {"volunteers": [str(jan.pk)]}, Accept_Language="en")
    assert refusal(answer) == (409, "not_a_candidate", {})
    assert answer.json()["detail"] == "One of these volunteers cannot be asked: speaks none of Dutch."


def test_visits_are_listed_by_day_without_who_where_or_the_word(program: Any, outsider: Any) -> None:
    els = cast.volunteer(program.organisation)
    visit = cast.booked(cast.request(program.organisation), els)
    path = "/visits?from=2026-09-16&to=2026-09-16"
    assert program.get(path).json()["visits"] == [
        {
            "id": str(visit.pk),
            "reference": visit.request.reference,
            "volunteer": {"id": str(els.pk), "first_name": "Els"},
            "starts_at": "2026-09-16T12:00:00Z",
            "ends_at": "2026-09-16T13:00:00Z",
            "status": "booked",
            "confirmed": False,
            "goes_with": None,
        }
    ]
    assert len(program.get("/visits").json()["visits"]) == 1
    assert program.get("/visits?from=2026-09-17&to=2026-09-18").json()["visits"] == []
    assert program.get("/visits?from=2026-09-15&to=2026-09-15").json()["visits"] == []
    assert outsider.get(path).json()["visits"] == []


def test_visit_of_an_erased_volunteer_has_no_name(program: Any) -> None:
    els = cast.volunteer(program.organisation)
    cast.booked(cast.request(program.organisation), els)
    keys.destroy(els.key_id)
    [visit] = program.get("/visits").json()["visits"]
    assert visit["volunteer"] == {"id": str(els.pk), "first_name": ""}


@pytest.mark.parametrize("many", [1, 3])
def test_visits_ask_the_databases_as_often_for_three_as_for_one(program: Any, many: int) -> None:
    for _ in range(many):
        cast.booked(cast.request(program.organisation), cast.volunteer(program.organisation))
    keys.cache.clear()
    with (
        CaptureQueriesContext(connections["default"]) as queries,
        CaptureQueriesContext(connections["keys"]) as opened,
    ):
        listed = program.get("/visits").json()["visits"]
    assert (len(listed), len(queries), len(opened)) == (many, 2, 1)


@pytest.mark.parametrize(
    "days", ["from=2026-09-16&to=2026-09-15", "from=2026-01-01&to=2026-12-31", "from=2026-09-15&to=2099-12-31"]
)
def test_too_long_a_look_is_refused(program: Any, refusal: Any, days: str) -> None:
    assert refusal(program.get(f"/visits?{days}")) == (422, "invalid", {"to": ["look_too_long"]})


@pytest.mark.parametrize("day", ["0", "soon", "0001-01-01", "9999-12-31", "2026-02-30", "", "%00"])
def test_day_that_is_none_is_refused(program: Any, refusal: Any, day: str) -> None:
    assert refusal(program.get(f"/visits?from={day}")) == (422, "invalid", {"from": ["not_expected"]})


def test_candidates_say_why_not_in_numbers_and_what_would_find_somebody(program: Any) -> None:
    cast.volunteer(program.organisation, speaks=["tr"])
    request = cast.request(program.organisation)
    told = program.get(f"/help-requests/{request.reference}/candidates", Accept_Language="en").json()
    assert told["why_not"] == [{"code": "no_language", "sentence": "no language in common", "count": 1}]
    assert [one["code"] for one in told["suggestions"]] == ["language", "interpreter"]


def test_candidates_cost_the_same_for_one_and_for_three(program: Any) -> None:
    request = cast.request(program.organisation)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            cast.volunteer(program.organisation)
        for _ in range(2):
            with CaptureQueriesContext(connections["default"]) as queries:
                program.get(f"/help-requests/{request.reference}/candidates")
        counts.append(len(queries))
    assert counts == [9, 9]
