"""Every column of somebody's own data has a name to read, or is said to be for programs only."""

import pytest
from django.utils import translation

from digibel.desk import datawords
from digibel.privacy import exporting
from digibel.requests.models import Client
from digibel.volunteers.models import Volunteer

MODELS = {*exporting.models_about(Client), *exporting.models_about(Volunteer), *exporting.BY_ID}
COLUMNS = {field.name for model in MODELS for field in model._meta.concrete_fields} - exporting.NOT_TOLD


def test_every_column_is_named_or_for_programs():
    words = datawords.words()
    named, machine = set(words["columns"]), words["machine"]["columns"]
    assert named | set(machine) == COLUMNS
    assert named & set(machine) == set()
    assert sorted(set(machine)) == machine


def test_every_kind_of_row_is_named():
    assert set(datawords.words()["rows"]) == {model._meta.label for model in MODELS}


@pytest.mark.parametrize("part", ["rows", "columns"])
def test_every_name_is_said_in_three_languages(part):
    for code, said in datawords.words()[part].items():
        assert len(said) == len(datawords.LANGUAGES), code
        assert all(said), code


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", [("Bezoeken", [[("begint om", "24 november 2026, 14:00"), ("in orde", "ja")]])]),
        ("fr", [("Visites", [[("commence à", "24 novembre 2026, 14:00"), ("en ordre", "oui")]])]),
        ("en", [("Visits", [[("begins at", "24 November 2026, 14:00"), ("all right", "yes")]])]),
    ],
)
def test_it_is_said_in_the_readers_language_and_time(language, told):
    row = {"id": "7", "starts_at": "2026-11-24 13:00:00+00:00", "all_right": True}
    with translation.override(language):
        assert list(datawords.sections({"scheduling.Visit": [row], "scheduling.Move": [{"id": "8"}]})) == told
