"""The digits of an app, against the numbers that the standard prints."""

import base64

import pytest

from digibel.organisations import sixdigits

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "eight"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_digits_are_those_of_rfc_6238(at, eight):
    assert sixdigits.digits(SECRET, at // 30) == eight[-6:]


def test_telephone_may_be_half_a_minute_off_and_no_more():
    typed = sixdigits.digits(SECRET, 100)
    found = {step: sixdigits.step_of(SECRET, typed, at=step * 30 + 29) for step in range(97, 104)}
    assert found == {97: None, 98: None, 99: 100, 100: 100, 101: 100, 102: None, 103: None}


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "é" * 6, "\x00" * 6, "٤" * 6])
def test_what_is_no_code_is_of_no_moment(typed):
    assert sixdigits.step_of(SECRET, typed, at=1_700_000_000) is None


def test_secrets_are_never_the_same():
    assert len({sixdigits.new_secret() for _ in range(100)}) == 100
