"""IN, UIT, later, longer and "nobody opens": which visit such a word is about, and the bells that ring where it is missing."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import calls
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests.models import HelpRequest
from digibel.scheduling import bells, clockwork, doorstep, inside, promises, visits
from digibel.scheduling.models import Timer, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(lindeboom, els):
    return cast.booked(cast.request(lindeboom), els)


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


@pytest.mark.parametrize("said", ["UIT", "langer", "IN"])
def test_a_word_before_its_hour_changes_nothing_and_a_person_looks(visit, els, said):
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(hours=2, minutes=30))):
        message = cast.texts(els, said)
        assert (message.status, message.outcome) == ("inbox", "")
        visit.refresh_from_db()
        assert visit.status == "booked"


def test_out_without_in_counts_once_the_hour_has_come(visit, els):
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=40))):
        assert cast.texts(els, "UIT").outcome == "visit.ended"
        visit.refresh_from_db()
        assert (visit.status, visit.word, visit.checked_out_at) == ("done", "", clock.now())


def test_who_says_that_they_are_late_ends_the_alarm_that_nobody_knew_where_they_are(visit, els):
    """It went on climbing: every ten minutes a colleague was woken about somebody who had just texted."""
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=25))):
        assert CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()
        assert cast.texts(els, "30 min te laat").outcome == "visit.late"
        assert not CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=74))):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_no_checkin").count() == 1
        assert not CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=76))):
        assert CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()
        assert broken() == []


def test_late_at_a_door_that_nobody_opens_ends_no_alarm(visit, els):
    with clock.travel(clockwork.live_through(visit.starts_at)):
        assert cast.texts(els, "niemand thuis").outcome == "visit.nobody_home"
        assert cast.texts(els, "10 min te laat").outcome == "visit.late"
        assert CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()


def test_in_and_then_nobody_opens_rings_whoever_is_on_duty(visit, els):
    """They said IN on the pavement. It lay in the inbox, and they stood at the door."""
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
        assert cast.texts(els, "niemand thuis").outcome == "visit.ring_me"
        assert CallTask.objects.open().about(visit).get(kind="visit.ring_me").urgent
        assert OutboundMessage.objects.filter(kind="alarm.alarm_ring_me").exists()
        assert cast.telephone(els)[-1] == "Digibel: dank je om het te zeggen. Iemand van ons belt je."


@pytest.fixture
def two_today(lindeboom, els):
    """Tomorrow morning: from ten to eleven, and a way of half an hour further from a quarter to twelve on."""
    tomorrow = clock.today() + timedelta(days=1)
    hours = [("10:00", "11:00"), ("11:45", "12:45")]
    windows = [[{"from": f"{tomorrow}T{start}", "until": f"{tomorrow}T{end}"}] for start, end in hours]
    made = [cast.booked(cast.request(lindeboom, windows=one), els) for one in windows]
    for one in made:
        visits.confirm(one, by=SYSTEM)
    return made


def says_at(els, first, *said):
    """What came of each text; `said` are minutes after the first visit's beginning, and words."""
    outcomes = []
    for minutes, words in said:
        with clock.travel(first.starts_at + timedelta(minutes=minutes)):
            outcomes.append(cast.texts(els, words).outcome)
    return outcomes


def test_of_two_visits_on_one_day_in_and_out_are_those_of_the_hour(els, two_today):
    """They all lay in the inbox: somebody without internet was rung for two alarms, in and out of both doors in time."""
    said = [(-20, "20 min te laat"), (20, "IN"), (50, "langer"), (62, "UIT"), (100, "IN"), (165, "UIT")]
    seen = says_at(els, two_today[0], *said)
    assert seen == ["visit.late", "visit.begun", "visit.extended", "visit.ended", "visit.begun", "visit.ended"]
    first, second = Visit.objects.order_by("starts_at")
    assert [one.status for one in (first, second)] == ["done", "done"]
    assert second.checked_in_at == first.starts_at + timedelta(minutes=100)
    assert not CallTask.objects.about(second).filter(kind="visit.late").exists()


def test_help_is_answered_whatever_they_have_promised(lindeboom, els, two_today):
    """Who has two visits and asked for help heard nothing."""
    first = two_today[0]
    jan = cast.volunteer(lindeboom, name="Jan")
    assert says_at(els, first, (-60 * 24, "hulp"), (0, "hulp"), (5, "IN"), (10, "HULP")) == [
        *("helped", "helped", "visit.begun", "helped"),
    ]
    assert cast.texts(jan, "hulp").outcome == "helped"


