"""Lending a kit: kept for a visit, handed to the volunteer, back again. Never in two places at once.

The visit is held before the kit. Whoever comes second is refused by the look under the kit's lock; should that ever be left out, by
the database.
"""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import open_call
from digibel.notifications.models import MessageStatus, OutboundMessage
from digibel.organisations.models import Organisation
from digibel.scheduling import announcing
from digibel.scheduling.errors import (
    KitElsewhere,
    KitIsOut,
    KitNotBack,
    KitNotToday,
    KitSettled,
    MoveNotAllowed,
    TooManyKits,
    WrongKitDays,
)
from digibel.scheduling.kits import telling
from digibel.scheduling.kits.models import MOST_OF_A_KIND, Kit, KitKind, KitLoan
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Visit, VisitStatus

# Fetched and brought back within so many days of the visit.
AROUND = timedelta(days=14)


@transaction.atomic
def add(organisation: Organisation, kind: KitKind, *, by: Actor) -> Kit:
    """One more of this kind, with the next number. Raises `TooManyKits`."""
    Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=organisation.pk)
    last = Kit.objects.of(organisation).filter(kind=kind).order_by("-number").values_list("number", flat=True).first()
    number = (last or 0) + 1
    if number > MOST_OF_A_KIND:
        raise TooManyKits
    kit = Kit.objects.create(organisation=organisation, kind=kind, number=number)
    record("kit.added", kit, by=by, organisation_id=organisation.pk)
    return kit


@transaction.atomic
def retire(kit: Kit, *, by: Actor) -> None:
    """Nobody takes it along any more. Said twice it changes nothing. Raises `KitIsOut`."""
    locked = _lock(kit.pk)
    if locked.retired_at is not None:
        return
    if locked.loans.open().exists():
        raise KitIsOut
    Kit.objects.filter(pk=locked.pk).update(retired_at=clock.now())
    record("kit.retired", locked, by=by, organisation_id=locked.organisation_id)


@transaction.atomic
def use_again(kit: Kit, *, by: Actor) -> None:
    """Mended, or found."""
    locked = _lock(kit.pk)
    if locked.retired_at is None:
        return
    Kit.objects.filter(pk=locked.pk).update(retired_at=None)
    record("kit.used_again", locked, by=by, organisation_id=locked.organisation_id)


def days_around(visit: Visit) -> tuple[date, date]:
    """When it is fetched and back where nobody says otherwise: on the day itself, and on the next working day."""
    day = clock.local(visit.starts_at).date()
    return day, clock.add_working_days(day, 1)


def free_for(visit: Visit) -> list[Kit]:
    """The kits that nobody has on the days around this visit, in the order of their numbers."""
    taken = KitLoan.objects.open().touching(*days_around(visit)).values("kit")
    return list(Kit.objects.of(visit.request.organisation).in_use().exclude(pk__in=taken))


def keep(kit: Kit, visit: Visit, *, first_day: date, last_day: date, by: Actor) -> KitLoan:
    """Keep it for this visit. Raises `MoveNotAllowed`, `WrongKitDays`, `KitElsewhere`."""
    try:
        with transaction.atomic():
            return _keep(kit, visit, first_day, last_day, by=by)
    except IntegrityError:
        # The database's last word on one thing in two places.
        raise KitElsewhere from None


def _keep(kit: Kit, visit: Visit, first_day: date, last_day: date, *, by: Actor) -> KitLoan:
    held = lock_visit(visit.pk)
    if held.status != VisitStatus.BOOKED:
        raise MoveNotAllowed(was=held.status)
    _check_days(held, first_day, last_day)
    locked = Kit.objects.of(held.request.organisation).select_for_update(no_key=True).get(pk=kit.pk)
    if locked.retired_at is not None or locked.loans.open().touching(first_day, last_day).exists():
        raise KitElsewhere
    loan = KitLoan.objects.create(kit=locked, visit=held, first_day=first_day, last_day=last_day)
    _tell(held)
    record("visit.kit_kept", held, by=by, organisation_id=held.request.organisation_id, kit=locked.pk)
    return loan


def _check_days(visit: Visit, first_day: date, last_day: date) -> None:
    day = clock.local(visit.starts_at).date()
    earliest = max(day - AROUND, clock.today())
    if not (earliest <= first_day <= day <= last_day <= day + AROUND):
        raise WrongKitDays


@transaction.atomic
def hand_over(loan: KitLoan, *, by: Actor) -> None:
    """The volunteer has it. Said twice it changes nothing. Raises `KitSettled`, `KitNotToday`, `KitNotBack`."""
    locked = _hold(loan)
    if locked.handed_at is not None and locked.back_at is None:
        return
    if locked.back_at is not None:
        raise KitSettled
    if clock.today() < locked.first_day:
        raise KitNotToday
    if locked.kit.loans.open().exclude(handed_at=None).exists():
        raise KitNotBack
    _write(locked, "visit.kit_handed", by=by, handed_at=clock.now())


@transaction.atomic
def take_back(loan: KitLoan, *, by: Actor) -> None:
    """It is here again. Whoever forgot to say that it was fetched says both. Said twice it changes nothing."""
    locked = _hold(loan)
    if locked.back_at is None:
        now = clock.now()
        _write(locked, "visit.kit_back", by=by, handed_at=locked.handed_at or now, back_at=now)


