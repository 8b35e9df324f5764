"""Sentences without a comma, and reasons that say all by themselves."""

import pytest

from digibel.notifications import replies


def meant(text: str, state: str, language: str, windows: int = 1) -> str:
    reply = replies.read(text, state=state, language=language, windows=(windows,))
    return f"{reply.intent} {reply.choice}" if reply.choice else reply.intent


@pytest.mark.parametrize(
    ("language", "dictated"),
    [
        ("nl", "ja dat is goed ik woon in dezelfde straat ernaast"),
        ("fr", "oui volontiers je connais bien le quartier"),
        ("en", "yes please I know that building well"),
        ("pt", "sim com prazer eu conheço bem o prédio"),
    ],
)
def test_sentence_behind_a_full_yes_needs_no_comma(language: str, dictated: str) -> None:
    assert meant(dictated, "offer", language) == "accept 1"


@pytest.mark.parametrize(
    ("language", "dictated"),
    [
        ("nl", "ja dat is goed ik moet eerst vragen"),
        ("nl", "ja dat past ik kan niet"),
        ("nl", "ja ik ben in Spanje"),
        ("fr", "oui volontiers je travaille ce jour-là"),
        ("en", "happy to I am away"),
        ("pt", "com certeza já não posso"),
    ],
)
def test_sentence_behind_a_full_yes_may_take_it_back(language: str, dictated: str) -> None:
    assert meant(dictated, "offer", language) == "unclear"


@pytest.mark.parametrize(
    ("language", "reason"),
    [("nl", "heb dan werk"), ("fr", "je travaille"), ("en", "Got work"), ("pt", "Tenho trabalho nesse dia")],
)
def test_what_keeps_somebody_away_is_a_no_to_an_offer_and_no_cancellation(language: str, reason: str) -> None:
    assert meant(reason, "offer", language) == "decline"
    assert meant(reason, "booked", language) == "unclear"


def test_day_in_the_reason_for_a_choice_is_no_condition() -> None:
    assert meant("2 because on Mondays I work", "offer", "en", 3) == "accept 2"
    assert meant("2 on Monday", "offer", "en", 3) == "accept 2"
    assert meant("2 because I can only stay an hour", "offer", "en", 3) == "unclear"
    assert meant("2 kinderen heb ik", "offer", "nl", 3) == "unclear"


def test_sorry_but_is_followed_by_what_is_meant() -> None:
    assert meant("so sorry but I can't make it tomorrow", "booked", "en") == "cancel"
    assert meant("sorry but", "booked", "en") == "unclear"
    assert meant("sorry but I come", "booked", "en") == "unclear"


@pytest.mark.parametrize(
    ("language", "text"),
    [("nl", "de middelste"), ("fr", "celui du milieu"), ("en", "the middle one please"), ("pt", "a do meio")],
)
def test_middle_window_is_one_only_among_an_odd_number(language: str, text: str) -> None:
    assert meant(text, "offer", language, 3) == "accept 2"
    assert meant(text, "offer", language, 2) == "unclear"
    assert meant(text, "offer", language, 1) == "unclear"


def test_visit_is_cancelled_on_request_and_by_the_person_who_comes() -> None:
    assert meant("Could you cancel my visit? I'm ill", "booked", "en") == "cancel"
    assert meant("could you cancel? or can someone else go?", "booked", "en") == "unclear"
    assert meant("my colleague isn't coming", "booked", "en") == "unclear"
    assert meant("morgen kan ik niet", "visit_day", "nl") == "unclear"


@pytest.mark.parametrize(
    ("language", "text"),
    [("nl", "de printer print weer niet"), ("fr", "l'imprimante n'imprime pas"), ("pt", "o itsme não quis instalar")],
)
def test_thing_of_which_something_is_denied_does_not_work(language: str, text: str) -> None:
    assert meant(text, "follow_up", language) == "fails"


@pytest.mark.parametrize(
    ("language", "one_of_three", "last_of_three"),
    [
        ("nl", "ja voor een van de drie", "de laatste van de drie"),
        ("fr", "oui pour un des trois", "la dernière des trois"),
        ("en", "yes for one of the three", "the last of the three"),
        ("pt", "sim para uma das três", "a última das três"),
    ],
)
def test_how_many_windows_there_are_is_no_choice(language: str, one_of_three: str, last_of_three: str) -> None:
    assert meant(one_of_three, "offer", language, 3) == "unclear"
    assert meant(last_of_three, "offer", language, 3) == "accept 3"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Hi it's Carmen from last month, yes I can do it"),
        ("fr", "Bonjour, c'est Carmen qui suis venue le mois passé, oui je peux y aller"),
        ("nl", "Dag, met Carmen van vorige maand, ja ik kan gaan. Mvg Carmen 0470 12 34 56"),
        ("tr", "Merhaba ben geçen ay gelen Ayşe, evet gidebilirim"),
    ],
)
def test_who_somebody_is_and_their_number_are_no_part_of_the_answer(language: str, text: str) -> None:
    assert meant(text, "offer", language) == "accept 1"


def test_somebody_elses_answer_stays_somebody_elses() -> None:
    assert meant("Hi it's Carmen's husband from last month, yes she can", "offer", "en") == "unclear"
