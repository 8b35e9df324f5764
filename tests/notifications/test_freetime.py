"""When somebody is free, in ten languages: heard whole, or not at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.languages import LANGUAGES
from digibel.notifications import phrasebook
from digibel.notifications.replies import freetime
from digibel.notifications.replies.freetime import Wish

TODAY = date(2026, 11, 26)
TENTH = Wish("pause", date(2027, 1, 10))
WEDNESDAYS = Wish("off", weekdays=(2,))
BACK = Wish("back")

HEARD = {
    "nl": [
        *(("pauze tot 10/1", TENTH), ("Graag pauze tot 10 januari, dank u", TENTH), ("pauze tot 10-01-2027", TENTH)),
        *(("pauze tot en met 9/1", TENTH), ("PAUZE", Wish("pause")), ("niet op woensdag", WEDNESDAYS)),
        *(("pauze tot maandag", Wish("pause", date(2026, 11, 30))), ("weer vrij", BACK), ("Terug!", BACK)),
        *(
            ("niet op woensdag en vrijdag", Wish("off", weekdays=(2, 4))),
            ("pauze tot 1/2", Wish("pause", date(2027, 2, 1))),
        ),
        *(("woensdag weer vrij", Wish("back", weekdays=(2,))), ("pauze tot morgen", Wish("pause", date(2026, 11, 27)))),
        *(("pause until 10 January", TENTH), ("pas le mercredi", WEDNESDAYS)),
        *(
            ("Ik ben op vakantie tot 10 januari", TENTH),
            ("weg tot en met 9/1", TENTH),
            ("met verlof tot 9/1 inclusief", TENTH),
        ),
    ],
    "fr": [
        ("pause jusqu'au 10 janvier", TENTH),
        ("Pas le mercredi svp", WEDNESDAYS),
        ("je suis de retour", BACK),
        ("en vacances jusqu'au 9 janvier inclus", TENTH),
    ],
    "en": [
        ("pause until January 10th", TENTH),
        ("not on Wednesdays", WEDNESDAYS),
        ("I'm back", BACK),
        ("on holiday until 10 Jan", TENTH),
    ],
    "es": [("pausa hasta el 10 de enero", TENTH), ("no los miércoles", WEDNESDAYS), ("libre otra vez", BACK)],
    "pt": [("pausa até 10 de janeiro", TENTH), ("não às quartas", WEDNESDAYS), ("voltei", BACK)],
    "ro": [("pauză până la 10 ianuarie", TENTH), ("nu miercurea", WEDNESDAYS), ("am revenit", BACK)],
    "pl": [("pauza do 10 stycznia", TENTH), ("nie w środy", WEDNESDAYS), ("wróciłam", BACK)],
    "tr": [("10 Ocak'a kadar ara", TENTH), ("çarşamba günü olmaz", WEDNESDAYS), ("geri döndüm", BACK)],
    "sq": [("pauzë deri më 10 janar", TENTH), ("jo të mërkurën", WEDNESDAYS), ("jam kthyer", BACK)],
    "ar": [("توقف حتى ١٠ يناير", TENTH), ("ليس الأربعاء", WEDNESDAYS), ("رجعت", BACK)],
}
# What may mean anything else, or a day that cannot be.
DOUBTED = [
    *(
        "",
        "ja",
        "nee",
        "niet",
        "vrij",
        "niet vrij",
        "pauze?",
        "geen pauze",
        "pauze tot 10",
        "pauze tot 31/2",
        "pauze tot",
    ),
    *(
        "op vakantie",
        "ik ben weg",
        "weg op woensdag",
        "pauze inclusief",
        "pauze inclusief tot 10/1",
        "op vakantie, weer vrij",
    ),
    *("pauze tot 25/11", "pauze tot 26/11/2026", "pauze tot 10/1/2029", "pauze tot 10/1 misschien", "tot 10/1"),
    *(
        "pauze tot 10/1 of 12/1",
        "ik ben terug thuis",
        "niet op woensdag maar wel op vrijdag",
        "niet op",
        "niet op 10/1",
    ),
    *("niet op maandag dinsdag woensdag vrijdag", "pauze op woensdag", "STOP", "pauze tot januari", "pauze 10/1"),
    *("niet zo", "terug pauze", "pauze tot maandag dinsdag", "x" * 200, "pauze " * 25),
]


@pytest.mark.parametrize(("language", "text", "wish"), [(code, *one) for code, each in HEARD.items() for one in each])
def test_wish_is_heard(language, text, wish):
    assert freetime.read(text, language=language, today=TODAY) == wish


@pytest.mark.parametrize("text", DOUBTED)
def test_doubtful_wish_is_for_a_person(text):
    assert freetime.read(text, language="nl", today=TODAY) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_way_back_that_a_text_names_is_heard(language):
    """The word in capitals, or the last one where there are none."""
    for key in ("pause_until_noted", "pause_noted", "weekdays_off_noted"):
        word = phrasebook.template(key, language).rstrip(".").split()[-1]
        assert freetime.read(word, language=language, today=TODAY) == BACK


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_that_makes_a_pause_longer_is_heard(language):
    word = phrasebook.template("pause_ends", language).rstrip(".").split()[-1]
    assert freetime.read(word, language=language, today=TODAY) == Wish("pause")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_a_text_asks_for_is_taken_for_a_wish(language):
    words = phrasebook.answers(language).values()
    assert [word for word in words if freetime.read(word, language=language, today=TODAY)] == []


@given(st.text(max_size=80), st.sampled_from(list(LANGUAGES)))
def test_any_text_is_heard_or_doubted_and_a_pause_ends_within_the_year(text, language):
    wish = freetime.read(text, language=language, today=TODAY)
    assert wish is None or wish.until is None or 0 < (wish.until - TODAY).days <= 366


@given(
    st.lists(
        st.sampled_from(["pauze", "tot", "10/1", "29/2", "31", "mei", "2027", "op", "niet", "wo", "terug", "en"]),
        max_size=7,
    )
)
def test_words_in_any_order_never_break(words):
    freetime.read(" ".join(words), language="nl", today=TODAY)
