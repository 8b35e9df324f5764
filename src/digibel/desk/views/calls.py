"""Calls to make: the list, the words to say, and what came of it."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import callsheets, errands, fraudsteps, listplace, presence, sounds, worklines
from digibel.desk.answers import go_on
from digibel.desk.callsheets import FOLLOW_UPS
from digibel.desk.errands import Errand
from digibel.desk.forms.calls import FollowUpForm, OwnYesForm
from digibel.desk.forms.card import ReportCallForm
from digibel.desk.forms.lists import CallsFilter
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import calls as verbs
from digibel.notifications import reaching, voice
from digibel.notifications.errors import AttemptNoted, CallDone
from digibel.notifications.models import CallTask, Channel
from digibel.organisations.permissions import check_may, may
from digibel.problems import Problem
from digibel.requests import intake
from digibel.scheduling import alarms, followups, fraud, reports
from digibel.scheduling.models import VisitStatus
from digibel.sentences import sentence

PER_PAGE = 40
# Not what came of the call: a number that was noted as wrong is theirs after all.
RIGHT_NUMBER = "right_number"


@staff_page
@require_GET
def calls(request: StaffRequest) -> HttpResponse:
    """Open calls: alarms and urgent ones first, then by the moment they are due. `kind`: only those about one thing."""
    now = clock.now()
    listed = CallTask.objects.of(request.organisation).open().select_related("recipient", "organisation")
    form = CallsFilter(request.GET, kinds=set(listed.values_list("kind", flat=True)))
    fitting = listed.filter(**form.wanted)
    page = Paginator(fitting.order_by("-urgent", "due_at", "created_at"), PER_PAGE).get_page(request.GET.get("page"))
    with_whom = presence.among(page.object_list, request.organisation, by=Actor.staff(request.user))
    lines = [
        worklines.of_errand(errand, request.user, now, rung_by=_rung_by(with_whom.get(errand.call.pk, "")))
        for errand in errands.with_subjects(page.object_list)
    ]
    groups = [
        worklines.Group(_("Now"), [line for line in lines if line.at <= now or line.alert]),
        worklines.Group(_("Later"), [line for line in lines if line.at > now and not line.alert]),
    ]
    context = {
        "form": form,
        "query": form.query,
        "page": page,
        "groups": [group for group in groups if group.rows],
        "now": now,
        "letters": listed.filter(kind="visit.announce", channel=Channel.LETTER).count(),
    }
    return listplace.kept(render(request, "desk/calls.html", context), request, form.query)


def _rung_by(names: str) -> str:
    return _("with %(name)s now") % {"name": names} if names else ""


@staff_page
@require_GET
def call(request: StaffRequest, call_id: uuid.UUID) -> HttpResponse:
    return call_page(request, errands.of(request.organisation, call_id))


@staff_page
@require_GET
def call_beside(request: StaffRequest, call_id: uuid.UUID) -> HttpResponse:
    """Asked by the page now and then: has a colleague this call before them too, or done it already?"""
    asked = CallTask.objects.of(request.organisation).select_related("organisation").get(pk=call_id)
    return render(request, "desk/call_beside.html", _beside(asked, Actor.staff(request.user)))


def _beside(asked: CallTask, by: Actor) -> dict[str, Any]:
    return {"done": asked.done_at is not None, "colleagues": ", ".join(presence.beside(asked, by=by))}


@staff_page
@require_POST
def call_voice(request: StaffRequest, call_id: uuid.UUID) -> HttpResponse:
    """The message as a sound to play, or to pass on to somebody who does not read; kept nowhere."""
    check_may(request.user, "call")
    errand = errands.of(request.organisation, call_id)
    if errand.call.done_at is not None:
        return call_page(request, errand, status=409)
    text, language = callsheets.spoken(errand, request.POST.get("what", ""))
    try:
        heard = voice.speak(text, language)
    except Problem as problem:
        return call_page(request, errand, refusal=sentence(problem), status=problem.status)
    record("voice.made", errand.call, by=Actor.staff(request.user), organisation_id=errand.call.organisation_id)
    return sounds.answer(heard)


@staff_page
@require_POST
def take_alarm(request: StaffRequest, call_id: uuid.UUID) -> HttpResponse:
    """ "I take it": the alarm climbs no further, and the page says whom to ring."""
    check_may(request.user, "call")
    errand = errands.of(request.organisation, call_id)
    taken = alarms.take(errand.call, by=Actor.staff(request.user))
    if taken.done_at is None and taken.acknowledged_by != str(Actor.staff(request.user)):
        messages.warning(request, _("A colleague has taken this alarm already. Ring them before you do anything."))
    return go_on("desk:call", call_id)


@staff_page
@require_POST
def call_outcome(request: StaffRequest, call_id: uuid.UUID) -> HttpResponse:
    """One button per outcome. A call that somebody else has just done answers with a page that says so."""
    check_may(request.user, "call")
    errand = errands.of(request.organisation, call_id)
    outcome = request.POST.get("outcome", "")
    if errand.call.done_at is not None:
        return call_page(request, errand, status=409)
    if outcome == RIGHT_NUMBER and errand.call.recipient is not None:
        reaching.note_right_number(errand.call.recipient, by=Actor.staff(request.user))
        return go_on("desk:call", call_id)
    if outcome not in callsheets.outcomes(errand.call):
        return call_page(request, errand, refusal=_("Choose what came of the call."), status=422)
    if outcome == CallTask.Outcome.OTHER_MOMENT and _can_move(errand) and "anew" not in request.POST:
        return HttpResponseRedirect(
            f"{reverse('desk:move_visit', args=[errand.call.subject_id])}?call={errand.call.pk}", status=303
        )
    return _take_down(request, errand, outcome)


def _take_down(request: StaffRequest, errand: Errand, outcome: str) -> HttpResponse:
    """Note what came of it, with what was told beside; or the page again, with why not."""
    form = _form_for(errand, outcome, request)
    if form is not None and not form.is_valid():
        return call_page(request, errand, form=form, status=422)
    try:
        _note(errand, outcome, form.cleaned_data if form else {}, request)
    except CallDone:
        return call_page(request, errands.of(request.organisation, errand.call.pk), status=409)
    except AttemptNoted as problem:
        return call_page(
            request, errands.of(request.organisation, errand.call.pk), refusal=sentence(problem), status=409
        )
    except Problem as problem:
        return call_page(request, errand, form=form, refusal=sentence(problem), status=problem.status)
    messages.success(request, callsheets.noted(errand, outcome))
    return _go_on_from(request, errand, outcome)


def _go_on_from(request: StaffRequest, errand: Errand, outcome: str) -> HttpResponse:
    """To the slip that was asked for, or to where they came from."""
    if outcome == CallTask.Outcome.REFER and errand.request is not None:
        return go_on("desk:slip", errand.request.reference)
    return listplace.go_back(request, "desk:calls") if request.POST.get("back") == "calls" else go_on("desk:today")


def _can_move(errand: Errand) -> bool:
    """It does not suit: first the same volunteer at another moment, while the client is on the line."""
    visit = errand.visit
    return visit is not None and visit.status == VisitStatus.BOOKED and visit.starts_at > clock.now()


CallForm = FollowUpForm | OwnYesForm | ReportCallForm


def _form_for(errand: Errand, outcome: str, request: StaffRequest) -> CallForm | None:
    if _asks_how_it_went(errand) and outcome == CallTask.Outcome.REACHED:
        return ReportCallForm(request.POST)
    if errand.call.kind == "visit.follow_up" and outcome in FOLLOW_UPS:
        return FollowUpForm(request.POST, moments=_moments_again(errand))
    if errand.call.kind == "request.own_yes" and outcome == CallTask.Outcome.REACHED:
        return OwnYesForm(request.POST)
    return None


def _asks_how_it_went(errand: Errand) -> bool:
    """The visit is over, and the volunteer is rung about it: what they tell is the report."""
    told = errand.call.kind in {"visit.report", "visit.not_ok"}
    return told and errand.visit is not None and errand.visit.status == VisitStatus.DONE


def _moments_again(errand: Errand) -> list[datetime]:
    done = errand.visit is not None and errand.visit.status == VisitStatus.DONE
    return followups.moments_again(errand.visit) if done and errand.visit is not None else []


@transaction.atomic
def _note(errand: Errand, outcome: str, said: dict[str, Any], request: StaffRequest) -> None:
    by = Actor.staff(request.user)
    check_may(request.user, "follow_up" if outcome in FOLLOW_UPS else "call")
    if "language" in said and errand.client is not None and not intake.has_own_yes(errand.client):
        intake.record_own_yes(errand.client, language=said["language"], by=by)
    attempt = request.POST.get("attempt", "")[:3]
    verbs.note_outcome(errand.call, outcome, by=by, attempt=int(attempt) if attempt.isdecimal() else None)
    if "all_right" in said and errand.visit is not None:
        reports.report(errand.visit, by=by, talked=True, **said)
    if outcome in FOLLOW_UPS and errand.visit is not None:
        followups.note(
            errand.visit,
            outcome,
            by=by,
            autonomy=said.get("autonomy"),
            worries=tuple(said.get("worries", ())),
            again=said.get("again", ()),
        )


def call_page(
    request: StaffRequest,
    errand: Errand,
    *,
    form: CallForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The call, with its number and its words while it is still to be made. That the number was shown is recorded."""
    by = Actor.staff(request.user)
    context: dict[str, Any] = {
        "errand": errand,
        "title": callsheets.title(errand),
        "refusal": refusal,
        "section": "calls",
        "back": "calls" if "calls" in {request.GET.get("back"), request.POST.get("back")} else "",
    }
    if errand.call.done_at is not None:
        context |= {"ended": callsheets.ending(errand), "conflict": status == 409}
        return render(request, "desk/call.html", context, status=status)
    sheet = callsheets.of(errand)
    organisation_id = errand.call.organisation_id
    record("number.shown", errand.call, by=by, organisation_id=organisation_id, numbers=len(sheet.people))
    context |= {
        "sheet": sheet,
        "fraud": _fraud(errand, sheet.language),
        **_beside(errand.call, by),
        "speaks": voice.is_there(),
        "mine": errand.call.acknowledged_by == str(by),
        "form": form or _empty_form(errand),
        "may_follow_up": may(request.user, "follow_up"),
        "right_to_left": languages.LANGUAGES[sheet.language].right_to_left,
    }
    return render(request, "desk/call.html", context, status=status)


def _fraud(errand: Errand, language: str) -> dict[str, Any] | None:
    if errand.call.kind != fraud.CALL:
        return None
    return fraudsteps.of(errand.call.organisation, client_language=language)


def _empty_form(errand: Errand) -> CallForm | None:
    if _asks_how_it_went(errand):
        return ReportCallForm()
    if errand.call.kind == "visit.follow_up":
        return FollowUpForm(moments=_moments_again(errand))
    if errand.call.kind == "request.own_yes":
        return OwnYesForm(initial={"language": errand.language})
    return None
