from pathlib import Path

from digibel.scheduling.moves import diagram

PAGE = Path(__file__).parents[2] / "docs/states.md"


def test_states_page_shows_the_tables_as_they_are():
    assert diagram() == PAGE.read_text().partition("```mermaid\n")[2].removesuffix("```\n")
