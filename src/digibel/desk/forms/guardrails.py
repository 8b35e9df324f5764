"""What a coordinator writes down when a task is to be stricter here than in the catalogue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk import words
from digibel.desk.forms.guarded import GuardedForm
from digibel.guardrails.catalogue import TASKS, Verdict
from digibel.organisations.tightenings import LONGEST_REASON

VERDICTS = [
    (Verdict.CONDITIONS.value, _("allowed, with conditions")),
    (Verdict.STAFF_ONLY.value, _("staff only")),
    (Verdict.FORBIDDEN.value, _("not allowed")),
]


class StricterForm(GuardedForm):
    """One task, its verdict here, why, and from which day on. What is forbidden already cannot be chosen."""

    use_required_attribute = False

    slug = forms.ChoiceField(label=_("Which task?"))
    verdict = forms.TypedChoiceField(
        label=_("At our place it is"), choices=VERDICTS, coerce=Verdict, widget=forms.RadioSelect
    )
    since = forms.DateField(
        label=_("From which day on?"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Colleagues read it. Name nobody."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = words.desk_language()
        mild = [(task.name(language), slug) for slug, task in TASKS.items() if task.verdict is not Verdict.FORBIDDEN]
        choices = [("", _("Choose a task")), *((slug, name) for name, slug in sorted(mild))]
        self.fields["slug"].choices = choices  # type: ignore[attr-defined]
        self.fields["since"].initial = clock.today()
