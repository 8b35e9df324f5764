"""What a key opens: what it was made for, through its last day, and not too often."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache

import cast
from digibel import clock
from digibel.api import limits, openapi
from digibel.api.main import api
from digibel.api.scopes import NEEDS
from digibel.audit.models import Event
from digibel.organisations import keys
from digibel.organisations.scopes import EVERY_SCOPE, Scope

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_every_operation_names_its_scope_in_the_document() -> None:
    named = {one["operationId"]: one["x-scope"] for one in openapi.operations(api.get_openapi_schema(path_prefix=""))}
    assert named == {name: scope or "" for name, scope in NEEDS.items()}


def test_every_scope_opens_something() -> None:
    assert {scope for scope in NEEDS.values() if scope} == EVERY_SCOPE


def test_key_opens_through_its_last_day_and_no_longer(program: Any, refusal: Any, now: Any) -> None:
    program.key.expires_on = clock.today()
    program.key.save()
    assert program.get("/tasks").status_code == 200
    with clock.travel(now + timedelta(days=1)):
        assert refusal(program.get("/tasks")) == (401, "no_key", {})


def test_use_is_noted_once_a_day(program: Any, now: Any) -> None:
    with clock.travel(now + timedelta(days=2)):
        program.get("/tasks")
        program.key.refresh_from_db()
        assert program.key.last_used_on == clock.today()


def test_what_was_refused_is_no_use(program: Any, now: Any) -> None:
    program.key.scopes = []
    program.key.save()
    with clock.travel(now + timedelta(days=2)):
        assert program.get("/help-requests").status_code == 403
    program.key.refresh_from_db()
    assert program.key.last_used_on == now.date()


def test_scope_that_is_missing_is_named_in_the_readers_language(program: Any) -> None:
    program.key.scopes = [Scope.REQUESTS_WRITE]
    program.key.save()
    told = program.get("/help-requests", Accept_Language="en").json()
    assert (told["code"], told["detail"]) == (
        "scope_missing",
        "This key may not do this: it lacks requests:read. Ask a coordinator for a key that may.",
    )


@pytest.fixture
def three_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    settings.DIGIBEL_API_CALLS_A_MINUTE = 3
    here = {"at": 6000.0}
    monkeypatch.setattr(limits.time, "time", lambda: here["at"])
    cache.clear()
    return here


def test_too_often_is_refused_until_the_minute_is_over(program: Any, refusal: Any, three_a_minute: Any) -> None:
    answers = [program.get("/tasks") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer["RateLimit"] for answer in answers[:3]] == ['"key";r=2;t=60', '"key";r=1;t=60', '"key";r=0;t=60']
    assert refusal(answers[3]) == (429, "too_often", {})
    assert (answers[3]["Retry-After"], answers[3]["RateLimit-Policy"]) == ("60", '"key";q=3;w=60')
    three_a_minute["at"] += 60
    assert program.get("/tasks").status_code == 200


def test_each_key_has_its_own_count(program: Any, outsider: Any, three_a_minute: Any) -> None:
    assert [program.get("/tasks").status_code for _ in range(4)][-1] == 429
    assert outsider.get("/tasks").status_code == 200


def test_no_key_is_told_no_rate(program: Any, three_a_minute: Any) -> None:
    answer = program.get("/tasks", Authorization="Bearer nothing")
    assert (answer.status_code, answer.has_header("RateLimit")) == (401, False)


# Making and ending.


def told_of(key: Any) -> list[tuple[str, Any]]:
    return [(event.verb, event.facts) for event in Event.objects.about(key)]


def made(organisation: Any, **told: Any) -> Any:
    fields = {"name": "Website", "scopes": [Scope.REQUESTS_WRITE], "expires_on": clock.today(), "by": cast.SYSTEM}
    return keys.open_key(organisation, **{**fields, **told})


def test_key_is_made_with_its_scopes_and_is_in_the_audit(program: Any) -> None:
    key, secret = made(program.organisation)
    assert keys.find_key(secret) == key
    assert (key.scopes, key.name) == (["requests:write"], "Website")
    assert told_of(key) == [("key.made", {"scopes": ["requests:write"], "until": clock.today().isoformat()})]


def test_name_of_a_key_passes_the_gate(program: Any) -> None:
    key, _ = made(program.organisation, name="  mijn pincode is 4711 ")
    assert "4711" not in key.name


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"name": "  "}, keys.NoName),
        ({"scopes": []}, keys.NothingToDo),
        ({"expires_on": date(2026, 9, 14)}, keys.WrongEnd),
        ({"expires_on": date(2029, 1, 1)}, keys.WrongEnd),
    ],
)
def test_key_without_name_purpose_or_end_is_refused(program: Any, told: Any, refused: Any) -> None:
    with pytest.raises(refused):
        made(program.organisation, **told)


def test_key_that_was_ended_opens_nothing_and_ends_once(program: Any, refusal: Any) -> None:
    for _ in range(2):
        keys.end_key(program.key, by=cast.SYSTEM)
    assert refusal(program.get("/tasks"))[:2] == (401, "no_key")
    assert [verb for verb, _ in told_of(program.key)] == ["key.ended"]
