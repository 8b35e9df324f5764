"""How a coordinator decides after what a client reported."""

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk.forms.guarded import GuardedForm
from digibel.scheduling.concerns import LONGEST_NOTE
from digibel.scheduling.models import Concern


class DecisionForm(GuardedForm):
    """Both are people of good will until the talk says otherwise; the note says what was heard."""

    use_required_attribute = False

    decision = forms.ChoiceField(
        label=_("What is decided?"),
        choices=[
            (Concern.Decision.GOES_ON.value, _("The volunteer goes on")),
            (Concern.Decision.STOPS.value, _("No more visits")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose: the volunteer goes on, or no more visits.")},
    )
    note = forms.CharField(
        label=_("What was said in the talk, and why?"),
        help_text=_("No codes, no health, no names of others."),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what was said in the talk, and why this was decided.")},
    )
