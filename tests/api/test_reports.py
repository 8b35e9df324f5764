"""The figures of a quarter for programs: what funders read, no cell of too few people, nothing of the neighbours."""

from typing import Any

import pytest

import cast
from digibel.audit.models import Event
from digibel.desk import reportblocks
from digibel.reports import closing, quarters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_enough_people_are_counted_and_too_few_are_not(program: Any, outsider: Any) -> None:
    for _ in range(5):
        cast.request(program.organisation)
    cast.request(outsider.organisation)
    told = program.get("/reports").json()
    [languages] = [one for one in told["tables"] if one["by"] == "requests.language"]
    assert languages == {
        "counted": "requests",
        "by": "requests.language",
        "columns": ["nl"],
        "rows": [{"place": "1090", "cells": [5], "total": 5}],
        "column_totals": [5],
        "total": 5,
    }
    assert (told["quarter"], told["closed"]) == (str(quarters.current()), False)
    assert outsider.get("/reports").json()["tables"] == []


def test_it_tells_the_tables_that_funders_read_and_no_other(program: Any) -> None:
    for _ in range(5):
        cast.request(program.organisation)
    told = {one["by"].replace(".", "-") for one in program.get("/reports").json()["tables"]}
    figures = closing.figures_of(program.organisation, quarters.current())
    assert told == {block.id for block in reportblocks.of_funders(figures)} - {"visits"}


@pytest.mark.parametrize("quarter", ["2020-1", "2026-5", "now", ""])
def test_a_quarter_that_is_none_of_theirs_is_refused(program: Any, refusal: Any, quarter: str) -> None:
    assert refusal(program.get(f"/reports?quarter={quarter}")) == (422, "invalid", {"quarter": ["not_one_of"]})


def test_whoever_reads_it_stands_in_the_audit(program: Any) -> None:
    program.get("/reports")
    assert Event.objects.get(verb="report.exported").actor == f"api:{program.key.pk}"
