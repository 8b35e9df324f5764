"""The form that every form of the desk with a box to type in begins with: what comes back to be put right is masked too."""

from typing import Any

from django import forms
from django.http import QueryDict

from digibel.guardrails import secrets


class GuardedForm(forms.Form):
    """What was typed passes the gate before anybody reads it, a refusal that quotes it included (rule E4)."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_masked(data) if isinstance(data, QueryDict) else data, *args, **kwargs)


def _masked(posted: QueryDict) -> QueryDict:
    clean = posted.copy()
    safe = {typed: secrets.mask(typed) for typed in {str(value) for _, values in posted.lists() for value in values}}
    for name, values in posted.lists():
        clean.setlist(name, [safe[str(value)] for value in values])
    return clean
