"""What counts in the order of candidates, at this organisation: tried on the open requests before it is kept."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import matchboard, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.matchorder import MatchOrderForm, as_seen
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.desk.views.match import BEING_ASKED, TO_CHOOSE
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.requests.models import HelpRequest
from digibel.scheduling import offers
from digibel.scheduling.matching.choosing import weigh_differently
from digibel.scheduling.matching.house import Weights, read_weights
from digibel.scheduling.matching.models import CRITERIA
from digibel.scheduling.matching.ranking import Ranking, rank
from digibel.sealing import keys

MOST_TRIED = 6
MOST_NAMED = 5


@dataclass(frozen=True)
class Place:
    """A candidate in the new order; `was` is their place in the order of today."""

    name: str
    was: int
    now: int


@dataclass(frozen=True)
class Tried:
    """One open request: the first few of today, and the first few with the weights that are tried."""

    reference: str
    place: str
    tasks: str
    before: list[str]
    after: list[Place]

    @property
    def changes(self) -> bool:
        return self.before != [one.name for one in self.after]


@staff_page
@require_http_methods(["GET", "POST"])
def match_order(request: StaffRequest) -> HttpResponse:
    """Look at the effect first; what is kept is what was seen."""
    check_may(request.user, "weigh")
    current = read_weights(request.organisation.pk)
    if request.method == "GET":
        return _page(request, MatchOrderForm(initial=_initial(request, current)), current)
    form = MatchOrderForm(request.POST)
    if not form.is_valid():
        return _page(request, form, current, status=422)
    weights = form.weights
    if "save" not in request.POST or not form.was_seen:
        shown = MatchOrderForm(initial={**weights, "seen": as_seen(weights)})
        return _page(request, shown, current, tried=_try(request.organisation, weights), tries=True)
    by = Actor.staff(request.user)
    do(
        request,
        lambda: weigh_differently(request.organisation, weights, by=by),
        _("From now on candidates stand in this order. What was sent stays as it was."),
    )
    return go_on("desk:match_order")


def _initial(request: StaffRequest, current: Weights) -> Weights:
    """Those of today; or those that Digibel begins with, to look at."""
    return dict(CRITERIA) if "defaults" in request.GET else current


def _page(
    request: StaffRequest,
    form: MatchOrderForm,
    current: Weights,
    *,
    tried: list[Tried] | None = None,
    tries: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "match",
        "form": form,
        "tries": tries,
        "tried": tried or [],
        "changed": sum(one.changes for one in tried or []),
        "is_default": current == CRITERIA,
    }
    return render(request, "desk/match_order.html", context, status=status)


def _try(organisation: Organisation, weights: Weights) -> list[Tried]:
    """The open requests for which a volunteer is to be found, the most urgent first, each in both orders."""
    waiting = HelpRequest.objects.of(organisation).open().filter(next_kind__in=TO_CHOOSE | BEING_ASKED)
    related = waiting.select_related("client__recipient", "organisation").prefetch_related("tasks", "windows")
    now = clock.now()
    found = [(one, rank(one, now=now)) for one in related.order_by("next_due", "reference")[:MOST_TRIED] if _may(one)]
    return [_both(one, ranking, ranking.with_weights(weights)) for one, ranking in found if len(ranking)]


def _may(request: HelpRequest) -> bool:
    try:
        return bool(offers.check_may_be_offered(request))
    except Problem:
        return False


def _both(request: HelpRequest, before: Ranking, after: Ranking) -> Tried:
    first, then = before.best(MOST_NAMED), after.best(MOST_NAMED)
    keys.prefetch([one.volunteer.key_id for one in (*first, *then)])
    was = {one: place for place, one in enumerate(before.ids(), start=1)}
    return Tried(
        reference=request.reference,
        place=words.place_name(request.postcode),
        tasks=words.task_names([task.slug for task in request.tasks.all()]),
        before=[matchboard.called(one.volunteer) for one in first],
        after=[
            Place(matchboard.called(one.volunteer), was[one.volunteer.pk], place)
            for place, one in enumerate(then, start=1)
        ],
    )
