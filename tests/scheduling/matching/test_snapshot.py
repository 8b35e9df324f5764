"""What a process remembers of the pool is true at every look, and decides nothing."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.organisations.models import Closure, DutyHours, Organisation
from digibel.requests.models import HelpRequest
from digibel.scheduling import errors, offers
from digibel.scheduling.matching import pool, snapshot, triggers
from digibel.scheduling.matching.models import PoolChange
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Offer
from digibel.volunteers.models import Absence, AvailableHours, Readiness, Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def asked(lindeboom: Organisation, els: Volunteer) -> HelpRequest:
    """Ranked once, so that the pool is remembered."""
    request = cast.request(lindeboom)
    assert first_reasons(request, els) == ()
    return request


def first_reasons(request: HelpRequest, volunteer: Volunteer) -> tuple[str, ...]:
    ranking = rank(HelpRequest.objects.get(pk=request.pk))
    assert len(ranking) + sum(ranking.counts.values()) == len(ranking.pool)
    return tuple(reason.code for reason in ranking.why_not(volunteer.pk))


WRITES = {
    "paused": lambda els: Volunteer.objects.update(paused_at=clock.now()),
    "stopped": lambda els: type(els.recipient).objects.update(stopped_at=clock.now()),
    "wrong_number": lambda els: type(els.recipient).objects.update(wrong_index=F("number_index")),
    "not_ready": lambda els: Readiness.objects.filter(volunteer=els)[:1].get().delete(),
    "no_moment": lambda els: AvailableHours.objects.filter(volunteer=els).delete(),
    "absent": lambda els: Absence.objects.bulk_create(
        [Absence(volunteer=els, first_day=clock.today(), last_day=clock.today() + timedelta(days=9))]
    ),
    "nobody_on_duty": lambda els: DutyHours.objects.all().delete(),
    "no_language": lambda els: Volunteer.objects.filter(pk=els.pk).update(speaks=["tr"]),
    "too_far": lambda els: Volunteer.objects.filter(pk=els.pk).update(postcode="9000"),
}


@pytest.mark.parametrize("reason", WRITES)
def test_write_by_any_door_is_seen_at_the_next_look(reason: str, asked: HelpRequest, els: Volunteer) -> None:
    WRITES[reason](els)
    assert first_reasons(asked, els) == (reason,)


def test_closure_and_whoever_leaves_are_seen(asked: HelpRequest, els: Volunteer, lindeboom: Organisation) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    closure = Closure.objects.create(organisation=lindeboom, first_day=tomorrow, last_day=tomorrow)
    assert first_reasons(asked, els) == ("nobody_on_duty",)
    closure.delete()
    assert first_reasons(asked, els) == ()
    Volunteer.objects.update(left_at=clock.now())
    assert len(rank(asked).pool) == 0


def test_what_rolled_back_is_forgotten_again(asked: HelpRequest, els: Volunteer) -> None:
    with transaction.atomic():
        Volunteer.objects.update(paused_at=clock.now())
        assert first_reasons(asked, els) == ("paused",)
        transaction.set_rollback(True)
    assert first_reasons(asked, els) == ()


def test_number_used_again_after_a_rollback_is_another_change(asked: HelpRequest, els: Volunteer) -> None:
    with transaction.atomic():
        Volunteer.objects.update(paused_at=clock.now())
        assert first_reasons(asked, els) == ("paused",)
        transaction.set_rollback(True)
    Volunteer.objects.update(speaks=["tr"])
    assert first_reasons(asked, els) == ("no_language",)


def test_late_commit_below_the_newest_number_is_taken_in(asked: HelpRequest, els: Volunteer) -> None:
    """A transaction took its number first and ends last."""
    newest = PoolChange.objects.order_by("-pk").values_list("pk", flat=True)[0]
    late = PoolChange.objects.order_by("-pk").filter(pk__lt=newest).first()
    assert late is not None
    PoolChange.objects.filter(pk=late.pk).delete()
    assert first_reasons(asked, els) == ()
    Volunteer.objects.filter(pk=els.pk).update(speaks=["tr"])
    PoolChange.objects.filter(pk__gt=newest).delete()
    PoolChange.objects.create(pk=late.pk, kind="volunteer", subject_id=els.pk, nonce=7)
    assert first_reasons(asked, els) == ("no_language",)


def test_stale_memory_sends_nothing(asked: HelpRequest, els: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a change were missed, whoever is asked is looked at again in the database."""
    remembered = rank(asked)
    Volunteer.objects.update(paused_at=clock.now())
    monkeypatch.setattr(offers, "rank", lambda request: remembered)
    with pytest.raises(errors.NoCandidates):
        offers.send_wave(asked, by=SYSTEM)
    with pytest.raises(errors.NotACandidate):
        offers.send_wave(asked, by=SYSTEM, volunteers=[els])
    assert not Offer.objects.exists()


def test_ranking_costs_one_query_where_nothing_changed(asked: HelpRequest) -> None:
    request = HelpRequest.objects.select_related("client__recipient").prefetch_related("windows", "tasks").get()
    with CaptureQueriesContext(connection) as queries:
        assert rank(request).counts == {}
    assert len(queries) == 1


def test_whole_pool_is_read_in_as_many_queries_for_one_as_for_three(lindeboom: Organisation) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            cast.volunteer(lindeboom)
        with CaptureQueriesContext(connection) as queries:
            pool.read()
        counts.append(len(queries))
    assert counts == [9, 9]


def test_no_name_and_no_number_is_remembered(asked: HelpRequest, els: Volunteer) -> None:
    remembered = snapshot._last
    assert remembered is not None
    kinds = {name: getattr(remembered.pool, name).dtype.kind for name in pool.COLUMNS}
    assert kinds.pop("ids") == "S"
    assert set(kinds.values()) <= {"u", "i", "b"}
    assert remembered.pool.id_of(0) == els.pk


def test_all_triggers_are_there_and_come_back(db: None) -> None:
    assert triggers.missing(connection) == []
    [name] = [one.name for one in triggers._triggers(connection.vendor) if one.table == "volunteers_absence"][:1]
    on = " ON volunteers_absence" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert triggers.missing(connection) == [name]
    triggers.install(connection)
    assert triggers.missing(connection) == []
    assert PoolChange.objects.order_by("-pk")[0].kind == "everything"


def test_old_changes_go_at_night(asked: HelpRequest, els: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "KEPT", 3)
    assert snapshot.drop_old_changes() > 0
    assert PoolChange.objects.count() <= 3
    assert first_reasons(asked, els) == ()
