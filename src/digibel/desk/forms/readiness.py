"""Papers of a volunteer, sessions of the training, and who was there."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.desk.forms.days import Day
from digibel.desk.forms.guarded import GuardedForm
from digibel.volunteers.requirements import Rule
from digibel.volunteers.training import MODULES


class PaperForm(GuardedForm):
    """Noting or renewing one requirement. What it keeps beside the dates depends on the requirement."""

    since = Day(label=_("From"))
    until = Day(label=_("Until and including"), required=False, help_text=_("Leave empty if it never runs out."))
    version = forms.CharField(label=_("Version of the text"), max_length=20, required=False)
    reference = forms.CharField(label=_("Number of the policy"), max_length=40)
    everybody = forms.BooleanField(label=_("For everybody whose insurance was noted here"), required=False)

    def __init__(self, rule: Rule, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in {"version", "reference"} - {rule.keeps}:
            del self.fields[name]
        if rule.keeps != "reference":
            del self.fields["everybody"]
        if rule.must_end:
            self.fields["until"].required = True
            self.fields["until"].help_text = ""


class ExemptionForm(GuardedForm):
    """Without it for a while. Whoever presses stands for it with their name."""

    until = Day(label=_("Until and including"), help_text=_("Six months at most. It ends by itself."))
    reason = forms.ChoiceField(label=_("Why"), choices=list(words.EXEMPTIONS.items()))


class EndForm(GuardedForm):
    last_day = Day(label=_("Last day on which it counts"))


class SessionForm(GuardedForm):
    module = forms.ChoiceField(label=_("Module"))
    day = Day(label=_("Day"))
    place = forms.CharField(label=_("Place"), max_length=80, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        reader = words.desk_language()
        choices = [(code, module.names[reader]) for code, module in MODULES.items()]
        self.fields["module"].choices = choices  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not 2000 <= day.year <= 2100:
            raise forms.ValidationError(_("Check the year."))
        return day
