from pathlib import Path

from digibel.guardrails import catalogue, lawbook

PAGE = Path(__file__).parents[2] / "docs" / "guardrails.md"


def test_guardrails_page_is_as_the_tables_are():
    assert PAGE.read_text(encoding="utf-8") == lawbook.law_page(), "run: manage.py write_guardrails"


def test_page_has_every_task_once_in_the_overview():
    lines = lawbook.law_page().splitlines()
    assert [line.split("`")[1] for line in lines if line.startswith("| ") and "`" in line] == list(catalogue.TASKS)


def test_page_marks_what_is_arguable():
    arguable = {id for id, rule in catalogue.RULES.items() if rule.arguable}
    marked = {
        line.split()[1]
        for block in lawbook.law_page().split("\n### ")
        for line in [f"### {block}"]
        if "**Arguable:**" in block
    }
    assert marked == arguable


def test_the_table_has_sixty_two_rows():
    assert lawbook.rows() == 62
