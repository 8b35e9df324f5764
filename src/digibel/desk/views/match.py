"""Who goes? The requests that wait for a choice, and for each of them who can go, with reasons, before anybody is asked."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import matchboard, requeststate, slips, words, worklines
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.guardrails.judgement import VolunteerTask
from digibel.notifications import prices, watching
from digibel.organisations.models import Role, Staff
from digibel.organisations.permissions import check_may, may
from digibel.problems import Conflict, Problem
from digibel.requests import intake
from digibel.requests.models import HelpRequest, TwoGo
from digibel.scheduling import households, pairs, together
from digibel.scheduling import offers as verbs
from digibel.scheduling.locks import lock_request
from digibel.scheduling.matching.choosing import choose_interpreter
from digibel.scheduling.matching.ranking import Ranking, rank
from digibel.scheduling.models import LIVE_OFFERS, Offer, Timer
from digibel.sealing import keys
from digibel.sentences import sentence
from digibel.volunteers.models import Volunteer

TO_CHOOSE = frozenset({"choose", "nobody"})
BEING_ASKED = frozenset({"await_answers"})


class WaveLeft(Conflict):
    code = "wave_left"
    message = "Somebody else, or Digibel itself, has asked volunteers meanwhile. Look again before you send more."


class NobodyChosen(Problem):
    code = "nobody_chosen"
    message = "Tick at least one volunteer."


@staff_page
@require_GET
def match(request: StaffRequest) -> HttpResponse:
    """The requests that wait for a choice, and those whose volunteers are thinking, each in the order they are due."""
    now = clock.now()
    waiting = HelpRequest.objects.of(request.organisation).open().filter(next_kind__in=TO_CHOOSE | BEING_ASKED)
    count = dict(waiting.order_by().values_list("next_kind").annotate(count=Count("pk")))
    in_order = waiting.select_related("client").prefetch_related("tasks").order_by("next_due", "reference")
    found = list(in_order[: worklines.MOST_LINES])
    keys.prefetch([one.client.key_id for one in found])
    lines = [(one.next_kind, _line(one, request.user, now)) for one in found]
    groups = [
        worklines.Group(_("To choose"), [line for kind, line in lines if kind in TO_CHOOSE]),
        worklines.Group(_("Volunteers are thinking"), [line for kind, line in lines if kind in BEING_ASKED]),
    ]
    context = {
        "groups": [group for group in groups if group.rows],
        "to_choose": sum(count.get(kind, 0) for kind in TO_CHOOSE),
        "more": sum(count.values()) - len(found),
        "may_weigh": may(request.user, "weigh"),
        "may_match": may(request.user, "match"),
    }
    return render(request, "desk/match.html", context)


def _line(one: HelpRequest, staff: Staff, now: datetime) -> worklines.Line:
    step, due = words.STEPS[one.next_kind], one.next_due or now
    by_clock = one.next_owner == Role.CLOCK
    return worklines.Line(
        at=due,
        owner=one.next_owner,
        bell="wait" if by_clock else "you",
        name=one.client.called,
        place=words.place_and_reference(words.place_name(one.postcode), one.reference),
        what=step.what,
        verb=step.verb,
        url=reverse("desk:match_request", args=[one.reference]),
        why=f"{words.task_names([task.slug for task in one.tasks.all()])}. {words.language_names(one.client.speaks)}.",
        late="" if by_clock else words.how_late(due, now),
        mine=one.next_owner == staff.role,
    )


@staff_page
@require_GET
def match_request(request: StaffRequest, reference: str) -> HttpResponse:
    return _page(request, intake.find(request.organisation, reference))


@staff_page
@require_POST
def offers(request: StaffRequest, reference: str) -> HttpResponse:
    """Ask the next wave, or those that were ticked by hand. A page that is no longer true sends nothing."""
    check_may(request.user, "offer")
    found = intake.find(request.organisation, reference)
    ticked = request.POST.getlist("volunteers")
    try:
        if "by_hand" in request.POST and not ticked:
            raise NobodyChosen
        sent = _send(found, ticked, request.POST.get("wave", ""), by=Actor.staff(request.user))
    except Problem as problem:
        return _page(request, intake.find(request.organisation, reference), problem=problem, ticked=ticked)
    told = ngettext("One volunteer is being asked.", "%(count)d volunteers are being asked.", len(sent))
    messages.success(request, told % {"count": len(sent)})
    return go_on("desk:match_request", reference)


@staff_page
@require_POST
def interpreter(request: StaffRequest, reference: str) -> HttpResponse:
    """An interpreter joins by telephone, or not after all."""
    check_may(request.user, "match")
    found = intake.find(request.organisation, reference)
    wanted = request.POST.get("wanted") == "yes"
    done = _("An interpreter joins by telephone. See that one is there.") if wanted else _("Without an interpreter.")
    do(request, lambda: choose_interpreter(found, wanted, by=Actor.staff(request.user)), done)
    return go_on("desk:match_request", reference)


TWO: dict[str, words.Words] = {
    TwoGo.SAFETY: gettext_lazy("Two go, for safety. Nobody goes alone."),
    TwoGo.COMPANION: gettext_lazy("Somebody with experience goes along. Nobody goes alone."),
}


@staff_page
@require_POST
def two_go(request: StaffRequest, reference: str) -> HttpResponse:
    """Two go together, or one is enough after all."""
    check_may(request.user, "match")
    found, by = intake.find(request.organisation, reference), Actor.staff(request.user)
    why = request.POST.get("why", "")
    if why:
        do(request, lambda: together.ask_two(found, why, by=by), TWO.get(why, ""))
    else:
        said = _("One goes. Who waited for a second hears it, and the client too.")
        do(request, lambda: together.one_is_enough(found, by=by), said)
    return go_on("desk:match_request", reference)


@transaction.atomic
def _send(found: HelpRequest, ticked: Sequence[str], wave: str, *, by: Actor) -> list[Offer]:
    """`wave` is the number the page showed: a page sent twice, or looked at too long, must not ask twice."""
    lock_request(found.pk)
    if wave != str(_next_wave(list(found.offers.all()))):
        raise WaveLeft
    return verbs.send_wave(found, by=by, volunteers=_volunteers(ticked) if ticked else None)


def _volunteers(ticked: Sequence[str]) -> list[Volunteer]:
    """In the order in which they were ticked. Raises `Volunteer.DoesNotExist` for an id that is none."""
    try:
        ids = [uuid.UUID(one) for one in dict.fromkeys(ticked)]
    except ValueError:
        raise Volunteer.DoesNotExist from None
    found = Volunteer.objects.select_related("recipient").in_bulk(ids)
    if len(found) != len(ids):
        raise Volunteer.DoesNotExist
    return [found[one] for one in ids]


def _next_wave(offers: Sequence[Offer]) -> int:
    return 1 + max([0, *(offer.wave for offer in offers)])


def _page(
    request: StaffRequest, found: HelpRequest, *, problem: Problem | None = None, ticked: Sequence[str] = ()
) -> HttpResponse:
    offers = list(Offer.objects.filter(request=found).select_related("volunteer"))
    ranking, tasks, refusal = _ranking(found)
    shown = matchboard.shown(found, ranking)
    people = [*shown.people, *(offer.volunteer for offer in offers)]
    keys.prefetch([found.client.key_id, *(one.key_id for one in people)])
    board = matchboard.board(found, shown, tasks)
    live = [offer for offer in offers if offer.status in LIVE_OFFERS]
    visit, waiting = _standing_visit(found), pairs.waiting_of(found)
    context = {
        "section": "match",
        "help_request": found,
        "client": found.client,
        "place": words.place_name(found.postcode),
        "meets_at": slips.whole(found.meets_at),
        "tasks": words.task_names([task.slug for task in found.tasks.all()]),
        "speaks": words.language_names(found.client.speaks),
        "channel": words.CHANNELS[found.client.recipient.channel],
        "board": board,
        "ticked": list(ticked),
        "asked": matchboard.asked(offers),
        "live": [offer.volunteer.first_name for offer in live],
        "wave": _next_wave(offers),
        "wave_at": _wave_at(found),
        "price": prices.of_batch(board.next_texts),
        "budget_spent": watching.spent_share(request.organisation) >= 1,
        "may_offer": may(request.user, "offer"),
        "may_match": may(request.user, "match"),
        "interpreter": ranking is not None and ranking.question.ties.interpreter,
        "refusal": sentence(refusal) if refusal else "",
        "step": requeststate.next_step(found, None) if refusal and found.is_open else None,
        "visit": visit,
        "second": pairs.second_of(visit) if visit is not None else None,
        "waiting": waiting,
        "along": households.along_with(found),
        "two": TWO.get(found.two_go, ""),
        "by_hand": waiting is not None and found.two_go == TwoGo.COMPANION,
        "problem": sentence(problem) if problem else "",
        **_reach(request.GET.get("reach", ""), board),
    }
    return render(request, "desk/match_request.html", context, status=problem.status if problem else 200)


def _ranking(found: HelpRequest) -> tuple[Ranking | None, tuple[VolunteerTask, ...], Problem | None]:
    """Who can go; or nobody, and why nobody may be asked at all."""
    if _standing_visit(found) is not None:
        return None, (), None
    try:
        tasks = verbs.check_may_be_offered(found)
    except Problem as refusal:
        return None, (), refusal
    return rank(found), tasks, None


def _standing_visit(found: HelpRequest) -> Any:
    """Of the first where two go; none as long as the second is sought."""
    standing = found.visits.standing().of_firsts().filter(needs_second=False)
    return standing.select_related("volunteer", "request").first()


def _wave_at(found: HelpRequest) -> Any:
    """When the next wave leaves by itself, if it does."""
    timer = Timer.objects.filter(kind="next_wave", subject_id=found.pk, rung_at=None).first()
    return timer.due_at if timer else None


def _reach(chosen: str, board: matchboard.Board) -> dict[str, Any]:
    """The map shows how far one volunteer goes: the first of the list, or whom the worker chose."""
    seats = board.seats
    seat = next((one for one in seats if str(one.candidate.volunteer.pk) == chosen), seats[0] if seats else None)
    if seat is None:
        return {"reach_of": "", "within": [], "reach_id": ""}
    volunteer = seat.candidate.volunteer
    return {"reach_of": seat.name, "within": matchboard.within_reach(volunteer), "reach_id": str(volunteer.pk)}
