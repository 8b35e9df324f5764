"""What a volunteer tells about a visit on their card."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.desk.forms.autonomy import BeforeForm
from digibel.scheduling.models import AUTONOMY
from digibel.scheduling.reports import LONGEST_NOTE, QUESTIONS

YES_NO = [("yes", _("yes")), ("no", _("no"))]


def _is_yes(value: str) -> bool:
    return value == "yes"


def _question(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, coerce=_is_yes, empty_value=None, required=False, widget=forms.RadioSelect
    )


class HonestForm(forms.Form):
    """The four questions that everybody gets after every visit, on the card and on the telephone. A yes is a talk, nothing more."""

    code_seen = _question(_("Did you see or hear a code or a password?"))
    card_held = _question(_("Did you hold a bank card?"))
    money = _question(_("Did you touch money, or get some?"))
    private = _question(_("Did you agree on something private?"))

    @property
    def honest(self) -> list[tuple[forms.BoundField, str]]:
        """Each question with its drawing."""
        return [(self[name], words.WORRY_ICONS[name]) for name in QUESTIONS]

    def clean(self) -> dict[str, Any]:
        """As the verb takes them: all four in `answers`."""
        told = super().clean() or {}
        answers = {name: told.pop(name, None) for name in QUESTIONS}
        return {**told, "answers": answers}


class ReportForm(HonestForm, BeforeForm):
    """Only the first question must be answered; the rest helps the next one, and the report that funders ask for."""

    all_right = forms.TypedChoiceField(
        label=_("Did everything go well?"),
        choices=[("yes", _("yes, all right")), ("no", _("no, not all right"))],
        coerce=_is_yes,
        widget=forms.RadioSelect,
    )
    solved = forms.TypedChoiceField(
        label=_("Is the question solved?"),
        choices=YES_NO,
        coerce=_is_yes,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    practised = forms.TypedChoiceField(
        label=_("Did you practise it together?"),
        choices=YES_NO,
        coerce=_is_yes,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Anything the next one should know?"),
        help_text=_("No codes, no health, no names of others."),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReportCallForm(HonestForm, BeforeForm):
    """The same on the telephone, by whoever rings the volunteer: all right or not, the questions, and what to remember."""

    use_required_attribute = False

    all_right = forms.TypedChoiceField(
        label=_("Did everything go well?"),
        choices=[("yes", _("yes, all right")), ("no", _("no, not all right"))],
        coerce=_is_yes,
        widget=forms.RadioSelect,
        error_messages={"required": _("Ask whether everything went well.")},
    )
    note = forms.CharField(
        label=_("What did they say?"),
        help_text=_("No codes, no health, no names of others."),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    field_order = ("all_right", *QUESTIONS, *AUTONOMY, "note")
