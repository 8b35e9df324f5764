"""How much each criterion counts when candidates are put in order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk.forms.guarded import GuardedForm
from digibel.scheduling.matching.models import CRITERIA, MOST_WEIGHT

WORDS = {
    "continuity": (_("The same volunteer again"), _("who came before, and whom the client asks for again")),
    "near": (_("A short way"), _("minutes to get there, by the way they travel")),
    "language": (_("The language"), _("mother tongue before well, the client's first language before another")),
    "skill": (_("Knows this device"), _("the one that was named at intake")),
    "fairness": (_("Everybody's turn"), _("who was never asked, then who was asked longest ago")),
    "load": (_("Not too much for one person"), _("who has fewer visits that week")),
    "choice": (_("More moments to choose from"), _("who is free at several of the client's moments")),
}
CHOICES = [(number, str(number)) for number in range(MOST_WEIGHT + 1)]


class MatchOrderForm(GuardedForm):
    """One number from none to ten for each criterion. `seen` are the numbers whose effect was on the page."""

    use_required_attribute = False

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CRITERIA:
            label, help_text = WORDS[name]
            self.fields[name] = forms.TypedChoiceField(
                label=label, help_text=help_text, choices=CHOICES, coerce=int, empty_value=None
            )

    @property
    def weights(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in CRITERIA}

    @property
    def was_seen(self) -> bool:
        return self.cleaned_data["seen"] == as_seen(self.weights)


def as_seen(weights: dict[str, int]) -> str:
    return "-".join(str(weights[name]) for name in CRITERIA)
