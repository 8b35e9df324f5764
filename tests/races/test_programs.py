"""Programs at once: the same idempotency key is one deed, and of two who change what both saw one is refused."""

import json

import pytest
from django.test import Client

import cast
from digibel.organisations.keys import make_key
from digibel.organisations.scopes import EVERY_SCOPE
from digibel.requests.models import HelpRequest
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 4


@pytest.fixture
def ask(lindeboom):
    _, secret = make_key(lindeboom, name="form", scopes=EVERY_SCOPE)

    def asked(method, path, body, **headers):
        shown = {"Authorization": f"Bearer {secret}", **headers}
        raw = json.dumps(body).encode()
        answer = Client().generic(method, f"/api/v1{path}", raw, content_type="application/json", headers=shown)
        return answer.status_code, answer.json()

    # Everything is imported before anybody forks: the race is about the deed, and not about who reads the API first.
    asked("GET", "/help-requests", {})
    return asked


def test_the_same_key_at_the_same_instant_logs_one_request(lindeboom, ask):
    body = cast.told()
    answers = at_once([lambda: ask("POST", "/help-requests", body, **{"Idempotency-Key": "form-1"})] * AT_ONCE)
    assert sorted(status for status, _ in answers) == [200] * (AT_ONCE - 1) + [201]
    assert {told["reference"] for _, told in answers} == {HelpRequest.objects.get().reference}


def test_the_same_key_for_other_bodies_at_the_same_instant_does_one_of_them(lindeboom, ask):
    bodies = [cast.told() for _ in range(AT_ONCE)]
    jobs = [lambda body=body: ask("POST", "/help-requests", body, **{"Idempotency-Key": "form-1"}) for body in bodies]
    answers = at_once(jobs)
    assert sorted(status for status, _ in answers) == [201] + [409] * (AT_ONCE - 1)
    assert {told["code"] for status, told in answers if status == 409} == {"idempotency_key_reused"}
    assert HelpRequest.objects.count() == 1


def test_of_two_who_change_what_both_saw_one_is_refused(lindeboom, ask):
    reference = cast.request(lindeboom).reference
    path = f"/help-requests/{reference}"
    _, secret = make_key(lindeboom, name="reader", scopes=EVERY_SCOPE)
    seen = Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})["ETag"]
    jobs = [
        lambda days=days: ask("PUT", f"{path}/moments", {"windows": cast.windows(days=days)}, **{"If-Match": seen})
        for days in range(3, 3 + AT_ONCE)
    ]
    answers = at_once(jobs)
    assert sorted(status for status, _ in answers) == [200] + [412] * (AT_ONCE - 1)
    assert {told["code"] for status, told in answers if status == 412} == {"changed_since"}
