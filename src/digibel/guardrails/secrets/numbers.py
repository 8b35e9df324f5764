"""Numbers that prove themselves: payment cards, IBANs and Belgian national numbers each carry a check.

Sources: ISO/IEC 7812 (card numbers: issuer prefixes and the Luhn check), ISO 13616 (IBAN: one form per country, mod 97),
Royal Decree of 3 April 1984 (national number: date, order number, 97 minus the remainder by 97; a 2 in front for births from
2000) and of 8 February 1991 (bis number: 20 or 40 added to the month).
"""

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from digibel.guardrails.secrets.reading import COVER, fold

Span = tuple[int, int]

CARD_LENGTHS: Final = range(13, 20)
_FARTHEST_WORDS: Final = 48  # characters before a number, in which it is said what it is
NATIONAL_LENGTH: Final = 11
LONGEST_TELEPHONE: Final = 15  # ITU-T E.164

_HERE: Final = Path(__file__).parent
# What may stand between two digits of one number. Bounded, so that a line of blanks costs no time.
_BETWEEN: Final = rf"(?:[^\w{COVER}]|_){{0,6}}"
_RUN: Final = re.compile(rf"[0-9](?:{_BETWEEN}[0-9])+")
# Here a telephone number begins, and whatever stood before it has ended.
_INTERNATIONAL: Final = re.compile(r"(?<=[^\d+])\+(?=\d)")
_GROUP: Final = re.compile(r"[0-9]+")
_WORD: Final = re.compile(r"[^\W\d_]+")

# How people and machines group the digits of a card and of a national number.
_CARD_GROUPS: Final = {
    (4, 4, 4, 4),
    (4, 6, 5),
    (4, 6, 4),
    (4, 4, 4, 4, 3),
    (4, 4, 4, 4, 1),
    (4, 4, 4, 4, 2),
    # An American Express and a Diners, by who thinks that all are written in fours.
    (4, 4, 4, 3),
    (4, 4, 4, 2),
    (4, 5, 4),
    (8, 8),
    (6, 13),
}
_NATIONAL_GROUPS: Final = {(11,), (2, 2, 2, 3, 2), (6, 3, 2), (6, 5), (2, 2, 2, 5), (9, 2)}
_TELEPHONE_GROUPS: Final = {
    (2, 3, 2, 2, 2),
    (2, 3, 6),
    (2, 3, 3, 3),
    (2, 1, 3, 2, 2),
    (2, 2, 3, 2, 2),
    (2, 9),
    (2, 1, 8),
}

_FULL_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2})(?!\d)|(?<!\d)\d{1,2}:\d\d(?![:\d])"
)
# What may stand beside a card or a national number without a word between: dates, hours, telephone numbers, our own references,
# and one figure of at most three digits ("2x", "3.").
_OWN_NUMBERS: Final = re.compile(
    r"\W*(?:(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}|\d{1,2}:\d\d|2\d-\d{4,5}|"
    r"0(?:\d{1,3}[ ./-]?\d{2,3}(?:[ .]?\d\d){2}|\d{8,9})|(?:\+|00)[1-9](?:[ ./()-]{0,2}\d){7,13})(?!\d)\W*)*(?:\d{1,3}\W*)?"
)
_HOUR: Final = r"(?:[01]?\d|2[0-4])"
_MINUTES: Final = "[0-5][05]"


def _hours(until: str) -> str:
    """From one hour to another, as the opening hours of a week have them in every line: "09.00-12.00", "9:00 - 12:30"."""
    pairs = (f"{_HOUR}{sign}{_MINUTES} ?{until} ?{_HOUR}{sign}" for sign in (":", r"\."))
    return rf"(?:{'|'.join(pairs)}){_MINUTES}(?!\d)"


