"""What the page `/design` shows: invented examples (`templates/desk/design.toml`) and two forms, one of them with mistakes."""

import tomllib
from datetime import date, datetime, time
from typing import Any

from django import forms, template
from django.core.paginator import Page, Paginator
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk.templatetags.desk_parts import BELLS, DESK, icon_names

register = template.Library()

EXAMPLES = DESK / "templates" / "desk" / "design.toml"
PAGES_SHOWN = 12


class ExampleForm(forms.Form):
    """One field of each kind."""

    first_name = forms.CharField(label="First name")
    telephone = forms.CharField(label="Telephone", help_text="A landline: we call, we send no text.")
    place = forms.ChoiceField(label="Municipality", choices=[("1090", "1090 Jette"), ("1083", "1083 Ganshoren")])
    caller = forms.ChoiceField(
        label="Who is on the line?",
        choices=[
            ("self", "The person"),
            ("family", "Family"),
            ("neighbour", "Neighbour or friend"),
            ("worker", "A worker"),
        ],
        widget=forms.RadioSelect,
    )
    speaks = forms.MultipleChoiceField(
        label="Speaks",
        help_text="More than one is fine.",
        choices=[("nl", "Dutch"), ("fr", "French"), ("ar", "Arabic")],
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label="In their own words",
        help_text="No codes, no card numbers. What looks like one is not kept.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    lift = forms.BooleanField(label="There is a lift", required=False)

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("first_name"):
            raise forms.ValidationError("Somebody else must be able to find this person again.")
        return self.cleaned_data


class ExampleLogin(forms.Form):
    username = forms.CharField(label=_("Name"), widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


def _filled() -> ExampleForm:
    given = {"first_name": "Guido", "telephone": "02 000 37 14", "caller": "self", "speaks": ["nl", "fr"]}
    return ExampleForm(initial=given, prefix="filled")


def _mistaken() -> ExampleForm:
    return ExampleForm(data={"mistaken-telephone": "02 000"}, prefix="mistaken")


def _page() -> Page[int]:
    return Paginator(range(10 * PAGES_SHOWN), 10).page(6)


def _today(value: Any, day: date) -> Any:
    """An hour in the examples is that hour of today, so that the page looks the same on every day."""
    if isinstance(value, dict):
        return {key: _today(one, day) for key, one in value.items()}
    if isinstance(value, list):
        return [_today(one, day) for one in value]
    return clock.at(day, value) if isinstance(value, time) else value


def examples(day: date) -> dict[str, Any]:
    with EXAMPLES.open("rb") as file:
        found: dict[str, Any] = _today(tomllib.load(file), day)
    return found


@register.simple_tag
def design_examples() -> dict[str, Any]:
    """`{% design_examples as ex %}`: everything the page shows."""
    day = clock.today()
    found = examples(day)
    found["slip"]["qr"] = SafeString(found["slip"]["qr"])
    return found | {
        "form": _filled(),
        "mistaken": _mistaken(),
        "login": ExampleLogin(prefix="login"),
        "page": _page(),
        "bells": list(BELLS.items()),
        "icons": sorted(name for name in icon_names() if not name.startswith("bell-") and name != "logo"),
        "today": day,
        "silent_since": datetime.combine(day, time(9, 12), clock.BRUSSELS),
    }
