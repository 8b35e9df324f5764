"""A series through the API: agreed, looked at, ended; and never of somebody else."""

from typing import Any

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.requests.models import Series
from digibel.scheduling import inside
from digibel.scheduling.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

AGREED = {"goal": "Zelf videobellen", "every_days": 14, "visits": 3}


def test_series_is_agreed_made_and_ended(program: Any) -> None:
    asked = cast.request(program.organisation)
    path = f"/help-requests/{asked.reference}/series"
    assert program.get(path).status_code == 404
    shown = {"every_days": 14, "visits": 3, "until": None, "made": 0, "next_at": None, "ended_as": None}
    assert program.post(path, AGREED).json() == shown
    visit = cast.booked(asked, cast.volunteer(program.organisation))
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(Visit.objects.get(), by=SYSTEM)
        assert program.get(path).json() == shown | {"made": 1, "next_at": "2026-09-30T12:00:00Z"}
        ends = [program.post(f"{path}/end", {"ended_as": "goal_reached"}, Idempotency_Key="e") for _ in range(2)]
        assert [one.json() for one in ends] == [shown | {"made": 1, "ended_as": "goal_reached"}] * 2


@pytest.mark.parametrize(
    ("told", "code"),
    [({"visits": None}, "one_end"), ({"every_days": 3}, "no_such_rhythm"), ({"until": "2026-10-10"}, "one_end")],
)
def test_what_makes_no_sense_is_told(program: Any, told: dict[str, Any], code: str) -> None:
    path = f"/help-requests/{cast.request(program.organisation).reference}/series"
    answer = program.post(path, {**AGREED, **told})
    assert (answer.status_code, answer.json()["code"], Series.objects.exists()) == (422, code, False)


def test_series_that_has_not_begun_is_not_ended(program: Any) -> None:
    path = f"/help-requests/{cast.request(program.organisation).reference}/series"
    assert program.post(f"{path}/end", {"ended_as": "goal_reached"}).json()["code"] == "no_series"
    program.post(path, AGREED)
    assert program.post(f"{path}/end", {"ended_as": "goal_reached"}).json()["code"] == "no_visit_made_yet"


def test_anothers_series_is_not_found(program: Any) -> None:
    path = f"/help-requests/{cast.request(cast.organisation('Anderen', duty=False)).reference}/series"
    answers = [program.get(path), program.post(path, AGREED), program.post(f"{path}/end", {"ended_as": "goal_reached"})]
    assert [answer.status_code for answer in answers] == [404] * 3
