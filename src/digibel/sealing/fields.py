"""The model field for personal data: assign text, read text; the database only ever sees a `Sealed`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from django.core import checks
from django.core.exceptions import FieldError, ObjectDoesNotExist
from django.core.validators import MaxLengthValidator
from django.db import NotSupportedError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.models.lookups import IsNull
from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import Promise

from digibel.sealing.envelope import Sealed, seal, unseal
from digibel.sealing.errors import Erased, SealingError, Unsealable
from digibel.sealing.keys import refuse_destroyed

if TYPE_CHECKING:
    TextField = models.Field[str, str]
else:
    TextField = models.Field

OWN_KEY = "key_id"

# While an instance is refreshed, texts go from one copy of the row to the other without being opened: a row can be
# refreshed after its person was erased.
_carrying: ContextVar[bool] = ContextVar("carrying", default=False)


# What a page shows for the name of somebody who was erased; None, everywhere else: reading it is refused.
shown_instead: ContextVar[object] = ContextVar("shown_instead", default=None)


@contextmanager
def _unopened() -> Iterator[None]:
    token = _carrying.set(True)
    try:
        yield
    finally:
        _carrying.reset(token)


class SealedText(DeferredAttribute):
    """The attribute on the instance: holds what was assigned or loaded, and opens a sealed text at every reading."""

    field: "SealedTextField"

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed) and instance is not None and not _carrying.get():
            return self._open(value, instance)
        return value

    def _open(self, value: Sealed, instance: models.Model) -> str:
        try:
            return unseal(value, place=self.field.place_of(instance))
        except Erased:
            if (instead := shown_instead.get()) is None:
                raise
            return str(instead) if self.field.is_name else ""

    def __set__(self, instance: models.Model, value: object) -> None:
        if isinstance(value, Promise):
            value = str(value)
        if not isinstance(value, str | Sealed | None):
            raise TypeError(f"{self.field} takes text, not {type(value).__name__}.")
        instance.__dict__[self.field.attname] = value


class SealedCol(Col):
    """A sealed column in a query: it can be fetched, and asked whether it is null. Sorting resolves it: refused."""

    def resolve_expression(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise FieldError(
            f"{self.target} is sealed: the database cannot sort or compute with it. Use a date or a reference."
        )


class SealedIsNull(IsNull):
    def __init__(self, lhs: Any, rhs: Any) -> None:
        super().__init__(Col(lhs.alias, lhs.target) if isinstance(lhs, SealedCol) else lhs, rhs)


class SealedTextField(TextField):
    """Text that only the living key of its person opens.

    `key` names where the id of that key is: a `UUIDField` of the same model, or a path through a foreign key
    (`"recipient.key_id"`). The row's primary key must be known before it is saved (a UUID with a default). '' is sealed like any
    other text; None is NULL, where `null=True`. Reading raises `Erased` or `Unsealable`, see `digibel.sealing.errors`.

    `is_name`: a page says "erased person" here, once the person is.

    The name of the table and of the column are sealed in with the text: renaming either needs a migration that reads and
    writes every row again.
    """

    description = "Text, sealed with its person's key"
    descriptor_class = SealedText

    def __init__(self, *args: Any, key: str = OWN_KEY, is_name: bool = False, **kwargs: Any) -> None:
        self.key = key
        self.is_name = is_name
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs if self.key == OWN_KEY else {**kwargs, "key": self.key}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not hasattr(cls.refresh_from_db, "carries_sealed"):
            cls.refresh_from_db = _carrying_sealed(cls.refresh_from_db)  # type: ignore[method-assign]

    def get_internal_type(self) -> str:
        return "BinaryField"

    # --- sealing ---------------------------------------------------------------------------------------------------

    def place_of(self, instance: models.Model) -> str:
        """Where this text belongs, and the only place where it opens: table, column and row."""
        row = instance._meta.pk.to_python(instance.pk)
        if row is None:
            raise SealingError(f"{self} needs the row's primary key before it is saved: give it a UUID with a default.")
        return f"{self.model._meta.db_table}:{self.column}:{row}"

    def owner_key_of(self, instance: models.Model) -> UUID | None:
        """The key of the person this row belongs to, or None where it belongs to nobody (any more)."""
        owner: Any = instance
        for step in self.key.split("."):
            try:
                owner = getattr(owner, step)
            except ObjectDoesNotExist:
                return None
            if owner is None:
                return None
        return owner if isinstance(owner, UUID) else UUID(str(owner))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        """What goes in the database. The instance keeps it too, so that nothing readable stays behind in memory."""
        with _unopened():
            value = getattr(model_instance, self.attname)
        if isinstance(value, str):
            value = self._seal(value, model_instance)
        elif value is not None:
            value = self._keep(value, model_instance, add=add)
        model_instance.__dict__[self.attname] = value
        return value

    def _seal(self, text: str, instance: models.Model) -> Sealed:
        key_id = self.owner_key_of(instance)
        if key_id is None:
            raise SealingError(f"{self} has no key to seal with: set {self.key} first (digibel.sealing.keys.new_key).")
        return seal(text, key_id=key_id, place=self.place_of(instance))

    def _keep(self, sealed: Sealed, instance: models.Model, *, add: bool) -> Sealed:
        """A text that is sealed already stays as it is, erased ones too; one whose owner changed is sealed anew."""
        key_id, place = self.owner_key_of(instance), self.place_of(instance)
        if key_id is not None and key_id != sealed.key_id:
            # From one person to another: not from somebody whom another process has erased within this minute.
            refuse_destroyed(sealed.key_id)
            return seal(unseal(sealed, place=place), key_id=key_id, place=place)
        if add:
            _refuse_copies(sealed, place)
        return sealed

    # --- towards the database --------------------------------------------------------------------------------------

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise FieldError(
                f"{self} is sealed row by row: write it with save() or bulk_create(), not with update() or bulk_update(). "
                "A new one on an existing table needs null=True."
            )
        return connection.Database.Binary(value.raw)  # type: ignore[attr-defined]

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def get_col(self, alias: str, output_field: "models.Field[Any, Any] | None" = None) -> Col:
        return SealedCol(alias, self, output_field)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return SealedIsNull
        raise FieldError(
            f"{self} is sealed: a query can only ask whether it is null. Look it up by a blind index instead."
        )

    def get_transform(self, lookup_name: str) -> NoReturn:
        raise FieldError(f"{self} is sealed: {lookup_name!r} cannot be computed in a query.")

    # --- towards forms and files -----------------------------------------------------------------------------------

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Sealed) else str(value)

    def value_to_string(self, obj: models.Model) -> NoReturn:
        raise NotSupportedError(f"{self} is not written to fixtures, open or sealed. Use the backup command.")

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_key(), *self._check_column()]

    def _check_key(self) -> Iterator[checks.CheckMessage]:
        first = self.key.split(".")[0]
        if first not in {name for field in self.model._meta.fields for name in (field.name, field.attname)}:
            hint = f"Add `{first}` to the model, or name another key: SealedTextField(key=...)."
            yield checks.Error(
                f"{self} finds no key: there is no field {first!r}.", hint=hint, obj=self, id="sealing.E101"
            )

    def _check_column(self) -> Iterator[checks.CheckMessage]:
        if self.unique or getattr(self, "db_index", False):
            hint = "Two equal texts are sealed differently. Keep a blind index beside it and index that."
            yield checks.Error(f"{self} cannot be indexed or unique.", hint=hint, obj=self, id="sealing.E102")
        pk = self.model._meta.pk
        if not pk.has_default() and not pk.is_relation:
            hint = "Use models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)."
            yield checks.Error(
                f"{self} needs a primary key that is known before saving.", hint=hint, obj=self, id="sealing.E103"
            )


def _refuse_copies(sealed: Sealed, place: str) -> None:
    """A row that was copied to a new primary key carries texts that would never open again: say so now, not later."""
    try:
        unseal(sealed, place=place)
    except Unsealable:
        raise SealingError("This row was copied. Assign its sealed texts again before you save it.") from None


def _carrying_sealed(refresh: Callable[..., None]) -> Callable[..., None]:
    @wraps(refresh)
    def refresh_from_db(self: models.Model, *args: Any, **kwargs: Any) -> None:
        with _unopened():
            refresh(self, *args, **kwargs)

    refresh_from_db.carries_sealed = True  # type: ignore[attr-defined]
    return refresh_from_db
