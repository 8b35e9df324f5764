"""What no rule finds is weighed by what stands around it (`secrets/surroundings.py`)."""

from itertools import permutations
from pathlib import Path

import pytest

from digibel.guardrails.secrets import find, surroundings
from digibel.guardrails.secrets.reading import read
from digibel.guardrails.secrets.surroundings import (
    LEAST,
    WEIGHTS,
    candidates,
    find_by_surroundings,
    of_token,
    weighs_enough,
)


def found(text: str) -> list[str]:
    reading = read(text)
    return [reading.written(*span) for span in find_by_surroundings(reading, reading.folded)]


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("Just got a text saying 482915, is that the thing I type in?", ["482915"]),
        ("Voor de tablet: vegen en dan 852456 ingeven, zo geraak je erin", ["852456"]),
        ("intrați dvs în contul meu de facebook cu mamica1955", ["mamica1955"]),
        ("ظهر على قارئ البطاقات جواب ٢٠٩٥٥١٧٣ ولم يقبله الموقع", ["٢٠٩٥٥١٧٣"]),
        ("Dossier 26-0377, Rue Haute 118, tel. 02 513 64 20, 12 maart 2024 om 14u30", []),
        ("Son dossier chez la mutuelle: 7719-24, elle attend depuis 2019", []),
        ("", []),
    ],
)
def test_a_number_is_a_secret_by_what_stands_around_it(text: str, secrets: list[str]) -> None:
    assert found(text) == secrets


def test_what_is_plainly_something_else_is_never_weighed() -> None:
    texts = (
        "bel 0478 12 34 56",
        "op 12/03/2024 om 14:30",
        "kost 1 233,47, of 45 euro",
        "telenet-4F2A1 en Proximus-Home-3D80",
    )
    assert [span for text in texts for span, _ in candidates(read(text), read(text).folded, of_token)] == []


def test_what_is_on_the_brink_is_read_alike_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Added up as they come, these weights are one half or a hair less, by the order of a set."""
    weights = {"near key": 0.1, "number": 0.7, "begins": -0.3}
    monkeypatch.setattr(surroundings, "_weights", lambda: weights)
    orders = list(permutations(weights))
    assert len({sum(weights[one] for one in order) >= LEAST for order in orders}) == 2
    assert len({weighs_enough(order) for order in orders}) == 1


def test_nothing_is_masked_in_what_programs_log() -> None:
    lines = Path(__file__).with_name("log_lines.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 80
    assert [find(line).masked for line in lines if find(line).kinds] == []


def test_what_was_found_is_not_found_again_and_changes_nothing_for_the_rest() -> None:
    text = "gmail is Poes!1948 en voor de tablet vegen en dan 852456 ingeven, dossier 7719-24"
    once = find(text).masked
    assert once == "gmail is [SECRET] en voor de tablet vegen en dan [SECRET] ingeven, dossier 7719-24"
    assert find(once).kinds == ()


def test_what_two_secrets_lead_to_is_hidden_once_and_what_is_labelled_stays() -> None:
    text = "the pin is 6612 for her; pin is 6621. There 6126 we met, dossier 6162"
    assert find(text).masked == "the pin is [SECRET] for her; pin is [SECRET]. There [SECRET] we met, dossier 6162"


def test_each_line_of_the_weights_is_a_feature_and_how_much_it_counts() -> None:
    lines = [line for line in WEIGHTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    weights = surroundings._weights()
    assert len(weights) == len(lines) > 1000
    assert max(map(abs, weights.values())) < 10
    assert weights["always"] < 0 < LEAST
