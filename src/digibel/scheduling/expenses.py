"""Paying a volunteer's expenses, within what the law lets go untaxed (Act of 3 July 2005, art. 10).

The ceilings count for the person, over all organisations: what another organisation paid through this Digibel is counted
in, but never shown. What is paid elsewhere we cannot see, and every page says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations import rates
from digibel.organisations.models import Organisation
from digibel.problems import Conflict, Problem
from digibel.scheduling.models import Seat, SeatStatus, Visit, VisitStatus
from digibel.scheduling.paid import Expense, ExpenseKind, Payment, RealCost, Way
from digibel.volunteers.models import Volunteer

CENT = Decimal("0.01")
WARN_FROM = Decimal("0.80")
MOST_LINES = 100
LARGEST = Decimal("9999.99")


class NothingToPay(Problem):
    code = "nothing_to_pay"
    message = "Choose at least one day, and an amount above zero."


class WrongPayment(Problem):
    code = "wrong_payment"
    message = "Check the amount, the kilometres, the way and the day of the payment."


class TwoYears(Problem):
    code = "two_years"
    message = "These days are in two calendar years. Pay each year apart: the ceilings count by year."


class NotWorked(Problem):
    code = "not_worked"
    message = "This volunteer did not work for you on {day}. Expenses belong to a day worked."


class PaidAlready(Conflict):
    code = "paid_already"
    message = "The flat rate of {day} was paid already."


class DoesNotMix(Conflict):
    code = "does_not_mix"
    message = "The flat rate and real costs do not go together in one calendar year. Only kilometres may be added."


class OverDay(Conflict):
    code = "over_day"
    message = "That is above the ceiling for {day}. At most {left} euro is left for that day, over all organisations."


class OverYear(Conflict):
    code = "over_year"
    message = "That is above the ceiling of {year}. At most {left} euro is left this year, over all organisations."


class OverKm(Conflict):
    code = "over_km"
    message = "That is above the kilometres of {year}. At most {left} km are left this year beside the flat rate."


@dataclass(frozen=True, slots=True)
class Claim:
    """One line to pay. `amount` in euro for the flat rate and real costs; kilometres are worked out from the rate of the day.

    `what` is car or bicycle for kilometres, one of `RealCost` for real costs.
    """

    day: date
    kind: str
    amount: Decimal = Decimal(0)
    km: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is in a calendar year, over all organisations here. Euro and kilometres; None: the rate is unknown."""

    year: int
    flat: Decimal
    real: Decimal
    km: int
    ceiling: rates.FlatRate | None

    @property
    def left(self) -> Decimal | None:
        return max(self.ceiling.year - self.flat, Decimal(0)) if self.ceiling else None

    @property
    def is_near(self) -> bool:
        """From four fifths of a ceiling on."""
        near_flat = self.ceiling is not None and self.flat >= self.ceiling.year * WARN_FROM
        return near_flat or (self.flat > 0 and self.km >= rates.MOST_KM * WARN_FROM)


@transaction.atomic
def pay(
    volunteer: Volunteer, organisation: Organisation, claims: Sequence[Claim], *, way: str, paid_on: date, by: Actor
) -> Payment:
    """Pay these lines as one amount. Raises where a ceiling would be passed, by however little: the law knows no rounding."""
    year = _check(claims, way, paid_on)
    # Whoever pays at the same instant waits here: first the numbers of the receipts, then this person's ceilings.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    Volunteer.objects.select_for_update(of=("self",), no_key=True).get(pk=volunteer.pk)
    _check_worked(volunteer, organisation, {claim.day for claim in claims})
    lines = [_line(claim) for claim in claims]
    _check_ceilings(volunteer, organisation, lines, year)
    taken = Payment.objects.filter(organisation=organisation, year=year).aggregate(last=Max("number"))["last"] or 0
    payment = Payment.objects.create(
        organisation=organisation,
        volunteer=volunteer,
        year=year,
        number=taken + 1,
        way=way,
        paid_on=paid_on,
        amount=sum((line.amount for line in lines), Decimal(0)),
    )
    for line in lines:
        line.payment, line.volunteer, line.organisation = payment, volunteer, organisation
    Expense.objects.bulk_create(lines)
    facts = {"year": year, "number": payment.number, "cents": int(payment.amount * 100), "way": way}
    record("expenses.paid", payment, by=by, organisation_id=organisation.pk, **facts)
    return payment


@transaction.atomic
def sign(payment: Payment, *, by: Actor) -> None:
    """The volunteer has signed the receipt. Pressed twice it is one signature."""
    if Payment.objects.filter(pk=payment.pk, signed_on=None).update(signed_on=clock.today()):
        record("receipt.signed", payment, by=by, organisation_id=payment.organisation_id)


@transaction.atomic
def take_back(payment: Payment, *, by: Actor) -> None:
    """It was a mistake, and nothing was paid: gone from the list and from the ceilings. The audit keeps that it was there."""
    locked = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    facts = {"year": locked.year, "number": locked.number, "cents": int(locked.amount * 100)}
    record("expenses.taken_back", locked, by=by, organisation_id=locked.organisation_id, **facts)
    locked.delete()


def standing(volunteer: Volunteer, year: int) -> Standing:
    first = date(year, 1, 1)
    ceiling = rates.flat_rate(first) if rates.is_known("flat", first) else None
    paid = _of_year(volunteer, year)
    return Standing(
        year=year,
        flat=_sum(paid.filter(kind=ExpenseKind.FLAT)),
        real=_sum(paid.filter(kind=ExpenseKind.REAL)),
        km=paid.aggregate(km=Sum("km"))["km"] or 0,
        ceiling=ceiling,
    )


