"""Why somebody stands where they stand, or is skipped: a code for programs, a sentence for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    # why yes
    "came_before": _("has been here before, and may come again"),
    "native": _("{languages} is their mother tongue"),
    "speaks": _("speaks {languages}"),
    "interpreter": _("with an interpreter on the telephone"),
    "skilled": _("knows {skills}"),
    "near": _("{minutes} minutes away"),
    "free": _("free at {count} of the moments"),
    "rested": _("not asked for {days} days"),
    "never_asked": _("not asked before"),
    "visits_this_week": _("{count} visits that week already"),
    "has_open_offer": _("has another offer open"),
    # why not
    "paused": _("is pausing"),
    "stopped": _("said STOP to offers"),
    "wrong_number": _("somebody else answers at the number we have"),
    "absent": _("is away then"),
    "not_ready": _("is not ready: {missing}"),
    "over_limit": _("has reached their own limit for the week"),
    "no_language": _("speaks none of {languages}"),
    "little_language": _("speaks only a little {languages}"),
    "no_skill": _("does not know {skills}"),
    "too_far": _("{km} km away, goes {reach} km at most"),
    "too_long": _("{minutes} minutes away, goes {reach} minutes at most"),
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
    "too_many_offers": _("has had {count} offers this week, and wants no more"),
}

# The first reason of each who cannot go, told of several at once.
SEVERAL = {
    "paused": _("pausing"),
    "stopped": _("said STOP to offers"),
    "wrong_number": _("somebody else answers at the number we have"),
    "absent": _("away then"),
    "not_ready": _("not ready for this organisation"),
    "over_limit": _("at their own limit for the week"),
    "no_language": _("no language in common"),
    "little_language": _("only a little of the language"),
    "no_skill": _("do not know this task"),
    "too_far": _("live too far"),
    "no_moment": _("not free at these moments"),
    "nobody_on_duty": _("free only when nobody is on duty here"),
    "stairs": _("cannot take the stairs"),
    "dog": _("not where there is a dog"),
    "smoke": _("not where people smoke"),
    "not_the_wish": _("not whom the client asks for"),
    "not_again": _("rather not this pair again"),
    "asked": _("asked already, and thinking"),
    "declined": _("said no to this"),
    "silent": _("did not answer this"),
    "too_many_offers": _("asked often enough this week"),
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


def several(code: str) -> str:
    """A first reason, as it is counted, in the language that is active now."""
    return gettext(str(SEVERAL[code]))


def because(code: str, **values: Any) -> Reason:
    return Reason(code, values)
