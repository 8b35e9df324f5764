"""A kit goes along to a visit: kept, handed over, back; it moves with the visit, and is never in two places."""

from datetime import datetime, time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.scheduling import announcing, errors, promises, rescheduling, visits
from digibel.scheduling.kits import lending
from digibel.scheduling.kits.models import KitKind
from digibel.scheduling.models import Kit, KitLoan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
DAY = timedelta(days=1)


@pytest.fixture
def tablet(lindeboom):
    return lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)


def visit_in(lindeboom, days, *, hour=14, **volunteer):
    """A visit so many days from today, on a working day."""
    day = clock.today() + timedelta(days=days)
    window = [{"from": f"{day}T{hour}:00", "until": f"{day}T{hour + 2}:00"}]
    return cast.booked(cast.request(lindeboom, windows=window), cast.volunteer(lindeboom, **volunteer))


def keep(kit, visit, **days):
    first_day, last_day = lending.days_around(visit)
    told = {"first_day": first_day, "last_day": last_day, **days}
    return lending.keep(kit, visit, **told, by=SYSTEM)


def day_of(visit):
    return clock.local(visit.starts_at).date()


def move(visit, days):
    start = datetime.combine(day_of(visit) + timedelta(days=days), time(14))
    rescheduling.reschedule(visit, clock.at(start.date(), start.time()), was=visit.starts_at, by=SYSTEM)


def holds():
    return [str(one) for one in promises.check() if not one.holds] == []


def test_each_has_a_number_of_its_own_that_is_never_given_again(lindeboom):
    first, second = (lending.add(lindeboom, KitKind.TABLET, by=SYSTEM) for _ in range(2))
    lending.retire(second, by=SYSTEM)
    third = lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)
    other = lending.add(lindeboom, KitKind.HOTSPOT, by=SYSTEM)
    assert [one.number for one in (first, second, third, other)] == [1, 2, 3, 1]


def test_it_is_fetched_on_the_day_and_back_on_the_next_working_day(lindeboom, tablet):
    friday = 4 - clock.today().weekday()
    visit = visit_in(lindeboom, friday + 7)
    loan = keep(tablet, visit)
    assert (loan.first_day, loan.last_day) == (day_of(visit), day_of(visit) + 3 * DAY)


def test_nobody_else_has_it_on_those_days_and_the_day_after_it_is_free(lindeboom, tablet):
    first, second = visit_in(lindeboom, 3), visit_in(lindeboom, 4)
    keep(tablet, first, last_day=day_of(first) + DAY)
    with pytest.raises(errors.KitElsewhere):
        keep(tablet, second)
    assert lending.free_for(second) == []
    KitLoan.objects.update(last_day=day_of(first))
    assert lending.free_for(second) == [tablet]
    keep(tablet, second)
    assert holds()


def test_days_that_make_no_sense_are_refused(lindeboom, tablet):
    visit = visit_in(lindeboom, 3)
    day = day_of(visit)
    for days in (
        {"first_day": day + DAY},
        {"last_day": day - DAY},
        {"first_day": clock.today() - DAY},
        {"last_day": day + 15 * DAY},
    ):
        with pytest.raises(errors.WrongKitDays):
            keep(tablet, visit, **days)
    assert KitLoan.objects.count() == 0


def test_who_has_it_and_has_not_brought_it_back_keeps_it_from_the_next(lindeboom, tablet):
    first, second = visit_in(lindeboom, 3), visit_in(lindeboom, 5)
    one, two = (keep(tablet, visit, last_day=day_of(visit)) for visit in (first, second))
    with pytest.raises(errors.KitNotToday):
        lending.hand_over(one, by=SYSTEM)
    with clock.travel(first.starts_at - timedelta(hours=2)):
        lending.hand_over(one, by=SYSTEM)
        lending.hand_over(one, by=SYSTEM)
        with pytest.raises(errors.KitSettled):
            lending.release(one, by=SYSTEM)
        with pytest.raises(errors.KitIsOut):
            lending.retire(tablet, by=SYSTEM)
    with clock.travel(second.starts_at - timedelta(hours=2)):
        assert list(KitLoan.objects.overdue(clock.today())) == [one]
        with pytest.raises(errors.KitNotBack):
            lending.hand_over(two, by=SYSTEM)
        lending.take_back(one, by=SYSTEM)
        lending.hand_over(two, by=SYSTEM)
    one.refresh_from_db()
    assert (one.back_at > one.handed_at, holds()) == (True, True)


def test_brought_back_early_it_is_free_at_once(lindeboom, tablet):
    visit, other = visit_in(lindeboom, 3), visit_in(lindeboom, 4)
    loan = keep(tablet, visit, first_day=clock.today(), last_day=day_of(visit) + 9 * DAY)
    lending.take_back(loan, by=SYSTEM)
    keep(tablet, other)
    assert holds()


