"""When a place receives whom we send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk.forms.days import Day
from digibel.desk.forms.desksessions import Hour
from digibel.desk.forms.guarded import GuardedForm
from digibel.directory.models import MOST_SEATS


class PlaceSessionForm(GuardedForm):
    day = Day(label=_("Day"))
    start = Hour(label=_("From"))
    end = Hour(label=_("Until"))
    seats = forms.IntegerField(label=_("Seats that they keep for us"), min_value=1, max_value=MOST_SEATS, initial=4)
    until = Day(
        label=_("Every week until and including"), required=False, help_text=_("Empty: once. Not on public holidays.")
    )
