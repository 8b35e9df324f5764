"""Places to refer to: the nearest of a kind, with what is known of them and since when."""

from dataclasses import dataclass
from datetime import time

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from digibel import clock
from digibel.desk import weekdays, words
from digibel.desk.forms.places import PlacesFilter
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.directory import finding
from digibel.directory.hours import DAYS
from digibel.directory.models import FRESH, HelpPlace

MOST_NEAR = 12


@dataclass(frozen=True)
class PlaceLine:
    place: HelpPlace
    name: str
    municipality: str
    km: float | None
    hours: tuple[tuple[words.Words, str], ...]
    open_now: bool
    speaks: str
    stale: bool


@staff_page
@require_GET
def places(request: StaffRequest) -> HttpResponse:
    form = PlacesFilter(request.GET or {"postcode": request.organisation.postcode, "kind": "computer_room"})
    found: list[tuple[HelpPlace, float | None]] = []
    if form.is_valid():
        found = near(form.cleaned_data["kind"], form.cleaned_data["postcode"])
    lines = [_line(place, km) for place, km in found]
    asked = words.place_name(form.cleaned_data.get("postcode", "")) if form.is_valid() else ""
    return render(request, "desk/places.html", {"form": form, "lines": lines, "asked": asked})


def near(kind: str, postcode: str) -> list[tuple[HelpPlace, float | None]]:
    """Places with a door, the nearest first; after them numbers and websites, which are as near as any."""
    doors: list[tuple[HelpPlace, float | None]] = [*finding.nearest(kind, postcode, limit=MOST_NEAR)]
    elsewhere = HelpPlace.objects.active().of_kind(kind).filter(postcode="").order_by("slug")
    return doors + [(place, None) for place in elsewhere if place.is_for(postcode)]


def _line(place: HelpPlace, km: float | None) -> PlaceLine:
    reader = words.desk_language()
    return PlaceLine(
        place=place,
        name=place.name_in(reader),
        municipality=words.place_name(place.postcode) if place.postcode else "",
        km=km,
        hours=tuple(_hours(place)),
        open_now=place.is_open(clock.now()),
        speaks=words.language_names(place.languages),
        stale=place.checked_on is None or place.checked_on < clock.today() - FRESH,
    )


def _hours(place: HelpPlace) -> list[tuple[words.Words, str]]:
    """Day by day, only the days on which it opens: "Tuesday", "14:00–16:00"."""
    return [
        (weekdays.weekday(number), ", ".join(_span(*span) for span in place.hours[day]))
        for number, day in enumerate(DAYS)
        if place.hours.get(day)
    ]


def _span(opens: str, closes: str) -> str:
    return words.span(time.fromisoformat(opens), time.fromisoformat(closes))
