import io
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from counterparts import left_out_if_missing, node
from digibel.notifications.segments import Segments, count, fits_one

GATEWAYS = Path(__file__).with_name("gateways")
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


# The default alphabet as the standard prints it: one row per low half of the septet, one column per high half (ESC at 0x1B).
STANDARD = """
U+0040 U+0394 U+0020 U+0030 U+00A1 U+0050 U+00BF U+0070
U+00A3 U+005F U+0021 U+0031 U+0041 U+0051 U+0061 U+0071
U+0024 U+03A6 U+0022 U+0032 U+0042 U+0052 U+0062 U+0072
U+00A5 U+0393 U+0023 U+0033 U+0043 U+0053 U+0063 U+0073
U+00E8 U+039B U+00A4 U+0034 U+0044 U+0054 U+0064 U+0074
U+00E9 U+03A9 U+0025 U+0035 U+0045 U+0055 U+0065 U+0075
U+00F9 U+03A0 U+0026 U+0036 U+0046 U+0056 U+0066 U+0076
U+00EC U+03A8 U+0027 U+0037 U+0047 U+0057 U+0067 U+0077
U+00F2 U+03A3 U+0028 U+0038 U+0048 U+0058 U+0068 U+0078
U+00C7 U+0398 U+0029 U+0039 U+0049 U+0059 U+0069 U+0079
U+000A U+039E U+002A U+003A U+004A U+005A U+006A U+007A
U+00D8 ESC    U+002B U+003B U+004B U+00C4 U+006B U+00E4
U+00F8 U+00C6 U+002C U+003C U+004C U+00D6 U+006C U+00F6
U+000D U+00E6 U+002D U+003D U+004D U+00D1 U+006D U+00F1
U+00C5 U+00DF U+002E U+003E U+004E U+00DC U+006E U+00FC
U+00E5 U+00C9 U+002F U+003F U+004F U+00A7 U+006F U+00E0
"""
STANDARD_EXTENSION = "U+000C U+005E U+007B U+007D U+005C U+005B U+007E U+005D U+007C U+20AC"


def letters(table: str) -> set[str]:
    return {chr(int(code[2:], 16)) for code in table.split() if code != "ESC"}


def test_every_character_of_the_first_plane_is_counted_as_the_standards_table_says() -> None:
    basic, extension = letters(STANDARD), letters(STANDARD_EXTENSION)
    assert (len(basic), len(extension)) == (127, 10)
    seven_bit = basic | extension
    for code in range(0x10000):
        letter = chr(code)
        size = 2 if letter in extension else 1
        encoding = "gsm7" if letter in seven_bit else "ucs2"
        assert count(letter) == Segments(encoding, size, 1), hex(code)


# --- another opinion ------------------------------------------------------------------------------------------------

# The alphabet, letters of the ten languages, and pictures. Left out is what the other implementation never cuts in two: signs that
# join what stands before them.
SEVEN_BIT = "".join(sorted(letters(STANDARD) | letters(STANDARD_EXTENSION))).replace("\r", "")
WIDER = "çêîôûëïœşğıİăâțșłżźćąęãõẞكلمةسربح؟،👋🦊𝄞"
LONG_RUN = os.environ.get("DIGIBEL_TEST_LONG") == "1"


def texts(how_many: int) -> Iterator[str]:
    """Of any length; many of them just at the edge of a part."""
    chance = random.Random(4)
    for _ in range(how_many):
        alphabet = chance.choice([SEVEN_BIT, SEVEN_BIT + EURO * 40, WIDER, SEVEN_BIT + WIDER])
        edge = chance.choice([35, 67, 70, 80, 134, 153, 160, 306, 459])
        length = chance.choice([chance.randrange(500), edge + chance.randrange(-3, 4)])
        yield "".join(chance.choices(alphabet, k=length))


@pytest.mark.parametrize(("package", "how_many"), [("split-sms", 4_000), ("sms-segments-calculator", 150)])
def test_other_implementations_count_the_same(package: str, how_many: int) -> None:
    asked = list(texts(how_many * 10 if LONG_RUN else how_many))
    assert {count(text).encoding for text in asked} == {"gsm7", "ucs2"}
    with left_out_if_missing(node(GATEWAYS / "segments.js")) as process:
        counted, _ = process.communicate(json.dumps([package, asked]) + "\n")
    for text, theirs in zip(asked, json.loads(counted), strict=True):
        assert count(text) == Segments(*theirs), text
