"""One window over another, in ten languages: which is wanted where one is turned down, and nobody booked in doubt."""

import pytest

from digibel.notifications import replies
from digibel.notifications.replies import Reply


@pytest.mark.parametrize(
    ("language", "text", "window"),
    [
        ("nl", "de eerste niet, de tweede wel", 2),
        ("nl", "vandaag niet maar de derde past me", 3),
        ("nl", "liever de tweede dan de eerste", 2),
        ("fr", "pas la première, la deuxième me va", 2),
        ("fr", "la 2 plutôt que la 1", 2),
        ("en", "not 1, not 2, the third is fine", 3),
        ("en", "first no second yes", 2),
        ("en", "sooner the last than the first", 3),
        ("ar", "الأول لا، الثاني نعم", 2),
        ("ar", "٢ أفضل من ١", 2),
        ("ar", "1 نعم 2 لا", 1),
        ("fr", "ni 1 ni 2, mais 3 oui", 3),
        ("tr", "1 yerine 2", 2),
        ("tr", "ilki olmaz ikincisi olur", 2),
        ("ro", "nu prima, ci a doua", 2),
        ("sq", "jo e para, e dyta po", 2),
        ("pl", "nie pierwszy, tylko drugi", 2),
        ("pt", "a 1ª não consigo, a 2ª sim", 2),
        ("es", "la primera no, la tercera", 3),
    ],
)
def test_window_chosen_over_another_is_the_one_that_is_booked(language: str, text: str, window: int) -> None:
    assert replies.read(text, state="offer", language=language, windows=(3,)) == Reply("accept", "A", window)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "no 1, 2 is good"),
        ("en", "not 1, 2"),
        ("en", "not 1 but 2"),
        ("en", "2 not 1 not"),
        ("en", "not today, 2"),
        ("en", "first no, second no"),
        ("en", "first no, second yes, third yes"),
        ("en", "first no, second yes if it is in the morning"),
        ("en", "my son can't do 1, 2 is fine"),
        ("nl", "1 niet 2"),
        ("nl", "1 dan 2"),
        ("nl", "de eerste of de tweede, niet de derde"),
        ("fr", "la 2 plutôt que la 1 ?"),
        ("fr", "la 4 non, la 5 oui"),
        ("tr", "birincisi olmaz, ikincisi belki"),
        ("pl", "pierwszy nie, drugi tak ale później"),
        ("pt", "a primeira não, a segunda sim, acho"),
        ("es", "la primera no"),
    ],
)
def test_mixture_in_which_no_window_is_clearly_wanted_books_nobody(language: str, text: str) -> None:
    assert replies.read(text, state="offer", language=language, windows=(3,)) == Reply("unclear")


@pytest.mark.parametrize(
    ("state", "language", "text", "meant"),
    [
        ("offer", "nl", "doe mij B maar", Reply("accept", "B", 1)),
        ("offer", "tr", "B'yi alayım", Reply("accept", "B", 1)),
        ("offer", "nl", "doe mij A of B maar", Reply("unclear")),
        ("offer", "nl", "ik kan B maar", Reply("unclear")),
        ("offer", "en", "please stop sending me texts in the evening", Reply("unclear")),
        ("offer", "es", "no me manden más mensajes, no quiero más", Reply("stop")),
        ("offer", "es", "no quiero más", Reply("unclear")),
        ("booked", "tr", "başka birini bulmanız gerekecek, hastayım", Reply("cancel")),
        ("booked", "tr", "başka birini bulmanız gerekmiyor", Reply("unclear")),
        ("visit_day", "en", "need 30 more mins pls", Reply("longer", minutes=30)),
        ("visit_day", "en", "it will not take 30 minutes longer", Reply("unclear")),
        ("follow_up", "en", "the tablet is fine but the printer does not print", Reply("unclear")),
        ("follow_up", "nl", "het werkt maar niet", Reply("fails")),
        ("follow_up", "pl", "jeszcze nie próbowałam", Reply("unclear")),
    ],
)
def test_what_stands_beside_an_answer_turns_it_or_leaves_it(state: str, language: str, text: str, meant: Reply) -> None:
    assert replies.read(text, state=state, language=language, windows=(1, 1)) == meant


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "Dzień dobry"),
        ("pt", "valeu"),
        ("pt", "pois"),
        ("es", "bueno"),
        ("es", "ánimo"),
        ("nl", "graag gedaan"),
        ("nl", "veel plezier"),
    ],
)
def test_courtesy_and_hesitation_book_nobody(language: str, text: str) -> None:
    assert replies.read(text, state="offer", language=language) == Reply("unclear")


