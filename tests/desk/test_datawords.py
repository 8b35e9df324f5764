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
    table = datawords.table()
    named, machine = set(table["columns"]), table["machine"]["columns"]
    assert named | set(machine) == COLUMNS
    assert named & set(machine) == set()
    assert sorted(set(machine)) == machine


def test_every_kind_of_row_is_named():
    assert set(datawords.table()["rows"]) == {model._meta.label for model in MODELS}


@pytest.mark.parametrize("part", ["rows", "columns", "values", "verbs"])
def test_every_name_is_said_in_three_languages(part):
    for code, said in datawords.table()[part].items():
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


def test_every_choice_of_a_code_has_words():
    """No `done` or `by_hand` stands on what somebody is given about themselves."""
    machine = set(datawords.table()["machine"]["columns"]) | exporting.NOT_TOLD
    fields = [field for model in MODELS for field in model._meta.concrete_fields if field.name not in machine]
    codes = {code for field in fields if field.choices for code, _ in field.choices if code and isinstance(code, str)}
    assert sorted(codes - set(datawords.table()["values"])) == []


def test_columns_of_codes_are_columns():
    assert set(datawords.table()["coded"]["columns"]) <= COLUMNS


def test_codes_languages_and_tasks_are_said_in_words():
    rows = {
        "scheduling.Visit": [{"status": "done"}],
        "requests.Client": [{"speaks": ["nl", "tzm"], "first_name": "done"}],
        "notifications.Recipient": [{"number": "+3228999814"}],
        "requests.RequestTask": [{"slug": "itsme-activate", "verdict": "conditions"}],
        "notifications.CallTask": [{"kind": "visit.follow_up", "channel": "call"}],
        "scheduling.Concern": [{"worries": ["money", "code_seen"], "reported_by": "staff"}],
    }
    with translation.override("nl"):
        told = {value for _, lines in datawords.sections(rows) for line in lines for _, value in line}
    assert {"klaar", "mag, met voorwaarden", "telefoon", "geld, een code gezien", "een medewerker"} <= told
    assert "02 899 98 14" in told
    assert "done" in told  # a name is nobody's code
    assert not {"itsme-activate", "visit.follow_up", "conditions"} & told


def test_who_looked_stands_in_the_readers_time_and_words():
    looked = [
        {"at": "2026-11-24T13:00:00+00:00", "who": "clock", "what": "card.closed"},
        {"at": "2026-11-24T13:00:00+00:00", "who": "Nadia", "what": "unheard.of"},
    ]
    with translation.override("nl"):
        assert list(datawords.looks(looked)) == [
            ("24 november 2026, 14:00", "Digibel zelf", "kaart gesloten"),
            ("24 november 2026, 14:00", "Nadia", "unheard.of"),
        ]
