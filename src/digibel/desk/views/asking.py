"""How volunteers are asked here: four ways in words, and what was learned from earlier offers."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from digibel.audit.actors import Actor
from digibel.desk import words
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations import asking as verbs
from digibel.organisations.permissions import check_may, may
from digibel.organisations.ways import MOST_A_WEEK
from digibel.scheduling.asking import learning
from digibel.scheduling.asking.lessons import Lessons

HOPES: dict[str, words.Words] = {
    "0.25": _("patiently: the fewest texts, and it may take until the evening"),
    "0.50": _("calmly: half an acceptance in sight (as Digibel comes)"),
    "0.75": _("briskly: three quarters of an acceptance in sight"),
    "1.00": _("in a hurry: a whole acceptance in sight, and the most texts"),
}


@dataclass(frozen=True)
class Learned:
    """What is believed of the pool, as people say it: out of a hundred offers."""

    offers: int
    yeses: int
    noes: int
    minutes: int

    @classmethod
    def of(cls, lessons: Lessons) -> "Learned":
        yeses, noes = round(100 * lessons.accept), round(100 * lessons.decline)
        return cls(lessons.offers, yeses, noes, round(lessons.delay.median))


@staff_page
@require_safe
def asking(request: StaffRequest) -> HttpResponse:
    hopes = {Decimal(told): said for told, said in HOPES.items()}
    hopes.setdefault(request.organisation.asking_h, str(request.organisation.asking_h))
    context = {
        "ways": words.WAYS_OF_ASKING,
        "hopes": sorted(hopes.items()),
        "a_week": range(1, MOST_A_WEEK + 1),
        "learned": Learned.of(learning.believed([])),
        "may_choose": may(request.user, "choose_asking"),
        "section": "office",
    }
    return render(request, "desk/asking.html", context)


@staff_page
@require_POST
def choose_asking(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "choose_asking")
    told, by = request.POST, Actor.staff(request.user)
    do(
        request,
        lambda: verbs.choose_asking(
            request.organisation,
            way=told.get("way", ""),
            a_week=_whole(told.get("a_week", "")),
            h=_decimal(told.get("h", "")),
            by=by,
        ),
        _("Noted. From now on volunteers are asked like this."),
    )
    return go_on("desk:asking")


def _whole(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 else None


def _decimal(told: str) -> Decimal | None:
    try:
        return Decimal(told[:8])
    except InvalidOperation:
        return None
