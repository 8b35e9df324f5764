"""Looking for texts that the erasure of their person would not reach."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db.models import Model

from digibel.sealing.envelope import Sealed
from digibel.sealing.errors import Unsealable
from digibel.sealing.fields import SealedTextField


def find_strays(models: Iterable[type[Model]] | None = None) -> list[str]:
    """A sentence for each sealed text that lies under another key than its owner's, in all tables or in these. Reads no text."""
    looked_at = apps.get_models() if models is None else models
    return [sentence for model in looked_at for field in sealed_fields(model) for sentence in _of(model, field)]


def sealed_fields(model: type[Model]) -> list[SealedTextField]:
    return [field for field in model._meta.local_concrete_fields if isinstance(field, SealedTextField)]


def _of(model: type[Model], field: SealedTextField) -> Iterator[str]:
    columns = ("pk", field.attname, field.key.replace(".", "__"))
    for pk, sealed, owner_key in model._base_manager.values_list(*columns).iterator(chunk_size=1000):
        if sealed is not None and _key_of(sealed) != owner_key:
            yield f"{model._meta.label} {pk}: {field.name} does not lie under its owner's key."


def _key_of(sealed: Sealed) -> object:
    try:
        return sealed.key_id
    except Unsealable:
        return None
