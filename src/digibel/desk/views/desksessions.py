"""Desk sessions: made, filled, printed for the centre, called off; and afterwards who was there."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import desksessions, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.desksessions import AttendanceForm, DeskSessionForm, SeatsForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import prices
from digibel.organisations.permissions import check_may, may
from digibel.problems import NotFound, Problem
from digibel.scheduling.desksessions import asking, attending, making, signing
from digibel.scheduling.models import DeskSession, Seat
from digibel.sentences import sentence
from digibel.volunteers.models import Volunteer

MOST_PAST = 30


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def desk_sessions(request: StaffRequest) -> HttpResponse:
    """What is to come and what has been; POST makes one, or one each week."""
    form = DeskSessionForm(request.POST if request.method == "POST" else None)
    refusal, status = "", 200
    if request.method == "POST":
        check_may(request.user, "hold_sessions")
        status = 422
        if form.is_valid():
            try:
                made = making.make(request.organisation, by=Actor.staff(request.user), **form.cleaned_data)
            except Problem as problem:
                refusal, status = sentence(problem), problem.status
            else:
                many = ngettext(
                    "The session stands. Volunteers are asked by text.", "%(count)d sessions stand.", len(made)
                )
                messages.success(request, many % {"count": len(made)})
                return go_on("desk:desk_session", made[0].pk)
    context = {
        "form": form,
        "refusal": refusal,
        "to_come": desksessions.lines(request.organisation, past=False),
        "past": desksessions.lines(request.organisation, past=True)[:MOST_PAST],
        "may_hold": may(request.user, "hold_sessions"),
        "section": "visits",
    }
    return render(request, "desk/desk_sessions.html", context, status=status)


@staff_page
@require_GET
def desk_session(request: StaffRequest, desk_session_id: uuid.UUID) -> HttpResponse:
    return _page(request, _find(request, desk_session_id))


@staff_page
@require_POST
def desk_session_deed(request: StaffRequest, desk_session_id: uuid.UUID, deed: str) -> HttpResponse:
    session = _find(request, desk_session_id)
    if deed not in DEEDS:
        raise NotFound
    check_may(request.user, "hold_sessions")
    return DEEDS[deed](request, session) or go_on("desk:desk_session", session.pk)


@staff_page
@require_POST
def desk_session_list(request: StaffRequest, desk_session_id: uuid.UUID) -> HttpResponse:
    """The list for the centre: names and numbers of who is expected. That it was printed is recorded."""
    check_may(request.user, "print")
    session = _find(request, desk_session_id)
    people = desksessions.signed(session)
    record(
        "session.list_printed",
        session,
        by=Actor.staff(request.user),
        organisation_id=session.organisation_id,
        people=len(people.expected),
    )
    context = {"session": session, "where": desksessions.where(session), "people": people, "now": clock.now()}
    return render(request, "desk/desk_session_list.html", context)


def _find(request: StaffRequest, desk_session_id: uuid.UUID) -> DeskSession:
    return DeskSession.objects.of(request.organisation).select_related("place", "organisation").get(pk=desk_session_id)


def _page(
    request: StaffRequest, session: DeskSession, *, attendance: AttendanceForm | None = None, status: int = 200
) -> HttpResponse:
    now, people = clock.now(), desksessions.signed(session)
    is_over = session.ends_at <= now
    is_to_come = session.called_off_at is None and session.starts_at > now
    may_hold = may(request.user, "hold_sessions")
    next_round = desksessions.texts_of_next_round(session) if may_hold else 0
    context: dict[str, Any] = {
        "session": session,
        "where": desksessions.where(session),
        "day": languages.day_in_words(session.starts_at, words.desk_language()),
        "language": words.language_names([session.language]) if session.language else "",
        "people": people,
        "is_to_come": is_to_come,
        "is_over": is_over,
        "may_hold": may_hold,
        "next_round": next_round,
        "price": prices.of_batch(next_round) if next_round else None,
        "could_come": desksessions.could_come(session, people) if may_hold and is_to_come else [],
        "seats_form": SeatsForm(initial={"seats": session.seats}),
        "section": "visits",
    }
    if is_over and session.called_off_at is None and may_hold:
        context["attendance"] = attendance or _attendance(session, people)
    return render(request, "desk/desk_session.html", context, status=status)


def _attendance(session: DeskSession, people: desksessions.Signed, data: Any = None) -> AttendanceForm:
    length = int((session.ends_at - session.starts_at).total_seconds() // 60)
    return AttendanceForm(people.expected, length, desksessions.may_have_walked_in(session, people), data)


# --- deeds ----------------------------------------------------------------------------------------------------------


def _ask(request: StaffRequest, session: DeskSession) -> None:
    do(request, lambda: asking.ask(session, by=Actor.staff(request.user)), _("Asked. Their texts leave now."))


def _sign_up(request: StaffRequest, session: DeskSession) -> None:
    volunteer = _chosen(request)
    do(
        request,
        lambda: signing.sign_up(session, volunteer, by=Actor.staff(request.user)),
        _("Signed up. They hear it by text."),
    )


def _chosen(request: StaffRequest) -> Volunteer:
    try:
        return Volunteer.objects.get(pk=uuid.UUID(request.POST.get("volunteer", "")), left_at=None)
    except (ValueError, Volunteer.DoesNotExist):
        raise NotFound from None


def _sign_out(request: StaffRequest, session: DeskSession) -> None:
    try:
        seat = session.signed.get(pk=uuid.UUID(request.POST.get("seat", "")))
    except (ValueError, Seat.DoesNotExist):
        raise NotFound from None
    by = Actor.staff(request.user)
    do(request, lambda: signing.sign_out(seat, by=by, tell=True), _("Signed out. Who waits moves up."))


def _seats(request: StaffRequest, session: DeskSession) -> None:
    form = SeatsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Fill in how many volunteers can come, from one to thirty."))
        return
    seats = form.cleaned_data["seats"]
    do(request, lambda: making.change_seats(session, seats, by=Actor.staff(request.user)), _("Noted."))


def _call_off(request: StaffRequest, session: DeskSession) -> None:
    done = _("Called off. Everybody who was asked or comes hears it by text.")
    do(request, lambda: making.call_off(session, by=Actor.staff(request.user)), done)


def _attended(request: StaffRequest, session: DeskSession) -> HttpResponse | None:
    form = _attendance(session, desksessions.signed(session), request.POST)
    if not form.is_valid():
        return _page(request, session, attendance=form, status=422)
    by = Actor.staff(request.user)
    do(request, lambda: attending.note(session, form.minutes(), by=by), _("Noted who was there."))
    return None


DEEDS = {
    "ask": _ask,
    "sign-up": _sign_up,
    "sign-out": _sign_out,
    "seats": _seats,
    "call-off": _call_off,
    "attended": _attended,
}
