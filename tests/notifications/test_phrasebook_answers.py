"""What the texts ask people to answer is what the reader of answers understands."""

import pytest

from digibel.languages import LANGUAGES
from digibel.notifications import phrasebook, replies

# Which answers a text asks for.
ASKS_FOR = {
    "offer_one": {"yes", "no"},
    "offer_many": {"yes", "no"},
    "reminder_day": {"cancel"},
    "reminder_hour": {"in", "out"},
    "visit_moved": {"cancel"},
    "checked_in": {"out", "longer"},
    "checkout_missing": {"out", "longer"},
    "longer": {"out"},
    "stop_confirmed": {"start"},
    "start_confirmed": {"stop"},
    "help_volunteer": {"cancel", "nobody", "stop"},
    "stop_confirmed_client": {"start"},
    "start_confirmed_client": {"stop"},
}
# How an answer is understood: the state it is given in, and the intent.
UNDERSTOOD = {
    "yes": [("offer", "accept")],
    "no": [("offer", "decline")],
    "in": [("visit_day", "checkin")],
    "out": [("visit_day", "checkout")],
    "longer": [("visit_day", "longer")],
    "nobody": [("visit_day", "nobody_home")],
    "cancel": [("booked", "cancel"), ("visit_day", "cancel")],
    "stop": [("offer", "stop"), ("announced", "stop")],
    "start": [("offer", "start"), ("announced", "start")],
}
BY_NUMBER = {
    ("after_visit", "1"): "works",
    ("after_visit", "2"): "fails",
    ("announced", "1"): "confirm",
    ("announced", "2"): "other_moment",
    ("follow_up", "1"): "works",
    ("follow_up", "2"): "fails",
    ("follow_up", "3"): "call_me",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_name_the_answers_they_wait_for(language):
    words = phrasebook.answers(language)
    assert words.keys() == UNDERSTOOD.keys()
    missing = {
        (key, answer)
        for key, answers in ASKS_FOR.items()
        for answer in answers
        if words[answer] not in phrasebook.template(key, language)
    }
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_that_texts_ask_for_are_understood(language):
    words = phrasebook.answers(language)
    asked = [(word, state, intent) for word, ways in UNDERSTOOD.items() for state, intent in ways]
    read = {(word, state): replies.read(words[word], state=state, language=language).intent for word, state, _ in asked}
    assert read == {(word, state): intent for word, state, intent in asked}


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_that_texts_ask_for_are_understood(language):
    read = {asked: replies.read(asked[1], state=asked[0], language=language).intent for asked in BY_NUMBER}
    assert read == BY_NUMBER


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_is_accepted_and_declined_with_its_letter(language):
    words = phrasebook.answers(language)
    yes = replies.read(f"{words['yes']} A2", state="offer", language=language, windows=(2, 1))
    no = replies.read(f"{words['no']} B", state="offer", language=language, windows=(2, 1))
    assert (yes.intent, yes.offer, yes.choice) == ("accept", "A", 2)
    assert (no.intent, no.offer) == ("decline", "B")
