"""How a volunteer travels, how far, how well they speak, and how often they want to be asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.desk.forms.guarded import GuardedForm
from digibel.volunteers.models import Level, Volunteer
from digibel.volunteers.pool import LONGEST_WAY, MOST_A_WEEK

MODES = [
    ("foot", _("on foot")),
    ("bicycle", _("by bicycle")),
    ("transit", _("by public transport")),
    ("car", _("by car")),
]
LEVELS = [(Level.BASIC.value, _("a little")), (Level.GOOD.value, _("well")), (Level.NATIVE.value, _("mother tongue"))]
MOST_OFFERS = 5


class LimitsForm(GuardedForm):
    """With a level for each language they speak: `level_fr`."""

    use_required_attribute = False

    modes = forms.MultipleChoiceField(
        label=_("How do they travel?"), choices=MODES, required=False, widget=forms.CheckboxSelectMultiple
    )
    reach_minutes = forms.IntegerField(
        label=_("The longest way, in minutes"),
        help_text=_("By the fastest of these. Empty: the kilometres count."),
        min_value=5,
        max_value=LONGEST_WAY,
        required=False,
    )
    weekly_limit = forms.IntegerField(label=_("Visits a week at most"), min_value=0, max_value=MOST_A_WEEK)
    offers_limit = forms.IntegerField(label=_("Offers in seven days at most"), min_value=0, max_value=MOST_OFFERS)

    def __init__(self, volunteer: Volunteer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.speaks = list(volunteer.speaks)
        for code in self.speaks:
            self.fields[f"level_{code}"] = forms.ChoiceField(label=words.language_names([code]), choices=LEVELS)

    @property
    def levels(self) -> dict[str, str]:
        """Only what is not the usual."""
        told = {code: self.cleaned_data[f"level_{code}"] for code in self.speaks}
        return {code: level for code, level in told.items() if level != Level.GOOD}


def as_told(volunteer: Volunteer) -> dict[str, Any]:
    """What the form begins with."""
    names = ("modes", "reach_minutes", "weekly_limit", "offers_limit")
    levels = {f"level_{code}": volunteer.language_levels.get(code, Level.GOOD.value) for code in volunteer.speaks}
    return {**{name: getattr(volunteer, name) for name in names}, **levels}


def modes_in_words(modes: list[str]) -> str:
    said = dict(MODES)
    return ", ".join(str(said[mode]) for mode in modes if mode in said)