def days_worked(volunteer: Volunteer, organisation: Organisation, year: int) -> list[date]:
    """The days of a year on which a visit of this volunteer for this organisation took place, or they sat at a desk, in order."""
    first, beyond = clock.at(date(year, 1, 1), time()), clock.at(date(year + 1, 1, 1), time())
    done = Visit.objects.of(organisation).by(volunteer).filter(status=VisitStatus.DONE)
    starts = done.filter(starts_at__gte=first, starts_at__lt=beyond).order_by().values_list("starts_at")
    came = Seat.objects.of(organisation).by(volunteer).filter(status=SeatStatus.CAME)
    at_desks = came.filter(session__starts_at__gte=first, session__starts_at__lt=beyond)
    found = starts.union(at_desks.values_list("session__starts_at"))
    return sorted({clock.local(start).date() for (start,) in found})


def flat_paid(volunteer: Volunteer, organisation: Organisation, year: int) -> set[date]:
    """The days whose flat rate this organisation has paid."""
    paid = _of_year(volunteer, year).filter(organisation=organisation, kind=ExpenseKind.FLAT)
    return set(paid.values_list("day", flat=True))


def _check(claims: Sequence[Claim], way: str, paid_on: date) -> int:
    """Refuse what cannot be before anything is looked up; the calendar year that all of it is in."""
    today = clock.today()
    if not claims or len(claims) > MOST_LINES:
        raise NothingToPay
    if way not in Way.values or not min(claim.day for claim in claims) <= paid_on <= today:
        raise WrongPayment
    for claim in claims:
        _check_claim(claim)
    years = {claim.day.year for claim in claims}
    if len(years) > 1:
        raise TwoYears
    return years.pop()


def _check_claim(claim: Claim) -> None:
    if claim.kind == ExpenseKind.KM:
        if not 0 < claim.km <= rates.MOST_KM or claim.what not in rates.MEANS:
            raise WrongPayment
        return
    if claim.kind not in ExpenseKind.values or claim.km or (claim.kind == ExpenseKind.REAL) != bool(claim.what):
        raise WrongPayment
    if claim.kind == ExpenseKind.REAL and claim.what not in RealCost.values:
        raise WrongPayment
    if not claim.amount.is_finite() or claim.amount <= 0:
        raise NothingToPay
    if claim.amount > LARGEST or claim.amount != claim.amount.quantize(CENT):
        raise WrongPayment


def _check_worked(volunteer: Volunteer, organisation: Organisation, days: Collection[date]) -> None:
    worked = set(days_worked(volunteer, organisation, min(days).year))
    if strange := sorted(set(days) - worked):
        raise NotWorked(day=f"{strange[0]:%d/%m/%Y}")


def _line(claim: Claim) -> Expense:
    amount = claim.amount
    if claim.kind == ExpenseKind.KM:
        amount = (claim.km * rates.per_km(claim.what, claim.day)).quantize(CENT, ROUND_HALF_UP)
    return Expense(day=claim.day, kind=claim.kind, amount=amount, km=claim.km, what=claim.what)


def _check_ceilings(volunteer: Volunteer, organisation: Organisation, lines: list[Expense], year: int) -> None:
    """Look again, behind the lock: everything paid so far together with what is to be paid now."""
    paid = list(_of_year(volunteer, year))
    together = paid + lines
    kinds = {line.kind for line in together}
    if {ExpenseKind.FLAT, ExpenseKind.REAL} <= kinds:
        raise DoesNotMix
    if ExpenseKind.FLAT not in kinds:
        return
    own = [line.day for line in lines if line.kind == ExpenseKind.FLAT]
    before = {line.day for line in paid if line.kind == ExpenseKind.FLAT and line.organisation_id == organisation.pk}
    for day in own:
        if day in before or own.count(day) > 1:
            raise PaidAlready(day=f"{day:%d/%m/%Y}")
        _check_sum(paid, lines, day)
    km = sum(line.km for line in together)
    if km > rates.MOST_KM:
        raise OverKm(year=year, left=max(rates.MOST_KM - sum(line.km for line in paid), 0))


def _check_sum(paid: list[Expense], lines: list[Expense], day: date) -> None:
    """The ceiling of that day, and of its year."""
    ceiling = rates.flat_rate(day)
    for most, problem, among in (
        (ceiling.day, OverDay, [day]),
        (ceiling.year, OverYear, None),
    ):
        before = _flat(paid, among)
        if before + _flat(lines, among) > most:
            left = max(most - before, Decimal(0))
            details = {"day": f"{day:%d/%m/%Y}"} if among else {"year": day.year}
            raise problem(left=f"{left:.2f}".replace(".", ","), **details)


def _flat(lines: list[Expense], days: list[date] | None) -> Decimal:
    flat = (line for line in lines if line.kind == ExpenseKind.FLAT and (days is None or line.day in days))
    return sum((line.amount for line in flat), Decimal(0))


def _of_year(volunteer: Volunteer, year: int) -> QuerySet[Expense]:
    return Expense.objects.filter(volunteer=volunteer, day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))


def _sum(lines: QuerySet[Expense]) -> Decimal:
    return lines.aggregate(amount=Sum("amount"))["amount"] or Decimal(0)


def payments_of(organisation: Organisation, year: int, volunteer_id: UUID | None = None) -> QuerySet[Payment]:
    """What this organisation paid for that year, with its lines; of one volunteer, or of all."""
    paid = Payment.objects.filter(organisation=organisation, year=year)
    if volunteer_id is not None:
        paid = paid.filter(volunteer=volunteer_id)
    return paid.select_related("volunteer").prefetch_related("expenses")
