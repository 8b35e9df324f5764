"""Reading what may have been erased, where the page has something to show instead."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Model

from digibel.sealing.errors import Erased
from digibel.sealing.fields import shown_instead


@contextmanager
def erased_shown_as(text: object) -> Iterator[None]:
    """Within the block an erased name reads as `text`, and whatever else was erased as nothing. For pages, which must stay whole.

    Nowhere else: whoever sends, judges or counts has to know that somebody was erased.
    """
    token = shown_instead.set(text)
    try:
        yield
    finally:
        shown_instead.reset(token)


def unsealed_or_none(instance: Model, field: str) -> str | None:
    """The text of a sealed field, or None when the person was erased. Anything else that is wrong is still raised."""
    with erased_shown_as(None):
        try:
            text: str | None = getattr(instance, field)
        except Erased:
            return None
    return text
