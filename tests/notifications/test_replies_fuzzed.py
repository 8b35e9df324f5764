"""Replies that people nearly wrote, and replies that are doubtful because we made them so: neither may ever do a deed.

A doubtful text is a plain one with a condition, a hedge or a question set before or behind it, with the opposite answer beside
it, or with a number that was not offered. Twenty thousand of each in the long run, a sample of them every day.
"""

import os
import random
from collections.abc import Iterator

import pytest

from digibel.notifications import replies
from notifications.test_replies import labelled
from notifications.test_replies_never import ACTING, CONDITIONS, INTENTS, LANGUAGES, NO, YES

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
TEXTS = 20_000 if LONG else 400
CORPORA = (
    *(
        "known",
        "unseen",
        "first",
        "examined",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "seventh_ar_tr_sq",
    ),
    *("eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth", "stops", "families", "families_hard", "families_plain"),
    *("twentyfirst", "twentysecond", "twentythird", "twentyfourth", "twentyfifth"),
    *(f"families_{language}" for language in LANGUAGES),
)
# Who asks us politely to do it doubts nothing.
ASKED = ("could you", "pouvez-vous", "wil je", "wilt u", "أود", "أرجو", "queria", "quería", "yerime birini bulun")
# "Avariou-se" is one word: the car broke down.
NO_DOUBT = {"Não consigo ir, o carro avariou se puder"}
REPLIES = [row for corpus in CORPORA for row in labelled(f"{corpus}.tsv")]
WINDOWS = ((), (1,), (3,), (2, 1), (1, 1, 1), (9,))
KEYS = "abcdefghijklmnopqrstuvwxyzéçşłăëع0123456789 .,?!'👍🤔\u200f\n"


def mutated(text: str, chance: random.Random) -> str:
    """The text after one to four slips: letters lost, added, changed or swapped, shouted, or joined to another reply."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(6):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + chance.choice(KEYS) + text[at:]
            case 2:
                text = text[:at] + chance.choice(KEYS) + text[at + 1 :]
            case 3:
                text = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
            case 4:
                text = text.upper() if chance.random() < 0.5 else text.title()
            case _:
                text += chance.choice([" ", ", ", "\n"]) + chance.choice(REPLIES)[4]
    return text


def test_any_slip_in_any_reply_gives_an_intent_and_a_window_that_was_offered() -> None:
    chance = random.Random(26_0377)
    for _ in range(TEXTS):
        text = mutated(chance.choice(REPLIES)[4], chance)
        state, language, windows = chance.choice(replies.STATES), chance.choice(LANGUAGES), chance.choice(WINDOWS)
        reply = replies.read(text, state=state, language=language, windows=windows)
        assert {reply.intent} <= INTENTS, text
        if reply.intent == "accept":
            assert 1 <= (reply.choice or 0) <= windows["ABC".index(reply.offer or "")], (text, state, language, windows)


def doubtful() -> Iterator[tuple[str, str, str, str]]:
    """State, language, windows and text of every reply that would act, made doubtful; of a sample of them every day."""
    for state, language, windows, wanted, text in REPLIES if LONG else random.Random(7).sample(REPLIES, 2000):
        deed = wanted.split("/")[0].split(" ")[0]
        if deed not in ACTING:
            continue
        for condition in CONDITIONS[language]:
            if condition in {"?", "؟"} and any(asked in text.lower() for asked in ASKED):
                continue
            # "The third, because on the first I work at 15": the hour is that of the reason.
            if " bo " in text and any(sign.isdigit() for sign in condition):
                continue
            # "Zet mij maar op 2" and "zet mij op 2 maar" ask for the same.
            behind = 1 if condition == "maar" else 0
            # An hour is a condition of a visit, and none of staying away.
            if deed == "accept" or not (condition == "بعد الظهر" or any(sign.isdigit() for sign in condition)):
                yield from ((state, language, windows, made) for made in beside(text, condition)[behind:])
        if deed == "accept":
            # Who says no to one of two, and no again, doubts nothing either.
            opposites = ["17", "maar nee", *([] if text.endswith(NO[language]) else [NO[language]])]
            yield from ((state, language, windows, made) for other in opposites for made in beside(text, other))
        if deed == "cancel":
            yield from ((state, language, windows, made) for yes in YES[language] for made in beside(yes, text)[1::2])


def beside(text: str, other: str) -> list[str]:
    return [f"{text} {other}", f"{text}, {other}", f"{other}, {text}"]


def test_no_doubtful_text_books_cancels_or_silences() -> None:
    texts = sorted({made for made in doubtful() if made[3] not in NO_DOUBT})
    assert len(texts) > 10_000
    acted = []
    for state, language, windows, text in texts if LONG else random.Random(7).sample(texts, TEXTS):
        counts = tuple(int(count) for count in windows.split(","))
        if replies.read(text.replace(r"\n", "\n"), state=state, language=language, windows=counts).intent in ACTING:
            acted.append((state, language, windows, text))
    assert acted == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_number_that_was_not_offered_is_never_a_choice(language: str) -> None:
    for yes in ("", *YES[language]):
        for number in (0, 4, 5, 7, 12, 99):
            reply = replies.read(f"{yes} {number}", state="offer", language=language, windows=(3,))
            assert reply.intent == "unclear", (yes, number)
