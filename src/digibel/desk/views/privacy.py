"""What people can ask about their own data: the register, a page for each person, certificates, breaches. For coordinators."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.desk import datawords, persons, words
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import outbox
from digibel.notifications.models import Recipient
from digibel.organisations.models import Staff
from digibel.organisations.permissions import check_may
from digibel.privacy import breaches as breach_book
from digibel.privacy import erasing, exporting, retention, rights, stopping
from digibel.privacy.document import period
from digibel.privacy.models import Breach, BreachKind, Certificate, Outcome, Right, RightsRequest
from digibel.problems import NotFound, Problem
from digibel.requests.models import Client
from digibel.volunteers.models import Volunteer

MOST_SHOWN = 50


class WrongDay(Problem):
    code = "wrong_day"
    message = "Give the day on which it was asked: not later than today."


class NotSure(Problem):
    code = "not_sure"
    message = "This cannot be undone. Tick the box to say that you are sure."


@staff_page
@require_GET
def privacy(request: StaffRequest) -> HttpResponse:
    """The registers, the table of retention and who may do what, to read and to print."""
    check_may(request.user, "privacy")
    organisation = request.organisation
    asked = list(RightsRequest.objects.filter(organisation=organisation).order_by("done_at", "due_on")[:MOST_SHOWN])
    listed = persons.register(organisation, asked)
    context = {
        "open": [one for one in listed if one.request.done_at is None],
        "answered": [one for one in listed if one.request.done_at is not None],
        "breaches": _breaches(request),
        "certificates": Certificate.objects.filter(organisation=organisation)[:MOST_SHOWN],
        "kinds": persons.KINDS,
        "breach_kinds": persons.BREACHES.items(),
        "risks": persons.RISKS.items(),
        "outcomes": persons.OUTCOMES.items(),
        "table": [(rule, period(rule), retention.ENDS[rule.end]) for rule in retention.RULES],
        "staff": Staff.objects.filter(organisation=organisation).exclude(email_index=""),
        "roles": words.ROLES,
        "held": outbox.held_since(),
        "today": clock.today(),
    }
    return render(request, "desk/privacy.html", context)


def _breaches(request: StaffRequest) -> list[dict[str, Any]]:
    found = Breach.objects.filter(organisation=request.organisation)[:MOST_SHOWN]
    return [
        {
            "breach": one,
            "what": persons.BREACHES[one.kind],
            "risk": persons.RISKS[one.risk],
            "until": breach_book.authority_until(one),
            "late": one.authority_told_at is None and breach_book.authority_until(one) < clock.now(),
        }
        for one in found
    ]


@staff_page
@require_GET
def privacy_person(request: StaffRequest, kind: str, person_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "privacy")
    subject = persons.find(request.organisation, kind, person_id)
    asked = rights.asked_by(subject.person).filter(organisation=request.organisation)
    context = {
        "subject": subject,
        "asked": persons.register(request.organisation, list(asked)),
        "rights": persons.rights_for(kind),
        "outcomes": persons.OUTCOMES.items(),
        "whys": persons.WHYS.items(),
        "may_export": kind in {"client", "volunteer"},
        "section": "office",
        "today": clock.today(),
    }
    return render(request, "desk/privacy_person.html", context)


@staff_page
@require_POST
def privacy_deed(request: StaffRequest, kind: str, person_id: uuid.UUID, deed: str) -> HttpResponse:
    check_may(request.user, "privacy")
    subject = persons.find(request.organisation, kind, person_id)
    if deed not in DEEDS:
        raise NotFound
    verb, said = DEEDS[deed]
    done = do(request, lambda: verb(request, subject), said)
    if done and deed == "erase" and kind == "recipient":
        return go_on("desk:privacy")
    return go_on("desk:privacy_person", kind, person_id)


def _ask(request: StaffRequest, subject: persons.Subject) -> None:
    received = parse_date_or_none(request.POST.get("received", ""))
    if received is None or received > clock.today():
        raise WrongDay
    right = request.POST.get("right", "")
    if right not in Right.values:
        raise NotFound
    by = Actor.staff(request.user)
    rights.note_request(subject.person, Right(right), organisation=request.organisation, by=by, received_on=received)


def parse_date_or_none(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _withdraw(request: StaffRequest, subject: persons.Subject) -> None:
    stopping.withdraw_consent(_client(subject), by=Actor.staff(request.user), close=request.POST.get("then") == "close")


def _restrict(request: StaffRequest, subject: persons.Subject) -> None:
    why, by = request.POST.get("why", ""), Actor.staff(request.user)
    if isinstance(subject.person, Volunteer):
        stopping.restrict_volunteer(subject.person, why, by=by, at=request.organisation)
    else:
        stopping.restrict_client(_client(subject), why, by=by)


def _lift(request: StaffRequest, subject: persons.Subject) -> None:
    person = subject.person
    if not isinstance(person, Client | Volunteer):
        raise NotFound
    stopping.lift(person, by=Actor.staff(request.user), at=request.organisation)


def _erase(request: StaffRequest, subject: persons.Subject) -> None:
    check_sure(request.POST)
    person, by = subject.person, Actor.staff(request.user)
    if isinstance(person, Client):
        erasing.erase_client(person, by=by)
    elif isinstance(person, Volunteer):
        erasing.erase_volunteer(person, by=by, at=request.organisation)
    elif isinstance(person, Staff):
        erasing.erase_staff(person, by=by)
    elif isinstance(person, Recipient):
        erasing.erase_number(person, by=by, at=request.organisation)
    rights.answer_all(person, Right.ERASURE, outcome=Outcome.DONE, by=by)


def _erase_mobile(request: StaffRequest, subject: persons.Subject) -> None:
    check_sure(request.POST)
    if not isinstance(subject.person, Staff):
        raise NotFound
    erasing.erase_mobile(subject.person, by=Actor.staff(request.user))


def check_sure(posted: QueryDict) -> None:
    if posted.get("sure") != "yes":
        raise NotSure


def _client(subject: persons.Subject) -> Client:
    if not isinstance(subject.person, Client):
        raise NotFound
    return subject.person


DEEDS: dict[str, tuple[Callable[[StaffRequest, persons.Subject], None], words.Words]] = {
    "ask": (_ask, gettext_lazy("Noted. It stays on the list of calls until it is answered.")),
    "withdraw": (_withdraw, gettext_lazy("Noted. What rested on that yes has stopped.")),
    "restrict": (_restrict, gettext_lazy("Kept, and not used from now on.")),
    "lift": (_lift, gettext_lazy("It may be used again.")),
    "erase": (_erase, gettext_lazy("Forgotten. The certificate is ready to print.")),
    "erase-mobile": (_erase_mobile, gettext_lazy("The mobile number is forgotten.")),
}


@staff_page
@require_GET
def privacy_data(request: StaffRequest, kind: str, person_id: uuid.UUID) -> HttpResponse:
    """Everything we know of somebody, to read. Each time it is opened stands in the audit."""
    told = _export(request, kind, person_id)
    subject = persons.find(request.organisation, kind, person_id)
    context = {"subject": subject, "told": told, "sections": list(datawords.sections(told["data"]))}
    context["looks"] = list(datawords.looks(told["who_looked_and_who_did_what"]))
    return render(request, "desk/privacy_data.html", context)


@staff_page
@require_GET
def privacy_json(request: StaffRequest, kind: str, person_id: uuid.UUID) -> HttpResponse:
    """The same for programs. The file's name says nothing of who."""
    response = HttpResponse(json_of(_export(request, kind, person_id)), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="digibel-export.json"'
    return response


def _export(request: StaffRequest, kind: str, person_id: uuid.UUID) -> dict[str, Any]:
    check_may(request.user, "privacy")
    person = persons.find(request.organisation, kind, person_id).person
    if not isinstance(person, Client | Volunteer):
        raise NotFound
    return exporting.export(person, organisation=request.organisation, by=Actor.staff(request.user))


def json_of(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)


@staff_page
@require_GET
def certificate(request: StaffRequest, certificate_id: uuid.UUID) -> HttpResponse:
    """To print and to send, in the language of whoever gets it (`?lang=`). No name, no number of theirs."""
    check_may(request.user, "privacy")
    found = Certificate.objects.get(organisation=request.organisation, pk=certificate_id)
    asked = request.GET.get("lang", "")
    language = asked if asked in languages.DESK_LANGUAGES else words.desk_language()
    with translation.override(language):
        context = {
            "certificate": found,
            "erased": persons.told(found.erased),
            "stays": persons.told(found.stays),
            "what": persons.KINDS[found.person_kind],
            "organisation": request.organisation,
            "lang": language,
            "languages": [(code, languages.LANGUAGES[code].own) for code in languages.DESK_LANGUAGES],
        }
        return render(request, "desk/certificate.html", context)


@staff_page
@require_POST
def rights_answer(request: StaffRequest, asked_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "privacy")
    asked = RightsRequest.objects.get(organisation=request.organisation, pk=asked_id)
    outcome = request.POST.get("outcome", "")
    if outcome not in Outcome.values:
        raise NotFound
    do(request, lambda: rights.answer(asked, Outcome(outcome), by=Actor.staff(request.user)), _("Answered."))
    if request.POST.get("back") == "person":
        return go_on("desk:privacy_person", asked.person_kind, asked.person_id)
    return go_on("desk:privacy")


@staff_page
@require_POST
def breach(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "privacy")
    kind, risk, people = (request.POST.get(name, "") for name in ("kind", "risk", "people"))
    if kind not in BreachKind.values or risk not in persons.RISKS:
        raise NotFound
    many = min(int(people), 1_000_000) if people.isascii() and people.isdigit() and len(people) < 10 else 0
    by = Actor.staff(request.user)
    do(
        request,
        lambda: breach_book.note_breach(request.organisation, BreachKind(kind), by=by, people=many, risk=risk),
        _("Written down. The 72 hours run from now; a call on the list reminds you."),
    )
    return go_on("desk:privacy")


@staff_page
@require_POST
def breach_step(request: StaffRequest, breach_id: uuid.UUID, step: str) -> HttpResponse:
    check_may(request.user, "privacy")
    found = Breach.objects.get(organisation=request.organisation, pk=breach_id)
    if step not in breach_book.STEPS:
        raise NotFound
    do(request, lambda: breach_book.note_step(found, step, by=Actor.staff(request.user)), _("Noted."))
    return go_on("desk:privacy")
