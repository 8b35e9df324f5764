"""Every key at every operation: the operations from the OpenAPI document, what is expected by hand.

A new operation without a row here fails. What people may is in `test_matrix.py`.
"""

import json
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client as Browser

from digibel.api import openapi
from digibel.api.main import api
from digibel.api.scopes import NEEDS
from digibel.organisations.keys import make_key
from digibel.organisations.models import Role
from digibel.organisations.scopes import EVERY_SCOPE

from .conftest import House

pytestmark = pytest.mark.django_db

# What the whole house shares: the pool of volunteers, and the places to refer to.
OF_ALL = ("{volunteer_id}", "{slug}")
# By operationId: every operation wants a living key, and shows its own organisation only.
OPERATIONS = {
    "list_requests",
    "show_request",
    "log_request",
    "log_question",
    "update_moments",
    "close_request",
    "show_series",
    "plan_series",
    "end_series",
    "show_slip",
    "hand_out_slip",
    "list_messages",
    "add_client",
    "show_client",
    "correct_client",
    "rank_candidates",
    "list_offers",
    "send_offers",
    "withdraw_offer",
    "list_visits",
    "show_visit",
    "move_visit",
    "cancel_visit",
    "list_follow_ups",
    "record_follow_up",
    "list_volunteers",
    "show_volunteer",
    "add_volunteer",
    "show_availability",
    "replace_week",
    "add_away",
    "add_extra",
    "remove_exception",
    "list_desk_sessions",
    "make_desk_sessions",
    "sign_up",
    "sign_out",
    "list_places",
    "show_place",
    "show_place_sessions",
    "show_report",
    "list_events",
    "list_tasks",
    "judge_tasks",
    "suggest_tasks",
}


def operations() -> Iterator[tuple[str, str, str]]:
    """operationId, method and path."""
    for path, methods in api.get_openapi_schema(path_prefix="")["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path


def at(path: str, house: House) -> str:
    """Where an operation is, about something of this house."""
    return "/api/v1" + path.format(**house.api_parts())


def asked(secret: str, method: str, path: str, body: object = None) -> HttpResponse:
    """Nothing that it did is kept."""
    browser = Browser(headers={"authorization": f"Bearer {secret}"})
    with transaction.atomic():
        response = browser.generic(method, path, json.dumps(body or {}), content_type="application/json")
        transaction.set_rollback(True)
    return response


def test_every_operation_has_its_row():
    assert {name for name, _, _ in operations()} == OPERATIONS
    assert {one["operationId"] for one in openapi.operations(api.get_openapi_schema(path_prefix=""))} == OPERATIONS


def test_every_operation_wants_a_living_key(houses: tuple[House, House]):
    mine, _ = houses
    found = {}
    for name, method, path in operations():
        here = at(path, mine)
        for shown in ("", f"Bearer {mine.revoked}", "Bearer dgb_nothing", "Bearer ", f"Basic {mine.secret}"):
            headers = {"authorization": shown} if shown else {}
            response = Browser(headers=headers).generic(method, here, b"{}", content_type="application/json")
            found[name, shown[:12]] = response.status_code
        cookie = mine.browser(Role.COORDINATOR).generic(method, here, b"{}", content_type="application/json")
        found[name, "a login"] = cookie.status_code
    assert {way: status for way, status in found.items() if status != 401} == {}


def test_every_operation_wants_its_own_scope_and_no_other(houses: tuple[House, House]):
    """With every scope but its own the door is shut; with that one alone it opens."""
    mine, _ = houses
    found = {}
    for name, method, path in operations():
        scope = NEEDS[name]
        for scopes, opens in ((EVERY_SCOPE - {scope}, scope is None), ({scope} - {None}, True)):
            _, secret = make_key(mine.organisation, name="narrow", scopes=scopes)
            if (asked(secret, method, at(path, mine)).status_code != 403) is not opens:
                found[name] = sorted(scopes)
    assert found == {}


def test_no_operation_shows_another_organisations_request(houses: tuple[House, House]):
    """Both ways: what is theirs and has an address is not found, whoever of the two asks."""
    examples = openapi.read_examples()
    for mine, theirs in (houses, houses[::-1]):
        for name, method, path in operations():
            [body, *_] = [one["value"] for one in examples.get(name, {}).values()] or [None]
            response = asked(mine.secret, method, at(path, theirs), body)
            text = response.content.decode()
            told = {mark for mark in theirs.marks if re.search(re.escape(mark), text)}
            assert told - {theirs.booked.request.reference} == set(), name
            if "{" in path and not any(part in path for part in OF_ALL):
                assert response.status_code == 404, name
                assert theirs.booked.request.reference not in text
