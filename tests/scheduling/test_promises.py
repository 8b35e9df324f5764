"""Each promise can be broken, and then the check says which, and by whom; over a day's work it finds nothing."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

import cast
from digibel import clock
from digibel.audit import chain, triggers
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage, Recipient
from digibel.requests.models import HelpRequest, RequestTask
from digibel.scheduling import inside, promises, reports
from digibel.scheduling.models import Offer, Timer, Visit
from digibel.sealing import keys
from digibel.sealing.strays import sealed_fields
from digibel.volunteers.models import Readiness
from plugins.worlds import NOW, a_copy, built_once

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    yield from built_once(django_db_blocker, _world)


@pytest.fixture
def house(world, frozen_clock):
    return a_copy(world)


def _world():
    with clock.travel(NOW):
        return _house()


def _house():
    """One visit booked, one done, and one offer open."""
    lindeboom = cast.organisation()
    els, ayse = cast.volunteer(lindeboom), cast.volunteer(lindeboom, name="Ayse")
    booked = cast.booked(cast.request(lindeboom), els)
    done = cast.booked(cast.request(lindeboom), ayse)
    with clock.travel(done.starts_at):
        inside.check_in(done, by=SYSTEM)
        inside.check_out(done, by=SYSTEM)
        reports.report(done, by=SYSTEM, all_right=True, note="Alles werkt")
    [offer] = cast.offered(cast.request(lindeboom), ayse)
    return {"organisation": lindeboom, "els": els, "ayse": ayse, "booked": booked, "done": done, "offer": offer}


def check():
    """What the command prints, and the code it ends with."""
    out = io.StringIO()
    code = 0
    try:
        call_command("check_promises", stdout=out)
    except SystemExit as end:
        code = end.code
    return out.getvalue().splitlines(), code


def broken_by(sentence, *references):
    """The only line that may be broken now."""
    lines, code = check()
    assert [line for line in lines if not line.startswith("ok ")] == [f"BROKEN  {sentence}: {', '.join(references)}"]
    assert code == 1


def test_a_house_in_order_keeps_every_promise(house):
    lines, code = check()
    assert lines == [f"ok      {promise.sentence}" for promise in promises.PROMISES]
    assert code == 0


def test_a_visit_without_its_yes(house):
    Offer.objects.filter(visit=house["booked"]).update(status="withdrawn")
    broken_by("one accepted offer per place", house["booked"].request.reference)


def test_a_yes_without_its_visit(house):
    Offer.objects.filter(pk=house["offer"].pk).update(status="accepted")
    lines, _ = check()
    assert f"BROKEN  one accepted offer per place: {house['offer'].request.reference}" in lines


def test_a_volunteer_in_two_visits_at_once(house):
    """On PostgreSQL the database itself refuses it, and there is nothing to find."""
    other = house["done"]
    again = {"status": "under_way", "volunteer": house["els"], "word": "TULP"}
    times = {name: getattr(house["booked"], name) for name in ("starts_at", "ends_at", "busy_from", "busy_until")}
    try:
        with transaction.atomic():
            Visit.objects.filter(pk=other.pk).update(**again, **times)
    except IntegrityError:
        assert connection.vendor == "postgresql"
    else:
        assert connection.vendor == "sqlite"
        references = sorted([house["booked"].request.reference, other.request.reference])
        assert f"BROKEN  nobody in two visits at once: {', '.join(references)}" in check()[0]


def test_a_volunteer_who_is_not_ready(house):
    Readiness.objects.filter(volunteer=house["els"], requirement="insurance").update(until=clock.today())
    broken_by("only ready volunteers are asked and sent", house["booked"].request.reference)


def test_an_offer_to_who_said_stop(house):
    Recipient.objects.filter(volunteer=house["ayse"]).update(stopped_at=clock.now())
    broken_by("only ready volunteers are asked and sent", house["offer"].request.reference)


@pytest.mark.guardrail("E1")
def test_a_forbidden_task_that_was_offered(house):
    request = house["offer"].request
    RequestTask.objects.create(
        request=request, slug="cash-withdrawal", verdict="forbidden", catalogue_version="x", position=1
    )
    broken_by("only what a volunteer may do is offered", request.reference)


def test_a_next_action_that_somebody_forgot(house):
    request = house["offer"].request
    HelpRequest.objects.filter(pk=request.pk).update(next_kind="choose")
    broken_by("every open request has its one true next action", request.reference)


def test_a_moment_that_was_missed(house):
    [late] = Timer.objects.filter(kind="offer_expires", rung_at=None)
    Timer.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(minutes=16))
    broken_by("no moment was missed", f"offer_expires {late.subject_id}")


@pytest.mark.guardrail("E4")
def test_a_secret_in_a_note(house):
    words = house["done"].report.words
    words.text = "haar pincode is 4711"
    words.save()
    broken_by("no secret is stored", f"reportnote {house['done'].report.pk}")


def test_a_word_that_outlives_its_visit(house):
    Visit.objects.filter(pk=house["done"].pk).update(word="TULP")
    broken_by("words and cards end with their visit", house["done"].request.reference)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "sending", "status_at": F("status_at") - timedelta(minutes=11)},
        {"status": "queued", "not_before": F("not_before") - timedelta(days=9)},
        {"status": "on_list", "subject_id": uuid4()},
    ],
)
def test_a_message_that_is_nowhere(house, fields):
    message = OutboundMessage.objects.get(offer=house["offer"])
    OutboundMessage.objects.filter(pk=message.pk).update(subject_kind="note", **fields)
    broken_by("every message leaves, is withdrawn, or is on somebody's list", f"outboundmessage {message.pk}")


def test_a_text_that_nobody_read(house):
    message = cast.texts(house["els"], "hallo?")
    InboundMessage.objects.filter(pk=message.pk).update(
        status="received", received_at=clock.now() - timedelta(minutes=16)
    )
    broken_by("every text that came in was read", f"inboundmessage {message.pk}")


def test_a_call_on_the_list_of_another_organisation(house):
    sleutel = cast.organisation("De Sleutel", duty=False)
    call = CallTask.objects.create(
        organisation=sleutel,
        kind="visit.late",
        subject_kind="visit",
        subject_id=house["booked"].pk,
        created_at=clock.now(),
        due_at=clock.now(),
    )
    broken_by("nothing crosses from one organisation to another", f"calltask {call.pk}")


def test_a_trace_of_somebody_who_was_erased(house):
    client = house["booked"].client
    keys.destroy(client.key_id)
    traces = [
        f"recipient {client.recipient_id}",
        *(f"nametoken {token.pk}" for token in client.name_tokens.order_by("pk")),
    ]
    lines, _ = check()
    assert f"BROKEN  who was erased is gone: {', '.join(traces)}" in lines


def test_an_audit_that_was_altered(house):
    chain.seal_chain()
    triggers.remove(connection)
    Event.objects.filter(verb="visit.booked").update(actor="nobody")
    lines, code = check()
    [line] = [line for line in lines if line.startswith("BROKEN")]
    assert line.startswith("BROKEN  the audit is as it was written: no trigger ")
    assert code == 1
    triggers.install(connection)
    [line] = [line for line in check()[0] if line.startswith("BROKEN")]
    assert line.endswith("is not what was sealed: an event or the seal was altered.")


def test_only_the_first_ten_are_named_and_the_others_counted(house):
    for _ in range(12):
        cast.request(house["organisation"])
    HelpRequest.objects.filter(next_kind="choose").update(next_due=clock.now() + timedelta(days=99))
    [finding] = [finding for finding in promises.check() if not finding.holds]
    assert finding.count == 12
    assert len(finding.shown) == 10
    assert str(finding).endswith(" and 2 more")


@pytest.mark.guardrail("E4")
def test_every_column_of_free_text_is_looked_at():
    """A new sealed column is somebody's name or number, or it is looked at for secrets."""
    looked_at = {(model._meta.label, name) for model, names in promises.FREE_TEXTS for name in names}
    names_and_numbers = {
        "first_name",
        "family_name",
        "address_as",
        "street",
        "house_number",
        "box",
        "number",
        "mobile",
        "contact_phone",
        "trusted_worker_phone",
        "money_phone",
        "phone",
        "email",
        "address",  # of somebody's own calendar
        "secret",  # of somebody's code app, drawn by us
    }
    # Looked at where somebody typed them.
    by_kind = {("notifications.OutboundMessage", "body"), ("notifications.SimulatedText", "body")}
    missing = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("digibel") and model._meta.app_label != "directory"
        for field in [*sealed_fields(model), *open_notes(model)]
        if field.name not in names_and_numbers
    } - looked_at
    assert missing == by_kind


def open_notes(model):
    """Open columns long enough for a sentence, that hold no codes of ours."""
    return [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and (field.max_length or 999) > 128
        and not field.choices
    ]
