import io
import json
from unittest.mock import patch

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from digibel.notifications.segments import Segments, count, fits_one

EURO = "€"
WAVE = "👋"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "gsm7", 0, 1),
        ("hallo", "gsm7", 5, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        (EURO * 80, "gsm7", 160, 1),
        (EURO * 81, "gsm7", 162, 2),
        ("à la fête".replace("ê", "e"), "gsm7", 9, 1),
        ("fête", "ucs2", 4, 1),
        ("ç", "ucs2", 1, 1),
        ("Ç", "gsm7", 1, 1),
        ("ك" * 70, "ucs2", 70, 1),
        ("ك" * 71, "ucs2", 71, 2),
        ("ك" * 134, "ucs2", 134, 2),
        ("ك" * 135, "ucs2", 135, 3),
        (WAVE * 35, "ucs2", 70, 1),
        (WAVE * 36, "ucs2", 72, 2),
        ("1\n2\r", "gsm7", 4, 1),
        ("\t", "ucs2", 1, 1),
        ("\f^{}\\[~]|€", "gsm7", 20, 1),
        ("`", "ucs2", 1, 1),
    ],
)
def test_count_follows_the_alphabets(text: str, encoding: str, units: int, segments: int) -> None:
    assert count(text) == Segments(encoding, units, segments)


def test_escaped_letter_is_not_split_over_two_parts() -> None:
    assert count("a" * 152 + EURO + "a" * 152) == Segments("gsm7", 306, 3)
    assert count("a" * 151 + EURO + "a" * 153) == Segments("gsm7", 306, 2)


def test_surrogate_pair_is_not_split_over_two_parts() -> None:
    assert count("ك" * 66 + WAVE + "ك" * 66) == Segments("ucs2", 134, 3)
    assert count("ك" * 65 + WAVE + "ك" * 67) == Segments("ucs2", 134, 2)


@pytest.mark.parametrize(("text", "fits"), [("", True), ("a" * 160, True), ("a" * 161, False), ("ë" * 71, False)])
def test_fits_one_tells_a_single_message(text: str, fits: bool) -> None:
    assert fits_one(text) is fits


@given(st.text(max_size=700))
def test_parts_hold_every_unit_and_none_is_needless(text: str) -> None:
    counted = count(text)
    alone, in_part = (160, 153) if counted.encoding == "gsm7" else (70, 67)
    if counted.segments == 1:
        assert counted.units <= alone
    else:
        assert counted.units > alone
        # A part has at most one unit of filling at its end.
        assert (counted.segments - 1) * (in_part - 1) < counted.units <= counted.segments * in_part


@given(st.text(max_size=300))
def test_wider_alphabet_counts_the_units_of_utf_16(text: str) -> None:
    counted = count(text + "ك")
    assert (counted.encoding, counted.units) == ("ucs2", len((text + "ك").encode("utf-16-le", "surrogatepass")) // 2)


def test_count_segments_command_answers_every_line() -> None:
    answers = answers_of("count_segments", "hallo\n\nmerci €\nfête\n1\\n2\n")
    assert answers == [
        {"encoding": "gsm7", "units": 5, "segments": 1},
        {"encoding": "gsm7", "units": 0, "segments": 1},
        {"encoding": "gsm7", "units": 8, "segments": 1},
        {"encoding": "ucs2", "units": 4, "segments": 1},
        {"encoding": "gsm7", "units": 3, "segments": 1},
    ]


def answers_of(command: str, lines: str, *arguments: str) -> list[dict[str, object]]:
    out = io.StringIO()
    with patch("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode()))):
        call_command(command, *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]
