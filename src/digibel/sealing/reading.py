"""Reading what may have been erased, where the page has something to show instead."""

from django.db.models import Model

from digibel.sealing.errors import Erased


def unsealed_or_none(instance: Model, field: str) -> str | None:
    """The text of a sealed field, or None when the person was erased. Anything else that is wrong is still raised."""
    try:
        text: str | None = getattr(instance, field)
    except Erased:
        return None
    return text
