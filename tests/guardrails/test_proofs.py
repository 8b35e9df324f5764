"""Every rule that software can hold has a test that holds it, and the list that is shipped says which."""

from pathlib import Path

import pytest

from digibel.guardrails import lawbook, proofs
from digibel.guardrails.catalogue import EVERY_ROW, NOT_YET, PEOPLE, RULES, SOFTWARE

TESTS = Path(__file__).parents[1]
SHIPPED = Path(lawbook.__file__).parent / "proofs.toml"


@pytest.fixture(scope="module")
def gathered() -> dict[str, tuple[str, ...]]:
    return proofs.gather(TESTS)


def test_every_rule_that_software_can_hold_has_a_test(gathered: dict[str, tuple[str, ...]]) -> None:
    held = [id for id, rule in RULES.items() if rule.held == SOFTWARE]
    assert [id for id in held if not (gathered.get(id) or (id[0] == "R" and gathered.get(EVERY_ROW)))] == []


def test_no_test_names_a_rule_that_does_not_exist(gathered: dict[str, tuple[str, ...]]) -> None:
    assert sorted(set(gathered) - set(RULES) - {EVERY_ROW}) == []


def test_a_rule_that_nothing_holds_yet_has_no_test(gathered: dict[str, tuple[str, ...]]) -> None:
    """The day it has one, `held` in rules.toml goes."""
    assert [id for id, rule in RULES.items() if rule.held == NOT_YET and gathered.get(id)] == []


def test_what_only_people_can_hold_is_decided_by_people() -> None:
    assert [id for id, rule in RULES.items() if rule.held == PEOPLE] == ["Z1", "Z4", "Z5", "Z9"]
    assert [id for id, rule in RULES.items() if rule.held not in {SOFTWARE, PEOPLE, NOT_YET}] == []


def test_shipped_list_is_as_the_tests_are(gathered: dict[str, tuple[str, ...]]) -> None:
    assert SHIPPED.read_text(encoding="utf-8") == proofs.as_table(gathered), "run: manage.py write_guardrails"


def test_marks_are_found_on_functions_classes_and_whole_files(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "room"
    folder.mkdir(parents=True)
    (folder / "test_one.py").write_text(
        'pytestmark = [pytest.mark.django_db, pytest.mark.guardrail("E1")]\n'
        '@pytest.mark.guardrail("E2", "E10")\n'
        "@pytest.mark.parametrize('a', [1])\n"
        "def test_a(a): ...\n"
        '@pytest.mark.guardrail("Z3")\n'
        "class TestB:\n"
        "    async def test_c(self): ...\n"
        "def helper(): ...\n"
    )
    (folder / "helper.py").write_text('@pytest.mark.guardrail("E9")\ndef test_not_collected(): ...\n')
    assert proofs.gather(tmp_path / "tests") == {
        "E1": ("tests/room/test_one.py::TestB::test_c", "tests/room/test_one.py::test_a"),
        "E2": ("tests/room/test_one.py::test_a",),
        "E10": ("tests/room/test_one.py::test_a",),
        "Z3": ("tests/room/test_one.py::TestB::test_c",),
    }
