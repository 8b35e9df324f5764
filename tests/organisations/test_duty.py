"""Somebody is on duty, or no visit is booked."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.desk.views.today import on_duty_today
from digibel.organisations import duty
from digibel.organisations.models import Closure, DutyHours
from digibel.problems import NotFound
from digibel.scheduling import errors, offers
from digibel.scheduling.matching.ranking import rank

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


@pytest.fixture
def lindeboom(frozen_clock):
    return cast.organisation(duty=False)


def on_duty(person, *hours):
    for weekday, start, end in hours:
        DutyHours.objects.create(
            staff=person, organisation=person.organisation, weekday=weekday, start=time(start), end=time(end)
        )


def at(hour):
    return clock.at(clock.today(), time(hour))


def test_the_hours_of_the_week_are_local(lindeboom):
    ann = cast.coordinator(lindeboom, name="Ann")
    on_duty(ann, (1, 9, 12))
    assert duty.on_duty(lindeboom, clock.at(clock.today(), time(9))) == ann
    assert duty.on_duty(lindeboom, clock.at(clock.today(), time(11, 59))) == ann
    assert duty.on_duty(lindeboom, clock.at(clock.today(), time(12))) is None
    assert duty.on_duty(lindeboom, clock.at(clock.today() + timedelta(days=1), time(10))) is None


def test_hours_that_follow_each_other_cover_a_visit_together(lindeboom):
    ann, ben = cast.coordinator(lindeboom, name="Ann"), cast.coordinator(lindeboom, name="Ben")
    on_duty(ann, (1, 9, 12))
    on_duty(ben, (1, 12, 14))
    assert duty.covered(lindeboom, at(11), at(13))
    assert not duty.covered(lindeboom, at(13), at(15))
    with pytest.raises(duty.NobodyOnDuty):
        duty.check_covered(lindeboom, at(13), at(15))


def test_a_closed_centre_has_its_stand_in_or_nobody(lindeboom):
    ann, ben = cast.coordinator(lindeboom, name="Ann"), cast.coordinator(lindeboom, name="Ben")
    on_duty(ann, (1, 9, 12))
    closure = Closure.objects.create(organisation=lindeboom, first_day=clock.today(), last_day=clock.today())
    assert duty.on_duty(lindeboom, TUESDAY) is None
    closure.stand_in = ben
    closure.save()
    assert duty.on_duty(lindeboom, TUESDAY) == ben


def test_on_a_public_holiday_only_whoever_is_named_for_it_answers(lindeboom):
    """Visits were booked on Christmas day, on the hours of an ordinary Friday."""
    ann, ben = cast.coordinator(lindeboom, name="Ann"), cast.coordinator(lindeboom, name="Ben")
    on_duty(ann, *((day, 8, 20) for day in range(7)))
    christmas = date(2026, 12, 25)
    els, morning = cast.volunteer(lindeboom), clock.at(christmas, time(10))
    with clock.travel(clock.at(christmas - timedelta(days=4), time(10))):
        request = cast.request(lindeboom, windows=[{"from": f"{christmas}T10:00", "until": f"{christmas}T12:00"}])
        assert (duty.on_duty(lindeboom, morning), duty.covered(lindeboom, morning, morning)) == (None, False)
        assert [reason.code for reason in rank(request).why_not(els.pk)] == ["nobody_on_duty"]
        Closure.objects.create(organisation=lindeboom, first_day=christmas, last_day=christmas, stand_in=ben)
        assert duty.on_duty(lindeboom, morning) == ben
        assert rank(request).why_not(els.pk) == ()
    with clock.travel(clock.at(christmas + timedelta(days=7), time(7))):
        assert duty.next_hours(lindeboom, clock.now()) == (
            clock.at(date(2027, 1, 2), time(8)),
            clock.at(date(2027, 1, 2), time(20)),
        )


def test_today_names_nobody_by_the_hours_of_every_week_while_the_house_is_closed(lindeboom):
    ann = cast.coordinator(lindeboom, name="Ann")
    on_duty(ann, (1, 9, 12))
    assert [one["name"] for one in on_duty_today(lindeboom)] == ["Ann"]
    Closure.objects.create(organisation=lindeboom, first_day=clock.today(), last_day=clock.today())
    assert on_duty_today(lindeboom) == []


def test_who_has_left_is_not_on_duty(lindeboom):
    ann = cast.coordinator(lindeboom, name="Ann")
    on_duty(ann, (1, 9, 12))
    ann.is_active = False
    ann.save()
    assert duty.on_duty(lindeboom, TUESDAY) is None
    assert duty.ladder(lindeboom, TUESDAY) == []


def test_an_alarm_climbs_from_who_is_on_duty_over_the_coordinators_to_everybody(lindeboom):
    zoe, ann = cast.coordinator(lindeboom, name="Zoe"), cast.coordinator(lindeboom, name="Ann")
    ines, bea = cast.staff(lindeboom, name="Ines"), cast.staff(lindeboom, name="Bea")
    on_duty(ines, (1, 9, 12))
    silent = cast.coordinator(lindeboom, name="Silent")
    silent.mobile = ""
    silent.save()
    cast.coordinator(cast.organisation("De Sleutel"), name="Other")
    assert duty.ladder(lindeboom, TUESDAY) == [ines, ann, zoe, bea]


def test_no_visit_is_offered_or_booked_when_nobody_answers_the_telephone(lindeboom):
    ann, els = cast.coordinator(lindeboom, name="Ann"), cast.volunteer(lindeboom)
    request = cast.request(lindeboom)
    assert [one.reasons[0].code for one in rank(request).skipped] == ["nobody_on_duty"]
    with pytest.raises(errors.NoCandidates):
        offers.send_wave(request, by=Actor.staff(ann))
    on_duty(ann, (2, 9, 18))
    [offer] = cast.offered(request, els)
    DutyHours.objects.all().delete()
    with pytest.raises(duty.NobodyOnDuty):
        offers.accept(offer, 1, by=Actor.volunteer(els))
    offer.refresh_from_db()
    assert offer.status == "sent"


def test_next_hours_are_those_of_now_or_of_the_next_day_that_somebody_answers(frozen_clock):
    made = cast.organisation(duty=False)
    fatima = cast.coordinator(made)
    DutyHours.objects.create(organisation=made, staff=fatima, weekday=1, start=time(9), end=time(12))
    tuesday = clock.today()
    morning = (clock.at(tuesday, time(9)), clock.at(tuesday, time(12)))
    assert duty.next_hours(made, clock.at(tuesday, time(11))) == morning
    next_week = tuple(moment + timedelta(days=7) for moment in morning)
    assert duty.next_hours(made, clock.at(tuesday, time(12))) == next_week
    Closure.objects.create(organisation=made, first_day=tuesday, last_day=tuesday + timedelta(days=20))
    assert duty.next_hours(made, clock.at(tuesday, time(11))) is None


# --- noted by a coordinator -------------------------------------------------------------------------------------------

WORKDAYS = (0, 1, 2, 3, 4)


def add(person, *, weekdays=WORKDAYS, start=9, end=17):
    """Noted by a coordinator of the house they work for."""
    duty.add_hours(
        person.organisation, person, weekdays=weekdays, start=time(start), end=time(end), by=Actor.staff(person)
    )


def rows(organisation):
    return list(organisation.duty_hours.values_list("weekday", "start", "end"))


def test_hours_are_named_for_each_day_and_taken_away_one_by_one(lindeboom):
    ann = cast.coordinator(lindeboom, name="Ann")
    add(ann)
    assert rows(lindeboom) == [(day, time(9), time(17)) for day in WORKDAYS]
    monday = lindeboom.duty_hours.get(weekday=0)
    duty.end_hours(lindeboom, monday.pk, by=Actor.staff(ann))
    assert [day for day, _start, _end in rows(lindeboom)] == [1, 2, 3, 4]
    with pytest.raises(NotFound):
        duty.end_hours(lindeboom, monday.pk, by=Actor.staff(ann))


@pytest.mark.parametrize(
    "told",
    [{"weekdays": ()}, {"weekdays": (7,)}, {"weekdays": (-1, 2)}, {"start": 9, "end": 9}, {"start": 22, "end": 6}],
)
def test_hours_that_cannot_be_are_refused(lindeboom, told):
    with pytest.raises(duty.NoSuchHours):
        add(cast.coordinator(lindeboom), **told)
    assert rows(lindeboom) == []


def test_the_same_hours_twice_are_refused_and_hours_side_by_side_are_not(lindeboom):
    ann = cast.coordinator(lindeboom, name="Ann")
    add(ann, weekdays=(1,))
    for start, end in ((9, 17), (16, 20), (10, 11)):
        with pytest.raises(duty.ThereAlready):
            add(ann, weekdays=(0, 1), start=start, end=end)
    add(ann, weekdays=(1,), start=17, end=20)
    add(cast.coordinator(lindeboom, name="Bo"), weekdays=(1,))
    assert rows(lindeboom) == [(1, time(9), time(17)), (1, time(9), time(17)), (1, time(17), time(20))]


def test_only_who_works_there_is_named(lindeboom):
    other = cast.coordinator(cast.organisation("De Sleutel", sms_number="+32460000002", duty=False), name="Zoe")
    gone = cast.coordinator(lindeboom, name="Guido")
    gone.is_active = False
    gone.save()
    above = cast.staff(lindeboom, name="Ilse", role="network")
    for person in (other, gone, above):
        with pytest.raises(duty.NotAColleague):
            duty.add_hours(lindeboom, person, weekdays=(1,), start=time(9), end=time(17), by=SYSTEM)
        with pytest.raises(duty.NotAColleague):
            closed(lindeboom, 1, 2, stand_in=person)
    assert (rows(lindeboom), lindeboom.closures.count()) == ([], 0)


def test_another_house_takes_no_hours_away(lindeboom):
    add(cast.coordinator(lindeboom))
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002", duty=False)
    closed(lindeboom, 1, 2)
    with pytest.raises(NotFound):
        duty.end_hours(sleutel, lindeboom.duty_hours.first().pk, by=SYSTEM)
    with pytest.raises(NotFound):
        duty.end_closure(sleutel, lindeboom.closures.get().pk, by=SYSTEM)
    assert (lindeboom.duty_hours.count(), lindeboom.closures.count()) == (5, 1)


def closed(organisation, first, last, *, stand_in=None):
    """From so many days from today until so many."""
    first_day, last_day = (clock.today() + timedelta(days=days) for days in (first, last))
    duty.close(organisation, first_day=first_day, last_day=last_day, stand_in=stand_in, by=SYSTEM)


def test_while_the_house_is_closed_only_the_stand_in_answers(lindeboom):
    ann, bo = cast.coordinator(lindeboom, name="Ann"), cast.coordinator(lindeboom, name="Bo")
    add(ann, weekdays=range(7))
    tomorrow = clock.at(clock.today() + timedelta(days=1), time(10))
    closed(lindeboom, 1, 1, stand_in=bo)
    assert duty.on_duty(lindeboom, tomorrow) == bo
    duty.end_closure(lindeboom, lindeboom.closures.get().pk, by=SYSTEM)
    assert duty.on_duty(lindeboom, tomorrow) == ann
    closed(lindeboom, 1, 1)
    closed(lindeboom, 1, 1)
    assert (duty.on_duty(lindeboom, tomorrow), lindeboom.closures.count()) == (None, 1)


@pytest.mark.parametrize("days", [(-1, 3), (3, 2), (1, 368)])
def test_days_that_cannot_be_are_refused(lindeboom, days):
    with pytest.raises(duty.NoSuchClosure):
        closed(lindeboom, *days)
    assert lindeboom.closures.count() == 0