OPENING: Final = re.compile(rf"(?<![\d:.]){_hours('-')}(?![:.]\d)")
# "Lu 09:00-12:00 13:00-17:00 ma" is as long as an account of Luxembourg, "sa 9.00 à 12.00 et 13.00 à 17.00 di" as a Saudi one.
_DAY_OF_WEEK: Final = re.compile(rf"[a-z]{{2}}\W{{0,2}}{_hours('(?:-|a|au|tot|to)')}")
_PAIR: Final = r"[ .]?\d\d"
# Of nine or ten digits, never of eleven: that may be the national number of somebody born from 2000 to 2009.
_OF_BELGIUM: Final = (
    rf"0(?:[1-9][ ./-]?\d{{3}}{_PAIR}{_PAIR}|[1-9]\d[ ./-]?\d\d{_PAIR}{_PAIR}|"
    rf"4\d\d[ ./-]?(?:\d\d{_PAIR}{_PAIR}|\d{{3}}[ .]?\d{{3}})|[89]\d\d[ ./-]?\d\d[ .]?\d{{3}})(?!\d)"
)
_FROM_ABROAD: Final = r"\+(?!32)[1-9](?:[ ./()-]{0,2}\d){7,13}(?!\d)"
_ONE_OF_SEVERAL: Final = rf"(?>{_hours('-')}|\+32(?:[ ./()-]{{0,2}}\d){{8,9}}(?!\d)|{_FROM_ABROAD}|{_OF_BELGIUM})"
# Hours and telephone numbers, two or more (or one from abroad), and nothing besides: "02 367.86.12 - 0451 51.91.36". Atomic: each
# is read once.
_SEVERAL: Final = re.compile(rf"{_FROM_ABROAD}|{_ONE_OF_SEVERAL}(?:[^\w{COVER}]{{1,6}}{_ONE_OF_SEVERAL})++")
_AFTER_CARD: Final = re.compile(
    rf"[^\w{COVER}]{{1,3}}(?:(?:exp\w{{0,9}}|val\w{{0,9}}|verval\w{{0,6}}|tot)\W{{1,2}})?[01]?\d[/-]\d\d(?:\d\d)?"
    rf"[^\w{COVER}]{{1,3}}(?:cv[cv]2?\W{{1,2}})?\d{{3,4}}(?!\d)"
)


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits with nothing but signs between them, in groups as they were written."""

    text: str
    groups: tuple[Span, ...]

    def windows(self) -> Iterator[tuple[int, int, str]]:
        """Each stretch of whole groups that could be one number: first group, last group, its digits."""
        for first in range(len(self.groups)):
            digits = ""
            for last in range(first, len(self.groups)):
                start, end = self.groups[last]
                if len(digits) + end - start >= CARD_LENGTHS.stop:
                    break
                digits += self.text[start:end]
                if len(digits) >= NATIONAL_LENGTH:
                    yield first, last, digits

    def sizes(self, first: int, last: int) -> tuple[int, ...]:
        return tuple(end - start for start, end in self.groups[first : last + 1])

    def signs(self, first: int, last: int) -> list[str]:
        """What stands between the groups."""
        pairs = zip(self.groups[first:last], self.groups[first + 1 : last + 1], strict=True)
        return [self.text[before[1] : after[0]] for before, after in pairs]

    def is_list(self, first: int, last: int) -> bool:
        """Whether commas or dates show that these are several numbers: "0486 12 34 56, 3/12/2026"."""
        signs = self.signs(first, last)
        if len(set(signs)) <= 1:
            return False
        has_comma = any("," in sign or ";" in sign for sign in signs)
        return has_comma or bool(_FULL_DATE.search(self.text[self.groups[first][0] : self.groups[last][1]]))

    def is_international(self, first: int) -> bool:
        start = self.groups[first][0]
        return self.text[max(0, start - 9) : start].rstrip(" (").endswith("+")

    @property
    def is_several(self) -> bool:
        """Whether all of it is several numbers of which none is a card: opening hours, telephone numbers."""
        start = self.groups[0][0]
        start -= self.text[start - 1 : start] == "+"
        return _SEVERAL.fullmatch(self.text, start, self.groups[-1][1]) is not None

    def is_whole(self, first: int, last: int) -> bool:
        """Whether nothing else stands in the run, or only what is a number of its own: a date, a telephone number, one figure."""
        before = self.text[self.groups[0][0] : self.groups[first][0]]
        after = self.text[self.groups[last][1] : self.groups[-1][1]]
        return bool(_OWN_NUMBERS.fullmatch(before) and _OWN_NUMBERS.fullmatch(after))


def find_cards(folded: str) -> list[Span]:
    """Where payment cards stand, with the expiry date and the three digits of the back when both follow.

    The date alone says nothing and stays: "4111 1111 1111 1111, exp 03/28" keeps its date.
    """
    found = []
    for run in _runs(folded, CARD_LENGTHS.start):
        beyond, is_several = -1, run.is_several
        # The longest first: 4-4-4-4-3 may be a card of 19 digits that begins like one of 16.
        for first, last, digits in sorted(run.windows(), key=lambda window: (window[0], -window[1])):
            if first <= beyond or not is_card(digits) or (is_several and not _is_called(run, first, "card")):
                continue
            if _reads_as_card(run, first, last, digits):
                start, end = run.groups[first][0], run.groups[last][1]
                rest = _AFTER_CARD.match(folded, end)
                found.append((start, rest.end() if rest else end))
                beyond = last
    return found


def find_national_numbers(folded: str) -> list[Span]:
    """Where Belgian national numbers and bis numbers stand."""
    found = []
    for run in _runs(folded, NATIONAL_LENGTH):
        beyond, is_several = -1, run.is_several
        for first, last, digits in run.windows():
            if (
                first <= beyond
                or not is_national_number(digits)
                or (is_several and not _is_called(run, first, "national"))
            ):
                continue
            if _reads_as_national(run, first, last, digits):
                found.append((run.groups[first][0], run.groups[last][1]))
                beyond = last
    return found


def find_ibans(folded: str) -> list[Span]:
    """Where IBANs stand, whatever stands between their characters."""
    found: list[Span] = []
    for start in _iban_starts(folded):
        if found and start < found[-1][1]:
            continue
        form = _iban_forms().get(_letters_at(folded, start))
        written = form.match(folded, start) if form else None
        if (
            written
            and is_iban(re.sub(r"[^a-z0-9]", "", written[0]))
            and not _DAY_OF_WEEK.match(folded, start)
            and not _is_cut_from_words(folded, *written.span())
            and not _is_cut_from_card(folded, *written.span())
        ):
            found.append(written.span())
    return found


def _is_cut_from_words(folded: str, start: int, end: int) -> bool:
    """ "protokołu: 359270103441438, kolor": it would begin or end within a word. "rekeningBE68" only lacks a blank."""
    begins_within = folded[start - 1 : start].isalpha() and not folded[start + 2 : start + 3].isdecimal()
    return begins_within or (folded[end - 1].isalpha() and folded[end : end + 1].isalpha())


def _is_cut_from_card(folded: str, start: int, end: int) -> bool:
    """ "Kart no 5555 3412 4444 1115": with the letters of Norway before it, and ending within the last group of a card."""
    if not folded[end : end + 1].isdecimal():
        return False
    around = max(0, start - _FARTHEST_WORDS)
    cards = find_cards(folded[around : end + CARD_LENGTHS.stop])
    return any(start < around + first < end < around + last for first, last in cards)


def is_card(digits: str) -> bool:
    """Whether digits (nothing else) have the prefix and length of a real issuer, and pass the Luhn check."""
    return any(
        len(digits) in lengths and digits.startswith(prefix) for prefix, lengths in _issuers()[digits[0]]
    ) and luhn(digits)


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812: every second digit from the right doubled."""
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(map(int, odd)) + sum(_DOUBLED[digit] for digit in even)) % 10 == 0


