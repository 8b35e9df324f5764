"""What a volunteer tells about a visit on their card."""

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk.forms.calls import ALONE
from digibel.scheduling.reports import LONGEST_NOTE

YES_NO = [("yes", _("yes")), ("no", _("no"))]


def _is_yes(value: str) -> bool:
    return value == "yes"


class ReportForm(forms.Form):
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
    autonomy_before = forms.TypedChoiceField(
        label=_("Could they do it alone, before?"),
        choices=[("", ""), *ALONE],
        coerce=int,
        empty_value=None,
        required=False,
    )
    autonomy_after = forms.TypedChoiceField(
        label=_("And now?"), choices=[("", ""), *ALONE], coerce=int, empty_value=None, required=False
    )
    note = forms.CharField(
        label=_("Anything the next one should know?"),
        help_text=_("No codes, no health, no names of others."),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
