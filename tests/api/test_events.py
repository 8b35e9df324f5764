"""What happened, to catch up with: in its order, each once, nothing of who, and nothing of anybody else's."""

from datetime import timedelta
from typing import Any

import pytest

import cast
from digibel import clock
from digibel.api import events

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def later(now: Any) -> Any:
    return clock.travel(now + events.SETTLED)


def test_deeds_are_told_in_order_and_each_once(program: Any, now: Any) -> None:
    visit = cast.booked(cast.request(program.organisation), cast.volunteer(program.organisation))
    with later(now):
        told, after, more = [], "", True
        while more:
            page = program.get(f"/events?limit=1{after}").json()
            told += page["events"]
            after, more = f"&after={told[-1]['after']}", page["more"]
        rest = program.get(f"/events?limit=1{after}").json()
    assert [one["kind"] for one in told] == ["request.logged", "request.offered", "visit.booked"]
    assert {one["reference"] for one in told} == {visit.request.reference}
    assert (told[-1]["subject"], told[-1]["subject_id"]) == ("visit", str(visit.pk))
    assert rest == {"events": [], "more": False}


def test_what_may_still_be_overtaken_is_not_told_yet(program: Any, now: Any) -> None:
    cast.request(program.organisation)
    with clock.travel(now + events.SETTLED - timedelta(seconds=1)):
        assert program.get("/events").json()["events"] == []


def test_events_say_nothing_of_who_and_a_look_is_none(program: Any, now: Any) -> None:
    request = cast.request(program.organisation)
    program.get(f"/help-requests/{request.reference}")
    with later(now):
        answer = program.get("/events")
    assert [one["kind"] for one in answer.json()["events"]] == ["request.logged"]
    assert [word for word in ("Guido", "Theodorstraat", "video-call") if word.encode() in answer.content] == []


def test_neighbours_hear_nothing_and_their_place_is_none(program: Any, outsider: Any, now: Any, refusal: Any) -> None:
    cast.request(program.organisation)
    with later(now):
        [one] = program.get("/events").json()["events"]
        assert outsider.get("/events").json() == {"events": [], "more": False}
        assert refusal(outsider.get(f"/events?after={one['after']}")) == (422, "invalid", {"after": ["not_a_cursor"]})
