"""Telephone numbers, as people write them."""

import pytest

from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber


@pytest.mark.parametrize(
    ("written", "e164", "textable"),
    [
        ("0470 12 34 56", "+32470123456", True),
        ("0470/12.34.56", "+32470123456", True),
        ("+32 470 12 34 56", "+32470123456", True),
        ("0032470123456", "+32470123456", True),
        ("02 511 22 33", "+3225112233", False),
        ("04 222 33 44", "+3242223344", False),  # Liège has nine digits where a mobile has ten
        ("+31 6 12345678", "+31612345678", True),
        ("+212 661 234567", "+212661234567", True),
    ],
)
def test_a_number_is_read_as_it_was_meant(written, e164, textable):
    assert numbers.parse(written) == e164
    assert numbers.is_textable(e164) is textable


WORDS = [
    "0470 BEL MIJ",
    "0470 12 ABC 3",
    "02 555 ZOON",
]  # letters are digits on the keys of a telephone: a stranger's number


@pytest.mark.parametrize("written", ["", "112", "0470", "hallo", "0470 12 34 56 78 90", "+999 1234567", "4711", *WORDS])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(NotANumber):
        numbers.parse(written)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [("+32470123456", "0470 12 34 56"), ("+3225112233", "02 511 22 33"), ("+31612345678", "+31 6 12345678"), ("", "")],
)
def test_a_number_is_shown_as_people_here_read_it(e164, shown):
    assert numbers.display(e164) == shown


def test_an_index_finds_the_number_and_tells_nothing_of_it():
    assert numbers.index("+32470123456") == numbers.index("+32470123456")
    assert numbers.index("+32470123456") != numbers.index("+32470123457")
    assert "470123456" not in numbers.index("+32470123456")
    assert numbers.index("") == ""
