import pytest
from django.apps import apps
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.migrations import Migration
from django.db.models.signals import post_migrate, pre_migrate

from digibel.audit import chain, triggers
from digibel.audit.models import Event, Expiry, Seal

pytestmark = pytest.mark.django_db

REFUSED = "The audit is append-only"


@pytest.fixture
def written(diary):
    """One row in each of the three tables."""
    (event,) = diary.write()
    chain.seal_chain()
    Expiry.objects.create(at=event.at, through_id=0, seal=Seal.objects.get())
    # PostgreSQL looks at foreign keys when a transaction ends, and empties no table before it has.
    connection.check_constraints()
    return event


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("model", "deed"),
    [
        (Event, lambda event: event.delete()),
        (Event, lambda event: Event.objects.all().delete()),
        (Event, lambda event: event.save()),
        (Event, lambda event: Event.objects.update(actor="clock")),
        (Seal, lambda seal: seal.save()),
        (Seal, lambda seal: Seal.objects.filter(pk=seal.pk)._raw_delete("default")),
        (Expiry, lambda expiry: expiry.delete()),
        (Expiry, lambda expiry: Expiry.objects.update(through_id=99)),
    ],
)
def test_row_cannot_be_changed_through_django(written, model, deed):
    row = model.objects.get()
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        deed(row)
    assert model.objects.values().get() == model.objects.values().get(pk=row.pk)


@pytest.mark.parametrize("model", triggers.PROTECTED)
@pytest.mark.parametrize(
    "sql", ["DELETE FROM {0}", "UPDATE {0} SET at = at", "DELETE FROM {0} WHERE id IN (SELECT MAX(id) FROM {0})"]
)
def test_row_cannot_be_changed_in_sql(written, model, sql):
    with pytest.raises(IntegrityError, match=REFUSED):
        run(sql.format(model._meta.db_table))
    assert model.objects.count() == 1


@pytest.mark.parametrize("model", triggers.PROTECTED)
def test_table_cannot_be_emptied(written, model):
    truncate = "TRUNCATE {} CASCADE" if connection.vendor == "postgresql" else "DELETE FROM {}"
    with pytest.raises(IntegrityError, match=REFUSED):
        run(truncate.format(model._meta.db_table))
    assert model.objects.count() == 1


@pytest.mark.parametrize("model", triggers.PROTECTED)
def test_row_cannot_be_written_over(written, model):
    """Not by the two ways in which an INSERT changes what is there."""
    table, row = model._meta.db_table, model.objects.values().get()
    columns = ", ".join(f'"{field.column}"' for field in model._meta.local_concrete_fields)
    with pytest.raises(IntegrityError, match=REFUSED):
        run(
            f"INSERT INTO {table} SELECT {columns} FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET at = excluded.at"
        )
    if connection.vendor == "sqlite":
        for statement in ("INSERT OR REPLACE", "REPLACE"):
            with pytest.raises(IntegrityError, match=REFUSED):
                run(f"{statement} INTO {table} SELECT {columns} FROM {table}")
    assert model.objects.values().get() == row


def test_row_altered_behind_open_doors_is_told_when_they_are_shut_again(diary):
    diary.write(3)
    chain.seal_chain()
    triggers.remove(connection)
    Event.objects.order_by("id").filter(pk=Event.objects.order_by("id")[1].pk).update(actor="staff:nobody")
    triggers.install(connection)
    assert triggers.missing(connection) == []
    assert chain.verify_chain() == [f"{Seal.objects.get()} is not what was sealed: an event or the seal was altered."]


def test_triggers_are_there_after_migrating():
    assert triggers.missing(connection) == []


def test_missing_names_what_is_gone_and_install_brings_it_back():
    names = sorted(trigger.name for trigger in triggers._triggers(connection.vendor))
    triggers.remove(connection)
    assert sorted(triggers.missing(connection)) == names
    triggers.install(connection)
    assert triggers.missing(connection) == []


def test_altered_trigger_counts_as_missing():
    trigger = next(triggers._triggers(connection.vendor))
    if connection.vendor == "postgresql":
        run(f"ALTER TABLE {trigger.table} DISABLE TRIGGER {trigger.name}")
    else:
        run(f"DROP TRIGGER {trigger.name}")
        run(f"CREATE TRIGGER {trigger.name} BEFORE UPDATE ON {trigger.table} WHEN 0 BEGIN SELECT 1; END")
    assert triggers.missing(connection) == [trigger.name]
    triggers.install(connection)
    assert triggers.missing(connection) == []


def test_installing_again_touches_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        triggers.install(connection)


def test_migrating_the_database_of_keys_installs_nothing_there():
    triggers.install_after_migrate(using="keys")
    assert triggers.installed(connections["keys"]) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", triggers.PROTECTED)
def test_triggers_survive_a_migration_that_rebuilds_the_table(diary, model):
    diary.write()
    config = apps.get_app_config("audit")
    signal = {
        "sender": config,
        "app_config": config,
        "using": "default",
        "plan": [(Migration("0002_later", "audit"), False)],
    }
    pre_migrate.send(**signal)
    during = len(triggers.missing(connection))
    rebuild(model)
    post_migrate.send(**signal)
    assert (during, triggers.missing(connection)) == (len(list(triggers._triggers(connection.vendor))), [])


def test_migration_of_another_room_leaves_the_triggers_alone():
    config = apps.get_app_config("audit")
    pre_migrate.send(sender=config, using="default", plan=[(Migration("0002_later", "requests"), False)])
    assert triggers.missing(connection) == []


def rebuild(model):
    """Change a column and change it back: SQLite makes the table anew each time."""
    old, new = model._meta.get_field("at"), models.DateTimeField(null=True)
    new.set_attributes_from_name("at")
    new.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new)
        editor.alter_field(model, new, old)
