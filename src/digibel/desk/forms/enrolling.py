"""Somebody new in the pool, and a list of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.desk.forms.guarded import GuardedForm
from digibel.desk.forms.limits import MODES
from digibel.desk.forms.sheets import SheetForm
from digibel.guardrails import catalogue
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.sheets import hours
from digibel.volunteers.importing import cells

GENDERS = [("", _("not said")), ("woman", _("a woman")), ("man", _("a man"))]


class NewVolunteerForm(GuardedForm):
    """Read with the eyes of a list: what people write in a cell they may write here."""

    use_required_attribute = False
    numbers = frozenset({"number"})

    first_name = forms.CharField(label=_("First name"), max_length=cells.LONGEST_NAME)
    family_name = forms.CharField(label=_("Family name"), max_length=cells.LONGEST_NAME, required=False)
    number = forms.CharField(label=_("Mobile"), max_length=40)
    postcode = forms.CharField(label=_("Postcode of their home"), max_length=40)
    speaks = forms.MultipleChoiceField(label=_("Speaks"), widget=forms.CheckboxSelectMultiple)
    skills = forms.MultipleChoiceField(label=_("Knows"), widget=forms.CheckboxSelectMultiple, required=False)
    hours = forms.CharField(
        label=_("When can they go, every week?"),
        help_text=_("For example: Monday to Friday 9:00-12:00; Thursday 13:00-17:00. Empty: nobody asks them yet."),
        max_length=200,
        required=False,
    )
    modes = forms.MultipleChoiceField(
        label=_("How do they travel?"), choices=MODES, required=False, widget=forms.CheckboxSelectMultiple
    )
    gender = forms.ChoiceField(
        label=_("Some clients ask for a woman or a man"), choices=GENDERS, required=False, widget=forms.RadioSelect
    )
    sms_only = forms.BooleanField(label=_("No internet on the telephone: everything by text"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = words.desk_language()
        spoken = [(code, languages.name_of(code, reader)) for code in languages.SPOKEN if code != "other"]
        self.fields["speaks"].choices = spoken  # type: ignore[attr-defined]
        known = [(code, catalogue.in_language(names, reader)) for code, names in catalogue.SKILLS.items()]
        self.fields["skills"].choices = known  # type: ignore[attr-defined]
        self.fields["postcode"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        self.fields["number"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        readers = {"first_name": cells.name, "number": cells.number, "postcode": cells.postcode, "hours": hours.read}
        for name, read in readers.items():
            if name in told:
                self._read(name, read)
        return self.cleaned_data

    def _read(self, name: str, read: Any) -> None:
        try:
            self.cleaned_data[name] = read(self.cleaned_data[name])
        except Problem as problem:
            self.add_error(name, sentence(problem))


class ListForm(SheetForm):
    file = forms.FileField(
        label=_("Your list"),
        help_text=_("CSV or XLSX, the names of the columns in the first row: first name, mobile, postcode, languages."),
        allow_empty_file=True,
    )