def is_national_number(digits: str) -> bool:
    """Whether eleven digits are a national or bis number. Month and day may be 00: not everybody's birthday is known."""
    if len(digits) != NATIONAL_LENGTH:
        return False
    month, day, order = int(digits[2:4]) % 20, int(digits[4:6]), int(digits[6:9])
    if int(digits[2:4]) > 52 or month > 12 or day > 31 or order in (0, 999):
        return False
    return int(digits[9:]) in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def is_iban(characters: str) -> bool:
    """Whether letters and digits without blanks pass the mod 97 check of ISO 13616. The form is the caller's to check."""
    return int("".join(str(int(character, 36)) for character in characters[4:] + characters[:4])) % 97 == 1


_DOUBLED: Final = {str(digit): sum(map(int, str(2 * digit))) for digit in range(10)}


def _runs(folded: str, least: int) -> Iterator[_Run]:
    for match in _RUN.finditer(folded):
        start = match.start()
        for plus in (*_INTERNATIONAL.finditer(folded, *match.span()), None):
            end = plus.start() if plus else match.end()
            groups = tuple(group.span() for group in _GROUP.finditer(folded, start, end))
            if sum(beyond - first for first, beyond in groups) >= least:
                yield _Run(folded, groups)
            start = end


def _reads_as_card(run: _Run, first: int, last: int, digits: str) -> bool:
    words = _words_before(run.text, run.groups[first][0])
    if ": " in run.text[run.groups[first][0] : run.groups[last][1]]:
        # "In tram 81: 3587...": what is before a colon and a blank is another number.
        return False
    if words & _words("apparatus") and not words & _words("card"):
        return False
    sizes = run.sizes(first, last)
    is_grouped_like_one = len(sizes) == 1 or sizes in _CARD_GROUPS or set(sizes) == {1}
    if run.is_international(first):
        return is_grouped_like_one and len(digits) > LONGEST_TELEPHONE
    if words & _words("card"):
        return True
    return not run.is_list(first, last) and (run.is_whole(first, last) or is_grouped_like_one)


