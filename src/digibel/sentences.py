"""A refusal in the reader's language: the English sentence of the problem is its key in the translations."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel.problems import Problem

# Codes that a refusal may name, in words.
CODES = {
    "queued": _("about to be sent"),
    "sent": _("sent"),
    "accepted": _("accepted"),
    "declined": _("declined"),
    "expired": _("expired"),
    "withdrawn": _("taken back"),
    "booked": _("booked"),
    "under_way": _("under way"),
    "done": _("over"),
    "cancelled": _("cancelled"),
    "missed": _("missed"),
    "followed_up": _("followed up"),
}


def sentence(problem: Problem) -> str:
    translated = gettext(problem.template)
    if not problem.details:
        return translated
    return translated.format(**{name: _said(value) for name, value in problem.details.items()})


def _said(value: object) -> object:
    """Codes have a word of their own in the reader's language; numbers and names stay as they are."""
    return str(CODES[value]) if isinstance(value, str) and value in CODES else value
