"""A new organisation, and somebody new who works there."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.desk.forms.guarded import GuardedForm
from digibel.notifications import numbers
from digibel.organisations.models import Role
from digibel.places import postcodes
from digibel.problems import Problem
from digibel.sentences import sentence

LANGUAGES = [(code, languages.LANGUAGES[code].own) for code in languages.DESK_LANGUAGES]


class OrganisationForm(GuardedForm):
    use_required_attribute = False
    numbers = frozenset({"phone", "sms_number"})

    name = forms.CharField(label=_("Name"), max_length=80)
    phone = forms.CharField(label=_("The number that clients and volunteers are told to ring"), max_length=20)
    sms_number = forms.CharField(label=_("The number that its texts come from, and go back to"), max_length=20)
    postcode = forms.CharField(label=_("Postcode"), max_length=4)
    language = forms.ChoiceField(label=_("For texts to somebody whose language we miss"), choices=LANGUAGES)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not slugify(name):
            raise forms.ValidationError(_("Write the name in letters."))
        return name

    def clean_phone(self) -> str:
        return _read(numbers.parse, self.cleaned_data["phone"])

    def clean_sms_number(self) -> str:
        return _read(numbers.parse, self.cleaned_data["sms_number"])

    def clean_postcode(self) -> str:
        postcode: str = self.cleaned_data["postcode"]
        if not postcodes.is_known(postcode):
            raise forms.ValidationError(_("We do not know this postcode. Write four digits, for example 1090."))
        return postcode

    @property
    def fields_of_organisation(self) -> dict[str, Any]:
        return {"slug": slugify(self.cleaned_data["name"])[:50], **self.cleaned_data}


class StaffForm(GuardedForm):
    use_required_attribute = False
    numbers = frozenset({"mobile"})

    name = forms.CharField(label=_("Name, as colleagues say it"), max_length=60)
    email = forms.EmailField(label=_("Email"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))
    language = forms.ChoiceField(label=_("Language of the desk"), choices=LANGUAGES)
    mobile = forms.CharField(label=_("Mobile, for alarms (may stay empty)"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(value, words.ROLES[value]) for value, _label in Role.accounts()]  # type: ignore[attr-defined]

    def clean_mobile(self) -> str:
        mobile: str = self.cleaned_data["mobile"]
        return _read(numbers.parse, mobile) if mobile else ""


def _read(reader: Callable[[str], str], told: str) -> str:
    try:
        return reader(told)
    except Problem as problem:
        raise forms.ValidationError(sentence(problem)) from None
