"""Expenses of volunteers: paying them, the receipt to sign, and the list of a year."""

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import money, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.expenses import FlatForm, KmForm, PaymentForm, RealForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations import rates
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound, Problem
from digibel.scheduling import expenses as verbs
from digibel.scheduling.paid import Expense, Payment
from digibel.sealing import keys
from digibel.sealing.reading import unsealed_or_none
from digibel.sentences import sentence
from digibel.sheets import handing_out
from digibel.volunteers.models import Volunteer

FIRST_YEAR = 2024
FORMS: dict[str, type[PaymentForm]] = {"flat": FlatForm, "km": KmForm, "real": RealForm}


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def expenses(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """What one volunteer was paid in a year. POST `deed`: flat, km or real pays; signed and take-back are of a payment."""
    check_may(request.user, "pay")
    found, year = Volunteer.objects.get(pk=volunteer_id), _year(request)
    if request.method != "POST":
        return _page(request, found, year)
    deed = request.POST.get("deed", "")
    if deed in PAYMENT_DEEDS:
        return _payment_deed(request, found, year, deed)
    if deed not in FORMS:
        raise NotFound
    form = FORMS[deed](_days(request, found, year, deed), request.POST)
    if not form.is_valid():
        return _page(request, found, year, typed={deed: form}, status=422)
    told, by = form.cleaned_data, Actor.staff(request.user)
    try:
        payment = verbs.pay(found, request.organisation, form.claims(), way=told["way"], paid_on=told["paid_on"], by=by)
    except Problem as problem:
        form.add_error(None, sentence(problem))
        return _page(request, found, year, typed={deed: form}, status=problem.status)
    messages.success(request, _("Noted: %(amount)s.") % {"amount": money.euro(payment.amount)})
    if verbs.standing(found, year).is_near:
        messages.warning(request, _("Four fifths of a ceiling are reached. Say so to the volunteer."))
    return go_on("desk:receipt", found.pk, payment.pk)


PAYMENT_DEEDS = ("signed", "take-back")


def _payment_deed(request: StaffRequest, found: Volunteer, year: int, deed: str) -> HttpResponse:
    payment = _payment(request, found, request.POST.get("payment", ""))
    by = Actor.staff(request.user)
    if deed == "signed":
        do(request, lambda: verbs.sign(payment, by=by), _("Noted: the receipt is signed."))
    else:
        do(request, lambda: verbs.take_back(payment, by=by), _("Taken back. It counts for no ceiling any more."))
    return go_on(f"{request.path}?year={payment.year}")


def _payment(request: StaffRequest, found: Volunteer, told: str | uuid.UUID) -> Payment:
    try:
        payment_id = uuid.UUID(str(told))
    except ValueError as error:
        raise NotFound from error
    return Payment.objects.get(pk=payment_id, volunteer=found, organisation=request.organisation)


def _days(request: StaffRequest, found: Volunteer, year: int, deed: str) -> list[Any]:
    worked = verbs.days_worked(found, request.organisation, year)
    if deed != "flat":
        return worked
    paid = verbs.flat_paid(found, request.organisation, year)
    return [day for day in worked if day not in paid]


def _page(
    request: StaffRequest,
    found: Volunteer,
    year: int,
    *,
    typed: dict[str, PaymentForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    standing = verbs.standing(found, year)
    initial: dict[str, Any] = {"paid_on": clock.today(), "way": "transfer"}
    if standing.ceiling is not None:
        initial["amount"] = money.comma(standing.ceiling.day)
    forms = {
        deed: kind(_days(request, found, year, deed), initial=initial if deed == "flat" else _without_amount(initial))
        for deed, kind in FORMS.items()
    }
    payments = list(verbs.payments_of(request.organisation, year, found.pk))
    context = {
        "volunteer": found,
        "name": _name(found),
        "year": year,
        "years": _years(),
        "standing": standing,
        "flat": money.euro(standing.flat),
        "ceiling": money.euro(standing.ceiling.year) if standing.ceiling else "",
        "a_day": money.euro(standing.ceiling.day) if standing.ceiling else "",
        "left": money.euro(standing.left) if standing.left is not None else "",
        "most_km": rates.MOST_KM,
        "forms": {**forms, **(typed or {})},
        "unpaid": len(_days(request, found, year, "flat")),
        "worked": len(_days(request, found, year, "km")),
        "mixes": {"flat": standing.real > 0, "real": standing.flat > 0},
        "payments": [_shown(one) for one in payments],
        "section": "volunteers",
    }
    return render(request, "desk/expenses.html", context, status=status)


def _without_amount(initial: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in initial.items() if name != "amount"}


def _shown(payment: Payment) -> dict[str, Any]:
    return {
        "payment": payment,
        "amount": money.euro(payment.amount),
        "way": words.WAYS[payment.way],
        "lines": [_line(line) for line in payment.expenses.all()],
    }


def _line(line: Expense) -> dict[str, Any]:
    detail = words.MEANS.get(line.what, words.REAL_COSTS.get(line.what, ""))
    return {"line": line, "kind": words.EXPENSES[line.kind], "detail": detail, "amount": money.euro(line.amount)}


@staff_page
@require_GET
def receipt(request: StaffRequest, volunteer_id: uuid.UUID, payment_id: uuid.UUID) -> HttpResponse:
    """The receipt of one payment, to print; what was paid in cash is signed on it."""
    check_may(request.user, "pay")
    found = Volunteer.objects.get(pk=volunteer_id)
    payment = _payment(request, found, payment_id)
    context = {"volunteer": found, "name": _name(found), "shown": _shown(payment), "section": "volunteers"}
    return render(request, "desk/receipt.html", context)


@staff_page
@require_GET
def paid(request: StaffRequest) -> HttpResponse:
    """The list of names that the law asks for: who was paid what for which day, in one calendar year."""
    check_may(request.user, "pay")
    year = _year(request)
    people = _people(request, year)
    total = sum((one["sum"] for one in people), Decimal(0))
    for one in people:
        one["amount"] = money.euro(one["sum"])
    context = {
        "year": year,
        "years": _years(),
        "people": people,
        "total": money.euro(total),
        "today": clock.today(),
        "section": "volunteers",
    }
    return render(request, "desk/paid.html", context)


@staff_page
@require_GET
def paid_csv(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "pay")
    year = _year(request)
    record("expenses.exported", request.organisation, by=Actor.staff(request.user), year=year)
    head = [
        _("Name"),
        _("Day"),
        _("Kind"),
        _("What for"),
        _("Kilometres"),
        _("Euro"),
        _("Paid on"),
        _("How"),
        _("Receipt"),
    ]
    response = HttpResponse(handing_out.as_csv(head, _rows(request, year)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="digibel-{year}.csv"'
    return response


def _rows(request: StaffRequest, year: int) -> Iterator[list[object]]:
    for person in _people(request, year):
        for shown in person["payments"]:
            for one in shown["lines"]:
                line, payment = one["line"], shown["payment"]
                yield [
                    person["name"],
                    f"{line.day:%d/%m/%Y}",
                    one["kind"],
                    one["detail"],
                    line.km or "",
                    money.comma(line.amount),
                    f"{payment.paid_on:%d/%m/%Y}",
                    shown["way"],
                    payment.receipt,
                ]


def _people(request: StaffRequest, year: int) -> list[dict[str, Any]]:
    """Everybody who was paid, by name, each with their payments and the sum of them."""
    payments = list(verbs.payments_of(request.organisation, year))
    keys.prefetch([one.volunteer.key_id for one in payments])
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for payment in payments:
        start = {"name": _name(payment.volunteer), "payments": [], "sum": Decimal(0), "volunteer": payment.volunteer}
        person = found.setdefault(payment.volunteer_id, start)
        person["payments"].append(_shown(payment))
        person["sum"] += payment.amount
    return sorted(found.values(), key=lambda one: (one["name"].casefold(), str(one["volunteer"].pk)))


def _name(volunteer: Volunteer) -> str:
    """Of somebody who was erased, the list keeps the amounts and no name."""
    first = unsealed_or_none(volunteer, "first_name")
    if first is None:
        return _("erased")
    return f"{first} {unsealed_or_none(volunteer, 'family_name') or ''}".strip()


def _year(request: StaffRequest) -> int:
    told = request.GET.get("year", "")
    return int(told) if told in {str(one) for one in _years()} else clock.today().year


def _years() -> list[int]:
    return list(range(clock.today().year, FIRST_YEAR - 1, -1))
