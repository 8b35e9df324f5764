"""For anybody, without a log-in: a postcode in, the nearest help out, and whom to ring to be helped at home or to help others.

Nothing about who asks is kept, and nothing of a client is anywhere near: places and organisations have public doors.
"""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from digibel import languages, places
from digibel.desk import limits, words
from digibel.desk.forms.places import NearbyFilter
from digibel.desk.views.places import line_of, look, with_seats
from digibel.organisations.models import Organisation
from digibel.problems import TooOften
from digibel.sentences import sentence

PER_PAGE = 10
MOST_HOUSES = 3


@dataclass(frozen=True)
class House:
    """An organisation that sends volunteers, as anybody may know it."""

    name: str
    phone: str
    municipality: str


@require_safe
def nearby(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("lang", "")
    chosen = asked if asked in languages.DESK_LANGUAGES else ""
    with translation.override(chosen or words.desk_language()):
        answer = _page(request, chosen)
        answer["Content-Language"] = words.desk_language()
    return answer


def _page(request: HttpRequest, lang: str) -> HttpResponse:
    form = NearbyFilter(request.GET if "postcode" in request.GET else None)
    context = {"form": form, "lang": words.desk_language(), "asked_in": lang, "languages": list(_tongues(form))}
    try:
        context |= _found(request, form) if form.is_bound else {}
    except TooOften as problem:
        answer = render(request, "desk/nearby.html", context | {"refusal": sentence(problem)}, status=problem.status)
        answer["Retry-After"] = str(problem.details["seconds"])
        return answer
    return render(request, "desk/nearby.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, form: NearbyFilter) -> dict[str, Any]:
    """Raises `TooOften`, before anything is looked up."""
    limits.count(request, "nearby")
    if not form.is_valid():
        return {}
    home = form.cleaned_data["postcode"]
    page = Paginator(look(form.cleaned_data), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "query": f"{form.query}&lang={words.desk_language()}",
        "lines": with_seats([line_of(near) for near in page.object_list]),
        "near": words.place_name(home),
        "houses": _houses(home),
    }


def _tongues(form: NearbyFilter) -> list[tuple[str, str, str]]:
    """Each language by its own name, with the address of this same page in it; the one that is active has none."""
    asked = f"{form.query}&" if form.is_bound else ""
    active = words.desk_language()
    return [
        (code, languages.LANGUAGES[code].own, "" if code == active else f"?{asked}lang={code}")
        for code in languages.DESK_LANGUAGES
    ]


def _houses(home: str) -> list[House]:
    """The organisations nearest to this postcode."""
    known = sorted(
        Organisation.objects.exclude(phone=""), key=lambda one: (places.distance_between(home, one.postcode), one.name)
    )
    return [House(one.name, one.phone, words.place_name(one.postcode)) for one in known[:MOST_HOUSES]]
