"""A request has one trace, the caller's or a new one. In the log stands the name of the page, and never its address."""

import io
import json
import logging
import re

import pytest
from django.urls import reverse

import cast
from digibel import tracing
from digibel.audit.actors import SYSTEM
from digibel.desk import worklines
from digibel.guardrails.logs import JsonFormatter, MaskedFormatter
from digibel.organisations import accounts
from digibel.scheduling import cards

pytestmark = pytest.mark.django_db

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TOLD = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def lines(settings):
    """What the operator's program would read, a line each."""
    settings.DIGIBEL_LOG_REQUESTS = True
    yield from written(JsonFormatter())


def written(formatter):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logger = logging.getLogger()
    logger.addHandler(handler)
    yield lambda: [line for line in out.getvalue().splitlines() if line]
    logger.removeHandler(handler)


def told(lines):
    """Of each request; what it did besides is told elsewhere."""
    return [told for line in lines() if (told := json.loads(line))["message"] == "answered"]


def of(answer):
    return tracing.read(answer["traceresponse"]).hex


def test_the_trace_of_whoever_asks_is_taken_up_and_told_back(client, lines):
    answer = client.get("/login", headers={"traceparent": TOLD})
    assert of(answer) == TRACE
    assert "00f067aa0ba902b7" not in answer["traceresponse"], "a span of ours"
    [line] = told(lines)
    assert (line["trace_id"], line["message"]) == (TRACE, "answered")
    assert (line["method"], line["door"], line["status"]) == ("GET", "desk:login", 200)


HOSTILE = {
    "nothing": "",
    "words": "hello",
    "an account": f"00-be68539007547034{'0' * 16}-00f067aa0ba902b7-01",
    "a card": "00-4242424242424242aaaaaaaaaaaaaaaa-00f067aa0ba902b7-01",
    "lines": f"{TOLD}\r\nlevel: critical",
    "long": TOLD * 1000,
}


@pytest.mark.parametrize("header", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_trace_is_ignored_and_a_new_one_begins(client, lines, header):
    one, other = (client.get("/login", headers={"traceparent": header}) for _ in range(2))
    assert (one.status_code, other.status_code) == (200, 200)
    assert of(one) != of(other)
    assert [line["trace_id"] for line in told(lines)] == [of(one), of(other)]
    assert TRACE not in "".join(lines())
    assert "539007547034" not in "".join(lines())


def test_nothing_of_it_stays_for_the_next_who_asks(client):
    client.get("/login", headers={"traceparent": TOLD})
    assert tracing.current() is None


def test_a_secret_in_an_address_never_stands_in_a_line(client, lines, nadia, lindeboom):
    link = accounts.give_link(nadia, by=SYSTEM)
    card = cards.token(cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom)))
    calendar = "5f1e0c9a7b3d4e2f"
    asked = (
        f"/visit/{card}",
        reverse("desk:choose_password", args=[nadia.pk.hex, link]),
        f"/calendar/{calendar}.ics",
        f"/nowhere/{calendar}?key={calendar}",
    )
    for path in asked:
        client.get(path, headers={"traceparent": TOLD})
        client.generic(f"GE{calendar}", path)
    assert {line["door"] for line in told(lines)} >= {"desk:card", "desk:choose_password", "?"}
    assert len(told(lines)) == 2 * len(asked)
    for secret in (card, link, calendar, nadia.pk.hex):
        assert secret not in "".join(lines())


def test_where_it_is_not_asked_for_only_trouble_is_told(client, lines, settings):
    settings.DIGIBEL_LOG_REQUESTS = False
    client.get("/login")
    assert lines() == []


def test_what_machines_ask_every_few_seconds_is_not_told(client, lines):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.get(path)["traceresponse"]
    assert lines() == []


@pytest.mark.parametrize("formatter", [JsonFormatter(), MaskedFormatter("%(levelname)s %(message)s")])
def test_a_page_that_breaks_is_told_with_its_trace_and_without_words(desk, nadia, monkeypatch, formatter):
    def breaks(*_):
        raise ValueError("Theodorstraat 41, Guido")

    monkeypatch.setattr(worklines, "lines", breaks)
    desk.raise_request_exception = False
    for lines in written(formatter):
        answer = desk.get("/", headers={"traceparent": TOLD})
        assert answer.status_code == 500
        assert of(answer) == TRACE
        [line] = [line for line in lines() if "page broke" in line]
        assert TRACE in line
        assert "desk:today" in line
        assert not re.search("Theodor|Guido", "".join(lines()))


def test_the_operator_finds_it_on_plain_lines_too():
    for lines in written(MaskedFormatter("%(levelname)s %(message)s")):
        with tracing.under(tracing.read(TOLD)):
            logging.getLogger("digibel.one").warning("he said BE68 5390 0754 7034", extra={"step": "one", "tries": 2})
        logging.getLogger("digibel.one").warning("nobody asked")
        assert lines() == [f"WARNING he said [IBAN] step=one tries=2 trace_id={TRACE}", "WARNING nobody asked"]


def test_nobody_is_in_a_line(desk, lines):
    person = cast.volunteer(cast.organisation("De Sleutel", sms_number="+32460000009"))
    desk.get("/volunteers", {"q": "Els Peeters"})
    desk.get(f"/volunteers/{person.pk}")
    assert not re.search(f"Els|Peeters|Nadia|{person.pk.hex}|{person.pk}|127.0.0.1", "".join(lines()))
    assert len(lines()) == 2
