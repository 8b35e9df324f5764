"""Migrations that the code before them survives: ``migrations.py check | release``.

While a new version is put in place, the old code still runs on the new tables for some minutes. So it must find every table and
column that it knows, and its rows must be taken. What cannot be so is done in two releases: first the code lets go of it, then a
later migration takes it away and says so in its class: ``old_code = "does not read it since 0.3"``.

`check` looks at the migrations that are not in the last release; `release` notes all that are there now as released.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import base, fields, models, special
from django.db.migrations.state import ProjectState

RELEASED = Path(__file__).parents[1] / "deploy" / "released_migrations.txt"
PACKAGE = "digibel"
GONE: dict[type[base.Operation], str] = {
    fields.RemoveField: "takes away a column that the old code reads",
    fields.RenameField: "renames a column that the old code reads",
    models.DeleteModel: "takes away a table that the old code reads",
    models.RenameModel: "renames a table that the old code reads",
    models.AlterModelTable: "renames a table that the old code reads",
    models.AddConstraint: "refuses rows that the old code may write",
}


def faults(migration: Migration, before: ProjectState) -> Iterator[str]:
    """What the code before this migration would break on. Nothing, where the migration says why it does not."""
    if getattr(migration, "old_code", ""):
        return
    state = before.clone()
    made = {one.name_lower for one in migration.operations if isinstance(one, models.CreateModel)}
    for operation in migration.operations:
        # A table of this migration itself is one that no old code knows.
        if getattr(operation, "model_name_lower", "") not in made:
            for fault in _faults_of(operation, migration.app_label, state):
                yield f"{migration.app_label}.{migration.name}: {operation.describe()}: {fault}"
        operation.state_forwards(migration.app_label, state)


def _faults_of(operation: base.Operation, app: str, state: ProjectState) -> Iterator[str]:
    for kind, fault in GONE.items():
        if isinstance(operation, kind):
            yield fault
    if isinstance(operation, fields.AddField) and not _old_rows_are_taken(operation):
        yield "the old code does not fill this column: null=True, or db_default"
    if isinstance(operation, fields.AlterField):
        known = state.models[app, operation.model_name_lower].fields[operation.name]
        if known.null and not operation.field.null:
            yield "the old code may leave this column empty"
        if operation.field.unique and not known.unique:
            yield "refuses rows that the old code may write"
    if isinstance(operation, special.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from _faults_of(inner, app, state)


def _old_rows_are_taken(operation: fields.AddField) -> bool:
    field = operation.field
    return bool(field.null or field.many_to_many or field.has_db_default())


def released() -> set[str]:
    return set(RELEASED.read_text(encoding="utf-8").split())


def ours(loader: MigrationLoader) -> list[Migration]:
    nodes = [node for key in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(key)]
    found = [loader.disk_migrations[key] for key in dict.fromkeys(nodes)]
    return [one for one in found if one.__module__.startswith(f"{PACKAGE}.")]


def check() -> int:
    loader, known = MigrationLoader(None), released()
    if not known:
        print("nothing is released yet: no old code runs anywhere")
        return 0
    found = []
    for migration in ours(loader):
        if f"{migration.app_label}.{migration.name}" not in known:
            before = loader.project_state((migration.app_label, migration.name), at_end=False)
            found += list(faults(migration, before))
    for fault in found:
        print(fault)
    return int(bool(found))


def release() -> int:
    names = sorted(f"{one.app_label}.{one.name}" for one in ours(MigrationLoader(None)))
    RELEASED.write_text("\n".join(names) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digibel.settings")
    django.setup()
    sys.exit({"check": check, "release": release}[sys.argv[1]]())
