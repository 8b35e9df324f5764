"""What must never happen, whatever people text."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digibel.notifications import replies
from digibel.notifications.replies.vocabulary import vocabulary

LANGUAGES = ("nl", "fr", "en", "ar", "tr", "ro", "sq", "pl", "pt", "es")
INTENTS = {
    *("accept", "decline", "stop", "start", "help", "cancel", "late", "checkin", "checkout", "unclear"),
    *("nobody_home", "longer", "confirm", "other_moment", "call_me", "works", "fails"),
}
ACTING = {"accept", "cancel", "stop"}

# Yes, and a condition, per language; beside them what would end a visit or silence somebody.
YES = {
    "nl": ["ja", "ok", "goed"],
    "fr": ["oui", "d'accord"],
    "en": ["yes", "sure"],
    "ar": ["نعم", "موافق"],
    "tr": ["evet", "tamam"],
    "ro": ["da", "sigur"],
    "sq": ["po", "mirë"],
    "pl": ["tak", "dobrze"],
    "pt": ["sim", "claro"],
    "es": ["sí", "vale"],
}
CONDITIONS = {
    "nl": [
        "maar",
        "als het niet regent",
        "misschien",
        "pas om 15u",
        "tenzij",
        "liever woensdag",
        "mits",
        "denk ik",
        "?",
    ],
    "fr": ["mais", "si c'est le matin", "peut-être", "à 15h", "sauf mardi", "seulement le matin", "je crois", "?"],
    "en": ["but", "if I can park", "maybe", "after 3 pm", "unless it rains", "only mornings", "I think", "?"],
    "ar": ["لكن", "إذا", "ربما", "فقط في الصباح", "بعد الظهر", "إن شاء الله", "؟"],
    "tr": ["ama", "eğer", "belki", "saat 15", "sadece sabah", "inşallah", "?"],
    "ro": ["dar", "dacă pot", "poate", "la ora 15", "numai dimineața", "cred", "?"],
    "sq": ["por", "nëse mundem", "ndoshta", "në orën 15", "vetëm pasdite", "besoj", "?"],
    "pl": ["ale", "jeśli mogę", "może", "o 15", "tylko rano", "chyba", "?"],
    "pt": ["mas", "se puder", "talvez", "às 15h", "só de manhã", "acho", "?"],
    "es": ["pero", "si puedo", "quizás", "a las 15", "solo por la mañana", "creo", "?"],
}
NO = {
    "nl": "nee",
    "fr": "non",
    "en": "no",
    "ar": "لا",
    "tr": "hayır",
    "ro": "nu",
    "sq": "jo",
    "pl": "nie",
    "pt": "não",
    "es": "no",
}
CANCEL = {
    "nl": ["annuleer", "annuleren"],
    "fr": ["annuler", "annulez"],
    "en": ["cancel"],
    "ar": ["إلغاء"],
    "tr": ["iptal"],
    "ro": ["anulez"],
    "sq": ["anulo"],
    "pl": ["anuluj"],
    "pt": ["cancelar"],
    "es": ["cancelar"],
}
NOT = {
    "nl": "niet",
    "fr": "pas",
    "en": "don't",
    "ar": "لا",
    "tr": "değil",
    "ro": "nu",
    "sq": "mos",
    "pl": "nie",
    "pt": "não",
    "es": "no",
}

any_state = st.sampled_from(replies.STATES)
any_language = st.sampled_from([*LANGUAGES, "de", "tmz"])
any_windows = st.lists(st.integers(1, 5), max_size=26).map(tuple)
known_words = st.sampled_from(sorted(" ".join(phrase) for phrase in vocabulary().every_phrase()))
careful_words = st.sampled_from(
    sorted(
        phrase[0]
        for phrase, known in vocabulary().every_phrase().items()
        if len(phrase) == 1 and len(phrase[0]) >= 5
        if {reading.meaning for readings in known.values() for reading in readings} <= {"doubt", "negation", "no", "or"}
    )
)
jumble = st.lists(known_words | st.text(max_size=6) | st.integers(0, 99).map(str), max_size=8)


def orders(*parts: str) -> list[str]:
    return [joint.join(order) for joint in (" ", ", ") for order in (parts, parts[::-1])]


@given(st.text(max_size=300), any_state, any_language, any_windows)
def test_any_text_gives_an_intent(text: str, state: str, language: str, windows: tuple[int, ...]) -> None:
    assert {replies.read(text, state=state, language=language, windows=windows).intent} <= INTENTS


@given(jumble.map(" ".join), any_state, any_language, any_windows)
def test_any_jumble_of_known_words_gives_a_window_that_was_offered(
    text: str, state: str, language: str, windows: tuple[int, ...]
) -> None:
    reply = replies.read(text, state=state, language=language, windows=windows)
    if reply.intent == "accept":
        assert reply.offer is not None
        assert reply.choice is not None
        assert 1 <= reply.choice <= windows["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(reply.offer)]
    else:
        assert reply.choice is None
    assert (reply.offer is not None) == (reply.intent in {"accept", "decline"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_conditional_yes_books_and_confirms_nothing(language: str) -> None:
    texts = [text for yes, when in product(YES[language], CONDITIONS[language]) for text in orders(yes, when)]
    read = {replies.read(t, state=s, language=language).intent for t in texts for s in ("offer", "announced")}
    # A wish for another moment may be heard in it, but no yes.
    assert read & {"accept", "confirm"} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_and_no_together_do_nothing(language: str) -> None:
    texts = [text for yes in YES[language] for text in orders(yes, NO[language])]
    assert {replies.read(text, state="announced", language=language).intent for text in texts} == {"unclear"}
    acted = {replies.read(text, state="offer", language=language).intent for text in texts}
    assert acted - {"decline", "unclear"} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_denied_doubtful_or_questioned_deed_is_not_done(language: str) -> None:
    for word in [*CANCEL[language], "stop"]:
        for beside in (NOT[language], *CONDITIONS[language]):
            for text in orders(word, beside):
                intents = {replies.read(text, state=s, language=language).intent for s in ("booked", "visit_day")}
                assert intents & ACTING == set(), text


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(LANGUAGES), st.data())
def test_two_different_numbers_never_accept(first: int, second: int, language: str, data: st.DataObject) -> None:
    if first == second:
        second += 1
    joint = data.draw(st.sampled_from([" ", ", ", "/", "-", " of ", " ou ", " + ", "\n", " ja "]))
    yes = data.draw(st.sampled_from(["", *YES[language]]))
    text = f"{yes} {first}{joint}{second}"
    assert replies.read(text, state="offer", language=language, windows=(9,)).intent == "unclear"


@given(st.sampled_from(LANGUAGES), st.data(), st.lists(st.integers(1, 3), min_size=2, max_size=5).map(tuple))
def test_yes_or_no_without_a_letter_touches_none_of_several_offers(
    language: str, data: st.DataObject, windows: tuple[int, ...]
) -> None:
    answer = data.draw(st.sampled_from([*YES[language], NO[language]]))
    number = data.draw(st.sampled_from(["", " 1", " 2"]))
    assert replies.read(answer + number, state="offer", language=language, windows=windows).intent == "unclear"


@given(careful_words, st.sampled_from(LANGUAGES), st.integers(1, 30), st.sampled_from("abcdeghijklmnoprstuvz"))
def test_slip_in_a_careful_word_never_makes_a_deed_of_it(word: str, language: str, place: int, letter: str) -> None:
    slipped = word[:place] + letter + word[place + 1 :]
    assume(not vocabulary().known((slipped,)))
    for state in ("offer", "booked", "visit_day"):
        assert replies.read(slipped, state=state, language=language).intent not in ACTING


@given(st.text(min_size=2000, max_size=3000))
def test_very_long_text_is_unclear(text: str) -> None:
    assert replies.read(text, state="offer", language="nl").intent == "unclear"


def test_number_of_thousands_of_digits_is_unclear() -> None:
    assert replies.read("9" * 1500, state="offer", language="nl", windows=(3,)).intent == "unclear"
    assert replies.read("9" * 700 + "." + "9", state="booked", language="nl").intent == "unclear"


@pytest.mark.parametrize(
    ("state", "language", "text"),
    [
        # A yes that goes on to something else, or is meant for another time or by another person.
        ("offer", "nl", "ja, mijn zoon kan komen"),
        ("offer", "nl", "ja hoor, als ik vrij krijg van het werk"),
        ("offer", "nl", "laat maar komen die regen"),
        ("offer", "nl", "ja k kom maar"),
        ("offer", "es", "si si puedo"),
        ("offer", "fr", "je voudrais arrêter le bénévolat ?"),
        ("offer", "fr", "volontiers une autre fois"),
        ("offer", "fr", "oui je viens si ma voisine garde le petit"),
        ("offer", "fr", "ok compris"),
        ("offer", "en", "count me in next time"),
        ("offer", "en", "yes, my husband says he can do it"),
        ("offer", "en", "ok understood"),
        ("offer", "es", "sí, si está cerca"),
        ("offer", "pt", "sim, se o patrão deixar"),
        ("offer", "ro", "da, dacă mă simt bine atunci"),
        ("offer", "pl", "tak, jak będę zdrowa"),
        ("offer", "sq", "po, nëse jam mirë atë ditë"),
        ("offer", "tr", "olur, eşime sorayım"),
        ("offer", "ar", "نعم، إذا لم أعمل"),
        # "I cannot" something else than come.
        ("booked", "sq", "nuk mund ta hap linkun"),
        ("booked", "nl", "ik kan niet gaan slapen"),
        ("booked", "es", "no puedo abrir el enlace"),
        ("visit_day", "es", "no puedo ir al baño"),
        ("booked", "pt", "não vou faltar amanhã"),
        # Somebody else, or another day than that of the visit.
        ("booked", "nl", "mijn zoon kan niet komen"),
        ("booked", "nl", "ik kan dinsdag niet"),
        ("booked", "fr", "mon mari ne peut pas venir"),
        # Stops that are no STOP.
        ("offer", "nl", "tram 92 stopt hier"),
        ("offer", "en", "the bus stops outside"),
        ("offer", "en", "STOP the lady in time please"),
        ("offer", "fr", "le bus s'arrête devant"),
    ],
)
def test_doubtful_text_does_no_deed(state: str, language: str, text: str) -> None:
    assert replies.read(text, state=state, language=language).intent not in ACTING


@pytest.mark.parametrize(
    "text", ["two of us can come", "I come with 2 people", "2 people can come", "maybe 2", "not 2"]
)
def test_number_of_something_else_is_no_choice(text: str) -> None:
    assert replies.read(text, state="offer", language="en", windows=(3,)).intent == "unclear"


# Without those that are a word of that language by themselves, and E, which ends ordinals.
OTHER_OFFERS = {
    **{"nl": "BCDFG", "fr": "BFHIV", "en": "BCFG", "ar": "CDGH", "tr": "BCDFG"},
    **{"ro": "BCDFG", "sq": "BDFG", "pl": "BCDFG", "pt": "BDFG", "es": "BCDFG"},
}


@pytest.mark.parametrize("form", ["{}2", "{} 2", "2{}", "ja {}2", "oui {}", "{}", "{} ok", "ok {} 2 👍"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_of_an_offer_that_is_gone_books_no_other(language: str, form: str) -> None:
    for letter in OTHER_OFFERS[language]:
        said = replies.read(form.format(letter), state="offer", language=language, windows=(2,), letters="A")
        assert said.intent == "unclear", letter


@pytest.mark.parametrize("form", ["nee {}", "non {}", "no {}"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_late_no_turns_down_its_own_offer_only(language: str, form: str) -> None:
    for letter in OTHER_OFFERS[language]:
        said = replies.read(form.format(letter), state="offer", language=language, windows=(2,), letters="A")
        assert said.intent == "unclear", letter


@pytest.mark.parametrize(
    ("language", "text", "choice"),
    [
        ("nl", "2e", 2),
        ("nl", "2e aub", 2),
        ("fr", "la 2e svp", 2),
        ("pt", "o 2", 2),
        ("pt", "O 2 está bem", 2),
        ("sq", "e 2", 2),
        ("es", "la 2", 2),
        ("nl", "ik kan u 2 aanraden", None),
        ("nl", "DE 2E", 2),
    ],
)
def test_one_letter_may_be_a_word(language: str, text: str, choice: int | None) -> None:
    assert replies.read(text, state="offer", language=language, windows=(2,)).choice == choice
