"""Other programs hear each event: written with the deed, brought at least once and in order, signed, and about nobody."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest
from django.db import connection, transaction

import cast
from digibel import clock, outside, tracing
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.scheduling import openings
from digibel.scheduling.hooks import keeping, sending, telling
from digibel.scheduling.hooks.models import Delivery, Hook
from digibel.scheduling.matching import triggers
from digibel.sealing.errors import Erased
from scheduling.listening import listening

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def program(monkeypatch):
    with listening() as found:
        monkeypatch.setattr(outside, "ALLOWED", frozenset({("127.0.0.1", found.port)}))
        yield found


@pytest.fixture
def hook(lindeboom, program):
    made, made.shown = keeping.make(lindeboom, name="Dossiers", address=program.address, by=SYSTEM)
    sending.sweep()
    program.heard.clear()
    program.taken.clear()
    return made


def ticked(minutes):
    with clock.travel(clock.now() + timedelta(minutes=minutes)):
        return sending.sweep()


def test_what_is_heard_first_is_that_somebody_listens(lindeboom, program):
    made, _ = keeping.make(lindeboom, name="Dossiers", address=program.address, by=SYSTEM)
    assert sending.sweep() == 1
    assert [(one["kind"], one["subject"], one["subject_id"]) for one in program.taken] == [
        ("hook.made", "hook", str(made.pk))
    ]


def test_each_is_told_under_a_trace_of_its_own(lindeboom, hook, program):
    cast.request(lindeboom)
    cast.request(lindeboom)
    with tracing.under(None):
        sweep = tracing.current()
        assert sending.sweep() > 1
    traces = [tracing.read(headers["traceparent"]) for headers, _ in program.heard]
    assert len({*traces, sweep}) == len(traces) + 1, "two programs cannot see that one sweep told them"


def test_every_deed_about_a_request_is_heard_in_order_and_once(lindeboom, hook, program):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    assert (sending.sweep(), sending.sweep()) == (3, 0)
    assert program.kinds == ["request.logged", "request.offered", "visit.booked"]
    assert {one["reference"] for one in program.taken} == {visit.request.reference}
    assert len(set(Delivery.objects.exclude(stream=hook.pk.hex).values_list("stream", flat=True))) == 1


def test_what_is_heard_is_what_the_feed_tells_and_says_nothing_of_who(lindeboom, hook, program):
    request = cast.request(lindeboom)
    sending.sweep()
    [(_, body)] = program.heard
    event = Event.objects.about(request).get(verb="request.logged")
    assert json.loads(body) == json.loads(telling.shown(lindeboom.pk, [event])[0].model_dump_json())
    assert [word for word in (b"Guido", b"Theodorstraat", b"0468", b"video-call") if word in body] == []


def test_it_is_signed_as_standard_webhooks_says(lindeboom, hook, program):
    cast.request(lindeboom)
    sending.sweep()
    [(headers, body)] = program.heard
    key = b64decode(hook.shown.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert headers["webhook-id"] == json.loads(body)["id"]
    assert len(key) == 32


def test_a_deed_that_fails_tells_nobody(lindeboom, hook):
    with transaction.atomic():
        cast.request(lindeboom)
        transaction.set_rollback(True)
    assert not Delivery.objects.filter(status="waiting").exists()


def test_neighbours_hear_nothing_and_an_ended_hook_neither(lindeboom, hook):
    cast.request(cast.organisation("Ailleurs", sms_number="+32460000009"))
    keeping.end(hook, by=SYSTEM)
    cast.request(lindeboom)
    assert not Delivery.objects.filter(status="waiting").exists()


def test_what_waited_for_an_ended_hook_does_not_leave(lindeboom, hook, program):
    cast.request(lindeboom)
    keeping.end(hook, by=SYSTEM)
    assert (sending.sweep(), program.heard) == (0, [])


def test_what_comes_after_waits_for_what_was_not_taken_and_other_requests_do_not(lindeboom, hook, program):
    first, other = cast.request(lindeboom), cast.request(lindeboom)
    program.answers = [500]
    sending.sweep()
    openings.close(first, closing="withdrawn", by=SYSTEM)
    sending.sweep()
    assert [(one["kind"], one["reference"]) for one in program.taken] == [("request.logged", other.reference)]
    ticked(2)
    assert program.kinds[1:] == ["request.logged", "request.closed"]
    assert {one["reference"] for one in program.taken[1:]} == {first.reference}


def test_it_is_tried_for_two_days_later_each_time_and_then_given_up(lindeboom, hook, program, monkeypatch):
    monkeypatch.setattr(sending.outside, "post", lambda *told, **more: 503)
    cast.request(lindeboom)
    waits, here = [], clock.now()
    while (one := Delivery.objects.latest("pk")).status == "waiting":
        with clock.travel(one.not_before):
            waits.append(clock.now() - here)
            here = clock.now()
            sending.sweep()
    assert waits[1:] == sorted(waits[1:])
    assert (len(waits), one.trouble) == (sending.MOST_TRIES, "answer_503")
    assert timedelta(days=1.5) < sum(waits, timedelta()) < timedelta(days=3)


def test_what_was_given_up_is_brought_again_by_hand_with_the_same_id(lindeboom, hook, program):
    cast.request(lindeboom)
    Delivery.objects.filter(status="waiting").update(status="given_up", done_at=clock.now(), trouble="slow", tries=20)
    assert keeping.repeat_given_up(hook, by=SYSTEM) == 1
    with pytest.raises(keeping.NothingToRepeat):
        keeping.repeat_given_up(hook, by=SYSTEM)
    assert sending.sweep() == 1
    keeping.repeat(Delivery.objects.latest("pk"), by=SYSTEM)
    sending.sweep()
    assert len(program.taken) == 2
    assert len({headers["webhook-id"] for headers, _ in program.heard}) == 1
    assert Event.objects.filter(verb="hook.repeated").count() == 2


def test_what_waits_cannot_be_sent_again(lindeboom, hook):
    cast.request(lindeboom)
    with pytest.raises(keeping.NothingToRepeat):
        keeping.repeat(Delivery.objects.get(status="waiting"), by=SYSTEM)


@pytest.mark.parametrize("after_it_arrived", [False, True])
def test_a_worker_that_dies_while_sending_loses_nothing_and_keeps_the_order(
    lindeboom, hook, program, monkeypatch, after_it_arrived
):
    class Killed(BaseException): ...

    bring = outside.post

    def dies(*told, **more):
        if after_it_arrived:
            bring(*told, **more)
        raise Killed

    request = cast.request(lindeboom)
    openings.close(request, closing="withdrawn", by=SYSTEM)
    with monkeypatch.context() as patched:
        patched.setattr(outside, "post", dies)
        with pytest.raises(Killed):
            sending.sweep()
    assert sending.sweep() == 0, "it may still be on its way"
    ticked(2)
    again = ["request.logged"] if after_it_arrived else []
    assert program.kinds == [*again, "request.logged", "request.closed"]
    assert len({one["id"] for one in program.taken}) == 2


@pytest.mark.parametrize(
    "address", ["", "http://example.org/in", "https://10.0.0.1:8443/in", "https://me:pw@example.org/in", "x" * 2000]
)
def test_what_is_no_address_makes_no_hook(lindeboom, address):
    with pytest.raises(keeping.NoHookAddress):
        keeping.make(lindeboom, name="Dossiers", address=address, by=SYSTEM)
    assert not Hook.objects.exists()


def test_a_private_address_is_never_reached(lindeboom):
    keeping.make(lindeboom, name="Dossiers", address="https://10.0.0.1/in", by=SYSTEM)
    sending.sweep()
    assert Delivery.objects.get().trouble == "private"


def test_a_redirect_is_not_followed(lindeboom, hook, program):
    program.answers = [302]
    cast.request(lindeboom)
    assert sending.sweep() == 0
    assert (len(program.heard), Delivery.objects.latest("pk").trouble) == (1, "answer_302")


def test_one_that_is_slow_keeps_no_other_waiting(lindeboom, hook, program):
    other, _ = keeping.make(lindeboom, name="Kaart", address="https://10.0.0.1/in", by=SYSTEM)
    for _ in range(3):
        cast.request(lindeboom)
    sending.sweep()
    assert len(program.taken) == 4
    assert Delivery.objects.filter(hook=other, tries__gt=0).count() == 1


def test_there_are_ten_at_most(lindeboom):
    for number in range(keeping.MOST):
        keeping.make(lindeboom, name=f"P{number}", address="https://example.org/in", by=SYSTEM)
    with pytest.raises(keeping.TooManyHooks):
        keeping.make(lindeboom, name="P", address="https://example.org/in", by=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_an_ended_address_cannot_be_read_again_and_goes_after_a_month(lindeboom, hook):
    keeping.end(hook, by=SYSTEM)
    keeping.end(hook, by=SYSTEM)
    with pytest.raises(Erased):
        Hook.objects.get().address  # noqa: B018
    with clock.travel(clock.now() + timedelta(days=31)):
        assert keeping.forget_old() > 0
    assert (Hook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_the_database_has_the_trigger(lindeboom):
    assert triggers.missing(connection) == []
