"""Clients for programs: added, read, corrected without losing anybody's correction, and asked about again."""

from typing import Any

import pytest

import cast
from digibel.audit.models import Event
from digibel.requests.models import Client, HelpRequest
from digibel.sealing import keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def who(**changes: Any) -> dict[str, Any]:
    return {**cast.told()["client"], **changes}


def added(program: Any, **changes: Any) -> str:
    return str(program.post("/clients", who(**changes)).json()["id"])


def test_client_is_added_once_however_often_it_is_sent(program: Any) -> None:
    body = who()
    first, again = (program.post("/clients", body, Idempotency_Key="k-1") for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert Client.objects.count() == 1
    assert [event.verb for event in Event.objects.about(Client.objects.get())] == ["client.added"]


def test_client_that_does_not_fit_is_not_added_and_the_key_is_free_again(program: Any, refusal: Any) -> None:
    assert refusal(program.post("/clients", who(postcode="0000"), Idempotency_Key="k-1")) == (
        422,
        "invalid",
        {"postcode": ["unknown_postcode"]},
    )
    assert program.post("/clients", who(), Idempotency_Key="k-1").status_code == 201


def test_reading_a_client_is_written_in_the_audit_and_shows_no_codeword(program: Any) -> None:
    visit = cast.booked(cast.request(program.organisation), cast.volunteer(program.organisation))
    answer = program.get(f"/clients/{visit.client_id}")
    assert answer.json()["first_name"] == "Guido"
    assert visit.word.encode() not in answer.content
    assert Event.objects.get(verb="address.shown").actor == f"api:{program.key.pk}"


def test_correction_says_what_was_different(program: Any) -> None:
    body = who()
    client = program.post("/clients", body).json()["id"]
    seen = program.get(f"/clients/{client}")["ETag"]
    answer = program.put(f"/clients/{client}", {**body, "street": "Jetselaan"}, If_Match=seen)
    assert (answer.status_code, answer.json()["changed"]) == (200, ["street"])
    assert program.get(f"/clients/{client}")["ETag"] == answer["ETag"] != seen


def test_correction_of_what_was_not_seen_is_refused(program: Any, refusal: Any) -> None:
    body = who()
    client = program.post("/clients", body).json()["id"]
    seen = program.get(f"/clients/{client}")["ETag"]
    program.put(f"/clients/{client}", {**body, "floor": 3}, If_Match=seen)
    late = program.put(f"/clients/{client}", {**body, "floor": 4}, If_Match=seen)
    assert refusal(late) == (412, "changed_since", {})
    assert refusal(program.put(f"/clients/{client}", body)) == (428, "precondition_required", {})
    assert Client.objects.get().floor == 3


def test_question_of_a_known_client_is_logged_with_them(program: Any) -> None:
    client = added(program)
    question = {name: value for name, value in cast.told().items() if name != "client"}
    answers = [program.post(f"/clients/{client}/help-requests", question, Idempotency_Key="q") for _ in range(2)]
    request = HelpRequest.objects.get()
    assert [answer.status_code for answer in answers] == [201, 200]
    assert (str(request.client_id), answers[1].json()["reference"]) == (client, request.reference)


def test_same_key_for_another_client_is_refused(program: Any, refusal: Any) -> None:
    question = {name: value for name, value in cast.told().items() if name != "client"}
    program.post(f"/clients/{added(program)}/help-requests", question, Idempotency_Key="q")
    other = program.post(f"/clients/{added(program)}/help-requests", question, Idempotency_Key="q")
    assert refusal(other) == (409, "idempotency_key_reused", {})


def test_erased_client_is_nobody(program: Any, refusal: Any) -> None:
    client = added(program)
    keys.destroy(Client.objects.get().key_id)
    assert refusal(program.get(f"/clients/{client}"))[0] == 404
    assert refusal(program.put(f"/clients/{client}", who(), If_Match="*"))[0] == 404


def test_what_the_program_has_already_is_not_sent_again(program: Any) -> None:
    """The client of a request has a tag of its own: a request that comes with one always comes whole."""
    body = who()
    client = f"/clients/{program.post('/clients', body).json()['id']}"
    request = f"/help-requests/{cast.request(program.organisation).reference}"
    tags = {path: program.get(path)["ETag"] for path in (client, request)}
    again = {path: program.get(path, If_None_Match=f'"other", W/{tag}') for path, tag in tags.items()}
    assert [answer.status_code for answer in again.values()] == [304, 200]
    assert (again[client].content, again[client]["ETag"]) == (b"", tags[client])
    program.put(client, {**body, "street": "Jetselaan"}, If_Match="*")
    assert program.get(client, If_None_Match=tags[client]).status_code == 200
