"""Whole word families in Romanian, Polish, Portuguese and Spanish: plain sentences of people who write without accents.

Right at the first reading, before anything was changed for them:

    families.tsv        1118 of 1327 (84.2 %)    how the tables stood before they held families
    families_hard.tsv    210 of 288 (72.9 %)     unusual turns on purpose, after the first was learned from
    families_plain.tsv   193 of 196 (98.5 %)     everyday sentences, after the second was learned from

Of the doubtful texts (families_doubtful.tsv), 2 of 269, 6 of 270 and 1 of 144 acted at first; none does now.
families_tempting.tsv was made against phrases of Turkish, Romanian and Albanian that had just been learned: 17 of the first 192
acted, and none of 101 that came after.
"""

import os
from pathlib import Path

import pytest

from digibel.notifications import replies

CORPORA = Path(__file__).parent / "replies"
LANGUAGES = ("ro", "pl", "pt", "es")
PLAIN = ("families_hard", "families_plain", *(("families",) if os.environ.get("DIGIBEL_TEST_LONG") == "1" else ()))


def rows(corpus: str, language: str) -> list[list[str]]:
    lines = (CORPORA / f"{corpus}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [row for row in (line.split("\t") for line in lines) if row[1] == language]


def read(text: str, state: str, language: str, windows: str) -> str:
    counts = tuple(int(count) for count in windows.split(","))
    reply = replies.read(text, state=state, language=language, windows=counts)
    parts = (reply.intent, reply.offer, reply.choice, reply.minutes)
    return " ".join(str(part) for part in parts if part is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_sentences_are_nearly_all_read_as_meant(language: str) -> None:
    labelled = [row for corpus in PLAIN for row in rows(corpus, language)]
    misread = [
        (text, wanted, meant)
        for state, _, windows, wanted, text in labelled
        if (meant := read(text, state, language, windows)) != wanted
    ]
    assert len(misread) <= 0.05 * len(labelled), misread
    assert [row for row in misread if row[-1].startswith(("accept", "cancel", "stop"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_doubtful_sentences_do_no_deed(language: str) -> None:
    acted = [
        text
        for state, _, windows, text in rows("families_doubtful", language)
        if read(text, state, language, windows).startswith(("accept", "cancel", "stop"))
    ]
    assert acted == []


@pytest.mark.parametrize("language", ["tr", "ro", "sq"])
def test_sentences_that_begin_as_an_answer_and_are_none_do_no_deed(language: str) -> None:
    acted = [
        text
        for state, _, windows, text in rows("families_tempting", language)
        if read(text, state, language, windows).startswith(("accept", "cancel", "stop"))
    ]
    assert acted == []
