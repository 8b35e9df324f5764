"""What somebody answered to a question that guards an account: "the first pet? We typed Snoopie", "cevap Pamuk".

Who knows the answer is let in, as with a password. It is a name, and is told by a verb before it or behind it, or it stands right
behind what is asked and nothing follows it: "security question, maiden name Peeters".
"""

import re
from collections.abc import Iterator
from typing import Final

from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.reading import Reading
from digibel.guardrails.secrets.turnwords import PART, bits

PARTS: Final = bits("question")
ASKED_BY: Final = bits("asker guard")
_QUESTION: Final = re.compile(rf"\b{PART['question']}\b")
_ASKER: Final = re.compile(rf"\b{PART['asker']}\b")
_GUARD: Final = re.compile(rf"\b{PART['guard']}\b")
_ANSWERING: Final = re.compile(rf"\b{PART['answering']}\b")
_ANSWERED: Final = re.compile(rf"\b{PART['answered']}\b")
_WORD: Final = re.compile(r"[^\W\d_]+")
_NEXT_WORD: Final = re.compile(r"(?:'s)? ([^\W\d_]+)")
_BETWEEN: Final = re.compile(r"[ '\"“”:,=>-]*(?:st\. ?|mr\. ?|mrs\. ?)?")
_ENDS: Final = re.compile(r" *(?:[.;,)\n]|$)")
_FIRST_ARABIC: Final = "\u0600"
_MOST_BETWEEN: Final = 3  # small words: "the answer is still Snoopie"
_SHORTEST: Final = 3  # letters
_LONGEST: Final = 3  # words


def find_answers(reading: Reading, folded: str) -> Iterator[Span]:
    """Where the answers stand in the folded text."""
    guard = _GUARD.search(folded)
    if not (_QUESTION.search(folded) and (guard or _ASKER.search(folded))):
        return
    for verb in _ANSWERING.finditer(folded):
        # "Antw. Peeters"
        if name := _name_after(reading, folded, verb.end() + (folded[verb.end() :][:1] == ".")):
            yield name
    for verb in _ANSWERED.finditer(folded):
        if name := _name_before(reading, folded, verb.start()):
            yield name
    if guard:
        for question in _QUESTION.finditer(folded):
            name = _name_after(reading, folded, question.end())
            if name and _ENDS.match(folded, name[1]):
                yield name


def is_question(folded: str, place: int) -> bool:
    """ "Security question: town of birth?": what is asked is no answer, nor is "answer"."""
    return bool(_QUESTION.match(folded, place) or _ANSWERING.match(folded, place))


def _name_after(reading: Reading, folded: str, place: int) -> Span | None:
    """The first name behind a verb, with at most a few small words between."""
    for _ in range(_MOST_BETWEEN + 1):
        word = _WORD.match(folded, _BETWEEN.match(folded, place).end())  # type: ignore[union-attr]
        if not word:
            return None
        if _is_name(reading, word):
            return word.start(), _end_of_name(reading, folded, word)
        place = word.end()
    return None


def _end_of_name(reading: Reading, folded: str, first: re.Match[str]) -> int:
    end, words = first.end(), 1
    while words < _LONGEST:
        following = _NEXT_WORD.match(folded, end)
        if not following or not _goes_on(reading, following):
            break
        end, words = following.end(), words + 1
    return end


def _goes_on(reading: Reading, word: re.Match[str]) -> bool:
    written = reading.written(*word.span(1))
    return written[0].isupper() or written.startswith("ال")


def _name_before(reading: Reading, folded: str, place: int) -> Span | None:
    """The name right before a verb that stands last."""
    words = list(_WORD.finditer(folded, max(0, place - 40), place))
    if not words or folded[words[-1].end() : place].strip(" \"'") or not _is_name(reading, words[-1]):
        return None
    return words[-1].span()


def _is_name(reading: Reading, word: re.Match[str]) -> bool:
    """Written with a capital, or in Arabic, which has none."""
    first = reading.written(*word.span())[0]
    is_long = word.end() - word.start() >= _SHORTEST or first.isupper()
    return (
        is_long
        and (first.isupper() or first >= _FIRST_ARABIC)
        and not (_ASKER.fullmatch(word[0]) or _GUARD.fullmatch(word[0]))
    )