@transaction.atomic
def release(loan: KitLoan, *, by: Actor) -> None:
    """Not needed after all, and never fetched. Raises `KitSettled`."""
    locked = _hold(loan)
    if locked.handed_at is not None:
        raise KitSettled
    _release(locked, by=by)
    _tell_not_needed(locked.visit, locked.kit)


def _tell(visit: Visit) -> None:
    """Who only texts hears at once what to take along, and once more on the day before. The caller holds the visit."""
    outbox.withdraw(OutboundMessage.objects.about(visit).waiting().filter(kind__in=(telling.TAKE, telling.NOT)))
    outbox.queue_all([*telling.texts(visit), *_on_the_eve(visit)])


def _tell_not_needed(visit: Visit, kit: Kit) -> None:
    """Of a text that has left already; one that waits is taken back, and says what is still to be taken along."""
    told = OutboundMessage.objects.about(visit).filter(kind=telling.TAKE)
    heard = told.exclude(status__in=(MessageStatus.QUEUED, MessageStatus.WITHDRAWN)).exists()
    outbox.withdraw(told.waiting())
    if heard and visit.status == VisitStatus.BOOKED:
        outbox.queue_all([telling.not_needed(visit, kit), *_on_the_eve(visit)])
    elif visit.status == VisitStatus.BOOKED:
        outbox.queue_all([*telling.texts(visit), *_on_the_eve(visit)])


def _on_the_eve(visit: Visit) -> list[OutboundMessage]:
    eve = announcing.day_before(visit.starts_at)
    return list(telling.texts(visit, not_before=eve)) if eve > clock.now() else []


def let_go(visit: Visit, *, by: Actor) -> None:
    """Nobody goes: what nobody has fetched is free again; what somebody has must come back. The caller holds the visit."""
    for loan in visit.kit_loans.open().filter(handed_at=None).order_by("kit"):
        _release(_hold_kit_of(loan), by=by)


def move_along(visit: Visit, *, was: date, by: Actor) -> None:
    """The visit is on another day than `was`: its kits too, or another of that kind. Where there is none the volunteer is rung.

    The caller holds the visit.
    """
    shift = clock.local(visit.starts_at).date() - was
    loans = list(visit.kit_loans.open().select_related("kit")) if shift else []
    missing = [loan for loan in loans if not _moved(loan, shift, visit)]
    for loan in missing:
        if loan.handed_at is None:
            _release(loan, by=by)
    if missing:
        open_call(
            "visit.no_kit",
            visit,
            organisation=visit.request.organisation,
            recipient=visit.volunteer.recipient,
            due_at=clock.now(),
        )
    if loans:
        outbox.queue_all(list(telling.texts(visit)))


def _moved(loan: KitLoan, shift: timedelta, visit: Visit) -> bool:
    """On the same kit where it is free then; on another of that kind where this one has not been fetched."""
    first_day = loan.first_day if loan.handed_at else max(loan.first_day + shift, clock.today())
    last_day = max(loan.last_day + shift, first_day)
    others = Kit.objects.of(visit.request.organisation).in_use().filter(kind=loan.kit.kind).exclude(pk=loan.kit_id)
    wanted = [loan.kit, *(others if loan.handed_at is None else ())]
    for kit in _lock_all(one.pk for one in wanted):
        if not kit.loans.open().exclude(pk=loan.pk).touching(first_day, last_day).exists():
            KitLoan.objects.filter(pk=loan.pk).update(kit=kit, first_day=first_day, last_day=last_day)
            return True
    return False


def _lock_all(kits: Iterable[uuid.UUID]) -> list[Kit]:
    """In one order for everybody; returned in the order that was asked for."""
    asked = list(kits)
    held = {kit.pk: kit for kit in Kit.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk")}
    return [held[pk] for pk in asked]


def _lock(kit_id: uuid.UUID) -> Kit:
    return Kit.objects.select_for_update(no_key=True).get(pk=kit_id)


def _hold(loan: KitLoan) -> KitLoan:
    """The loan as it is now, behind its visit and its kit. Raises `KitSettled` where it was released meanwhile."""
    lock_visit(loan.visit_id)
    return _hold_kit_of(loan)


def _hold_kit_of(loan: KitLoan) -> KitLoan:
    _lock(loan.kit_id)
    found = (
        KitLoan.objects.select_related("kit", "visit__request__organisation", "visit__volunteer__recipient")
        .filter(pk=loan.pk)
        .first()
    )
    if found is None:
        raise KitSettled
    return found


def _release(loan: KitLoan, *, by: Actor) -> None:
    KitLoan.objects.filter(pk=loan.pk).delete()
    record("visit.kit_released", loan.visit, by=by, organisation_id=loan.kit.organisation_id, kit=loan.kit_id)


def _write(loan: KitLoan, verb: str, *, by: Actor, **fields: object) -> None:
    KitLoan.objects.filter(pk=loan.pk).update(**fields)
    record(verb, loan.visit, by=by, organisation_id=loan.kit.organisation_id, kit=loan.kit_id)
