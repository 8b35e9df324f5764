"""An organisation asks to join: who they are, whom to ring, a yes, and the trap for programs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import places
from digibel.desk.forms.guarded import GuardedForm
from digibel.notifications import numbers
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.volunteers.importing import cells


class JoinForm(GuardedForm):
    use_required_attribute = False
    numbers = frozenset({"phone"})

    name = forms.CharField(label=_("What is your organisation called?"), max_length=80)
    postcode = forms.CharField(label=_("Postcode of the organisation"), max_length=8)
    contact = forms.CharField(label=_("Whom do we ask for?"), max_length=cells.LONGEST_NAME)
    phone = forms.CharField(label=_("Telephone"), max_length=20)
    email = forms.EmailField(label=_("Email"), max_length=254)
    consent = forms.BooleanField(
        label=_("You may keep what I fill in here for ninety days, to ring me and to decide. Nobody else gets it."),
        error_messages={"required": _("Without your yes we may not keep this. Tick it, or ring us.")},
    )
    # As in `forms/applying.py`.
    website = forms.CharField(label=_("Leave this empty"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"autocomplete": "organization"}
        self.fields["contact"].widget.attrs |= {"autocomplete": "name"}
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.fields["postcode"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "postal-code", "size": "6"}
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not any(letter.isalpha() for letter in name) or "://" in name:
            raise forms.ValidationError(_("Write the name in letters."))
        return name

    def clean_contact(self) -> str:
        return _read(cells.name, self.cleaned_data["contact"])

    def clean_postcode(self) -> str:
        return _read(lambda text: places.get(text).postcode, self.cleaned_data["postcode"])

    def clean_phone(self) -> str:
        return _read(numbers.parse, self.cleaned_data["phone"])

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave the last field empty, and press once more."))
        return ""


def _read(read: Any, told: str) -> str:
    try:
        return str(read(told))
    except Problem as problem:
        raise forms.ValidationError(sentence(problem)) from None
