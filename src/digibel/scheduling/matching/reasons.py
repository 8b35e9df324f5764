"""Why somebody stands where they stand, or is skipped: a code for programs, a sentence for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    # why yes
    "came_before": _("has been here before, and may come again"),
    "speaks": _("speaks {languages}"),
    "skilled": _("knows {skills}"),
    "near": _("{km} km away"),
    "free": _("free at {count} of the moments"),
    "rested": _("not asked for {days} days"),
    "never_asked": _("not asked before"),
    "visits_this_week": _("{count} visits that week already"),
    "has_open_offer": _("has another offer open"),
    # why not
    "paused": _("is pausing"),
    "stopped": _("said STOP to offers"),
    "absent": _("is away then"),
    "not_ready": _("is not ready: {missing}"),
    "over_limit": _("has reached their own limit for the week"),
    "no_language": _("speaks none of {languages}"),
    "no_skill": _("does not know {skills}"),
    "too_far": _("{km} km away, goes {reach} km at most"),
    "no_moment": _("is not free at any of the moments"),
    "nobody_on_duty": _("is free only when nobody is on duty"),
    "stairs": _("does not take stairs"),
    "dog": _("does not go where there is a dog"),
    "smoke": _("does not go where people smoke"),
    "not_the_wish": _("the client asks for somebody else"),
    "not_again": _("the client or the volunteer would rather not"),
    "asked": _("has been asked and is thinking"),
    "declined": _("said no to this"),
    "silent": _("did not answer this offer"),
    "too_many_offers": _("has had five offers this week"),
}

REQUIREMENTS = {
    "information_note": _("information note"),
    "insurance": _("insurance"),
    "discretion": _("duty of discretion"),
    "code_of_conduct": _("code of conduct"),
    "training": _("training"),
    "questions": _("five questions on the rules"),
    "adult": _("eighteen or older"),
    "own_duty": _("own duty to declare"),
}


@dataclass(frozen=True)
class Reason:
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the language that is active now."""
        return gettext(str(SENTENCES[self.code])).format(**{name: _said(value) for name, value in self.values.items()})


@dataclass(frozen=True)
class Named:
    """A code whose name is said in the language that is active when it is read out."""

    code: str
    naming: Callable[[str, str], str]

    def __str__(self) -> str:
        return self.naming(self.code, (get_language() or "nl")[:2])


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def because(code: str, **values: Any) -> Reason:
    return Reason(code, values)
