"""Expenses: for days worked, within every ceiling by the cent, and never a number of an account."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.scheduling import expenses
from digibel.scheduling.expenses import Claim
from digibel.scheduling.paid import Expense, Payment
from races.side_by_side import at_once

DAY = Decimal("44.02")
YEAR = Decimal("1760.83")


def days(count, first=date(2026, 1, 5)):
    return [first + timedelta(days=number) for number in range(count)]


def pay(volunteer, organisation, *claims, way="transfer", paid_on=None):
    return expenses.pay(volunteer, organisation, claims, way=way, paid_on=paid_on or clock.today(), by=SYSTEM)


def flat(day, amount=DAY):
    return Claim(day, "flat", Decimal(amount))


def km(day, number, means="car"):
    return Claim(day, "km", km=number, what=means)


def real(day, amount="12.50", what="ticket"):
    return Claim(day, "real", Decimal(amount), what=what)


@pytest.mark.django_db
def test_days_worked_are_paid_with_a_number_and_recorded(lindeboom, els):
    one, two = cast.worked(els, lindeboom, *days(2))
    payment = pay(els, lindeboom, flat(one), flat(two, "20"))
    assert (payment.amount, payment.receipt, payment.year) == (Decimal("64.02"), "2026-0001", 2026)
    assert pay(els, lindeboom, km(one, 12)).receipt == "2026-0002"
    facts = Event.objects.get(verb="expenses.paid", subject_id=str(payment.pk)).facts
    assert facts == {"year": 2026, "number": 1, "cents": 6402, "way": "transfer"}


@pytest.mark.django_db
def test_kilometres_are_rounded_to_the_cent_half_up(lindeboom, els):
    [day] = cast.worked(els, lindeboom, date(2026, 2, 3))
    assert pay(els, lindeboom, km(day, 25)).amount == Decimal("11.12")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (partial(flat, amount="44.03"), expenses.OverDay),
        (partial(flat, amount="0"), expenses.NothingToPay),
        (partial(flat, amount="-5"), expenses.NothingToPay),
        (partial(flat, amount="NaN"), expenses.NothingToPay),
        (partial(flat, amount="Infinity"), expenses.NothingToPay),
        (partial(flat, amount="10.001"), expenses.WrongPayment),
        (partial(km, number=0), expenses.WrongPayment),
        (partial(km, number=2001), expenses.WrongPayment),
        (partial(km, number=10, means="taxi"), expenses.WrongPayment),
        (partial(real, what="lunch at hers"), expenses.WrongPayment),
        (lambda day: Claim(day, "gift", Decimal(10)), expenses.WrongPayment),
        (lambda day: flat(day - timedelta(days=1)), expenses.NotWorked),
        (lambda day: flat(day + timedelta(days=365)), expenses.WrongPayment),
    ],
)
def test_what_cannot_be_paid_is_refused_and_nothing_is_kept(lindeboom, els, claim, problem):
    [day] = cast.worked(els, lindeboom, date(2026, 2, 3))
    with pytest.raises(problem):
        pay(els, lindeboom, claim(day))
    assert (Payment.objects.count(), Expense.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_nothing_two_years_wrong_way_and_the_future_are_refused(lindeboom, els):
    one, two = cast.worked(els, lindeboom, date(2025, 12, 31), date(2026, 1, 2))
    for claims, more, problem in (
        ((), {}, expenses.NothingToPay),
        ((flat(one, "10"), flat(two, "10")), {}, expenses.TwoYears),
        ((flat(two),), {"way": "bitcoin"}, expenses.WrongPayment),
        ((flat(two),), {"paid_on": clock.today() + timedelta(days=1)}, expenses.WrongPayment),
        ((flat(two),), {"paid_on": one}, expenses.WrongPayment),
    ):
        with pytest.raises(problem):
            pay(els, lindeboom, *claims, **more)


@pytest.mark.django_db
def test_kilometres_of_a_quarter_nobody_found_are_refused_with_the_day(lindeboom, els):
    [day] = cast.worked(els, lindeboom, date(2026, 8, 4))
    with pytest.raises(expenses.rates.RateUnknown, match="04/08/2026"):
        pay(els, lindeboom, km(day, 10))


@pytest.mark.django_db
def test_a_day_is_paid_once_and_its_ceiling_counts_over_organisations(lindeboom):
    sleutel = cast.organisation("De Sleutel")
    els = cast.volunteer(lindeboom, sleutel)
    [day] = cast.worked(els, lindeboom, date(2026, 2, 3))
    cast.worked(els, sleutel, day)
    pay(els, lindeboom, flat(day, "30"))
    with pytest.raises(expenses.PaidAlready):
        pay(els, lindeboom, flat(day, "5"))
    with pytest.raises(expenses.OverDay, match="14,02"):
        pay(els, sleutel, flat(day, "14.03"))
    assert pay(els, sleutel, flat(day, "14.02")).receipt == "2026-0001"


@pytest.mark.guardrail("E11")
@pytest.mark.django_db
def test_the_year_has_a_ceiling_by_the_cent_and_a_warning_from_four_fifths(lindeboom, els):
    forty = cast.worked(els, lindeboom, *days(41))
    pay(els, lindeboom, *(flat(day) for day in forty[:31]))
    assert expenses.standing(els, 2026).is_near is False
    pay(els, lindeboom, *(flat(day) for day in forty[31:33]))
    assert expenses.standing(els, 2026).is_near is True
    pay(els, lindeboom, *(flat(day) for day in forty[33:40]))
    assert expenses.standing(els, 2026).left == Decimal("0.03")
    with pytest.raises(expenses.OverYear, match="0,03"):
        pay(els, lindeboom, flat(forty[40], "0.04"))
    pay(els, lindeboom, flat(forty[40], "0.03"))
    assert expenses.standing(els, 2026).flat == YEAR


@pytest.mark.django_db
def test_flat_rate_and_real_costs_do_not_mix_in_a_year_but_in_the_next(lindeboom, els):
    old, one, two = cast.worked(els, lindeboom, date(2025, 6, 2), date(2026, 1, 5), date(2026, 1, 6))
    pay(els, lindeboom, flat(one))
    with pytest.raises(expenses.DoesNotMix):
        pay(els, lindeboom, real(two))
    pay(els, lindeboom, real(old))
    with pytest.raises(expenses.DoesNotMix):
        pay(els, lindeboom, flat(old, "10"))
    pay(els, lindeboom, km(two, 10))


@pytest.mark.guardrail("E11")
@pytest.mark.django_db
def test_two_thousand_kilometres_beside_the_flat_rate(lindeboom, els):
    one, two = cast.worked(els, lindeboom, *days(2))
    pay(els, lindeboom, flat(one), km(one, 1990))
    with pytest.raises(expenses.OverKm, match="10 km"):
        pay(els, lindeboom, km(two, 11))
    pay(els, lindeboom, km(two, 10))


@pytest.mark.django_db
def test_taken_back_it_counts_no_more_and_the_audit_knows(lindeboom, els):
    [day] = cast.worked(els, lindeboom, date(2026, 2, 3))
    payment = pay(els, lindeboom, flat(day))
    expenses.take_back(payment, by=SYSTEM)
    assert expenses.standing(els, 2026).flat == 0
    assert Event.objects.get(verb="expenses.taken_back").facts["cents"] == 4402
    pay(els, lindeboom, flat(day))


@pytest.mark.django_db
def test_signed_twice_is_one_signature(lindeboom, els):
    [day] = cast.worked(els, lindeboom, date(2026, 2, 3))
    payment = pay(els, lindeboom, flat(day), way="cash")
    for _ in range(2):
        expenses.sign(payment, by=SYSTEM)
    payment.refresh_from_db()
    assert payment.signed_on == clock.today()
    assert Event.objects.filter(verb="receipt.signed").count() == 1


def test_there_is_no_column_for_an_account_number():
    names = {field.name for model in (Payment, Expense) for field in model._meta.get_fields()}
    assert [name for name in names if "account" in name or "iban" in name or "bank" in name] == []


CLAIMS = st.lists(
    st.one_of(
        st.builds(flat, st.sampled_from(days(6)), st.decimals("0.01", "44.02", places=2)),
        st.builds(km, st.sampled_from(days(6)), st.integers(1, 900)),
        st.builds(real, st.sampled_from(days(6)), st.decimals("0.01", "99", places=2).map(str)),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.guardrail("E11")
@pytest.mark.django_db
@given(payments=st.lists(st.tuples(st.booleans(), CLAIMS), min_size=1, max_size=8))
def test_whatever_is_tried_no_ceiling_is_ever_passed(payments, frozen_clock):
    with transaction.atomic():
        lindeboom, sleutel = cast.organisation(), cast.organisation("De Sleutel")
        els = cast.volunteer(lindeboom, sleutel, ready=False)
        for organisation in (lindeboom, sleutel):
            cast.worked(els, organisation, *days(6))
        for first, claims in payments:
            try:
                pay(els, lindeboom if first else sleutel, *claims)
            except expenses.Problem:
                continue
        paid = list(Expense.objects.filter(volunteer=els))
        by_day = {day: sum(one.amount for one in paid if one.kind == "flat" and one.day == day) for day in days(6)}
        kinds = {one.kind for one in paid}
        assert max(by_day.values()) <= DAY
        assert sum(by_day.values()) <= YEAR
        assert not {"flat", "real"} <= kinds
        assert "flat" not in kinds or sum(one.km for one in paid) <= 2000
        for payment in Payment.objects.all():
            assert payment.amount == sum(one.amount for one in payment.expenses.all())
        transaction.set_rollback(True)


def try_to_pay(volunteer, organisation, claim):
    try:
        return pay(volunteer, organisation, claim).number
    except expenses.Problem as refusal:
        return refusal.code


@pytest.mark.django_db(transaction=True)
def test_two_payments_at_once_do_not_pass_the_ceiling_of_the_day_together(frozen_clock):
    with transaction.atomic():
        lindeboom, sleutel = cast.organisation(), cast.organisation("De Sleutel")
        els = cast.volunteer(lindeboom, sleutel, ready=False)
        [day] = cast.worked(els, lindeboom, date(2026, 2, 3))
        cast.worked(els, sleutel, day)
    jobs = [partial(try_to_pay, els, one, flat(day, "30")) for one in (lindeboom, sleutel)]
    assert sorted(map(str, at_once(jobs))) == ["1", "over_day"]
    assert expenses.standing(els, 2026).flat == Decimal(30)


@pytest.mark.django_db(transaction=True)
def test_four_payments_at_once_of_the_last_room_of_the_year_are_one(frozen_clock):
    with transaction.atomic():
        lindeboom = cast.organisation()
        els = cast.volunteer(lindeboom, ready=False)
        all_days = cast.worked(els, lindeboom, *days(43))
        pay(els, lindeboom, *(flat(day) for day in all_days[:39]))
    jobs = [partial(try_to_pay, els, lindeboom, flat(day)) for day in all_days[39:43]]
    assert sorted(map(str, at_once(jobs))) == ["2", "over_year", "over_year", "over_year"]
    assert expenses.standing(els, 2026).flat <= YEAR


@pytest.mark.django_db(transaction=True)
def test_receipts_of_several_people_at_once_have_each_their_own_number(frozen_clock):
    with transaction.atomic():
        lindeboom = cast.organisation()
        people = [cast.volunteer(lindeboom, name=f"V{number}", ready=False) for number in range(4)]
        for one in people:
            cast.worked(one, lindeboom, date(2026, 2, 3))
    jobs = [partial(try_to_pay, one, lindeboom, flat(date(2026, 2, 3))) for one in people]
    assert sorted(at_once(jobs)) == [1, 2, 3, 4]
