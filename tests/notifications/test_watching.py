"""A queue that stands still, a gateway that is silent and a budget that is spent are told once, until it is over."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import outbox, prices, watching
from digibel.notifications.models import CallTask, GatewayState, OutboundMessage, TextTrouble

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def queue(organisation, how_many=1, **options):
    return [
        outbox.queue_message(
            cast.volunteer(name=f"V{number}").recipient,
            "plain.declined",
            organisation=organisation,
            subject=organisation,
            **options,
        )
        for number in range(how_many)
    ]


def on_list():
    return sorted(CallTask.objects.open().values_list("kind", flat=True))


def watch(at):
    with clock.travel(at):
        watching.watch()
        return on_list()


# --- stands still ---------------------------------------------------------------------------------------------------


def test_texts_that_do_not_leave_are_told_once_until_they_move(lindeboom, now, caplog):
    sleutel = cast.organisation("De Sleutel")
    queue(lindeboom)
    assert watch(now + 9 * MINUTE) == []
    assert watch(now + 10 * MINUTE) == ["gateway.stands_still"]
    call = CallTask.objects.open().get()
    assert (call.organisation, call.urgent, call.subject_id) == (lindeboom, True, lindeboom.pk)
    assert [record.kind for record in caplog.records] == ["stands_still"]
    CallTask.objects.update(done_at=now, outcome="reached")
    assert watch(now + 20 * MINUTE) == []
    with clock.travel(now + 21 * MINUTE):
        outbox.sweep()
    assert watch(now + 22 * MINUTE) == []
    assert not TextTrouble.objects.exists()
    with clock.travel(now + HOUR):
        queue(sleutel)
    assert watch(now + HOUR + 10 * MINUTE) == ["gateway.stands_still"]
    assert CallTask.objects.open().get().organisation == sleutel


def test_the_call_goes_when_texts_move(lindeboom, now):
    queue(lindeboom)
    assert watch(now + 10 * MINUTE) == ["gateway.stands_still"]
    with clock.travel(now + 11 * MINUTE):
        outbox.sweep()
    assert watch(now + 12 * MINUTE) == []


def test_what_waits_for_the_morning_or_is_held_by_a_person_stands_not_still(lindeboom, now):
    with clock.travel(now + 12 * HOUR):
        queue(lindeboom)
        outbox.sweep()
    assert watch(now + 13 * HOUR) == []
    queue(lindeboom)
    outbox.hold()
    assert watch(now + HOUR) == []


# --- silent ---------------------------------------------------------------------------------------------------------


def test_a_gateway_that_told_before_and_now_tells_nothing_is_silent(lindeboom, now):
    first = queue(lindeboom)[0]
    outbox.sweep()
    OutboundMessage.objects.filter(pk=first.pk).update(status="delivered", status_at=now)
    with clock.travel(now + MINUTE):
        queue(cast.organisation("Een"), 5)
        outbox.sweep()
    assert watch(now + 2 * HOUR) == []
    assert watch(now + 2 * HOUR + 2 * MINUTE) == ["gateway.silent"]
    with clock.travel(now + 3 * HOUR):
        cast.texts(cast.volunteer(name="Zoe"), "hallo")
    assert "gateway.silent" not in watch(now + 3 * HOUR + MINUTE)


def test_a_gateway_that_never_tells_is_not_silent(lindeboom, now):
    queue(lindeboom, 6)
    outbox.sweep()
    assert watch(now + 3 * HOUR) == []


# --- money ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def priced(settings, tmp_path):
    own = tmp_path / "prices.toml"
    own.write_text(
        '[[simulator]]\nfrom = 2026-09-01\nuntil = 2026-09-14\nsegment = "0.10"\nsource = "contract"\n'
        '[[simulator]]\nfrom = 2026-09-15\nuntil = 2026-09-30\nsegment = "0.07"\nsource = "contract"\n'
    )
    settings.DIGIBEL_PRICES_FILE = str(own)


def test_prices_are_dated_and_unknown_is_not_nought(priced):
    assert prices.per_segment("simulator", date(2026, 9, 14)) == Decimal("0.10")
    assert prices.per_segment("simulator", date(2026, 9, 15)) == Decimal("0.07")
    assert prices.per_segment("by_hand", date(2026, 9, 15)) == 0
    assert prices.per_segment("android", date(2026, 9, 15)) is None


def test_the_batch_is_priced_before_and_the_month_after(lindeboom, priced, now):
    queue(lindeboom, 3)
    OutboundMessage.objects.update(segments=2)
    queue(cast.organisation("De Sleutel"))
    assert prices.of_batch(6) == Decimal("0.42")
    outbox.sweep()
    assert prices.spent(lindeboom, date(2026, 9, 30)) == prices.Spent(3, 6, Decimal("0.42"), 0)
    assert prices.spent(lindeboom, date(2026, 10, 1)) == prices.Spent()
    assert prices.spent_by_gateway(None, clock.today())["simulator"].texts == 4
    GatewayState.objects.create(name="simulator", failures=3, resting_until=now + HOUR)
    assert prices.of_batch(6) == Decimal("0.42"), "while it rests, it is still the one that will send"


def test_the_month_ends_at_midnight_in_brussels(lindeboom, priced):
    queue(lindeboom)
    outbox.sweep()
    last = clock.at(date(2026, 10, 1), time(0)) - timedelta(seconds=1)
    OutboundMessage.objects.update(sent_at=last)
    assert prices.spent(lindeboom, date(2026, 9, 5)).texts == 1
    OutboundMessage.objects.update(sent_at=last + timedelta(seconds=1))
    assert prices.spent(lindeboom, date(2026, 9, 5)).texts == 0
    assert prices.spent(lindeboom, date(2026, 10, 5)).texts == 1
    OutboundMessage.objects.update(gateway="android")
    assert prices.spent(lindeboom, date(2026, 10, 5)) == prices.Spent(1, 1, Decimal(0), 1)


@pytest.mark.parametrize(
    ("typed", "budget"), [("25", Decimal(25)), ("€ 12,50", Decimal("12.50")), ("", None), (" ", None)]
)
def test_a_budget_is_typed_as_people_type(lindeboom, typed, budget):
    prices.set_budget(lindeboom, typed, by=SYSTEM)
    lindeboom.refresh_from_db()
    assert lindeboom.texts_budget == budget


@pytest.mark.parametrize("typed", ["veel", "0", "-3", "100000", "NaN", "Infinity", "1e9"])
def test_what_is_no_amount_is_refused(lindeboom, typed):
    with pytest.raises(prices.NoBudget):
        prices.set_budget(lindeboom, typed, by=SYSTEM)


def test_a_budget_warns_at_eighty_and_at_a_hundred_per_cent_and_holds_nothing_back(lindeboom, priced, now):
    prices.set_budget(lindeboom, "1", by=SYSTEM)
    told = []
    for sent in range(1, 17):
        with clock.travel(now + sent * MINUTE):
            queue(lindeboom)
            assert outbox.sweep() == 1
            watching.watch()
            told.append(on_list())
    assert told[10] == []
    assert told[11:14] == [["gateway.budget_near"]] * 3
    assert told[14:] == [["gateway.budget_spent"]] * 2
    assert watch(clock.at(date(2026, 10, 1), time(9))) == []
