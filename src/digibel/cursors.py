"""A long list, read a page at a time: each page says where the next one begins, and nothing that comes or goes meanwhile moves it.

A cursor is the place after the last row, signed, so that nobody has to guess at it and nobody can make one up. It is written in
letters alone: it comes back in an address, which passes the gate of secrets, and signs with capitals and figures by turns look
like a password there.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

from digibel.problems import Invalid, Problem

LONGEST: Final = 800
_FIGURES: Final = "0123456789abcdef"
# No vowels, so that no word comes about.
_LETTERS: Final = "bcdfghjklmnpqrst"
_WRITTEN: Final = str.maketrans(_FIGURES, _LETTERS)
_READ: Final = str.maketrans(_LETTERS, _FIGURES)
Row = TypeVar("Row", bound=Model)


class NotACursor(Problem):
    code = "not_a_cursor"
    message = "This is not where a page of this list begins. Begin again without a cursor."


def page(
    found: QuerySet[Row], *, by: Sequence[str], limit: int, after: str | None, salt: str, name: str = "cursor"
) -> tuple[list[Row], str | None]:
    """At most `limit` rows after that place, in the order `by` (fields of one direction, unique together), and the next place.

    `salt` names the list and whose it is: the cursor of another list is none. Raises `Invalid` about the field `name`.
    """
    names = _names(by)
    if after:
        try:
            values = _read(found, names, after, salt)
        except NotACursor as refusal:
            raise Invalid({name: [refusal]}) from None
        found = found.filter(_beyond(names, values, down=by[0].startswith("-")))
    rows = list(found.order_by(*by)[: limit + 1])
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], place(rows[limit - 1], by=by, salt=salt)


def place(row: Model, *, by: Sequence[str], salt: str) -> str:
    """Where what comes after this row begins."""
    signed = signing.dumps([_plain(row, name) for name in _names(by)], salt=salt, compress=True)
    return signed.encode().hex().translate(_WRITTEN)


def _names(by: Sequence[str]) -> list[str]:
    return [name.removeprefix("-") for name in by]


def _plain(row: Model, name: str) -> Any:
    return _field(type(row), name).value_to_string(row)


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, Field), name
    return field


def _read(found: QuerySet[Row], names: Sequence[str], cursor: str, salt: str) -> list[Any]:
    try:
        told = signing.loads(bytes.fromhex(cursor[:LONGEST].translate(_READ)).decode(), salt=salt)
        return [_field(found.model, name).to_python(one) for name, one in zip(names, told, strict=True)]
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        raise NotACursor from None


def _beyond(names: Sequence[str], values: Sequence[Any], *, down: bool) -> Q:
    """Later in the order: the first field, or the same there and the next one, and so on."""
    beyond, same = Q(pk__in=[]), Q()
    for name, value in zip(names, values, strict=True):
        beyond |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        same &= Q(**{name: value})
    return beyond
