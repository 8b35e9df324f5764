"""Arabic as it is texted: what is written as the tables write it, and what is left alone."""

import pytest

from digibel.notifications import replies
from digibel.notifications.replies.arabic import spelt
from digibel.notifications.replies.signs import signs_of


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        # Vowels and consonants that nobody writes alike.
        ("nt3attal", "nat3atal"),
        ("machghoool", "machghoul"),
        # A denial around a word, written together, in both scripts.
        ("ma nqdarch", "ma n9dar"),
        ("ماساليتش", "ما ساليت"),
        # What Arabic writes at the front and the end of a word.
        ("والحمد لله", "الحمد لله"),
        ("بموعدكم", "موعد"),
        # "La2" ends in a sound that has no letter: "la 2" is a window elsewhere.
        ("la2 sorry", "lla sorry"),
    ],
)
def test_word_is_written_as_the_tables_write_it(typed: str, written: str) -> None:
    assert spelt(typed) == written


@pytest.mark.parametrize("text", ["oui 2", "a2", "B1", "Salam Samira", "15min", "شغلانة"])
def test_what_nobody_can_be_sure_of_is_left_as_it_is(text: str) -> None:
    assert spelt(text) == text


def test_unknown_word_with_digits_is_one_word_and_chooses_no_window() -> None:
    assert [sign.meaning for sign in signs_of("z9rt 2", state="offer", language="ar")] == ["unknown", "number"]


@pytest.mark.parametrize(
    ("state", "text", "intent"),
    [
        ("offer", "ana jay 3andha", "accept"),
        ("booked", "ma nqderch nji", "cancel"),
        ("booked", "ما غنقدروش نجيو", "cancel"),
        ("booked", "ma n9derch nlghi", "unclear"),
        ("visit_day", "مازال ماساليتش", "longer"),
        ("offer", "مرافق معي", "unclear"),
        ("offer", "nji ila l9it chkoun", "unclear"),
    ],
)
def test_dialect_is_read_however_it_is_spelt(state: str, text: str, intent: str) -> None:
    assert replies.read(text, state=state, language="ar").intent == intent