def test_going_to_the_home_of_the_client_checks_nobody_out() -> None:
    assert replies.read("voy a casa de la señora", state="visit_day", language="es") == Reply("unclear")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "pas le 1, pas le 2"),
        ("ar", "لا الأول ولا الثاني"),
        ("ar", "١ لا و ٢ لا"),
        ("nl", "1 niet, 2 niet"),
        ("en", "not 1, not 2"),
        ("fr", "le 1 je travaille, le 2 je travaille"),
    ],
)
def test_every_window_turned_down_one_by_one_declines(language: str, text: str) -> None:
    assert replies.read(text, state="offer", language=language, windows=(2,)) == Reply("decline", "A")
    assert replies.read(text, state="offer", language=language, windows=(3,)) == Reply("unclear")


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("fr", "le 1 je travaille, le 2 ok", Reply("accept", "A", 2)),
        ("en", "1 I work, 2 is fine", Reply("accept", "A", 2)),
        ("en", "no 1, no 2", Reply("unclear")),
        ("fr", "2 je travaille", Reply("unclear")),
        ("fr", "1, je travaille", Reply("unclear")),
    ],
)
def test_work_at_one_window_turns_down_that_one(language: str, text: str, meant: Reply) -> None:
    assert replies.read(text, state="offer", language=language, windows=(2,)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("je prends A2 et pas B", Reply("accept", "A", 2)),
        ("A2 mais pas B", Reply("accept", "A", 2)),
        ("pas B mais A2", Reply("accept", "A", 2)),
        ("B c'est non mais A2 ok", Reply("accept", "A", 2)),
        ("A2 mais pas B mais après 16h", Reply("unclear")),
        ("pas A mais pas B", Reply("unclear")),
        ("A pas B", Reply("unclear")),
        ("A2 mais B", Reply("unclear")),
    ],
)
def test_offer_refused_beside_the_one_that_is_accepted(text: str, meant: Reply) -> None:
    assert replies.read(text, state="offer", language="fr", windows=(2, 1)) == meant


@pytest.mark.parametrize(
    ("language", "windows", "text"),
    [
        ("en", (1, 2), "B1 for me, not A but"),
        ("en", (1, 1), "But I can do B, not A"),
        ("nl", (2, 1), "ja voor B, nee voor A, maar"),
        ("tr", (1, 1), "A ya giderim, B ye yetişemem ama"),
        ("ro", (1, 1), "pe A da, pe B nu, dar"),
        ("pl", (2,), "ale, Ten drugi, bo w pierwszym pracuję"),
    ],
)
def test_choice_that_ends_on_a_but_or_begins_with_one_books_nobody(
    language: str, windows: tuple[int, ...], text: str
) -> None:
    assert replies.read(text, state="offer", language=language, windows=windows).intent == "unclear"


@pytest.mark.parametrize("text", ["Va si puedo", "Venga si tengo tiempo", "Va si no llueve"])
def test_va_if_is_a_condition_and_no_yes(text: str) -> None:
    """Without accents, "va, sí" and "va si ..." are the same two words."""
    assert replies.read(text, state="offer", language="es", windows=(1,)).intent == "unclear"
    assert replies.read("Va sí", state="offer", language="es", windows=(1,)).intent == "accept"
