"""Logging requests and reading them back: by the program of the organisation, and by nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.guardrails import catalogue
from digibel.notifications.models import CallTask
from digibel.organisations.scopes import Scope
from digibel.requests.models import Client, Closing, HelpRequest
from digibel.scheduling import openings
from digibel.sealing import keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_request_is_logged_judged_and_on_the_list(program: Any) -> None:
    answer = program.post("/help-requests", cast.told())
    told = answer.json()
    request = HelpRequest.objects.get()
    assert answer.status_code == 201
    assert (told["reference"], told["verdict"]) == (request.reference, "allowed")
    [part] = told["parts"]
    assert part["for_volunteers"] is True
    assert part["next_action"] == {"kind": "choose", "due_at": "2026-09-15T12:30:00Z", "owner": "matcher"}
    assert [(task["slug"], task["verdict"], task["say"]) for task in part["tasks"]] == [("video-call", "allowed", "")]
    assert request.organisation == program.organisation
    assert request.logged_by == f"api:{program.key.pk}"


def test_mixed_request_is_split_with_the_volunteers_part_first(program: Any) -> None:
    told = program.post("/help-requests", cast.told(tasks=["cash-withdrawal", "video-call", "benefits"])).json()
    assert told["verdict"] == "forbidden"
    assert [(part["for_volunteers"], [task["slug"] for task in part["tasks"]]) for part in told["parts"]] == [
        (True, ["video-call"]),
        (False, ["benefits", "cash-withdrawal"]),
    ]
    assert [part["next_action"]["kind"] for part in told["parts"]] == ["choose", "refer"]
    assert all(task["say"] for task in told["parts"][1]["tasks"])


def test_request_that_only_staff_may_do_is_logged_and_never_offered(program: Any, refusal: Any) -> None:
    cast.volunteer(program.organisation)
    reference = program.post("/help-requests", cast.told(tasks=["cash-withdrawal"])).json()["reference"]
    ranking = program.get(f"/help-requests/{reference}/candidates").json()
    assert (ranking["obstacle"]["code"], ranking["candidates"], ranking["skipped"]) == ("not_for_volunteers", [], [])
    assert refusal(program.post(f"/help-requests/{reference}/offers")) == (409, "not_for_volunteers", {})


def test_request_without_the_clients_own_yes_asks_for_it(program: Any) -> None:
    told = program.post("/help-requests", cast.told(caller="family", consent=None)).json()
    assert told["parts"][0]["next_action"]["kind"] == "own_yes"
    assert CallTask.objects.get().kind == "request.own_yes"


def test_every_field_that_does_not_fit_is_named(program: Any, refusal: Any) -> None:
    body = cast.told(tasks=["rocket-science"], client={"postcode": "9", "phone": "12", "speaks": ["klingon"]})
    assert refusal(program.post("/help-requests", body)) == (
        422,
        "invalid",
        {
            "client.postcode": ["unknown_postcode"],
            "client.phone": ["not_a_number"],
            "client.speaks": ["not_one_of"],
            "tasks": ["unknown_task"],
        },
    )
    assert HelpRequest.objects.count() == 0


def test_shapes_that_do_not_fit_are_named_too(program: Any, refusal: Any) -> None:
    body = cast.told(windows=[{"from": 5}], caller=True, colour="blue")
    del body["client"]["street"]
    body["client"]["dog"] = "yes"
    assert refusal(program.post("/help-requests", body)) == (
        422,
        "invalid",
        {
            "client.street": ["missing"],
            "client.dog": ["not_yes_or_no"],
            "caller": ["not_text"],
            "windows.0.from": ["not_text"],
            "windows.0.until": ["missing"],
            "colour": ["not_a_field"],
        },
    )


def test_secrets_are_masked_before_anything_is_kept(program: Any) -> None:
    body = cast.told(in_own_words="mijn pincode is 4321", client={"door_note": "BE68 5390 0754 7034"})
    reference = program.post("/help-requests", body).json()["reference"]
    shown = program.get(f"/help-requests/{reference}").json()
    assert "4321" not in shown["in_own_words"]
    assert shown["client"]["door_note"] == "[IBAN]"


# The same question twice.


def test_same_key_and_body_give_the_same_answer_and_one_request(program: Any) -> None:
    body = cast.told(tasks=["video-call", "benefits"])
    first = program.post("/help-requests", body, Idempotency_Key="k-1")
    again = program.post("/help-requests", body, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert HelpRequest.objects.count() == 2


def test_same_key_gives_the_same_answer_when_the_moments_are_past(program: Any, now: Any) -> None:
    body = cast.told()
    first = program.post("/help-requests", body, Idempotency_Key="k-1")
    with clock.travel(now + timedelta(days=30)):
        again = program.post("/help-requests", body, Idempotency_Key="k-1")
    assert (again.status_code, again.json()["reference"]) == (200, first.json()["reference"])


def test_same_key_for_another_body_is_refused(program: Any, refusal: Any) -> None:
    program.post("/help-requests", cast.told(), Idempotency_Key="k-1")
    other = program.post("/help-requests", cast.told(device="tablet"), Idempotency_Key="k-1")
    assert refusal(other) == (409, "idempotency_key_reused", {})
    assert HelpRequest.objects.count() == 1


def test_same_key_of_another_organisation_is_another_key(program: Any, outsider: Any) -> None:
    body = cast.told()
    assert program.post("/help-requests", body, Idempotency_Key="k-1").status_code == 201
    assert outsider.post("/help-requests", body, Idempotency_Key="k-1").status_code == 201


def test_what_is_kept_to_compare_bodies_cannot_be_guessed_without_the_key(program: Any, settings: Any) -> None:
    body = cast.told()
    program.post("/help-requests", body, Idempotency_Key="k-1")
    before = HelpRequest.objects.get().idempotency_print
    settings.DIGIBEL_INDEX_KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    assert program.post("/help-requests", body, Idempotency_Key="k-1").status_code == 409
    assert len(before) == 64


def test_key_of_a_request_is_refused_at_another_address_and_the_other_way_round(program: Any, refusal: Any) -> None:
    body = cast.told()
    client = body["client"]
    assert program.post("/help-requests", body, Idempotency_Key="one").status_code == 201
    assert refusal(program.post("/clients", client, Idempotency_Key="one")) == (409, "idempotency_key_reused", {})
    assert program.post("/clients", client, Idempotency_Key="two").status_code == 201
    assert refusal(program.post("/help-requests", body, Idempotency_Key="two")) == (409, "idempotency_key_reused", {})
    assert program.post("/help-requests", body, Idempotency_Key="one").status_code == 200


def test_idempotency_key_with_odd_letters_is_refused(program: Any, refusal: Any) -> None:
    refused = program.post("/help-requests", cast.told(), Idempotency_Key="a b")
    assert refusal(refused)[:2] == (422, "invalid")


# The list.


def test_list_says_neither_who_nor_where(program: Any) -> None:
    cast.request(program.organisation)
    answer = program.get("/help-requests")
    [row] = answer.json()["requests"]
    assert sorted(row) == [
        "closed_as", "in_one_go_with", "logged_at", "next_action", "postcode", "reference", "split_from", "tasks", "verdict",
    ]  # fmt: skip
    assert [word for word in ("Guido", "Claes", "Theodorstraat", "+324") if word.encode() in answer.content] == []


def test_list_shows_open_closed_or_all(program: Any) -> None:
    kept, closed = cast.request(program.organisation), cast.request(program.organisation)
    openings.close(closed, closing=Closing.SOLVED, by=SYSTEM)
    listed = {
        state: [row["reference"] for row in program.get(f"/help-requests?state={state}").json()["requests"]]
        for state in ("open", "closed", "all")
    }
    assert listed == {
        "open": [kept.reference],
        "closed": [closed.reference],
        "all": [closed.reference, kept.reference],
    }


def test_list_is_read_page_by_page(program: Any) -> None:
    references = [cast.request(program.organisation).reference for _ in range(3)]
    first = program.get("/help-requests?limit=2").json()
    rest = program.get(f"/help-requests?limit=2&offset={first['next_offset']}").json()
    assert [row["reference"] for row in first["requests"] + rest["requests"]] == references[::-1]
    assert (first["count"], first["next_offset"], rest["next_offset"]) == (3, 2, None)


@pytest.mark.parametrize("many", [1, 3])
def test_list_asks_the_database_as_often_for_three_as_for_one(program: Any, many: int) -> None:
    for _ in range(many):
        cast.request(program.organisation, tasks=["video-call", "benefits"])
    with CaptureQueriesContext(connection) as queries:
        listed = program.get("/help-requests").json()["requests"]
    assert (len(listed), len(queries)) == (2 * many, 4)


# One of them.


def test_answers_are_kept_by_no_cache_on_the_way(program: Any) -> None:
    reference = cast.request(program.organisation).reference
    assert program.get(f"/help-requests/{reference}")["Cache-Control"] == "no-store"


def test_detail_shows_the_client_and_is_written_in_the_audit(program: Any) -> None:
    request = cast.request(program.organisation)
    shown = program.get(f"/help-requests/{request.reference}").json()
    assert (shown["client"]["first_name"], shown["client"]["street"]) == ("Guido", "Theodorstraat")
    assert shown["client"]["own_yes"] is True
    assert shown["client"]["channel"] == "sms"
    assert shown["windows"] == [{"from": "2026-09-16T12:00:00Z", "until": "2026-09-16T15:00:00Z"}]
    event = Event.objects.get(verb="address.shown")
    assert (event.actor, event.subject_id) == (f"api:{program.key.pk}", str(request.client_id))


def test_detail_without_the_scope_for_clients_says_nothing_of_who(program: Any) -> None:
    request = cast.request(program.organisation, in_own_words="Mijn tablet doet raar")
    program.key.scopes = [Scope.REQUESTS_READ]
    program.key.save()
    shown = program.get(f"/help-requests/{request.reference}").json()
    assert (shown["reference"], shown["client"], shown["in_own_words"]) == (request.reference, None, "")
    assert not Event.objects.filter(verb="address.shown").exists()


def test_detail_of_an_erased_client_is_empty(program: Any) -> None:
    request = cast.request(program.organisation)
    keys.destroy(request.client.key_id)
    shown = program.get(f"/help-requests/{request.reference}").json()
    assert (shown["reference"], shown["client"], shown["in_own_words"]) == (request.reference, None, "")


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_guardrails_are_told_in_the_readers_language(program: Any, language: str) -> None:
    request = cast.request(program.organisation, tasks=["look-first"])
    shown = program.get(f"/help-requests/{request.reference}", Accept_Language=language).json()
    assert shown["judged"][0]["name"] == catalogue.get("look-first").name(language)


@pytest.mark.parametrize("reference", ["26-9999", "x", "26-0001'--", "%00", "26-0001%00", "٢٦-٠٠٠١", "9" * 300])
@pytest.mark.parametrize("path", ["", "/candidates"])
def test_reference_that_is_none_is_not_found(program: Any, refusal: Any, reference: str, path: str) -> None:
    assert refusal(program.get(f"/help-requests/{reference}{path}"))[0] == 404


# The other organisation.


def test_other_organisation_sees_nothing_and_can_do_nothing(program: Any, outsider: Any, refusal: Any) -> None:
    cast.volunteer(program.organisation, outsider.organisation)
    reference = cast.request(program.organisation).reference
    answers = [
        outsider.get(f"/help-requests/{reference}"),
        outsider.get(f"/help-requests/{reference}/candidates"),
        outsider.post(f"/help-requests/{reference}/offers"),
    ]
    assert [refusal(answer) for answer in answers] == [(404, "not_found", {})] * 3
    assert outsider.get("/help-requests?state=all").json() == {
        "requests": [],
        "count": 0,
        "next_cursor": None,
        "next_offset": None,
    }
    assert not Event.objects.filter(verb="address.shown").exists()
    assert Client.objects.of(outsider.organisation).count() == 0