def test_nobody_opens_at_the_first_of_two(els, two_today):
    assert says_at(els, two_today[0], (10, "niemand thuis")) == ["visit.nobody_home"]
    assert CallTask.objects.open().get(kind="visit.nobody_home").subject_id == two_today[0].pk


def test_who_asks_to_be_rung_and_then_calls_it_off_is_rung_all_the_same(visit, els):
    """The alarm went with the visit, and nobody knew why they had turned round at the door."""
    with clock.travel(clockwork.live_through(visit.starts_at)):
        doorstep.ring_me(visit, by=Actor.volunteer(els))
        visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
        call = CallTask.objects.open().about(visit).get(kind="visit.ring_me")
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=12))):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_ring_me", status="sent").count() == 2
        calls.note_outcome(call, "reached", by=SYSTEM)
        assert broken() == []


def test_nobody_opens_at_the_second_of_two_and_never_out_of_the_first(els, two_today):
    assert says_at(els, two_today[0], (0, "IN"), (110, "niemand thuis"))[-1] == "visit.ring_me"


def test_out_of_the_first_of_two_without_in(els, two_today):
    assert says_at(els, two_today[0], (60, "UIT")) == ["visit.ended"]
    assert [one.status for one in Visit.objects.order_by("starts_at")] == ["done", "booked"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([(0, "IN"), (95, "IN")], id="in at the second, never out of the first"),
        pytest.param([(130, "UIT")], id="out, and in at neither"),
        pytest.param([(0, "IN"), (30, "10 min te laat")], id="inside, and late"),
        pytest.param([(200, "IN")], id="in, when both are over"),
    ],
)
def test_where_either_of_two_may_be_meant_a_person_looks(els, two_today, said):
    assert says_at(els, two_today[0], *said)[-1] == ""


def test_cancelling_during_the_visit_is_for_a_person(visit, els):
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
        message = cast.texts(els, "ik annuleer")
        assert message.status == "inbox"
        visit.refresh_from_db()
        assert visit.status == "under_way"


def test_out_is_no_stop_at_any_other_moment(lindeboom, els):
    message = cast.texts(els, "UIT", to=lindeboom.sms_number)
    els.recipient.refresh_from_db()
    assert (message.status, els.recipient.stopped_at) == ("inbox", None)


def test_longer_is_half_an_hour_without_an_alarm(visit, els):
    end = visit.ends_at
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
    with clock.travel(clockwork.live_through(end)):
        assert cast.texts(els, "langer").outcome == "visit.extended"
    with clock.travel(clockwork.live_through(end + timedelta(minutes=59))):
        assert CallTask.objects.open().about(visit).count() == 0
    with clock.travel(clockwork.live_through(end + timedelta(minutes=60))):
        assert CallTask.objects.open().about(visit).get().kind == "visit.alarm"


def test_longer_takes_no_time_that_is_promised_to_the_next(lindeboom, els):
    """On paper the visit ends where the next one begins; the quiet lasts as long as was asked for."""
    tomorrow = clock.today() + timedelta(days=1)
    first = cast.booked(
        cast.request(lindeboom, windows=[{"from": f"{tomorrow}T10:00", "until": f"{tomorrow}T11:00"}]), els
    )
    second = cast.booked(
        cast.request(lindeboom, windows=[{"from": f"{tomorrow}T11:45", "until": f"{tomorrow}T13:00"}]), els
    )
    with clock.travel(clockwork.live_through(first.starts_at)):
        cast.texts(els, "IN")
    with clock.travel(clockwork.live_through(first.ends_at)):
        inside.extend(first, by=SYSTEM)
        until = inside.extend(first, by=SYSTEM)
        first.refresh_from_db()
        assert first.ends_at <= second.busy_from < until
        alarm = Timer.objects.get(kind="check_out_alarm", subject_id=first.pk, rung_at=None)
        assert alarm.due_at == until + bells.CHECK_OUT_ALARM
        assert broken() == []


