import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connections, router

from digibel.audit.models import Event
from digibel.sealing.models import DestroyedKey, PersonKey, Standing


def test_keys_and_nothing_else_live_in_the_database_of_keys():
    assert [router.db_for_write(model) for model in (PersonKey, DestroyedKey, Event, ContentType)] == [
        "keys", "keys", "default", "default",
    ]  # fmt: skip
    assert [router.db_for_read(model) for model in (PersonKey, Event)] == ["keys", "default"]


def test_nothing_relates_across_the_two():
    assert router.allow_relation(PersonKey(), PersonKey())
    assert not router.allow_relation(PersonKey(), Event())
    assert router.allow_relation(Event(), Event())


@pytest.mark.django_db
def test_each_database_has_its_own_tables_only():
    keys, data = (set(connections[alias].introspection.table_names()) for alias in ("keys", "default"))
    mine = {model._meta.db_table for model in (PersonKey, DestroyedKey, Standing)}
    assert keys - {"django_migrations"} == mine
    assert mine & data == set()
