"""Places to refer to: the nearest of a kind, with what is known of them, since when and by whom; and one of them, to put right."""

import uuid
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import listplace, placefiles, sliproads, weekdays, words
from digibel.desk.answers import do
from digibel.desk.forms.places import PlaceForm, PlacesFilter, as_written
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.directory import corrections, finding, writing
from digibel.directory.errors import ChangedMeanwhile
from digibel.directory.hours import DAYS
from digibel.directory.models import HelpPlace
from digibel.organisations.permissions import check_may, may
from digibel.requests import seats
from digibel.sentences import sentence
from digibel.sheets import handing_out

PER_PAGE = 30


@dataclass(frozen=True)
class PlaceLine:
    place: HelpPlace
    name: str
    municipality: str
    km: float | None
    hours: tuple[tuple[words.Words, str], ...]
    other_days: tuple[str, ...]
    open_now: bool
    speaks: str
    stale: bool
    seats: str = ""


@staff_page
@require_safe
def places(request: StaffRequest) -> HttpResponse:
    begins = {"postcode": request.organisation.postcode, "kind": "computer_room"}
    form = PlacesFilter(request.GET if "postcode" in request.GET else {**begins, **request.GET.dict()})
    found = look(form.cleaned_data) if form.is_valid() else []
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "query": form.query,
        "lines": with_seats([line_of(near) for near in page.object_list]),
        "asked": words.place_name(form.cleaned_data["postcode"]) if form.is_valid() else "",
        "may_note": may(request.user, "note_places"),
        "section": "places",
    }
    return listplace.kept(render(request, "desk/places.html", context), request, form.query)


def with_seats(lines: list[PlaceLine]) -> list[PlaceLine]:
    """With the next session in which a seat is free, of each place that has one."""
    offered = seats.offered([line.place.pk for line in lines])
    return [replace(line, seats=_next_seat(offered.get(line.place.pk, []))) for line in lines]


def _next_seat(offered: list[seats.Offered]) -> str:
    free = next((one for one in offered if one.free), None)
    return sliproads.when(free.session) if free else ""


def look(asked: dict[str, Any]) -> list[finding.Near]:
    """What fits the filter, the nearest first. Asked for a language or an open door, only what is known to have it."""
    known = HelpPlace.objects.active().select_related("checked_by")
    found = list(known.of_kind(asked["kind"]) if asked["kind"] else known)
    if asked["language"]:
        found = [place for place in found if asked["language"] in place.languages]
    if asked["open_now"]:
        found = [place for place in found if place.is_open(clock.now())]
    if asked.get("to_check"):
        found = [place for place in found if place.is_stale(clock.today())]
    return finding.by_distance(found, asked["postcode"])


@staff_page
@require_safe
def places_csv(request: StaffRequest) -> HttpResponse:
    """The whole list for a spreadsheet, what is closed too."""
    told = handing_out.as_csv(placefiles.head(), placefiles.rows(HelpPlace.objects.all()))
    return _file(told, "text/csv; charset=utf-8", "csv")


@staff_page
@require_safe
def places_xlsx(request: StaffRequest) -> HttpResponse:
    told = handing_out.as_xlsx(placefiles.head(), placefiles.rows(HelpPlace.objects.all()), title=_("Places"))
    return _file(told, handing_out.XLSX, "xlsx")


def _file(told: str | bytes, content_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(told, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="digibel-places.{ending}"'
    return response


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: StaffRequest, place_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "note_places")
    found = HelpPlace.objects.select_related("checked_by").get(pk=place_id)
    if request.method != "POST":
        return _page(request, PlaceForm(initial=as_written(found)), found)
    form = PlaceForm(request.POST)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            corrections.correct(
                found,
                version=facts.pop("version") or 0,
                organisation=request.organisation,
                by=Actor.staff(request.user),
                **facts,
            )
        except ValidationError as error:
            form.refused(error)
        except ChangedMeanwhile as problem:
            return _conflict(request, form, found, sentence(problem))
        else:
            messages.success(request, _("Noted: %(name)s was checked today.") % {"name": facts["name"]})
            return listplace.go_back(request, "desk:places")
    return _page(request, form, found, status=422)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_place(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "note_places")
    form = PlaceForm(request.POST) if request.method == "POST" else PlaceForm()
    if form.is_bound and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            corrections.add(organisation=request.organisation, by=Actor.staff(request.user), **facts)
        except ValidationError as error:
            form.refused(error)
        else:
            messages.success(request, _("Noted: %(name)s is in the list.") % {"name": facts["name"]})
            return listplace.go_back(request, "desk:places")
    return _page(request, form, None, status=422 if form.is_bound else 200)


@staff_page
@require_POST
def place_checked(request: StaffRequest, place_id: uuid.UUID) -> HttpResponse:
    """Somebody rang today: all that stands there is still so. What changed since the page was read is not what they checked."""
    check_may(request.user, "note_places")
    found = HelpPlace.objects.get(pk=place_id)
    told = request.POST.get("version", "")
    version = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0
    do(
        request,
        lambda: corrections.correct(
            found, version=version, organisation=request.organisation, by=Actor.staff(request.user)
        ),
        _("Noted: %(name)s was checked today.") % {"name": found.name_in(words.desk_language())},
    )
    return listplace.go_back(request, "desk:places")


def _page(request: StaffRequest, form: PlaceForm, found: HelpPlace | None, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "place": found, "section": "places"}
    return render(request, "desk/place.html", context, status=status)


def _conflict(request: StaffRequest, form: PlaceForm, found: HelpPlace, said: str) -> HttpResponse:
    """What they typed stays; beside it what the colleague saved, whose version the next press has seen."""
    found.refresh_from_db()
    typed = request.POST.copy()
    typed["version"] = str(found.version)
    theirs = as_written(found)
    changed = [
        (bound.label, _shown(theirs[bound.name]))
        for bound in form
        if bound.name in theirs and bound.name != "version" and theirs[bound.name] != _typed(request, bound.name)
    ]
    context = {"form": PlaceForm(typed), "place": found, "said": said, "changed": changed, "section": "places"}
    return render(request, "desk/place.html", context, status=ChangedMeanwhile.status)


def _typed(request: StaffRequest, name: str) -> Any:
    if name == "languages":
        return request.POST.getlist(name)
    return name in request.POST if name == "active" else request.POST.get(name, "").replace("\r\n", "\n")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return words.language_names(value)
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)


def line_of(near: finding.Near) -> PlaceLine:
    place, reader = near.place, words.desk_language()
    coming = writing.to_come(place.exceptions, clock.today())
    return PlaceLine(
        place=place,
        name=place.name_in(reader),
        municipality=words.place_name(place.postcode) if place.postcode else "",
        km=near.km,
        hours=tuple(_hours(place)),
        other_days=tuple(writing.write_exceptions([one]) for one in coming),
        open_now=place.is_open(clock.now()),
        speaks=words.language_names(place.languages),
        stale=place.is_stale(clock.today()),
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