@pytest.mark.guardrail("E6", "Z7")
def test_no_word_after_the_end_rings_a_bell_that_climbs(visit, els, lindeboom):
    second = cast.coordinator(lindeboom, name="Zoe")
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
    with clock.travel(clockwork.live_through(visit.ends_at + timedelta(minutes=31))):
        alarm = CallTask.objects.open().about(visit).get(kind="visit.alarm")
        assert OutboundMessage.objects.filter(kind="alarm.alarm_no_checkout").count() == 1
        assert HelpRequest.objects.get().next_kind == "alarm"
    with clock.travel(clockwork.live_through(visit.ends_at + timedelta(minutes=41))):
        told = OutboundMessage.objects.filter(kind="alarm.alarm_no_checkout").order_by("created_at")
        assert [message.recipient.key_id for message in told][1] == second.mobile_key_id
        assert alarm.urgent


@pytest.mark.guardrail("E6", "Z7")
def test_who_is_inside_so_late_that_the_bells_have_rung_is_missed_all_the_same(visit, els):
    """They said that they would be late, and so late that it was to be over by then."""
    with clock.travel(clockwork.live_through(visit.starts_at)):
        inside.note_late(visit, 90, by=SYSTEM)
    there = visit.ends_at + timedelta(minutes=35)
    with clock.travel(clockwork.live_through(there)):
        inside.check_in(visit, by=SYSTEM)
    for minutes, asked, rung in ((14, 0, 0), (16, 1, 0), (31, 1, 1)):
        over = there + (visit.ends_at - visit.starts_at) + timedelta(minutes=minutes)
        with clock.travel(clockwork.live_through(over)):
            counts = [told_of(kind).count() for kind in ("visit.checkout_missing", "alarm.alarm_no_checkout")]
            assert counts == [asked, rung]


def told_of(kind):
    return OutboundMessage.objects.filter(kind=kind).exclude(status="withdrawn")


def test_a_quarter_of_an_hour_after_the_end_they_are_asked_and_longer_moves_what_comes(visit, els):
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
    for minutes, asked in ((14, 0), (16, 1)):
        with clock.travel(clockwork.live_through(visit.ends_at + timedelta(minutes=minutes))):
            assert told_of("visit.checkout_missing").count() == asked
    with clock.travel(visit.ends_at + timedelta(minutes=17)):
        assert cast.texts(els, "LANGER").outcome == "visit.extended"
    with clock.travel(clockwork.live_through(visit.ends_at + timedelta(minutes=40))):
        assert told_of("alarm.alarm_no_checkout").count() == 0
        cast.texts(els, "UIT")
    with clock.travel(clockwork.live_through(visit.ends_at + timedelta(hours=3))):
        assert told_of("visit.checkout_missing").count() == 1
        assert told_of("alarm.alarm_no_checkout").count() == 0


def test_alarm_goes_round_until_somebody_takes_it_and_then_is_silent(visit, els, lindeboom):
    first, second = lindeboom.staff.get(), cast.coordinator(lindeboom, name="Zoe")
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
    with clock.travel(clockwork.live_through(visit.ends_at + timedelta(minutes=51))):
        rung = told_of("alarm.alarm_no_checkout").order_by("created_at").values_list("recipient__key_id", flat=True)
        assert list(rung) == [first.mobile_key_id, second.mobile_key_id, first.mobile_key_id]
        alarm = CallTask.objects.open().about(visit).get(kind="visit.alarm")
        calls.acknowledge(alarm, by=Actor.staff(second))
    with clock.travel(clockwork.live_through(visit.ends_at + timedelta(hours=3))):
        assert told_of("alarm.alarm_no_checkout").count() == 3
        # Taken is not solved: it stays on the list, in red, until the volunteer is out.
        assert CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()
        cast.texts(els, "UIT")
        assert not CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()


def test_nobody_said_in_rings_a_bell_that_ends_when_they_do(visit, els):
    late = visit.starts_at + bells.CHECK_IN_WITHIN
    for minutes, rung in ((-1, 0), (1, 1)):
        with clock.travel(clockwork.live_through(late + timedelta(minutes=minutes))):
            assert told_of("alarm.alarm_no_checkin").count() == rung
    with clock.travel(late + timedelta(minutes=2)):
        cast.texts(els, "IN")
        assert not CallTask.objects.open().about(visit).filter(kind="visit.alarm").exists()
    with clock.travel(clockwork.live_through(late + timedelta(minutes=30))):
        assert told_of("alarm.alarm_no_checkin").count() == 1