def test_called_off_what_nobody_fetched_is_free_and_what_somebody_has_must_come_back(lindeboom, tablet):
    reader = lending.add(lindeboom, KitKind.CARD_READER, by=SYSTEM)
    visit = visit_in(lindeboom, 3)
    fetched, _ = keep(tablet, visit, first_day=clock.today()), keep(reader, visit)
    lending.hand_over(fetched, by=SYSTEM)
    visits.cancel(visit, by=SYSTEM, reason="client_cannot")
    assert list(KitLoan.objects.open()) == [fetched]
    assert holds()
    with pytest.raises(errors.MoveNotAllowed):
        keep(reader, visit)


def test_moved_it_goes_along_or_another_of_its_kind_does(lindeboom, tablet):
    visit, other = visit_in(lindeboom, 3), visit_in(lindeboom, 10)
    loan = keep(tablet, visit, last_day=day_of(visit))
    keep(tablet, other, last_day=day_of(other))
    move(visit, 1)
    loan.refresh_from_db()
    assert (loan.kit, loan.first_day) == (tablet, day_of(visit))
    second = lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)
    move(visit, 6)
    loan.refresh_from_db()
    assert (loan.kit, loan.first_day, loan.last_day) == (second, day_of(other), day_of(other))
    assert (CallTask.objects.filter(kind="visit.no_kit").exists(), holds()) == (False, True)


def test_moved_to_a_day_without_one_somebody_rings_the_volunteer(lindeboom, tablet):
    lending.add(cast.organisation("De Sleutel", sms_number="+32460000002"), KitKind.TABLET, by=SYSTEM)
    visit, other = visit_in(lindeboom, 3), visit_in(lindeboom, 10)
    for one in (visit, other):
        keep(tablet, one, last_day=day_of(one))
    move(visit, 7)
    [call] = CallTask.objects.open().filter(kind="visit.no_kit")
    assert (call.subject_id, call.recipient) == (visit.pk, visit.volunteer.recipient)
    assert (list(visit.kit_loans.all()), other.kit_loans.count(), holds()) == ([], 1, True)


def test_another_organisations_visit_takes_nothing_along(lindeboom, tablet):
    stranger = cast.organisation("De Sleutel", sms_number="+32460000002")
    visit = visit_in(stranger, 3)
    with pytest.raises(Kit.DoesNotExist):
        keep(tablet, visit)


def kit_texts(volunteer, *states):
    texts = OutboundMessage.objects.filter(recipient=volunteer.recipient, kind__startswith="visit.take_kit")
    return [
        (one.kind, one.not_before, one.body)
        for one in texts.filter(status__in=states or ["queued", "sent"]).order_by("pk")
    ]


def test_who_only_texts_hears_what_to_take_along_and_once_more_the_day_before(lindeboom, tablet):
    hotspot = lending.add(lindeboom, KitKind.HOTSPOT, by=SYSTEM)
    visit = visit_in(lindeboom, 5, sms_only=True)
    keep(tablet, visit)
    keep(hotspot, visit)
    told = kit_texts(visit.volunteer)
    assert [kind for kind, _, _ in told] == ["visit.take_kit"] * 2
    assert [not_before for _, not_before, _ in told] == [clock.now(), announcing.day_before(visit.starts_at)]
    assert all("hotspot 1, tablet 1" in body for _, _, body in told)


def test_who_has_a_card_reads_it_there(lindeboom, tablet):
    visit = visit_in(lindeboom, 5)
    keep(tablet, visit)
    assert kit_texts(visit.volunteer) == []


@pytest.mark.parametrize(("heard", "kinds"), [(False, []), (True, ["visit.take_kit", "visit.take_kit_not"])])
def test_not_needed_after_all_is_said_to_who_has_heard_of_it(lindeboom, tablet, heard, kinds):
    visit = visit_in(lindeboom, 5, sms_only=True)
    loan = keep(tablet, visit)
    if heard:
        outbox.sweep()
    lending.release(loan, by=SYSTEM)
    assert [kind for kind, _, _ in kit_texts(visit.volunteer, "queued", "sent", "delivered")] == kinds


def test_moved_they_hear_of_it_with_the_new_day(lindeboom, tablet):
    visit = visit_in(lindeboom, 5, sms_only=True)
    keep(tablet, visit)
    outbox.sweep()
    move(visit, 1)
    visit.refresh_from_db()
    now, eve = kit_texts(visit.volunteer, "queued")
    assert (now[1], eve[1]) == (clock.now(), announcing.day_before(visit.starts_at))
    assert f"{visit.starts_at.day}/" in now[2]
