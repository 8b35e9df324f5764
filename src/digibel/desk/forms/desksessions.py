"""Making a desk session, and who was there."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.desk.forms.days import Day
from digibel.desk.forms.guarded import GuardedForm
from digibel.directory.models import HelpPlace
from digibel.scheduling.desksessions.models import MOST_MINUTES, MOST_SEATS, Seat


class Hour(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time", "step": "900"}, format="%H:%M")


class DeskSessionForm(GuardedForm):
    place = forms.ModelChoiceField(label=_("Place"), queryset=HelpPlace.objects.none())
    day = Day(label=_("Day"))
    start = Hour(label=_("From"))
    end = Hour(label=_("Until"))
    seats = forms.IntegerField(label=_("Seats for volunteers"), min_value=1, max_value=MOST_SEATS, initial=2)
    language = forms.ChoiceField(label=_("They have to speak"), required=False)
    until = Day(
        label=_("Every week until and including"), required=False, help_text=_("Empty: once. Not on public holidays.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.queryset = HelpPlace.objects.active().somewhere().order_by("postcode", "name")
        reader = words.desk_language()
        place.label_from_instance = lambda one: f"{one.postcode} {one.name_in(reader)}"
        spoken = sorted((languages.name_of(code, reader), code) for code in languages.SPOKEN)
        named = [("", _("any language")), *((code, name) for name, code in spoken)]
        self.fields["language"].choices = named  # type: ignore[attr-defined]


class SeatsForm(GuardedForm):
    seats = forms.IntegerField(label=_("Seats for volunteers"), min_value=1, max_value=MOST_SEATS)


class AttendanceForm(GuardedForm):
    """A box with minutes for each who was expected, and one for somebody who walked in."""

    def __init__(self, seats: Sequence[Seat], length: int, others: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.seats = seats
        for seat in seats:
            initial = {"came": seat.minutes, "taken": length}.get(seat.status, 0)
            self.fields[_name(seat)] = _minutes(
                f"{seat.volunteer.first_name} {seat.volunteer.family_name}".strip(), initial
            )
        if others:
            choices = [("", _("nobody else")), *others]
            self.fields["walked_in"] = forms.ChoiceField(
                label=_("Somebody else was there"), choices=choices, required=False
            )
            self.fields["walked_in_minutes"] = _minutes(_("How many minutes"), length)

    def minutes(self) -> dict[uuid.UUID, int]:
        told = {seat.volunteer_id: self.cleaned_data[_name(seat)] or 0 for seat in self.seats}
        if walked_in := self.cleaned_data.get("walked_in"):
            told[uuid.UUID(walked_in)] = self.cleaned_data["walked_in_minutes"] or 0
        return told


def _name(seat: Seat) -> str:
    return f"minutes-{seat.pk}"


def _minutes(label: Any, initial: int) -> forms.IntegerField:
    field = forms.IntegerField(label=label, min_value=0, max_value=MOST_MINUTES, required=False, initial=initial)
    field.widget.attrs["step"] = "5"
    return field
