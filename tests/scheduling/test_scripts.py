"""What is said on the telephone about a visit, to whom, and what becomes of it when nobody answers."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import callsheets, errands
from digibel.notifications import calls
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.scheduling import alarms, announcing, clockwork, doorstep, inside, visits
from digibel.scheduling.models import Visit

pytestmark = pytest.mark.django_db

LANDLINE = {"channel": "call", "phone": "+3224275566"}
WORKER = {"trusted_worker": "Malika", "trusted_worker_phone": "+3224267788"}


@pytest.fixture
def by(lindeboom):
    return Actor.staff(lindeboom.staff.get())


def booked(lindeboom, els, *, days=0, **client):
    more = {"windows": cast.windows(days=days)} if days else {}
    return cast.booked(cast.request(lindeboom, client={**LANDLINE, **client}, **more), els)


def call(kind):
    return CallTask.objects.open().get(kind=f"visit.{kind}")


def said(kind):
    return calls.script_of(call(kind)).sentences.splitlines()


def reached(kind, by):
    calls.note_outcome(call(kind), "reached", by=by)


def until_nobody_answers(kind, by):
    """No answer, as often as it comes back."""
    about = call(kind)
    while about.done_at is None:
        with clock.travel(max(clock.now(), about.due_at)):
            about = calls.note_outcome(about, "no_answer", by=by)


def test_nobody_comes_says_today_only_today(lindeboom, els, by):
    visit = booked(lindeboom, els, days=7)
    reached("announce", by)
    visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
    assert said("cancelled")[1] == "Het bezoek van dinsdag 22 september gaat niet door. Er komt niemand."
    with clock.travel(visit.starts_at - timedelta(hours=2)):
        assert said("cancelled")[1] == "Els kan niet komen. Vandaag komt er niemand."


def test_who_may_open_to_nobody_is_rung_until_somebody_has_told_them(lindeboom, els, by):
    visit = booked(lindeboom, els, **WORKER)
    reached("announce", by)
    with clock.travel(visit.starts_at - timedelta(hours=2)):
        visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
        until_nobody_answers("cancelled", by)
        assert (call("cancelled").channel, call("cancelled").urgent) == ("worker", True)
        assert said("cancelled")[3] == "Meneer Claes doet dus voor niemand open."
        until_nobody_answers("cancelled", by)
        assert (call("cancelled").channel, call("cancelled").tries) == ("call", 0)
    with clock.travel(visit.starts_at + timedelta(minutes=1)):
        until_nobody_answers("cancelled", by)
        assert CallTask.objects.open().filter(kind="visit.cancelled").count() == 0


def test_who_has_not_heard_by_the_morning_that_nobody_comes_is_an_alarm(lindeboom, els, by):
    """Called off in the evening, at nine in the morning, by who has no mobile: the office opens when they open the door."""
    visit = booked(lindeboom, els, days=3)
    reached("announce", by)
    with clock.travel(visit.starts_at - timedelta(hours=17)):
        visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
        assert not alarms.climbs(call("cancelled"))
    texts = OutboundMessage.objects.filter(kind="alarm.alarm_cancelled_today")
    for before, rung in ((timedelta(hours=2, minutes=1), 0), (timedelta(minutes=119), 1)):
        with clock.travel(clockwork.live_through(visit.starts_at - before)):
            assert texts.count() == rung
    with clock.travel(visit.starts_at - timedelta(minutes=115)):
        for _ in range(3):
            first = calls.note_outcome(call("cancelled"), "no_answer", by=by)
        assert (first.outcome, alarms.climbs(call("cancelled"))) == ("no_answer", True)
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(minutes=100))):
        assert texts.count() == 2


def test_a_text_that_a_volunteer_missed_is_read_out_and_is_no_report(lindeboom, els, by):
    visit = booked(lindeboom, els)
    calls.open_call(
        "visit.undelivered", visit, organisation=lindeboom, recipient=els.recipient, due_at=clock.now(), urgent=True
    )
    assert said("undelivered")[1].startswith("We stuurden je een sms, maar hij is niet aangekomen.")


def test_a_lost_text_with_the_word_in_it_is_never_read_to_a_reception(lindeboom, els, by):
    visit = booked(lindeboom, els, **WORKER, reception=True)
    calls.open_call(
        "visit.undelivered", visit, organisation=lindeboom, recipient=visit.client.recipient, due_at=clock.now()
    )
    until_nobody_answers("undelivered", by)
    assert call("undelivered").channel == "call"


def test_at_a_closed_door_the_client_hears_who_stands_there(lindeboom, els):
    visit = booked(lindeboom, els)
    with clock.travel(visit.starts_at):
        doorstep.nobody_opens(visit, by=Actor.volunteer(els))
        assert said("nobody_home")[1:3] == [
            "Els staat nu aan uw deur.",
            f"Els zegt het woord: {visit.word}. Dan mag u opendoen.",
        ]


def test_who_comes_later_keeps_the_word_and_nobody_says_it_once_more(lindeboom, els):
    visit = booked(lindeboom, els)
    inside.note_late(visit, 20, by=Actor.volunteer(els))
    assert said("late")[1] == "Els komt wat later dan afgesproken. Het woord blijft hetzelfde."
    assert said("late")[2] == "Het wordt tussen 14u20 en 14u50."
    assert visit.word not in "".join(said("late"))
    inside.note_late(visit, 45, by=Actor.volunteer(els))
    assert said("late")[2] == "Het wordt tussen 14u45 en 15u15."
    with clock.travel(visit.starts_at + timedelta(minutes=50)):
        inside.note_late(visit, 10, by=Actor.volunteer(els))
        assert said("late")[2] == "Het wordt tussen 15u en 15u30."
        inside.note_late(visit, None, by=Actor.volunteer(els))
        assert "Het wordt" not in "".join(said("late"))


def test_who_never_heard_the_word_is_told_it_and_not_asked_whether_they_know_it(lindeboom, els):
    visit = booked(lindeboom, els)
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(hours=1))):
        assert (
            said("confirm")[2]
            == f"Schrijft u het even op? Het woord is: {visit.word}. Ik zeg het nog eens: {visit.word}."
        )


# --- through a worker they trust --------------------------------------------------------------------------------------


@pytest.fixture
def relayed(lindeboom, els):
    return booked(lindeboom, els, days=3, channel="worker", phone="", **WORKER)


def test_a_worker_hears_the_message_in_the_language_of_the_house_and_by_when(lindeboom, relayed):
    lindeboom.language = "fr"
    lindeboom.save(update_fields=["language"])
    sentences = said("announce")
    assert sentences[1] == "Pouvez-vous donner un message à Meneer Claes ? De préférence avant jeu 17/9 12h."
    assert f"Le mot est : {relayed.word}." in sentences[3]


def test_a_promise_is_asked_after_before_the_time_is_up_and_is_no_yes(relayed, by):
    due = calls.until(call("announce"))
    calls.note_outcome(call("announce"), "promised", by=by)
    relayed.refresh_from_db()
    assert (call("announce").due_at, call("announce").tries, relayed.confirmed_at) == (
        due - timedelta(hours=2),
        0,
        None,
    )


def test_a_promise_that_nobody_kept_holds_the_volunteer_back_and_rings_the_worker(relayed, by):
    calls.note_outcome(call("announce"), "promised", by=by)
    with clock.travel(clockwork.live_through(relayed.starts_at - timedelta(hours=20))):
        relayed.refresh_from_db()
        assert relayed.held_back_at is not None
        assert (call("confirm").channel, call("confirm").urgent) == ("worker", True)
        assert CallTask.objects.open().filter(kind="visit.announce").count() == 0
        reached("confirm", by)
        relayed.refresh_from_db()
        assert (relayed.confirmed_at, relayed.held_back_at) == (clock.now(), None)


def test_a_letter_that_would_come_too_late_is_a_call(lindeboom, els):
    visit = booked(lindeboom, els, days=10, channel="letter")
    assert call("announce").channel == "letter"
    Visit.objects.filter(pk=visit.pk).update(status="cancelled")
    CallTask.objects.all().delete()
    visit.refresh_from_db()
    with clock.travel(visit.starts_at - timedelta(days=3)):
        announcing.announce(visit)
        assert call("announce").channel == "call"


# --- another volunteer the same day -----------------------------------------------------------------------------------


def test_a_replacement_stays_home_until_the_client_has_heard_the_new_name_and_word(lindeboom, els, by):
    visit = cast.booked(cast.request(lindeboom), els)
    assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
    visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
    ben = cast.volunteer(lindeboom, name="Ben")
    visit.request.refresh_from_db()
    again = cast.booked(visit.request, ben)
    assert (again.held_back_at, again.word == visit.word) == (clock.now(), False)
    assert [text.split(".")[-2].strip() for text in cast.telephone(ben)[-1:]] == ["Blijf thuis tot we je bellen"]
    assert cast.telephone(visit.client)[-1].startswith("Digibel: er komt iemand anders: Ben,")
    assert said("confirm")[2].startswith("Weet u het woord nog?")
    assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
    again.refresh_from_db()
    assert again.held_back_at is None
    assert cast.telephone(ben)[-1].startswith("Digibel: het bezoek bij Guido gaat door")


def test_a_word_that_was_heard_is_not_said_again(lindeboom, els, by, monkeypatch):
    """Whoever was to come first knows it, and may stand at the door."""
    visit = cast.booked(cast.request(lindeboom), els)
    word = visit.word
    monkeypatch.setattr("digibel.notifications.phrasebook.codewords_for", lambda **_: [word.lower(), "tulp"])
    visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
    visit.request.refresh_from_db()
    again = cast.booked(visit.request, cast.volunteer(lindeboom, name="Ben"))
    assert again.word == "TULP"


def test_on_another_day_nobody_is_held_back_for_what_was_called_off(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
    other = cast.booked(cast.request(lindeboom, windows=cast.windows(days=3)), cast.volunteer(lindeboom, name="Ben"))
    assert other.held_back_at is None


def test_an_unconfirmed_visit_rings_who_is_on_duty_before_it_begins(lindeboom, els):
    visit = booked(lindeboom, els, days=3)
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(hours=3))):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_unconfirmed").count() == 0
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(minutes=115))):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_unconfirmed").count() == 1


def test_an_unconfirmed_visit_rings_everybody_in_turn_though_it_was_held_back_days_ago(lindeboom, els):
    """The call for it stands on the list since Friday noon; the texts begin on Monday, two hours before."""
    cast.coordinator(lindeboom, name="Joris")
    visit = booked(lindeboom, els, days=6)
    held_back = clockwork.live_through(visit.starts_at - timedelta(hours=3))
    with clock.travel(held_back):
        assert call("confirm").created_at < held_back - timedelta(days=1)
    texts = OutboundMessage.objects.filter(kind="alarm.alarm_unconfirmed").order_by("created_at", "pk")
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(minutes=95))):
        asked = list(texts.values_list("recipient", flat=True))
        assert (len(asked), len(set(asked[:2])), asked[2]) == (3, 2, asked[0])


def test_once_it_should_have_begun_nobody_is_asked_whether_it_suits_and_one_alarm_says_who_was_at_home(lindeboom, els):
    visit = booked(lindeboom, els, days=3)
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=30))):
        [alarm] = CallTask.objects.open()
        assert alarm.kind == "visit.alarm"
        told = [value for _, value in callsheets.of(errands.of(lindeboom, alarm.pk)).facts]
        assert "bleef op onze vraag thuis: de hulpvrager had nog geen ja gezegd" in told


# --- alarms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taken", ["alarm", "nobody_home"])
def test_whoever_takes_the_call_or_the_alarm_at_a_closed_door_has_taken_both(lindeboom, els, by, taken):
    cast.coordinator(lindeboom, name="Joris")
    visit = booked(lindeboom, els)
    reached("announce", by)
    with clock.travel(clockwork.live_through(visit.starts_at)):
        doorstep.nobody_opens(visit, by=Actor.volunteer(els))
        alarms.take(call(taken), by=Actor.staff(lindeboom.staff.first()))
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=45))):
        assert OutboundMessage.objects.filter(kind__startswith="alarm.").count() == 1


def test_a_closed_door_rings_though_somebody_took_that_they_were_not_inside(lindeboom, els):
    cast.coordinator(lindeboom, name="Joris")
    visit = booked(lindeboom, els)
    late = visit.starts_at + timedelta(minutes=25)
    with clock.travel(clockwork.live_through(late)):
        alarms.take(call("alarm"), by=Actor.staff(lindeboom.staff.first()))
        doorstep.nobody_opens(visit, by=Actor.volunteer(els))
    with clock.travel(clockwork.live_through(late + timedelta(minutes=15))):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_nobody_home").count() == 2


def test_an_alarm_that_nobody_takes_goes_round_until_somebody_does(lindeboom, els):
    cast.coordinator(lindeboom, name="Joris")
    visit = booked(lindeboom, els)
    texts = OutboundMessage.objects.filter(kind="alarm.alarm_no_checkin").order_by("created_at", "pk")
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=51))):
        asked = list(texts.values_list("recipient", flat=True))
        assert (len(asked), len(set(asked)), asked[:2]) == (4, 2, asked[2:])
        calls.acknowledge(call("alarm"), by=Actor.staff(lindeboom.staff.first()))
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(hours=2))):
        assert texts.count() == 4
