"""Desk sessions through the API: made once, filled, and nobody else's."""

import pytest

import cast
from digibel.scheduling.models import DeskSession, Seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(program):
    cast.place()
    place = cast.place("Bib Jette")
    return {
        "place": place.slug,
        "day": "2026-09-22",
        "start": "10:00",
        "end": "12:00",
        "seats": 1,
        "until": "2026-09-29",
    }


def test_made_once_with_a_key_and_listed_in_order(program, told):
    first = program.post("/desk-sessions", told, Idempotency_Key="a")
    again = program.post("/desk-sessions", told, Idempotency_Key="a")
    assert (first.status_code, again.status_code, DeskSession.objects.count()) == (201, 200, 2)
    assert again.json() == first.json()
    listed = program.get("/desk-sessions").json()["sessions"]
    assert listed == first.json()["sessions"]
    assert [(one["starts_at"], one["seats"], one["taken"], one["coming"]) for one in listed] == [
        ("2026-09-22T08:00:00Z", 1, 0, []),
        ("2026-09-29T08:00:00Z", 1, 0, []),
    ]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"place": "nowhere"}, 422),
        ({"place": "a\x00"}, 422),
        ({"day": "9999-12-31"}, 422),
        ({"day": "0001-01-01"}, 422),
        ({"day": "soon"}, 422),
        ({"start": "25:00"}, 422),
        ({"start": "10:07"}, 422),
        ({"seats": 31}, 422),
        ({"language": "xx"}, 422),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_made(program, told, changed, status):
    answer = program.post("/desk-sessions", told | changed)
    assert (answer.status_code, DeskSession.objects.count()) == (status, 0)


def test_volunteers_sign_up_wait_and_sign_out(program, told):
    els, jan = (cast.volunteer(program.organisation, name=name) for name in ("Els", "Jan"))
    session = cast.desk_session(program.organisation, seats=1)
    path = f"/desk-sessions/{session.pk}"
    program.post(f"{path}/sign-up/{els.pk}")
    shown = program.post(f"{path}/sign-up/{jan.pk}").json()
    assert [(one["volunteer"]["first_name"], one["status"]) for one in shown["coming"]] == [
        ("Els", "taken"),
        ("Jan", "waiting"),
    ]
    shown = program.post(f"{path}/sign-out/{els.pk}").json()
    assert (shown["taken"], [one["status"] for one in shown["coming"]]) == (0, ["waiting"])
    assert program.post(f"{path}/sign-out/{cast.volunteer().pk}").status_code == 404


def test_another_organisation_finds_nothing(program, outsider):
    els = cast.volunteer(program.organisation)
    session = cast.desk_session(program.organisation)
    assert outsider.get("/desk-sessions").json()["sessions"] == []
    for deed in ("sign-up", "sign-out"):
        answer = outsider.post(f"/desk-sessions/{session.pk}/{deed}/{els.pk}")
        assert answer.status_code == 404
    assert not Seat.objects.exists()
