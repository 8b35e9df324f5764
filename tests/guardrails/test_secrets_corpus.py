"""Texts as workers, clients and volunteers write them, in ten languages: nearly every secret is found, hardly anything else.

In `secrets_corpus.tsv` a value stands between braces, with its kind in front when it is no `secret`. Round 1 was written with the
code. Each later round was first read by code that had never seen it, and then learned from. On that first reading:

| round | secrets found | innocents touched | |
|---|---|---|---|
| 2 | 122 of 135 | 0 of 95 | everyday texts, some without any name for the secret |
| 3 | 56 of 77 | 5 of 55 | written to be hard: "the door opens when you press 4 4 1 9" |
| 4 | 95 of 96 | 1 of 52 | everyday texts |
| 5 | 34 of 46 | 1 of 34 | written to be hard |
| 6 | 442 of 473 | 1 of 295 | everyday texts, leetspeak, keys drawn instead of named, misspellings |
| 7 | 248 of 311 | 6 of 271 | written to be hard: "for my card I use 3872", "use 482915 to log in" |
| 8 | 63 of 92 | 0 of 46 | written to be hard: key boxes, notes in brackets, "password of the laptop sunflower" |
| 9 | 26 of 28 | 0 of 35 | the same, written after round 8 was learned from, with its look-alikes |
| 10 | 110 of 157 | 19 of 120 | written to be hard: codes that only verbs, doors and cards hint at, Darija, hours like a code |
| 11 | 31 of 40 | 0 of 18 | the same, written after round 10 was learned from |
| 12 | 38 of 65 | 1 of 25 | plain words as passwords, keys of networks, locks of screens |
| 13 | 37 of 44 | 1 of 39 | notes, forms and texts of four languages, half of them look-alikes |
| 14 | 44 of 56 | 0 of 32 | the same in six other languages |
| 15 | 15 of 37 | 9 of 53 | written to be hard: plain words told in passing, and what is said about passwords without giving one |
| 16 | 28 of 40 | 0 of 34 | everyday texts, intercoms, birthdays as codes |
| 17 | 29 of 37 | 0 of 35 | everyday texts, after rounds 12 to 16 were learned from |
| 18 | | 3 of 83 | look-alikes of what was learned |
| 19 | 34 of 40 | 1 of 26 | everyday texts, after all before were learned from |
| 20 | 28 of 36 | 0 of 26 | the same in five languages: two ways of saying it were missed in four languages each |
| 21 | 27 of 31 | 1 of 26 | everyday texts, after round 20 was learned from |
| 22 | 30 of 43 | 1 of 24 | everyday and hard ones mixed, "types qwerty", "tried 1111 and 2222" |
| 23 | 57 of 60 | 0 of 24 | everyday texts in all ten languages |
| 24 | 23 of 33 | 0 of 26 | written to be hard: "choose Paloma.Lucas as password", lists of accounts |
| 25 | 179 of 200 | 1 of 80 | notes and texts in all ten languages, by somebody who had never seen the code |
| 26 | 15 of 80 | 0 of 17 | nine turns of phrase that round 25 missed, each said in the other languages; turns.py is from here |
| 27 | 118 of 130 | 3 of 60 | as round 25, by another hand, after 25 and 26 were learned from |
| 28 | 126 of 130 | 0 of 60 | the same, by a third hand, after 27 was learned from |
| 29 | | 16 of 700 | numbers of every other kind, half of them beside words like "code" and "PIN" |
| 30 | 211 of 700 | | no two of one construction, many of them riddles: "'t is liefde, lachte ze", "C then 7051" |
| 31 | 176 of 400 | 13 of 400 | dictated and texted in haste, each secret with a look-alike |
| 32 | | 36 of 1000 | files, invoices, years, models, forms, names of networks |
| 33 | 303 of 700 | 4 of 300 | ordinary notes, the secret far from its name or without one; surroundings.py is from here |
| 34 | 80 of 130 | 0 of 130 | the same with patterns, recovery words and answers to questions, which nobody looks for |
| 35 | 122 of 200 | 2 of 100 | the same, by another hand |
| 36 | | 0 of 160 | streets with numbers, boxes and floors |
| 37 | 121 of 140 | 5 of 130 | every kind that is looked for, a tenth of them spelled in words, read with the first weights |
| 38 | 118 of 140 | 1 of 140 | the same with many plain words, after 37 was learned from |
| 39 | | | hardly anything announces them, and as many look-alikes; only learned from |
| 40 | 132 of 140 | 7 of 140 | by a new hand; a third of the misses and all seven were plain faults |
| 41 | 131 of 140 | 14 of 140 | the same by another hand; nearly all fourteen were codes of courses and discounts |
| 42 | 133 of 140 | 2 of 140 | the same by a third hand |
| 43 | 132 of 140 | 6 of 140 | ordinary voices; all six in texts that name no secret, which is weighed since |
| 44 | 137 of 140 | 2 of 140 | ordinary voices again, by another hand; both were numbers of parcels |
| 45 | 128 of 140 | 12 of 140 | ordinary notes, by a new hand |
| 46 | 139 of 140 | 24 of 140 | by somebody strict about look-alikes: ends of cards, names of networks, meters, draws |
| 47 | 135 of 140 | 5 of 140 | by twenty situations |
| 48 | 140 of 140 | 4 of 140 | by an intake worker |
| 49 | 138 of 140 | 2 of 140 | by a coordinator, with fifty near misses |
| 50 | 117 of 140 | 4 of 140 | typed during calls; 13 of the 23 were patterns, answers, words to recover and dates of cards |
| 51 | 120 of 140 | 6 of 140 | texted; all but two of the 20 were patterns, answers and words to recover; answers.py is from here |
| 52 | 137 of 140 | 3 of 140 | by six voices, a fifth of them numbers with check digits, after 50 and 51 were learned from |
| 53 | 198 of 200 | 7 of 200 | every situation of such an organisation, after 52 was learned from |
| 54 | | 34 of 500 | near misses of every kind: files, courses, users, statistics, warnings of bad codes |
| 55 | 196 of 200 | 11 of 200 | as 53, by another hand; codes of offices, errors, versions at the end of a sentence, rents |
| 56 | 149 of 150 | 1 of 150 | the same once more, by another hand, after 55 was learned from; the one miss hid a word too many |
| 57 | 149 of 150 | 6 of 150 | by six voices, after 56; amounts without a sign, rows of a table, a tram before an IMEI |
| 58 | 136 of 150 | 1 of 150 | hurried notes; answers and recovery words with nothing that says so, a card behind "no" |
| 59 | 185 of 200 | 4 of 200 | by a strict examiner: patterns told as a letter, recovery words, titles of courses |
| 60 | 179 of 200 | 3 of 200 | ordinary, hurried: sixteen misses are patterns, answers and recovery words once more |
| 61 | 190 of 200 | 2 of 200 | what the gate promises, and nothing else; six of the misses are "twice five, then 17" |
| 62 | 198 of 200 | 1 of 200 | the same by twenty people, no two texts translations of each other, after 61 was learned from |
| 63 | 100 of 100 | 1 of 100 | the same by another hand, after 62 was learned from; the one was the number of a Romanian firm |
| 64 | 178 of 183 | 7 of 182 | notes, mails and texts by one more hand; four of the seven speak of "1234" as everybody's PIN |

`secrets_unseen.tsv` was written by somebody who knew nothing but the kinds that are looked for. Nothing is learned from it: neither
words nor weights. Rules alone found 129 of its 140 spoken secrets, rules and weights 139, and all 40 numbers with check digits.
"""

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from digibel.guardrails.secrets import find, spoken
from digibel.guardrails.secrets.reading import fold

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
_MARK = re.compile(r"\{(?:(card|iban|national_number):)?([^{}]+)\}")


