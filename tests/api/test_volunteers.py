"""The pool for programs, when somebody is free, and the places people can be sent to."""

from typing import Any

import pytest

import cast
from digibel.directory.loading import load_known_places
from digibel.volunteers.models import Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

NEW = {"first_name": "Hanane", "phone": "0470/12.34.56", "postcode": "1020", "speaks": ["fr"]}


def test_pool_is_told_without_numbers_and_with_what_they_lack_here(program: Any, outsider: Any) -> None:
    els = cast.volunteer(program.organisation, name="Els")
    answer = program.get("/volunteers")
    [row] = answer.json()["volunteers"]
    assert (row["id"], row["first_name"], row["missing"]) == (str(els.pk), "Els", [])
    assert els.recipient.number.encode() not in answer.content
    assert "insurance" in outsider.get(f"/volunteers/{els.pk}").json()["missing"]


def test_somebody_new_is_in_the_pool_once(program: Any, refusal: Any) -> None:
    answers = [program.post("/volunteers", NEW, Idempotency_Key="v") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert Volunteer.objects.get().recipient.number == "+32470123456"
    assert refusal(program.post("/volunteers", NEW | {"first_name": "Ann"})) == (422, "already_in_the_pool", {})


def test_somebody_whom_another_organisation_told_of_is_shown(program: Any, outsider: Any) -> None:
    """Each key can post the same example, as often as it likes."""
    first = program.post("/volunteers", NEW)
    again = [one.post("/volunteers", NEW) for one in (program, outsider)]
    assert [answer.status_code for answer in (first, *again)] == [201, 200, 200]
    assert {answer.json()["id"] for answer in (first, *again)} == {str(Volunteer.objects.get().pk)}


def test_everything_that_does_not_fit_is_named(program: Any, refusal: Any) -> None:
    told = {"first_name": "4711", "phone": "02 555 01 00", "postcode": "9", "speaks": ["klingon"], "skills": ["flying"]}
    assert refusal(program.post("/volunteers", told)) == (
        422,
        "invalid",
        {
            "first_name": ["no_name"],
            "phone": ["no_mobile"],
            "postcode": ["unknown_postcode"],
            "speaks": ["not_one_of"],
            "skills": ["not_one_of"],
        },
    )


def test_week_is_replaced_by_who_saw_it_as_it_is(program: Any, refusal: Any) -> None:
    path = f"/volunteers/{cast.volunteer().pk}/availability"
    seen = program.get(path)["ETag"]
    tuesdays = {"week": [{"weekday": 1, "start": "09:00", "end": "17:00"}]}
    answer = program.put(path, tuesdays, If_Match=seen)
    assert answer.json()["week"] == [{"weekday": 1, "start": "09:00:00", "end": "17:00:00"}]
    assert refusal(program.put(path, tuesdays, If_Match=seen)) == (412, "changed_since", {})
    assert refusal(program.put(path, tuesdays)) == (428, "precondition_required", {})


def test_week_that_was_read_can_be_sent_back(program: Any) -> None:
    path = f"/volunteers/{cast.volunteer().pk}/availability"
    seen = program.get(path)
    again = program.put(path, {"week": seen.json()["week"]}, If_Match=seen["ETag"])
    assert (again.status_code, again.json()["week"]) == (200, seen.json()["week"])


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("17:00", "09:00", "wrong_hours"),
        ("09:00:30", "10:00", "not_a_time"),
        ("٠٩:٠٠", "10:00", "not_a_time"),
        ("9", "10:00", "not_a_time"),
        ("29:00", "30:00", "not_a_time"),
    ],
)
def test_hours_that_cannot_be_are_refused(program: Any, refusal: Any, start: str, end: str, code: str) -> None:
    path = f"/volunteers/{cast.volunteer().pk}/availability"
    told = {"week": [{"weekday": 1, "start": start, "end": end}]}
    assert refusal(program.put(path, told, If_Match="*")) == (422, "invalid", {"hours": [code]})


def test_days_away_are_added_and_taken_away(program: Any, refusal: Any) -> None:
    path = f"/volunteers/{cast.volunteer().pk}/availability"
    told = {"first_day": "2026-10-01", "last_day": "2026-10-02"}
    added = program.post(f"{path}/away", told)
    [away] = added.json()["away"]
    assert (added.status_code, away["first_day"]) == (201, "2026-10-01")
    assert program.delete(f"{path}/away/{away['id']}").json()["away"] == []
    assert refusal(program.delete(f"{path}/away/{away['id']}"))[0] == 404
    assert refusal(program.post(f"{path}/away", {"first_day": "1999-01-01", "last_day": "1999-01-02"}))[1] == (
        "wrong_days"
    )


def test_nobody_is_away_while_they_are_expected(program: Any, refusal: Any) -> None:
    visit = cast.booked(cast.request(program.organisation), cast.volunteer(program.organisation))
    day = visit.starts_at.date().isoformat()
    told = {"first_day": day, "last_day": day}
    assert refusal(program.post(f"/volunteers/{visit.volunteer_id}/availability/away", told))[0] == 409


def test_extra_hours_are_noted_once_under_one_key(program: Any) -> None:
    path = f"/volunteers/{cast.volunteer().pk}/availability/extra"
    told = {"day": "2026-09-20", "start": "10:00", "end": "12:00"}
    answers = [program.post(path, told, Idempotency_Key="e") for _ in range(2)]
    assert [(answer.status_code, len(answer.json()["extra"])) for answer in answers] == [(201, 1), (200, 1)]


def test_places_are_read_page_by_page_and_by_kind(program: Any) -> None:
    load_known_places()
    listed, cursor = [], ""
    while True:
        page = program.get(f"/places?limit=100{cursor}").json()
        listed += [one["slug"] for one in page["places"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert listed == sorted(set(listed)) != []
    assert program.get(f"/places/{listed[0]}").json()["slug"] == listed[0]
    kinds = {one["kind"] for one in program.get("/places?kind=helpdesk").json()["places"]}
    assert kinds == {"helpdesk"}
