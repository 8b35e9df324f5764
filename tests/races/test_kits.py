"""However many keep one kit at once, one visit has it; on PostgreSQL the database says so too."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.problems import Problem
from digibel.scheduling import rescheduling
from digibel.scheduling.kits import lending
from digibel.scheduling.kits.models import KitKind
from digibel.scheduling.models import KitLoan
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lindeboom(frozen_clock):
    with transaction.atomic():
        return cast.organisation()


def booked(lindeboom, days):
    request = cast.request(lindeboom, windows=cast.windows(days=days))
    return cast.booked(request, cast.volunteer(lindeboom))


def told(deed):
    try:
        deed()
    except Problem as refusal:
        return refusal.code
    return "done"


def keep(kit, visit):
    first_day, last_day = lending.days_around(visit)
    lending.keep(kit, visit, first_day=first_day, last_day=last_day, by=SYSTEM)


def test_of_three_who_keep_it_one_has_it(lindeboom):
    tablet = lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)
    coming = [booked(lindeboom, 3) for _ in range(3)]
    answers = at_once([partial(told, partial(keep, tablet, visit)) for visit in coming])
    assert sorted(answers) == ["done", *["kit_elsewhere"] * 2]
    assert KitLoan.objects.count() == 1


def test_kept_while_another_visit_moves_to_that_day_it_is_in_one_place(lindeboom):
    tablet = lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)
    moved, other = booked(lindeboom, 2), booked(lindeboom, 4)
    keep(tablet, moved)
    KitLoan.objects.update(last_day=clock.local(moved.starts_at).date())
    start = moved.starts_at + timedelta(days=2)
    move = partial(rescheduling.reschedule, moved, start, was=moved.starts_at, by=SYSTEM)
    at_once([partial(told, move), partial(told, partial(keep, tablet, other))])
    [loan] = KitLoan.objects.all()
    moved.refresh_from_db()
    assert moved.starts_at == start
    assert loan.visit_id in {moved.pk, other.pk}


def test_the_database_refuses_what_nobody_looked_at(lindeboom):
    if connection.vendor == "sqlite":
        pytest.skip("there it is the look inside")
    tablet = lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)
    first, second = booked(lindeboom, 3), booked(lindeboom, 3)
    day = clock.local(first.starts_at).date()
    KitLoan.objects.create(kit=tablet, visit=first, first_day=day, last_day=day)
    with pytest.raises(IntegrityError):
        KitLoan.objects.create(kit=tablet, visit=second, first_day=day, last_day=day)
