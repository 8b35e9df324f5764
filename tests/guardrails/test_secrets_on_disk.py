"""The hostile run: secrets of every kind through every door, and then a search of all that was left behind.

Bytes of the databases (with what waits in the log of SQLite, and everything PostgreSQL can say as text), sealed columns opened,
the queue unpacked, sessions unpacked, mail, and every line that was logged: nothing may be found. Nor may a page or an answer
that refuses something repeat it.
"""

import json
import logging
import queue
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from io import StringIO
from itertools import cycle
from multiprocessing import Value
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connections
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_q.models import OrmQ, Task
from django_q.monitor import save_task
from django_q.signing import SignedPackage
from django_q.worker import worker

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.desk.forms import week
from digibel.desk.forms.intake import TEXTS, ClientForm
from digibel.guardrails.logs import MaskedFormatter
from digibel.guardrails.secrets import mask
from digibel.notifications import outbox
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.notifications.tasks import route_text
from digibel.organisations import numbers
from digibel.organisations.keys import make_key
from digibel.organisations.models import Tightening
from digibel.organisations.scopes import EVERY_SCOPE
from digibel.requests.models import HelpRequest, NamedHelper, Overruling
from digibel.scheduling import calendars, cards, complaints, concerns, doorstep, inside, openings
from digibel.scheduling.models import Complaint, Concern, Report, Visit
from digibel.sealing.errors import Erased
from digibel.sealing.fields import SealedTextField
from digibel.volunteers import links
from digibel.volunteers.models import TrainingSession

pytestmark = pytest.mark.django_db

# Written for good, so that the bytes of the database hold it and the queue is filled; slower, and so only where that matters.
for_good = pytest.mark.django_db(transaction=True)

# How it is said, and what must be found nowhere, however it is cut. Every needle is long enough not to stand anywhere by chance.
SAID = {
    "pin 48271936": ("48271936",),
    "wachtwoord: Ploef!Zeven7": ("Ploef!Zeven7",),
    "kaart 4539 1488 0343 6467": ("4539 1488 0343 6467", "4539148803436467", "1488 0343"),
    "BE68 5390 0754 7034": ("BE68 5390 0754 7034", "BE68539007547034", "0754 7034"),
    "85.07.30-033.28": ("85.07.30-033.28", "85073003328"),
    "sms-code ٥٩٣٧٠٢٨": ("٥٩٣٧٠٢٨", "5937028"),
}
EVERYTHING = ", ".join(SAID)
NEEDLES = tuple(needle for needles in SAID.values() for needle in needles)
TYPED = (*SAID, EVERYTHING)


def found_in(text: str) -> list[str]:
    return [needle for needle in NEEDLES if needle in text]


# --- what was left behind ---------------------------------------------------------------------------------------------


@for_good
def test_the_search_finds_what_is_there(lindeboom: Any) -> None:
    """A test that cannot fail proves nothing: what is put there by force is found, wherever it is."""
    assert not any(_left_behind())
    cast.organisation("pin 48271936", duty=False)
    OrmQ.objects.create(key="digibel", payload=SignedPackage.dumps({"args": ("kaart 4539 1488 0343 6467",)}))
    request = cast.request(lindeboom)
    request.in_own_words = "85.07.30-033.28"
    request.save(update_fields=["in_own_words"])
    left = {needle for _, needle in _left_behind()}
    assert {"48271936", "4539 1488 0343 6467", "85.07.30-033.28"} <= left


def _left_behind() -> Iterator[tuple[str, str]]:
    for where, text in _everything_kept():
        for needle in found_in(text):
            yield where, needle


def _everything_kept() -> Iterator[tuple[str, str]]:
    for alias in connections:
        yield from _raw(alias)
    for model in apps.get_models():
        sealed = [field.name for field in model._meta.fields if isinstance(field, SealedTextField)]
        for row in model._default_manager.all() if sealed else ():
            for name in sealed:
                yield f"{model._meta.label}.{name}", _opened(row, name)
    for waiting in OrmQ.objects.all():
        yield "the queue", repr(SignedPackage.loads(waiting.payload))
    for task in Task.objects.all():
        yield "finished tasks", repr((task.args, task.kwargs, task.result))
    for session in Session.objects.all():
        yield "sessions", repr(session.get_decoded())
    for letter in mail.outbox:
        yield "mail", str(letter.message())