@dataclass(frozen=True)
class Sample:
    round: str
    language: str
    text: str
    kinds: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        found = find(self.text)
        return found.kinds == self.kinds and not any(value in found.masked for value in self.values)


def _sample(row: dict[str, str]) -> Sample:
    marks = _MARK.findall(row["text"])
    kinds = tuple(dict.fromkeys(kind or "secret" for kind, _ in marks))
    text = _MARK.sub(lambda mark: mark[2], row["text"])
    return Sample(row["round"], row["language"], text, kinds, tuple(value for _, value in marks))


def _samples(name: str) -> list[Sample]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as rows:
        return [_sample(row) for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)]


SAMPLES = _samples("secrets_corpus.tsv")
UNSEEN = _samples("secrets_unseen.tsv")
# Written so that often only a person can tell, who knows what the talk is about.
RIDDLES = {"30", "31", "33", "34", "35", "38", "39"}
SECRETS = [sample for sample in SAMPLES if sample.kinds]
INNOCENTS = [sample for sample in SAMPLES if not sample.kinds]


def test_the_corpus_is_large_and_in_ten_languages() -> None:
    assert len(SAMPLES) >= 400
    assert len({sample.language for sample in SECRETS}) == len({sample.language for sample in INNOCENTS}) == 10


def test_nearly_every_secret_is_found_and_hidden() -> None:
    plain = [sample for sample in SECRETS if sample.round not in RIDDLES]
    missed = [sample.text for sample in plain if not sample.is_right]
    assert len(missed) <= 0.03 * len(plain), missed


def test_three_of_four_riddles_are_solved() -> None:
    riddles = [sample for sample in SECRETS if sample.round in RIDDLES]
    assert sum(sample.is_right for sample in riddles) >= 0.73 * len(riddles)


def test_texts_that_nothing_was_learned_from_are_read_as_well() -> None:
    secrets = [sample for sample in UNSEEN if sample.kinds]
    innocents = [sample for sample in UNSEEN if not sample.kinds]
    missed = [sample.text for sample in secrets if not sample.is_right]
    touched = [sample.text for sample in innocents if not sample.is_right]
    assert len(missed) <= 0.03 * len([sample for sample in secrets if sample.kinds == ("secret",)]), missed
    assert len(touched) <= 0.02 * len(innocents), touched
    assert [sample.text for sample in secrets if sample.kinds != ("secret",) and not sample.is_right] == []


def test_hardly_anything_innocent_is_touched() -> None:
    touched = [sample.text for sample in INNOCENTS if not sample.is_right]
    assert len(touched) <= 0.02 * len(INNOCENTS), touched


def test_texts_that_are_passed_at_once_hold_nothing_when_they_are_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = SAMPLES[:: 1 if LONG else 15]
    quick = {fold(sample.text): find(sample.text).kinds for sample in samples}
    passed: set[str] = set()
    is_worth_weighing = spoken._is_worth_weighing

    def weigh_all(hints: int, folded: str) -> bool:
        if not is_worth_weighing(hints, folded):
            passed.add(folded)
        return True

    monkeypatch.setattr(spoken, "_is_worth_weighing", weigh_all)
    weighed = {fold(sample.text): find(sample.text).kinds for sample in samples}
    assert len(passed) > len(samples) / 10
    assert [text for text in passed & weighed.keys() if weighed[text] != quick[text]] == []
