"""Somebody of the pool, to be put right: the fields of the page on which they came in, and a level for each language."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.desk.forms.enrolling import GENDERS
from digibel.desk.forms.guarded import GuardedForm
from digibel.desk.forms.limits import LEVELS, MODES, MOST_OFFERS
from digibel.guardrails import catalogue
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.volunteers.importing import cells
from digibel.volunteers.importing.rehearsing import MOST_KM
from digibel.volunteers.models import Level
from digibel.volunteers.pool import LONGEST_WAY, MOST_A_WEEK

NOT_SPOKEN = ("", _("does not speak it"))
OF_LANGUAGES = ("speaks", "language_levels")


class VolunteerForm(GuardedForm):
    """With a level for each language there is: `level_fr`, empty where they do not speak it."""

    use_required_attribute = False

    skills = forms.MultipleChoiceField(label=_("Knows"), widget=forms.CheckboxSelectMultiple, required=False)
    modes = forms.MultipleChoiceField(
        label=_("How do they travel?"), choices=MODES, required=False, widget=forms.CheckboxSelectMultiple
    )
    postcode = forms.CharField(label=_("Postcode of their home"), max_length=40)
    reach_minutes = forms.IntegerField(
        label=_("The longest way, in minutes"),
        help_text=_("By the fastest of these. Empty: the kilometres count."),
        min_value=5,
        max_value=LONGEST_WAY,
        required=False,
    )
    reach_km = forms.IntegerField(label=_("The longest way, in kilometres"), min_value=1, max_value=MOST_KM)
    weekly_limit = forms.IntegerField(label=_("Visits a week at most"), min_value=0, max_value=MOST_A_WEEK)
    offers_limit = forms.IntegerField(label=_("Offers in seven days at most"), min_value=0, max_value=MOST_OFFERS)
    gender = forms.ChoiceField(
        label=_("Some clients ask for a woman or a man"), choices=GENDERS, required=False, widget=forms.RadioSelect
    )
    stairs_ok = forms.BooleanField(label=_("Climbs stairs"), required=False)
    dog_ok = forms.BooleanField(label=_("Goes where there is a dog"), required=False)
    smoke_ok = forms.BooleanField(label=_("Goes where people smoke"), required=False)
    sms_only = forms.BooleanField(label=_("No internet on the telephone: everything by text"), required=False)

    def __init__(self, *args: Any, spoken: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = words.desk_language()
        known = [(code, catalogue.in_language(names, reader)) for code, names in catalogue.SKILLS.items()]
        self.fields["skills"].choices = known  # type: ignore[attr-defined]
        self.fields["postcode"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        self.spoken = [*spoken, *(code for code in languages.SPOKEN if code not in spoken and code != "other")]
        for code in self.spoken:
            label = words.language_names([code])
            self.fields[f"level_{code}"] = forms.ChoiceField(label=label, choices=[NOT_SPOKEN, *LEVELS], required=False)
        self.own = len(spoken)

    @property
    def languages_first(self) -> list[forms.BoundField]:
        """Those they speak, or were said to; the others are further down."""
        return [self[f"level_{code}"] for code in self.spoken[: self.own]]

    @property
    def languages_more(self) -> list[forms.BoundField]:
        return [self[f"level_{code}"] for code in self.spoken[self.own :]]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith("level_")]

    def clean_postcode(self) -> str:
        try:
            return cells.postcode(self.cleaned_data["postcode"])
        except Problem as problem:
            raise forms.ValidationError(sentence(problem)) from None

    def facts(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        levels = {code: told.pop(f"level_{code}") for code in self.spoken}
        spoken = {code: level for code, level in levels.items() if level}
        return {**told, "speaks": list(spoken), "language_levels": spoken}


def as_told(known: Mapping[str, Any]) -> dict[str, Any]:
    """What the form begins with."""
    levels = {f"level_{code}": known["language_levels"].get(code, Level.GOOD.value) for code in known["speaks"]}
    plain = {name: told for name, told in known.items() if name not in OF_LANGUAGES}
    return {**plain, **levels}
