"""When somebody is free, as it is typed: their week, days away, hours beside it, a weekday they never can, a pause."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel.desk import weekdays
from digibel.desk.forms.days import Day
from digibel.desk.forms.guarded import GuardedForm
from digibel.sheets.hours import Hours

STRETCHES_A_DAY = 2


class Hour(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **kwargs)


class WeekForm(GuardedForm):
    """Two stretches for each day, or as many as there are; an empty one is none. `d0_0_start`: Monday's first beginning."""

    use_required_attribute = False

    def __init__(self, hours: Iterable[Hours], *args: Any, **kwargs: Any) -> None:
        known = _by_day(hours)
        self.stretches = max(STRETCHES_A_DAY, *(len(one) for one in known.values()))
        super().__init__(*args, initial=_initial(known), **kwargs)
        for weekday in known:
            for number in range(self.stretches):
                day = {"day": weekdays.weekday(weekday)}
                self.fields[f"d{weekday}_{number}_start"] = Hour(label=gettext("%(day)s from") % day, required=False)
                self.fields[f"d{weekday}_{number}_end"] = Hour(label=gettext("%(day)s until") % day, required=False)

    def clean(self) -> dict[str, Any]:
        """Half a stretch is none that we may guess."""
        told = super().clean() or {}
        for weekday in range(7):
            for number in range(self.stretches):
                start, end = (f"d{weekday}_{number}_{part}" for part in ("start", "end"))
                if bool(told.get(start)) != bool(told.get(end)) and not {start, end} & self.errors.keys():
                    self.add_error(end if told.get(start) else start, _("Write both hours, or none."))
        return told

    @property
    def hours(self) -> list[Hours]:
        pairs = [
            (weekday, self.cleaned_data[f"d{weekday}_{number}_start"], self.cleaned_data[f"d{weekday}_{number}_end"])
            for weekday in range(7)
            for number in range(self.stretches)
        ]
        return [(weekday, start, end) for weekday, start, end in pairs if start and end]

    def days(self) -> list[dict[str, Any]]:
        """What the page draws: each day with its pairs of fields."""
        return [
            {
                "name": weekdays.weekday(weekday),
                "stretches": [
                    (self[f"d{weekday}_{number}_start"], self[f"d{weekday}_{number}_end"])
                    for number in range(self.stretches)
                ],
            }
            for weekday in range(7)
        ]


def _by_day(hours: Iterable[Hours]) -> dict[int, list[tuple[time, time]]]:
    known: dict[int, list[tuple[time, time]]] = {weekday: [] for weekday in range(7)}
    for weekday, start, end in sorted(hours):
        known[weekday].append((start, end))
    return known


def _initial(known: dict[int, list[tuple[time, time]]]) -> dict[str, time]:
    return {
        f"d{weekday}_{number}_{part}": value
        for weekday, stretches in known.items()
        for number, stretch in enumerate(stretches)
        for part, value in zip(("start", "end"), stretch, strict=True)
    }


class AwayForm(GuardedForm):
    prefix = "away"
    first_day = Day(label=_("First day away"))
    last_day = Day(label=_("Last day away"))


class ExtraForm(GuardedForm):
    prefix = "extra"
    day = Day(label=_("Day"))
    start = Hour(label=_("from"))
    end = Hour(label=_("until"))


class WeekdayForm(GuardedForm):
    prefix = "off"
    weekday = forms.TypedChoiceField(
        label=_("Day of the week"), choices=[(number, weekdays.weekday(number)) for number in range(7)], coerce=int
    )


class PauseForm(GuardedForm):
    """An empty day: until they say so."""

    prefix = "pause"
    until = Day(label=_("Back on"), help_text=_("Empty: until somebody says so."), required=False)


class CalendarForm(forms.Form):
    """An address is a secret of its own kind: it is sealed, and never written back into the page. So it is not masked either."""

    prefix = "calendar"
    address = forms.CharField(
        label=_("Address of their own calendar"),
        help_text=_("From the settings of the calendar: “secret address” or “subscribe”. Begins with https://"),
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
