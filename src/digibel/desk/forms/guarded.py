"""The form that every form of the desk with a box to type in begins with: what comes back to be put right is masked too."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from digibel.desk.gate import ID, is_number
from digibel.guardrails import secrets


class GuardedForm(forms.Form):
    """What was typed passes the gate before anybody reads it, a refusal that quotes it included (rule E4)."""

    numbers: ClassVar[frozenset[str]] = frozenset()
    """The fields that are a telephone number, and nothing else."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_masked(data, self.numbers) if isinstance(data, QueryDict) else data, *args, **kwargs)


def _masked(posted: QueryDict, numbers: frozenset[str]) -> QueryDict:
    clean = posted.copy()
    safe = {typed: _safe(typed) for typed in {str(value) for _, values in posted.lists() for value in values}}
    for name, values in posted.lists():
        told = map(str, values)
        clean.setlist(name, [one if name in numbers and is_number(one) else safe[one] for one in told])
    return clean


def _safe(typed: str) -> str:
    """What is chosen from a list is an id of ours, and comes back as it stands."""
    return typed if ID.fullmatch(typed) else secrets.mask(typed)
