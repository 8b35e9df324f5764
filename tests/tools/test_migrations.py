"""What a migration may do while the code before it still runs, and what must be done in two releases."""

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from tools import migrations as looked_at


def state():
    made = ProjectState()
    columns = [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=9, null=True))]
    made.add_model(ModelState("places", "Place", columns))
    return made


def faults(*operations, **said):
    kind = type("Migration", (migrations.Migration,), {"operations": list(operations), **said})
    return [fault.rpartition(": ")[2] for fault in looked_at.faults(kind("0009_one", "places"), state())]


def add(field):
    return migrations.AddField("place", "door", field)


@pytest.mark.parametrize(
    "operation",
    [
        add(models.CharField(max_length=9, null=True)),
        add(models.CharField(max_length=9, default="", db_default="")),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddIndex("place", models.Index(fields=["name"], name="place_name")),
        migrations.AlterField("place", "name", models.CharField(max_length=99, null=True)),
        migrations.RunPython(migrations.RunPython.noop),
    ],
)
def test_what_only_adds_is_survived(operation):
    assert faults(operation) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("place", "name"),
        migrations.RenameField("place", "name", "called"),
        migrations.DeleteModel("Place"),
        migrations.RenameModel("Place", "Spot"),
        migrations.AlterModelTable("place", "spots"),
        migrations.AddConstraint("place", models.UniqueConstraint(fields=["name"], name="one_name")),
        add(models.CharField(max_length=9, default="")),
        migrations.AlterField("place", "name", models.CharField(max_length=9)),
        migrations.AlterField("place", "name", models.CharField(max_length=9, null=True, unique=True)),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("place", "name")], []),
    ],
)
def test_what_the_old_code_would_break_on_is_told_once(operation):
    assert len(faults(operation)) == 1


def test_a_migration_that_says_why_the_old_code_survives_is_believed():
    gone = migrations.RemoveField("place", "name")
    assert faults(gone, old_code="does not read it since 0.3") == []


def test_a_table_of_the_same_migration_is_no_old_codes():
    made = migrations.CreateModel(
        "Other", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]
    )
    one = migrations.AddConstraint("other", models.UniqueConstraint(fields=["n"], name="one_n"))
    assert faults(made, one) == []


def test_nothing_is_looked_at_before_the_first_release_and_what_is_new_after_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(looked_at, "RELEASED", tmp_path / "released")
    looked_at.RELEASED.touch()
    assert looked_at.check() == 0
    looked_at.release()
    assert looked_at.check() == 0
    first, *others = sorted(looked_at.released())
    later = next(name for name in others if name.startswith("organisations.0005"))
    looked_at.RELEASED.write_text("\n".join({first, *others} - {later}))
    capsys.readouterr()
    assert looked_at.check() == 1
    assert later in capsys.readouterr().out
