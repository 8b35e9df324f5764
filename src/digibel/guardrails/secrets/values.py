"""Numbers that are long enough to be a secret, in digits or in words: "4821", "48 21", "47 then 12", "vier acht twee een"."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from digibel.guardrails.secrets.innocence import Innocence, covering, how_innocent, surely_innocent
from digibel.guardrails.secrets.passages import Passage

SHORTEST: Final = 3
LONGEST: Final = 12
DIGITS_OF_A_DAY: Final = 8
SHORTEST_SPELLED: Final = 3

_SPOKEN_ALONG: Final = frozenset(",'")
_JOINED_BY: Final = frozenset(".-,_*|/#")


@dataclass(frozen=True, slots=True)
class Value:
    """A number from the token `first` up to and including `last`, in digits or in words."""

    first: int
    last: int
    digits: int
    innocence: Innocence
    is_pair: bool = False  # two small groups, as in "3-4" or "10.30": a secret only where it is said to be one
    is_spelled: bool = False

    @property
    def is_day(self) -> bool:
        """Whether it may be a whole date in one number: "07021949"."""
        return self.first == self.last and self.digits == DIGITS_OF_A_DAY

    @property
    def is_one_by_one(self) -> bool:
        """ "3 3 1 8": nobody writes a count or a date so."""
        return not self.is_spelled and self.last - self.first + 1 == self.digits


def find_values(text: Passage, names: Container[int]) -> dict[int, Value]:
    """All numbers that are long enough for a secret, by the token where they start. `names`: the tokens of names for secrets."""
    values: dict[int, Value] = {}
    places = [
        place for place, known in enumerate(text.words) if known.is_number and not _is_alone_and_short(text, place)
    ]
    sure = surely_innocent(text.folded) if places else []
    beyond = 0
    for place in places:
        if place < beyond:
            continue
        value = _spelled_value(text, place, sure) or _digits_value(text, place, sure, names)
        if value:
            values[value.first] = value
            beyond = value.last + 1
    return values


def _is_alone_and_short(text: Passage, place: int) -> bool:
    """One or two digits with nothing beside them that could be more of them."""
    token, following = text.texts[place], text.texts[place + 1]
    return (
        len(token) < SHORTEST
        and token.isdecimal()
        and following not in _JOINED_BY
        and not text.words[place + 1].is_number
        and not text.has(place + 1, "joiners")
        and following not in _SPOKEN_ALONG
    )


def _digits_value(text: Passage, place: int, sure: list[tuple[int, int]], names: Container[int]) -> Value | None:
    """Digits, perhaps in groups: "4821", "48 21", "4-8-2-1"."""
    if not text.is_number(place):
        return None
    last = _last_group(text, place, sure)
    if last == place and len(text.texts[place]) < SHORTEST:
        return None
    groups = [text.texts[index] for index in range(place, last + 1) if text.is_number(index)]
    digits = sum(map(len, groups))
    if last == place and digits > LONGEST:
        return Value(place, last, digits, Innocence.SURE)  # of an apparatus: nobody tells so long a code
    if digits < SHORTEST or _is_glued_to_letters(text, place, last, names):
        return Value(place, last, digits, Innocence.SURE) if last > place else None
    is_pair = (
        len(groups) == 2 and last - place == 2 and digits < 6 and text.is_glued(last) and text.text(last - 1) != "#"
    )
    return Value(place, last, digits, how_innocent(text, place, last, sure, names), is_pair=is_pair)


def _last_group(text: Passage, first: int, sure: list[tuple[int, int]]) -> int:
    """The last token of the groups of digits that begin here."""
    stands_apart = covering(sure, text.starts[first])
    if stands_apart:
        last = first
        while last + 1 < len(text) and text.starts[last + 1] < stands_apart[1]:
            last += 1
        while not text.is_number(last):
            last -= 1
        return last
    last, digits = first, len(text.texts[first])
    while (following := _next_group(text, last)) and digits + len(text.texts[following]) <= LONGEST:
        if covering(sure, text.starts[following]):
            break
        last, digits = following, digits + len(text.texts[following])
    return last


def _next_group(text: Passage, last: int) -> int:
    """The next group of digits of the same number, or 0."""
    if text.is_number(last + 1):
        return last + 1
    step = last + 1
    if text.has(step + (text.texts[step] == ","), "afterwards"):
        # "47, then 12": keys that are pressed one after the other.
        step += 1 + (text.texts[step] == ",")
        return step if text.is_number(step) and max(len(text.texts[last]), len(text.texts[step])) <= 2 else 0
    if text.texts[step] not in _JOINED_BY:
        return 0
    while text.text(step) in _JOINED_BY and text.text(step) and step - last <= 4:
        step += 1
    if not text.is_number(step) or step == last + 1:
        return 0
    signs = set(text.texts[last + 1 : step])
    small = len(text.texts[last]) <= 2 and len(text.texts[step]) <= 2
    if signs == {","} or "\n" in signs:
        return step if len(text.texts[last]) == len(text.texts[step]) <= 2 else 0
    if "/" in signs:
        return step if len(text.texts[last]) == len(text.texts[step]) else 0
    if signs == {"."} and not text.is_glued(step) and not small:
        return 0
    return step


def _is_glued_to_letters(text: Passage, first: int, last: int, names: Container[int]) -> bool:
    """Whether it is part of a word: "2de", "SM-A520". After a word of ours ("pin4821") it is a number all the same."""
    after = text.is_glued(last + 1) and text.is_word(last + 1) and last + 1 not in names
    if (
        after
        and len(text.texts[last + 1]) >= 2
        and text.texts[last + 1] in ("is", "c", "est", "als", "for", "dat", "da")
    ):
        after = False
    hyphen = text.text(first - 1) == "-" and text.is_glued(first - 1)
    previous = first - 2 if hyphen else first - 1
    before = text.is_glued(first) and text.is_word(previous) and previous not in names
    if before and not text.texts[previous].isascii():
        before = False
    return after or before


def _spelled_value(text: Passage, place: int, sure: list[tuple[int, int]]) -> Value | None:
    """A number in words, all of one language: "vier acht twee een", "quarante-huit vingt et un"."""
    best = None
    for language, _ in text.words[place].spelled:
        found = _spelled_in(text, place, language, sure)
        if found and (best is None or found.last > best.last):
            best = found
    return best


def _spelled_in(text: Passage, first: int, language: str, sure: list[tuple[int, int]]) -> Value | None:
    last, digits, count, words = first, 0, 0, 0
    before = ""
    step = first
    while step < len(text) and step - last <= 4:
        kind = next((kind for spoken, kind in text.words[step].spelled if spoken == language), "")
        if text.is_number(step) and len(text.texts[step]) <= 2 and not covering(sure, text.starts[step]):
            kind = "digits"
        if kind:
            digits += _digits_said(kind, before, language, is_joined=step - last > 1 and text.has(step - 1, "joiners"))
            words += kind != "" and not text.is_number(step)
            last, before, count = step, kind, count + 1
        elif not (text.text(step) in (",", "-", ".", "/", "'") or text.has(step, "joiners")) or text.ends_sentence(
            step
        ):
            break
        step += 1
    if digits < SHORTEST_SPELLED or (count < 2 and before != "glued") or words == 0:
        return None
    if words == 1 and count > 1 and text.has(first, "articles"):
        return None
    # Nobody counts in four single digits: "nine two zero four", and then the full stop that is said.
    is_told_digit_by_digit = digits == count > SHORTEST
    counts = text.has(last + 1, "units") or text.has(last + 1, "currencies") or text.has(last + 1, "months")
    innocence = Innocence.SURE if counts and not is_told_digit_by_digit else Innocence.NONE
    return Value(first, last, digits, innocence, is_spelled=True)


def _digits_said(kind: str, before: str, language: str, *, is_joined: bool) -> int:
    """How many digits a number word adds, about: "acht" one, "veertig" two, but "forty-eight" is two together."""
    if before == "tens" and kind == "digits":
        return 0
    if language == "fr" and before in ("tens", "teens") and kind in ("teens", "digits"):
        return 0
    if language in ("fr",) and before == "digits" and kind == "tens":
        return 1
    if language in ("nl", "ar") and before == "digits" and kind == "tens" and is_joined:
        return 1
    return {"digits": 1, "teens": 2, "tens": 2, "hundreds": 3, "glued": 2}[kind]
