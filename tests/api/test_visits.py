"""Visits for programs: read, moved, cancelled; and what a client says a week later."""

from typing import Any

import pytest

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.scheduling import inside
from digibel.scheduling.models import Concern, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def visit(program: Any) -> Visit:
    return cast.booked(cast.request(program.organisation), cast.volunteer(program.organisation))


def over(visit: Visit) -> None:
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=Actor.volunteer(visit.volunteer))
        inside.check_out(visit, by=Actor.volunteer(visit.volunteer))


def test_visit_says_neither_who_is_visited_nor_the_word(program: Any, visit: Visit) -> None:
    answer = program.get(f"/visits/{visit.pk}")
    assert answer.json()["reference"] == visit.request.reference
    assert [word for word in (visit.word, "Guido", "Theodorstraat") if word.encode() in answer.content] == []


def test_visit_moves_for_who_saw_it_as_it_is(program: Any, visit: Visit, refusal: Any) -> None:
    path, seen = f"/visits/{visit.pk}", program.get(f"/visits/{visit.pk}")["ETag"]
    moved = program.post(f"{path}/move", {"starts_at": "2026-09-17T14:00"}, If_Match=seen, Idempotency_Key="m")
    again = program.post(f"{path}/move", {"starts_at": "2026-09-17T14:00"}, If_Match=seen, Idempotency_Key="m")
    assert (moved.status_code, moved.json()["starts_at"]) == (200, "2026-09-17T12:00:00Z")
    assert (again.status_code, again.json(), again["ETag"]) == (200, moved.json(), moved["ETag"])
    late = program.post(f"{path}/move", {"starts_at": "2026-09-18T14:00"}, If_Match=seen)
    assert refusal(late) == (412, "changed_since", {})
    assert refusal(program.post(f"{path}/move", {"starts_at": "2026-09-18T14:00"})) == (
        428,
        "precondition_required",
        {},
    )


def test_hour_that_the_clock_skips_is_no_moment(program: Any, visit: Visit, refusal: Any) -> None:
    answer = program.post(f"/visits/{visit.pk}/move", {"starts_at": "2027-03-28T02:30"}, If_Match="*")
    assert refusal(answer) == (422, "invalid", {"starts_at": ["not_a_moment"]})


def test_visit_is_cancelled_with_a_reason(program: Any, visit: Visit, refusal: Any) -> None:
    path = f"/visits/{visit.pk}/cancel"
    assert refusal(program.post(path, {"reason": "bored"})) == (422, "invalid", {"reason": ["not_one_of"]})
    assert program.post(path, {"reason": "client_cannot"}).json()["status"] == "cancelled"
    assert refusal(program.post(path, {"reason": "client_cannot"}))[0] == 409


def test_visits_are_read_by_volunteer_and_state(program: Any, visit: Visit) -> None:
    assert [one["id"] for one in program.get(f"/visits?volunteer={visit.volunteer_id}").json()["visits"]] == [
        str(visit.pk)
    ]
    assert program.get("/visits?status=done").json() == {"visits": [], "next_cursor": None}


def test_follow_up_closes_the_request_and_is_said_once(program: Any, visit: Visit, refusal: Any) -> None:
    over(visit)
    [waiting] = program.get("/follow-ups").json()["follow_ups"]
    assert (waiting["visit"], waiting["outcome"]) == (str(visit.pk), None)
    told = {"outcome": "works", "autonomy": {"alone": 2}}
    answer = program.post(f"/visits/{visit.pk}/follow-up", told)
    assert (answer.status_code, answer.json()["alone"]) == (201, 2)
    assert refusal(program.post(f"/visits/{visit.pk}/follow-up", told))[0] == 409
    assert program.get("/follow-ups").json()["follow_ups"] == []
    assert program.get(f"/help-requests/{visit.request.reference}").json()["closed_as"] == "solved"


@pytest.mark.guardrail("E8")
def test_worry_about_money_pauses_the_volunteer(program: Any, visit: Visit) -> None:
    over(visit)
    program.post(f"/visits/{visit.pk}/follow-up", {"outcome": "fails", "worries": ["money"]})
    visit.volunteer.refresh_from_db()
    assert visit.volunteer.paused_at is not None
    assert Concern.objects.count() == 1