def _raw(alias: str) -> Iterator[tuple[str, str]]:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        for file in (name, *(name.with_name(name.name + tail) for tail in ("-wal", "-journal"))):
            if file.exists():
                yield file.name, file.read_bytes().decode("utf-8", "ignore")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(map(str, row))


def _opened(row: Any, name: str) -> str:
    try:
        return getattr(row, name) or ""
    except Erased:
        return ""


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """All that would reach the console, from every logger, with the formatter of the settings."""
    said, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(said)
    handler.setFormatter(MaskedFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # Statements with their values are logged only where DEBUG is on, which it never is; here it would log the test itself.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield said
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def visit(lindeboom: Any) -> Visit:
    booked = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    doorstep.read_rules(booked, by=SYSTEM)
    return booked


@pytest.fixture
def desk(lindeboom: Any) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.force_login(cast.coordinator(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture(autouse=True)
def nothing_is_left(logged: StringIO, request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if request.node.name != "test_the_search_finds_what_is_there":
        assert sorted(set(_left_behind())) == []
        assert found_in(logged.getvalue()) == []


# --- every address, whatever it is for --------------------------------------------------------------------------------


def _routes(patterns: Any, prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern)


ROUTES = sorted({route for route in _routes(get_resolver().url_patterns) if not route.startswith(("^", "api/v1/^"))})
FIELDS = [
    "text", "word", "note", "reason", "outcome", "deed", "q", "day", "page", "show", "seen", "back", "lang", "minutes",
    "task", "choice", "offer", "language", "place", "route", "volunteers", "wave", "reach", "client", "identity", "once",
    "postcode", "kind", "phone", "contact_phone", "trusted_worker_phone", "windows", "away", "tasks", "free_day_0",
    "free_from_0", "floor", "username", "password", "next", "id", "from", "to", "status", "all_right",
    "csrfmiddlewaretoken", "with", "forward", "as", "right", "received", "why", "sure", "then", "people", "risk", "decision",
    "verdict", "slug", "since", "until", "last_day", "version", "reference", "everybody", "requirement", "module", "there",
    "year", "amount", "km", "what", "means", "way", "days", "paid_on", "payment", "proof", "try", "visit", "worries", "keep",
    "shown_version", "source", "checked_on", "here", "state", "pin 48271936",
    *TEXTS,
]  # fmt: skip


def _address(route: str, visit: Visit) -> str:
    parts = {
        "reference": visit.request.reference,
        "visit_id": visit.pk,
        "volunteer_id": visit.volunteer_id,
        "call_id": visit.pk,
        "token": _token(route, visit),
        "deed": "cancel",
        "name": "simulator",
        "slug": "tax",
        "requirement": "insurance",
        "kind": "client",
        "step": "closed",
        "client_id": visit.client_id,
        "person_id": visit.client_id,
    }
    fill = re.compile(r"<(?:\w+:)?(\w+)>")
    return "/" + fill.sub(lambda named: str(parts.get(named[1], visit.pk)), route)


def _token(route: str, visit: Visit) -> str:
    if "calendar" in route:
        return calendars.token(visit.volunteer)
    if "questions" in route:
        return links.token(links.open_link(visit.volunteer, visit.request.organisation))
    return cards.token(visit)


@for_good
def test_whatever_is_typed_at_any_address_leaves_nothing_behind(visit: Visit, desk: Browser) -> None:
    for route in ROUTES:
        # Leaving ends the run; logging in (tried below) and choosing a language send back to where their own field says.
        if route not in {"logout", "login", "i18n/setlang/"}:
            _throw_secrets_at(_address(route, visit), desk)


def _throw_secrets_at(address: str, desk: Browser) -> None:
    headers = {"User-Agent": EVERYTHING, "Accept": EVERYTHING, "Referer": f"http://testserver/?q={EVERYTHING}"}
    latin = {name: value.encode("ascii", "ignore").decode() for name, value in headers.items()}
    shown = desk.get(address, dict.fromkeys(FIELDS, EVERYTHING), headers=latin)
    assert found_in(_page(shown)) == [], address
    # All of them at once, and one that is short enough to be taken for what a field asks.
    for typed in (EVERYTHING, "pin 48271936"):
        told = dict.fromkeys(FIELDS, typed)
        assert found_in(_page(desk.post(address, told, headers=latin))) == [], address
    if address.startswith(("/gateways", "/api")):
        asked = desk.post(address, json.dumps(told), content_type="application/json", headers=latin)
        assert found_in(_page(asked)) == [], address


def _page(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "ignore") + repr(dict(answer.headers)) + str(answer.cookies)


# --- the doors that people use, to the end ----------------------------------------------------------------------------


def _form(**changes: Any) -> dict[str, Any]:
    tomorrow = week.coming_days(clock.today())[0]
    return {
        "once": "8d5f1f6e-0001",
        "caller": "client",
        "first_name": "Guido",
        "family_name": "Claes",
        "phone": cast.mobile(),
        "channel": "sms",
        "best": "nl",
        "reads": ["nl"],
        "tasks": ["video-call"],
        "street": "Theodorstraat",
        "house_number": "41",
        "postcode": "1090",
        "home": "windows",
        "windows": [f"{tomorrow}/2"],
        "consent": "spoken",
        **changes,
    }


HELPERS_MAY = tuple(f"helper_change_{row}" for row in range(NamedHelper.MOST))


def test_a_call_is_logged_without_the_secrets_that_were_typed(desk: Browser) -> None:
    desk.cookies["django_language"] = "en"
    for typed in SAID:
        # Masked, they are all called the same: each is somebody else.
        others = {"house_number": "41", "box": "2", "once": typed, "identity": "new", "series_visits": "3"}
        told = _form(**dict.fromkeys(TEXTS, typed) | dict.fromkeys(HELPERS_MAY, "on") | others)
        answer = desk.post("/requests/new", told, follow=True)
        request = HelpRequest.objects.latest("reference")
        assert request.in_own_words == request.client.door_note == mask(typed)
        assert "There was a code or an account number in the text. It was not kept." in answer.content.decode()
    assert HelpRequest.objects.count() == len(SAID)


WHY = {
    "nl": "Er werd een code of een rekeningnummer getypt.",
    "fr": "Un code ou un numéro de compte a été tapé.",
    "en": "A code or an account number was typed.",
}


def test_a_form_that_comes_back_shows_what_was_masked_and_says_why(desk: Browser) -> None:
    for language, why in WHY.items():
        desk.cookies["django_language"] = language
        answer = desk.post("/requests/new", _form(in_own_words=EVERYTHING, contact_phone="pin 48271936", postcode="x"))
        page = unescape(answer.content.decode())
        assert (answer.status_code, found_in(page)) == (422, [])
        assert why in page
        assert mask(EVERYTHING) in page
        assert 'value="pin [SECRET]"' in page


def test_a_program_leaves_no_secret_in_any_field_key_or_answer(lindeboom: Any) -> None:
    _, secret = make_key(lindeboom, name="intake form", scopes=EVERY_SCOPE)
    for typed in SAID:
        _log_by_program(secret, typed)


def _log_by_program(secret: str, typed: str) -> None:
    words = ("door_note", "bell", "contact_name", "interpreter", "decides_about_money", "address_as")
    told = cast.told(
        in_own_words=typed, client=dict.fromkeys(words, typed) | {"helpers": [{"name": typed, "may_change": True}]}
    )
    key = re.sub(r"[^\x21-\x7e]", "-", f"{typed.replace(' ', ':')}")[:80]
    headers = {
        "Authorization": f"Bearer {secret}",
        "Idempotency-Key": key,
        "X-Request-Id": typed.encode().decode("latin-1"),
    }
    for status in (201, 200):
        answer = Browser().post("/api/v1/help-requests", json.dumps(told), "application/json", headers=headers)
        assert answer.status_code == status, answer.content
        assert found_in(_page(answer)) == []
    wrong = {**told, typed: typed, "caller": typed, "tasks": [typed], "windows": [{"from": typed, "until": typed}]}
    values = {**told, "device": typed, "tasks": [typed], "client": {**told["client"], "phone": typed}}
    for body in (json.dumps(wrong), json.dumps(values), typed):
        refused = Browser().post(
            "/api/v1/help-requests", body, "application/json", headers=headers | {"Idempotency-Key": ""}
        )
        assert refused.status_code in (400, 422)
        assert found_in(_page(refused)) == []


@for_good
def test_a_text_that_comes_in_is_kept_and_answered_without_it(visit: Visit) -> None:
    for typed in TYPED:
        _text_in(visit, typed)


def _text_in(visit: Visit, typed: str) -> None:
    sender = visit.volunteer.recipient.number
    told = {"id": f"delivery {typed}"[:120], "from": sender, "to": cast.SMS_NUMBER, "text": typed}
    for new in (1, 0):
        answer = Browser().post("/gateways/simulator/inbound", json.dumps(told), "application/json")
        assert answer.json() == {"received": 1, "new": new}
    message = InboundMessage.objects.get(status=InboundMessage.Status.RECEIVED)
    route_text(str(message.pk))
    outbox.sweep()
    assert (message.body, message.held_secret) == (mask(typed), True)
    answer = OutboundMessage.objects.get(kind="plain.secret_masked", subject_id=message.pk)
    assert "nooit een code" in answer.body


def test_an_answer_from_the_inbox_leaves_without_it(visit: Visit, desk: Browser) -> None:
    for typed in SAID:
        message = cast.texts(visit.volunteer, "hebben jullie de sleutel van boven?")
        answer = desk.post(reverse("desk:inbox_answer", args=[message.pk]), {"text": f"noteer: {typed}"})
        outbox.sweep()
        assert answer.status_code == 303
        sent = OutboundMessage.objects.get(kind="plain.free", subject_id=message.pk)
        assert sent.body == mask(f"noteer: {typed}")


def test_what_a_volunteer_asks_and_reports_is_kept_without_it(visit: Visit) -> None:
    phone = Browser()
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        for typed in SAID:
            asked = phone.post(
                reverse("desk:card_deed", args=[cards.token(visit), "ask"]) + "?lang=en", {"word": typed}
            )
            assert "It was not kept." in asked.content.decode()
        inside.check_out(visit, by=SYSTEM)
        address = reverse("desk:card_deed", args=[cards.token(visit), "report"]) + "?lang=en"
        for typed in SAID:
            told = phone.post(address, {"all_right": "yes", "note": typed}, follow=True)
            assert "It was not kept." in told.content.decode()
            assert Report.objects.get().note == mask(typed)
            refused = phone.post(address, {"all_right": "", "note": typed})
            assert (refused.status_code, found_in(_page(refused))) == (422, [])


# Every box of the desk in which a colleague writes a sentence: the address, what else is told, the box, and where it is kept.
def _boxes(visit: Visit) -> dict[str, tuple[str, dict[str, str], str, Callable[[], str]]]:
    client, volunteer, today = f"/clients/{visit.client_id}", f"/volunteers/{visit.volunteer_id}", f"{clock.today()}"
    note = {"deed": "note", "since": today, "until": f"{clock.today() + timedelta(days=300)}"}
    paper = visit.volunteer.readiness.get
    concern = Concern.objects.get(visit=visit)
    complaint = Complaint.objects.get().pk
    return {
        "a complaint": (
            f"{client}/complain", {"kind": "service"}, "text", lambda: Complaint.objects.exclude(pk=complaint).get().text,
        ),
        "its answer": (f"/complaints/{complaint}", {}, "text", lambda: Complaint.objects.get(pk=complaint).answer),
        "insurance": (
            f"{volunteer}/papers/insurance", note, "reference", lambda: paper(requirement="insurance").reference,
        ),
        "a note": (
            f"{volunteer}/papers/information_note", note, "version",
            lambda: paper(requirement="information_note").version,
        ),
        "a training": (
            "/trainings", {"module": "door", "day": today}, "place", lambda: _last(TrainingSession, "pk").place,
        ),
        "why a task is stricter": (
            "/guardrails/stricter", {"slug": "online-payment", "verdict": "staff_only", "since": today}, "reason",
            lambda: _last(Tightening, "pk").reason,
        ),
        "what was decided": (
            f"/concerns/{concern.pk}", {"decision": "goes_on"}, "note", lambda: Concern.objects.get(pk=concern.pk).note,
        ),
        "where a number was found": (
            "/numbers/tax", {}, "source", lambda: numbers.find("tax", visit.request.organisation).source,
        ),
    }  # fmt: skip


def _last(model: Any, by: str) -> Any:
    return model.objects.order_by(by).last()


def test_whatever_a_colleague_writes_down_is_kept_without_it(visit: Visit, desk: Browser) -> None:
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(visit, by=SYSTEM)
        concerns.report(visit, ["money"], by=SYSTEM)
        complaints.note(visit.client, kind="service", text="niemand belt terug", by=SYSTEM)
        for (box, (address, told, name, kept)), typed in zip(_boxes(visit).items(), cycle(SAID), strict=False):
            answer = desk.post(address, told | {name: typed})
            assert (box, answer.status_code, found_in(_page(answer))) == (box, 303, [])
            assert (box, kept()) == (box, mask(typed))


def test_why_a_volunteer_may_go_after_all_is_kept_without_it(lindeboom: Any, desk: Browser) -> None:
    asked = cast.request(lindeboom, tasks=["online-payment"])
    for _ in range(2):
        told = cast.draft(tasks=["online-payment"])
        asked = openings.open_request(told, organisation=lindeboom, by=SYSTEM, client=asked.client)[0]
    answer = desk.post(f"/requests/{asked.reference}/do/overrule", {"reason": EVERYTHING})
    assert (answer.status_code, _last(Overruling, "made_at").reason) == (303, mask(EVERYTHING))


def test_a_correction_of_a_client_is_kept_without_it(visit: Visit, desk: Browser) -> None:
    initial = ClientForm(client=visit.client).initial
    told = {name: value for name, value in initial.items() if value not in (None, "", False, [], ())}
    typed = "kaart 4539 1488 0343 6467"
    helper = {"helper_name_0": typed, "helper_change_0": "on"}
    words = ("door_note", "bell", "contact_name", "interpreter", "decides_about_money")
    answer = desk.post(f"/clients/{visit.client_id}/edit", told | helper | dict.fromkeys(words, typed))
    assert (answer.status_code, found_in(_page(answer))) == (303, [])
    visit.client.refresh_from_db()
    assert {getattr(visit.client, name) for name in words} == {mask(typed)}
    assert [one.name for one in visit.client.named_helpers.all()] == [mask(typed)]
    refused = desk.post(f"/clients/{visit.client_id}/edit", told | helper | {"postcode": typed, "bell": typed})
    assert (refused.status_code, found_in(_page(refused))) == (422, [])


def test_a_volunteer_joins_the_pool_without_it(lindeboom: Any) -> None:
    joined = cast.volunteer(lindeboom, first_name="Nora, pin 48271936", family_name="BE68 5390 0754 7034")
    assert (joined.first_name, joined.family_name) == ("Nora, pin [SECRET]", "[IBAN]")


def test_a_password_in_the_wrong_field_of_the_login_page_is_not_kept(lindeboom: Any) -> None:
    for typed in (*SAID, "Fifi1948"):
        _try_to_log_in(typed)
    assert not [where for where, text in _everything_kept() if "Fifi1948" in text]


def _try_to_log_in(typed: str) -> None:
    page = Browser(headers={"User-Agent": "pin 48271936"})
    for _ in range(8):
        told = {"username": typed, "password": "Ploef!Zeven7", "remember": typed}
        answer = page.post("/login?next=/&q=pin 48271936", told)
        assert found_in(_page(answer)) == []
        assert "Fifi1948" not in answer.content.decode()
    assert answer.status_code == 429


# --- what breaks ------------------------------------------------------------------------------------------------------


def break_with(said: str) -> None:
    raise ValueError(f"cannot read {said}")


@for_good
def test_a_task_that_breaks_on_a_text_leaves_nothing_in_the_queue_or_the_log() -> None:
    todo: queue.Queue[Any] = queue.Queue()
    done: queue.Queue[Any] = queue.Queue()
    task = {"id": "0" * 32, "name": "breaks", "func": f"{__name__}.break_with", "args": (), "kwargs": {}}
    task |= {"started": clock.now(), "sync": True}
    for one in ({**task, "func": break_with, "args": (EVERYTHING,), "sync": False}, "STOP"):
        todo.put(one)
    worker(todo, done, Value("f", -1), timeout=-1)
    broken = done.get()
    broken["args"] = ()
    save_task(broken, None)
    assert broken["success"] is False
    assert "cannot read" in Task.objects.get().result


def test_an_error_that_quotes_a_text_is_logged_without_it(logged: StringIO) -> None:
    try:
        break_with(EVERYTHING)
    except ValueError:
        logging.getLogger("somebody.else").exception("broke on %s", EVERYTHING)
    assert "somebody.else broke on" in logged.getvalue()
    assert "ValueError: cannot read" in logged.getvalue()
