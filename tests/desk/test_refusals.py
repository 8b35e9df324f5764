"""Who comes in, and who is refused what, stands in the log; whom it was about and what was typed does not."""

import logging
import re

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import get_resolver

import cast
from digibel.desk import counts
from digibel.guardrails.logs import MaskedFormatter
from digibel.organisations.keys import make_key
from digibel.organisations.scopes import Scope
from digibel.scheduling import cards

from .conftest import logged_in

pytestmark = pytest.mark.django_db
LINE = MaskedFormatter("%(message)s")


@pytest.fixture
def said(caplog):
    """The lines since the last look, as an operator reads them; `stranger` is the word for who sits at 127.0.0.1."""
    caplog.set_level(logging.INFO)

    def lines():
        told = [LINE.format(record) for record in caplog.records]
        caplog.clear()
        return [line.partition(" stranger=")[0] if "stranger=" in line else line for line in told if "axes" not in line]

    return lines


def test_a_colleague_who_may_not(lindeboom, said):
    ahmed = cast.staff(lindeboom, name="Ahmed")
    assert logged_in(Browser(), ahmed).get("/keys").status_code == 403
    assert said() == [f"refused status=403 method=GET door=desk:keys staff={ahmed.pk}"]


def test_a_colleague_of_others_who_looks_for_ours(lindeboom, neighbour, said):
    theirs = cast.request(lindeboom)
    said()
    assert neighbour.get(f"/requests/{theirs.reference}").status_code == 404
    [line] = said()
    assert line.startswith("refused status=404 method=GET door=desk:request staff=")


def test_a_stranger_who_tries_links_is_known_again_and_from_elsewhere_is_not(caplog):
    for address in ("192.0.2.7", "192.0.2.7", "192.0.2.8"):
        assert Browser(REMOTE_ADDR=address).get("/visit/abcdefgh").status_code == 404
    first, second, other = (LINE.format(record) for record in caplog.records)
    assert first.startswith("refused status=404 method=GET door=desk:card stranger=")
    assert (first == second, first == other) == (True, False)
    assert [mark for mark in ("abcdefgh", "192.0.2", "[") if mark in first] == []


def test_what_is_nowhere_is_no_door(said):
    assert Browser().get("/wp-login.php").status_code == 404
    assert said() == []


def test_another_method_writes_no_line_of_its_own(said):
    Browser().generic("TRACE\nkept out", "/login")
    assert said() == ["refused status=405 method=? door=?"]


def test_a_form_from_elsewhere_and_its_address_stays_out_of_the_log(lindeboom, said):
    """The address of a card opens it."""
    token = cards.token(cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom)))
    said()
    assert Browser(enforce_csrf_checks=True).post(f"/visit/{token}/read").status_code == 403
    assert said() == ["refused status=403 method=POST door=desk:card_deed"]


def test_programs(lindeboom, said):
    key, secret = make_key(lindeboom, name="form", scopes=[Scope.REQUESTS_READ])
    Browser().get("/api/v1/visits", headers={"authorization": f"Bearer {secret}"})
    Browser().get("/api/v1/visits", headers={"authorization": "Bearer dgb_nobody"})
    assert said() == [
        f"refused status=403 method=GET door=api-1:list_visits api_key={key.pk}",
        "refused status=401 method=GET door=api-1:list_visits",
    ]


def test_who_comes_in_who_does_not_and_who_leaves(nadia, said):
    browser = Browser()
    for typed in ("not my password", "a long password"):
        browser.post("/login", {"username": nadia.email, "password": typed})
    browser.post("/logout")
    Browser().post("/login", {"username": "hunter2hunter2", "password": "x"})
    assert said() == [
        f"kept out staff={nadia.pk}",
        f"let in staff={nadia.pk} steps=1",
        f"left staff={nadia.pk}",
        "kept out staff=None",
    ]


def test_a_page_that_breaks_says_where_and_none_of_its_words(desk, said, monkeypatch):
    def broken(*told, **facts):
        raise ValueError("Guido, Theodorstraat 41")

    monkeypatch.setattr(counts, "waiting", broken)
    desk.raise_request_exception = False
    assert desk.get("/requests").status_code == 500
    [line] = said()
    assert line.startswith("page broke door=desk:requests error=ValueError at=")
    assert not {"Guido", "41"} & set(re.split(r"\W", line.partition(" at=")[0]))
    assert "Theodorstraat" not in line


def test_the_name_of_no_door_is_hidden():
    """The gate takes much for a password that stands beside the word."""
    resolver, names = get_resolver(settings.ROOT_URLCONF), []
    for space, (_, within) in [("", ("", resolver)), *resolver.namespace_dict.items()]:
        names += [f"{space}:{name}".strip(":") for name in within.reverse_dict if isinstance(name, str)]
    assert len(names) > 100
    doors = {f"door_{place}": name for place, name in enumerate(names)}
    line = LINE.format(logging.makeLogRecord({"name": "digibel.desk.refusals", "msg": "refused", **doors}))
    assert "=desk:choose_password" in line
    assert "[" not in line
