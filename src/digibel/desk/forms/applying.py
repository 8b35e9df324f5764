"""Putting oneself forward as a volunteer: four things, a yes, and a trap for programs that fill in whatever they find."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.desk.forms.guarded import GuardedForm
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.volunteers.importing import cells


class PutForwardForm(GuardedForm):
    use_required_attribute = False
    numbers = frozenset({"number"})

    first_name = forms.CharField(label=_("Your first name"), max_length=cells.LONGEST_NAME)
    number = forms.CharField(label=_("Your mobile"), max_length=40)
    postcode = forms.CharField(label=_("Postcode of your home"), max_length=8)
    speaks = forms.MultipleChoiceField(label=_("Which languages do you speak?"), widget=forms.CheckboxSelectMultiple)
    consent = forms.BooleanField(
        label=_("You may keep what I fill in here for ninety days, to ring me and to decide. Nobody else gets it."),
        error_messages={"required": _("Without your yes we may not keep this. Tick it, or ring us.")},
    )
    # People do not see it, and a reader of screens skips it; a program fills it in. Said aloud, so that nobody is lost in silence.
    website = forms.CharField(label=_("Leave this empty"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = words.desk_language()
        spoken = [(code, languages.name_of(code, reader)) for code in languages.SPOKEN if code != "other"]
        self.fields["speaks"].choices = spoken  # type: ignore[attr-defined]
        self.fields["first_name"].widget.attrs |= {"autocomplete": "given-name"}
        self.fields["number"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.fields["postcode"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "postal-code", "size": "6"}
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}

    def clean_first_name(self) -> str:
        return self._read(cells.name, "first_name")

    def clean_number(self) -> str:
        return self._read(cells.number, "number")

    def clean_postcode(self) -> str:
        return self._read(cells.postcode, "postcode")

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave the last field empty, and press once more."))
        return ""

    def _read(self, read: Any, name: str) -> str:
        try:
            told: str = read(self.cleaned_data[name])
        except Problem as problem:
            raise forms.ValidationError(sentence(problem)) from None
        return told