def _reads_as_national(run: _Run, first: int, last: int, digits: str) -> bool:
    words = _words_before(run.text, run.groups[first][0])
    if words & _words("national"):
        return True
    sizes = run.sizes(first, last)
    if run.is_international(first) or _is_telephone(run, first, sizes, digits):
        return False
    if run.is_list(first, last):
        return False
    return run.is_whole(first, last) or sizes in _NATIONAL_GROUPS


def _is_telephone(run: _Run, first: int, sizes: tuple[int, ...], digits: str) -> bool:
    """Of all telephone numbers of eleven digits only a Belgian (324...) and a Turkish one (05...) can also be a date of birth."""
    if not digits.startswith(("324", "05")):
        return False
    said = re.split(r"\d", run.text[: run.groups[first][0]][-48:])[-1]
    return (sizes in _TELEPHONE_GROUPS and digits[0] == "3") or bool(set(_WORD.findall(said)) & _words("telephone"))


def _is_called(run: _Run, first: int, what: str) -> bool:
    return not _words_before(run.text, run.groups[first][0]).isdisjoint(_words(what))


def _words_before(folded: str, start: int) -> frozenset[str]:
    """The last four words before a number: what it is said to be."""
    return frozenset(_WORD.findall(folded, max(0, start - _FARTHEST_WORDS), start)[-4:])


_IBAN_START: Final = re.compile(rf"[a-z]{_BETWEEN}[a-z]{_BETWEEN}[0-9]{_BETWEEN}[0-9]")


def _iban_starts(folded: str) -> Iterator[int]:
    """Every place where two letters and two digits follow each other; these may overlap."""
    position = 0
    while begin := _IBAN_START.search(folded, position):
        yield begin.start()
        position = begin.start() + 1


def _letters_at(folded: str, start: int) -> str:
    second = next(place for place in range(start + 1, len(folded)) if folded[place].isalpha())
    return folded[start] + folded[second]


@cache
def _iban_forms() -> dict[str, re.Pattern[str]]:
    """Per country (two small letters) what an account of it looks like."""
    kinds = {"n": "[0-9]", "a": "[a-z]", "c": "[a-z0-9]"}
    forms = {}
    with (_HERE / "ibans.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            country = row["country"].lower()
            parts = re.findall(r"(\d+)([nac])", row["account"])
            body = "".join(rf"(?:{_BETWEEN}{kinds[kind]}){{{count}}}" for count, kind in parts)
            forms[country] = re.compile(rf"{country[0]}{_BETWEEN}{country[1]}(?:{_BETWEEN}[0-9]){{2}}{body}")
    return forms


@cache
def _issuers() -> dict[str, list[tuple[str, frozenset[int]]]]:
    """Per first digit: the prefixes of issuers, and how long their numbers are."""
    issuers: dict[str, list[tuple[str, frozenset[int]]]] = {str(digit): [] for digit in range(10)}
    with (_HERE / "issuers.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            lengths = frozenset(_numbers(row["lengths"]))
            for prefix in range(int(row["first"]), int(row["last"]) + 1):
                issuers[str(prefix)[0]].append((str(prefix), lengths))
    return issuers


def _numbers(ranges: str) -> Iterator[int]:
    """The numbers of "13 16 18-19"."""
    for part in ranges.split():
        low, _, high = part.partition("-")
        yield from range(int(low), int(high or low) + 1)


@cache
def _words(about: str) -> frozenset[str]:
    words = tomllib.loads((_HERE / "numbers.toml").read_text(encoding="utf-8"))[about]
    return frozenset(_WORD.findall(fold(words)))
