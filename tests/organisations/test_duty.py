"""Somebody is on duty, or no visit is booked."""

from datetime import UTC, datetime, time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.organisations import duty
from digibel.organisations.models import Closure, DutyHours
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
