"""The page on which it is noted when somebody is free, for whoever holds it: the desk, or the volunteer at their own page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import weekdays
from digibel.desk.forms.availability import AwayForm, CalendarForm, ExtraForm, WeekdayForm, WeekForm
from digibel.problems import NotFound, Problem
from digibel.scheduling import availability as promised
from digibel.sentences import sentence
from digibel.volunteers import availability
from digibel.volunteers.models import OwnCalendar, Volunteer
from digibel.volunteers.owncalendar import keeping


@dataclass
class FreeTime:
    """The forms of one volunteer; the one that was posted holds what was typed, and its errors."""

    volunteer: Volunteer
    week: WeekForm
    away: AwayForm
    extra: ExtraForm
    off: WeekdayForm
    calendar: CalendarForm

    @property
    def posted(self) -> BaseForm | None:
        return next(
            (form for form in (self.week, self.away, self.extra, self.off, self.calendar) if form.is_bound), None
        )

    def context(self) -> dict[str, Any]:
        today, volunteer = clock.today(), self.volunteer
        return {
            "forms": self,
            "absences": volunteer.absences.filter(last_day__gte=today).order_by("first_day"),
            "extra": volunteer.extra_hours.filter(day__gte=today).order_by("day", "start"),
            "own_calendar": OwnCalendar.objects.filter(volunteer=volunteer).first(),
            "weekdays_off": [(one, weekdays.weekday(one)) for one in _off(volunteer)],
        }


def of(volunteer: Volunteer, posted: str = "", data: QueryDict | None = None) -> FreeTime:
    """`posted` is the name of the form that was sent with `data`."""
    sent: Callable[[str], QueryDict | None] = lambda name: data if name == posted else None  # noqa: E731
    week = WeekForm(volunteer.hours.values_list("weekday", "start", "end"), sent("week"))
    others = AwayForm(sent("away")), ExtraForm(sent("extra")), WeekdayForm(sent("off")), CalendarForm(sent("calendar"))
    return FreeTime(volunteer, week, *others)


def _off(volunteer: Volunteer) -> list[int]:
    return list(volunteer.weekdays_off.order_by("weekday").values_list("weekday", flat=True))


def note(page: FreeTime, deed: str, data: QueryDict, *, by: Actor) -> str | Promise | None:
    """Do what was asked; the sentence of what was done, or None where a form has something to put right."""
    if deed in FORMS:
        verb, done = FORMS[deed]
        form = page.posted
        if form is None or not form.is_valid():
            return None
        try:
            verb(page, by)
        except Problem as problem:
            form.add_error(None, sentence(problem))
            return None
        return done
    if deed == "no-calendar":
        keeping.take_back(page.volunteer, by=by)
        return _("Forgotten: the address, and what was found there.")
    if deed not in UNDOING:
        raise NotFound
    kind, number = UNDOING[deed], data.get("which", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise NotFound
    if kind == "weekday":
        availability.give_weekdays_back(page.volunteer, int(number), by=by)
    else:
        availability.forget_exception(page.volunteer, kind, int(number), by=by)
    return _("Taken away.")


def _week(page: FreeTime, by: Actor) -> object:
    return availability.set_week(page.volunteer, page.week.hours, by=by)


def _away(page: FreeTime, by: Actor) -> object:
    told = page.away.cleaned_data
    return promised.be_away(page.volunteer, told["first_day"], told["last_day"], by=by)


def _extra(page: FreeTime, by: Actor) -> object:
    told = page.extra.cleaned_data
    return availability.note_extra(page.volunteer, told["day"], told["start"], told["end"], by=by)


def _weekday_off(page: FreeTime, by: Actor) -> object:
    return availability.take_weekday_off(page.volunteer, page.off.cleaned_data["weekday"], by=by)


def _calendar(page: FreeTime, by: Actor) -> object:
    return keeping.give(page.volunteer, page.calendar.cleaned_data["address"], by=by)


FORMS: dict[str, tuple[Callable[[FreeTime, Actor], object], Promise]] = {
    "week": (_week, _("The week is noted. The order of candidates follows at once.")),
    "away": (_away, _("Noted: nobody is asked for those days.")),
    "extra": (_extra, _("Noted: free then beside the week.")),
    "off": (_weekday_off, _("Noted: nobody is asked for that day of the week. What is booked stays.")),
    "calendar": (_calendar, _("Noted. We look there now, and again every few hours.")),
}
UNDOING = {"not-away": "away", "not-extra": "extra", "on": "weekday"}
DEEDS = (*FORMS, *UNDOING, "no-calendar")
