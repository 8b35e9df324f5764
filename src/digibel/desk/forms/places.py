"""What is looked for and from where; and what is known of one place."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from digibel import clock, languages, places
from digibel.desk import weekdays, words
from digibel.desk.forms.guarded import GuardedForm
from digibel.desk.forms.lists import ListFilter
from digibel.directory import writing
from digibel.directory.errors import DoesNotFit
from digibel.directory.models import HelpPlace, Kind
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.sheets import hours

STEP_FREE = {"yes": True, "no": False, "": None}
BOX = forms.Textarea({"rows": 3})


def _spoken() -> list[tuple[str, str]]:
    reader = words.desk_language()
    return [(code, languages.name_of(code, reader)) for code in languages.SPOKEN if code != "other"]


class PlacesFilter(ListFilter):
    postcode = forms.CharField(
        label=_("Postcode"), max_length=8, widget=forms.TextInput({"inputmode": "numeric", "size": "6"})
    )
    kind = forms.ChoiceField(label=_("What for"), choices=[("", _("everything")), *Kind.choices], required=False)
    language = forms.ChoiceField(label=_("Where they speak"), required=False)
    open_now = forms.BooleanField(label=_("open now"), required=False)
    to_check = forms.BooleanField(label=_("to be checked again"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("any language")), *_spoken()]  # type: ignore[attr-defined]

    def clean_postcode(self) -> str:
        try:
            return places.get(self.cleaned_data["postcode"]).postcode
        except places.UnknownPostcode as problem:
            raise forms.ValidationError(sentence(problem)) from None


class NearbyFilter(PlacesFilter):
    """The same for anybody, without what only the desk asks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["to_check"]


class PlaceForm(GuardedForm):
    """One place, whole: what is not known stays empty. `version` is the one that was on the screen."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=120)
    name_fr = forms.CharField(label=_("Name in French, if it has another"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("What for"), choices=Kind.choices)
    street = forms.CharField(label=_("Street"), max_length=120, required=False)
    house_number = forms.CharField(label=_("Number"), max_length=12, required=False)
    postcode = forms.CharField(
        label=_("Postcode"), help_text=_("Empty: only a number or a website."), max_length=8, required=False
    )
    phone = forms.CharField(label=_("Telephone"), max_length=20, required=False)
    url = forms.CharField(label=_("Website"), max_length=200, required=False)
    hours = forms.CharField(
        label=_("Opening hours"),
        help_text=_("For example: Monday to Friday 9:00-12:00; Thursday 13:00-17:00. Empty: not known."),
        max_length=500,
        required=False,
        widget=BOX,
    )
    exceptions = forms.CharField(
        label=_("Other days"),
        help_text=_(
            "One a line. Closed: 21/07/2026-15/08/2026. Other hours: 24/12/2026: 9:00-12:00. Public holidays are closed already."
        ),
        max_length=3000,
        required=False,
        widget=BOX,
    )
    languages = forms.MultipleChoiceField(label=_("Speaks"), widget=forms.CheckboxSelectMultiple, required=False)
    serves = forms.CharField(
        label=_("Only for people from these postcodes"),
        help_text=_("Empty: for everybody."),
        max_length=400,
        required=False,
    )
    price = forms.CharField(label=_("Price"), max_length=120, required=False)
    step_free = forms.ChoiceField(
        label=_("Can somebody get in without steps?"),
        choices=[("yes", _("yes")), ("no", _("no")), ("", _("not known"))],
        required=False,
        widget=forms.RadioSelect,
    )
    source = forms.CharField(
        label=_("How do you know?"), help_text=_("For example: rang them, was there, their website."), max_length=200
    )
    active = forms.BooleanField(label=_("It still exists"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = _spoken()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._read("hours", lambda text: writing.read_hours(text, hours.SHORT_DAYS[words.desk_language()]))
        self._read("exceptions", writing.read_exceptions)
        self._read("postcode", writing.read_postcode)
        self._read("serves", writing.read_postcodes)
        self._read("phone", writing.read_phone)
        self._read("url", writing.read_website)
        self.cleaned_data["step_free"] = STEP_FREE[self.cleaned_data.get("step_free", "")]
        return self.cleaned_data

    def _read(self, name: str, read: Callable[[str], Any]) -> None:
        if name in self.cleaned_data:
            try:
                self.cleaned_data[name] = read(self.cleaned_data[name])
            except Problem as problem:
                self.add_error(name, sentence(problem))

    def refused(self, error: ValidationError) -> None:
        """The last word of the model, beside the field it is about."""
        for name in error.message_dict:
            self.add_error(name if name in self.fields else None, sentence(DoesNotFit()))


def as_written(place: HelpPlace) -> dict[str, Any]:
    """What the form begins with: hours and days as somebody would type them."""
    same = ("version", "name", "name_fr", "kind", "street", "house_number", "postcode", "phone", "url", "languages")
    return {
        **{name: getattr(place, name) for name in (*same, "price", "source", "active")},
        "hours": writing.write_hours(place.hours, weekdays.weekday),
        "exceptions": writing.write_exceptions(writing.to_come(place.exceptions, clock.today())),
        "serves": ", ".join(place.serves),
        "step_free": next(told for told, value in STEP_FREE.items() if value is place.step_free),
    }
