"""A small cast to seal: a person who owns a key, and letters that lie under it."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection, models

from digibel.sealing import keys
from digibel.sealing.fields import SealedTextField


class Person(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_id = models.UUIDField()
    name = SealedTextField(blank=True, default="")
    note = SealedTextField(null=True, blank=True, max_length=20)
    visits = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "sealing_cast"

    def __str__(self) -> str:
        return str(self.id)


class Letter(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    body = SealedTextField(key="person.key_id")

    class Meta:
        app_label = "sealing_cast"

    def __str__(self) -> str:
        return str(self.id)


@pytest.fixture(scope="session", autouse=True)
def cast_tables(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Person)
        editor.create_model(Letter)


@pytest.fixture
def person_model() -> type[Person]:
    return Person


@pytest.fixture
def letter_model() -> type[Letter]:
    return Letter


@pytest.fixture
def make_person() -> Callable[..., Person]:
    def make(name: str = "Rachida", **fields: object) -> Person:
        return Person.objects.create(key_id=keys.new_key(), name=name, **fields)

    return make
