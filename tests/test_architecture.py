"""Arrows run down: for imports import-linter holds it, for the database these tests do."""

import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

ROOT = Path(__file__).parents[1]


def read_layers() -> list[set[str]]:
    """The rooms from top to bottom, out of import-linter's own contract: one list for both guards."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    arrows = next(contract for contract in contracts if contract["id"] == "arrows")
    return [{room.strip(" ()") for room in re.split("[|:]", layer)} for layer in arrows["layers"]]


LAYERS = read_layers()
DEPTH = {room: depth for depth, layer in enumerate(LAYERS) for room in layer}


def runs_down(source: str, target: str) -> bool:
    """May something in room `source` point at something in room `target`? A room may point at itself."""
    return source == target or DEPTH[source] < DEPTH[target]


def room_of(dotted: str) -> str | None:
    """``digibel.requests.models`` is in ``requests``; what is not ours is in no room."""
    package, _, inside = dotted.partition(".")
    return inside.split(".")[0] if package == "digibel" else None


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if room_of(model.__module__)]


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("scheduling", "requests", True),
        ("scheduling", "scheduling", True),
        ("desk", "clock", True),
        ("requests", "scheduling", False),
        ("requests", "volunteers", False),
        ("audit", "sealing", False),
        ("guardrails", "organisations", False),
    ],
)
def test_arrows_run_down_and_never_sideways(source: str, target: str, allowed: bool) -> None:
    assert runs_down(source, target) is allowed


def test_every_installed_app_has_its_place_in_the_house() -> None:
    installed = {room_of(config.name) for config in apps.get_app_configs()} - {None}
    assert installed - DEPTH.keys() == set()


def test_the_ground_has_no_models() -> None:
    ground = LAYERS[-1] | LAYERS[-2]
    assert [model.__name__ for model in own_models() if room_of(model.__module__) in ground] == []


def test_every_foreign_key_runs_down() -> None:
    wrong = []
    for model in own_models():
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or not isinstance(field.related_model, type):
                continue
            source, target = room_of(model.__module__), room_of(field.related_model.__module__)
            if source and target and not runs_down(source, target):
                wrong.append(f"{model._meta.label}.{field.name} points up at {field.related_model._meta.label}")
    assert wrong == []


def test_no_model_points_at_anything_whatever() -> None:
    """A generic foreign key has no direction that could be checked, and the database cannot keep it."""
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert generic == []


def test_every_migration_depends_downwards() -> None:
    rooms = {config.label: room_of(config.name) for config in apps.get_app_configs()}
    wrong = []
    for (label, name), migration in MigrationLoader(None).disk_migrations.items():
        for other, _ in migration.dependencies:
            source, target = rooms.get(label), rooms.get(other)
            if source and target and not runs_down(source, target):
                wrong.append(f"{label}.{name} depends on {other}")
    assert wrong == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(f"models changed without a migration:\n{out.getvalue()}")


def test_what_the_page_of_features_points_to_is_there():
    pointed = re.findall(
        r"`([a-z][\w/]*(?:/[\w.]+|\.\w+))`", (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    )
    assert len(pointed) > 30
    assert [one for one in pointed if not any((ROOT / base / one).exists() for base in ("", "src/digibel"))] == []


@pytest.mark.parametrize("page", ["architecture.md", "security.md", "asvs.md"])
def test_tests_that_the_docs_name_are_there(page):
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs" / page).read_text(encoding="utf-8")))
    assert len(named) > 5
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_places_that_the_answers_to_the_standard_name_are_there():
    """Nor does a line say "half" or "no" without a word of why."""
    page = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-zA-Z][\w/.]*\.(?:py|md|toml|lock|css|js)|[a-z]+/[a-z_]+)`", page))
    assert len(named) > 30
    assert [one for one in sorted(named) if not any((ROOT / base / one).exists() for base in ("", "src/digibel"))] == []
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if re.match(r"\| \d", line)]
    assert {len(row) for row in rows} == {4}
    assert {row[2] for row in rows} == {"yes", "half", "no", "–"}
    assert [row[0] for row in rows if row[2] in {"half", "no"} and len(row[3]) < 15] == []


# How many lines of each chapter version 4.0.3 asks at levels 1 and 2, without those that it has struck out.
ASKED = {1: 38, 2: 53, 3: 18, 4: 9, 5: 30, 6: 13, 7: 12, 8: 15, 9: 7, 10: 5, 11: 8, 12: 15, 13: 13, 14: 23}


def test_every_line_of_the_standard_is_answered_once():
    page = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    answered = [number for told in re.findall(r"^\| (\d[^|]*) \|", page, re.MULTILINE) for number in _numbers(told)]
    assert [number for number in set(answered) if answered.count(number) > 1] == []
    found = {chapter: sum(number.startswith(f"{chapter}.") for number in answered) for chapter in range(1, 15)}
    assert found == ASKED


def _numbers(told: str) -> list[str]:
    """Of "2.7.1–2.7.6" all six, of "1.8.1, 1.8.2" both."""
    numbers = []
    for part in told.split(", "):
        first, _, last = part.partition("–")
        stem, begin = first.rsplit(".", 1)
        end = last.rsplit(".", 1)[1] if last else begin
        numbers += [f"{stem}.{one}" for one in range(int(begin), int(end) + 1)]
    return numbers
