"""Secrets that no name announces, told in a turn of phrase that is the same in every language.

"He signs in with b.smith and Brighton#71", "the three numbers on the back, 746", "to start the laptop you type sunflower", "the
key is in the box, number 5572". The words of each language for each part of a turn stand in `turns.toml`.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from digibel.guardrails.secrets.chunks import Chunk, Span
from digibel.guardrails.secrets.innocence import covering, surely_innocent
from digibel.guardrails.secrets.reading import Reading, fold
from digibel.guardrails.secrets.wordings import word

_SENTENCE: Final = r"[^.!?\n]"
_FEWEST_LETTERS: Final = 3
_FEWEST_DIGITS: Final = 2
_FEWEST_SWITCHES: Final = 3
_SIGN: Final = re.compile(r"[^\W\d]\S*[#$%&*!_@+]\S*\w")
_NUMBERED: Final = re.compile(r"([^\W\d_]{4,20})[0-9]{1,4}")
_LETTERS_THEN_DIGITS: Final = re.compile(r"[^\W\d_]{4,20}(?:\.[^\W\d_]{2,20})?[0-9]{2,4}")
_LONGEST_LABEL: Final = 20
_SHORT_NUMBER: Final = re.compile(r"[0-9]{4,8}")
_ALONE: Final = re.compile(r"(?<![\w.,:/+-])(?!(?:19|20)[0-9]{2}\b)[0-9]{4,8}(?![\w:/+-]|[.,][0-9]| ?(?:€|eur))")
_SWITCH: Final = re.compile(r"(?<=[^\W\d_])-?[0-9]|(?<=[0-9])-?[^\W\d_]")
_FEWEST_OF_PHRASE: Final = 3
_MOST_OF_PHRASE: Final = 8
_CHOSEN: Final = r"(?P<value>[^\W\d_][^\s,;()\"]{5,40})"
_CLOSING: Final = ".,:;'\")"


def _phrases() -> dict[str, list[str]]:
    """The phrases of each part of a turn, folded."""
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {part: [fold(one) for line in lines for one in line.split(", ")] for part, lines in listed.items()}


def _alternative(phrases: list[str]) -> str:
    """One of these, the longest first; `*` stands for any letters, a blank for any blanks."""
    return "(?:" + "|".join(_pattern(one) for one in sorted(phrases, key=len, reverse=True)) + ")"


def _pattern(phrase: str) -> str:
    return re.escape(phrase).replace(r"\*", r"[^\W\d_]*").replace(r"\ ", " +")


def _bits_of_heads() -> dict[str, int]:
    """For each way in which a word can begin, the parts of turns that it may begin, a bit each."""
    bits: dict[str, int] = {}
    for place, phrases in enumerate(_PHRASES.values()):
        for phrase in phrases:
            head = "".join(_WORD.findall(phrase)[:1])[:_HEAD]
            bits[head] = bits.get(head, 0) | 1 << place
    return bits


_WORD: Final = re.compile(r"[^\W_]+")
_HEAD: Final = 3
_PHRASES: Final = _phrases()
_W: Final = {part: _alternative(phrases) for part, phrases in _PHRASES.items()}
_BIT: Final = {part: 1 << place for place, part in enumerate(_PHRASES)}
_BITS_OF: Final = _bits_of_heads()
_ACCOUNT: Final = r"(?:[\w.+-]{1,40}@[\w-]{1,40}\.[\w.-]{1,40}|[^\W\d_]{1,20}[._][^\W_]{2,20}|[^\W\d_][^\W_]{3,20})"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of phrase; the group `value` holds the secret. It can only be where all its `parts` are, and what it `needs`."""

    parts: int
    needs: re.Pattern[str]
    pattern: re.Pattern[str]
    is_given: Callable[[Reading, re.Match[str]], bool]


def find_turns(reading: Reading, folded: str) -> Iterator[Span]:
    """Where the secrets of all turns stand in the folded text."""
    present = 0
    for one in _WORD.findall(folded):
        present |= _BITS_OF.get(one[:_HEAD], 0)
    for turn in _possible(present):
        if not turn.needs.search(folded):
            continue
        for told in turn.pattern.finditer(folded):
            if turn.is_given(reading, told):
                start, end = told.span("value")
                yield start, start + len(folded[start:end].rstrip(_CLOSING))


@lru_cache(maxsize=1 << 12)
def _possible(present: int) -> tuple[Turn, ...]:
    """The turns whose parts are all there."""
    return tuple(turn for turn in _TURNS if not turn.parts & ~present)


def find_siblings(folded: str, found: list[str]) -> Iterator[Span]:
    """What goes with a secret that was found: the next of somebody's passwords, and the same digits in another order.

    "Canela09 no longer works, we try Canela10"; "tried 6612 first, the new pin is 6621".
    """
    for stem in {told[1] for secret in found if (told := _NUMBERED.fullmatch(secret))}:
        for other in re.finditer(rf"(?<![^\W_]){re.escape(stem)}[0-9]{{1,4}}(?![^\W_])", folded):
            yield other.span()
    numbers = {secret for secret in found if _SHORT_NUMBER.fullmatch(secret)}
    sure = surely_innocent(folded) if numbers else []
    for other in _ALONE.finditer(folded) if numbers else ():
        is_alike = any(_are_alike(other[0], number) for number in numbers)
        if is_alike and not covering(sure, other.start()) and not _is_labelled(folded, other.start()):
            yield other.span()


def _are_alike(number: str, other: str) -> bool:
    """Of one length, and the same digits but for one at most."""
    return len(number) == len(other) and (Counter(number) & Counter(other)).total() >= len(number) - 1


def _is_labelled(folded: str, start: int) -> bool:
    """ "Dossier 6126", "bus 6126": said to be the number of something else."""
    before = _WORD.findall(folded[max(0, start - _LONGEST_LABEL) : start])
    return bool(before) and "labels" in word(before[-1]).roles


def _always(reading: Reading, told: re.Match[str]) -> bool:
    return True


def _is_password_of_account(reading: Reading, told: re.Match[str]) -> bool:
    """Made up of letters and figures, and the account looks like one, or somebody is said to log in."""
    written = reading.written(*told.span("value")).rstrip(_CLOSING)
    letters, digits = sum(map(str.isalpha, written)), sum(map(str.isdecimal, written))
    if letters < _FEWEST_LETTERS or digits < _FEWEST_DIGITS or "@" in written:
        return False
    is_account, logs_in = not told["account"].isalnum(), told["verb"] is not None
    if is_account and logs_in and written[0].isupper():
        return True
    looks_made_up = bool(_SIGN.fullmatch(written)) or written.endswith(("!", "#", "*"))
    return looks_made_up and (is_account or logs_in) and not Chunk(0, 0, fold(written)).is_product


def _is_plain_word(reading: Reading, told: re.Match[str]) -> bool:
    """A word that means nothing else here, alone in its clause: not "you type your password", nor "you write a letter"."""
    words = told["value"].split()
    return all(not (known := word(one)).roles and not known.phrases and not known.links for one in words)


def _is_phrase(reading: Reading, told: re.Match[str]) -> bool:
    """ "The goat eats plastic": some words that make a clause of their own, and none that says more about the password."""
    words = told["value"].split()
    names = any((known := word(one).phrases) and known.phrase for one in words)
    return _FEWEST_OF_PHRASE <= len(words) <= _MOST_OF_PHRASE and not names


def _is_chosen(reading: Reading, told: re.Match[str]) -> bool:
    """ "Soleil12", "Minou.Schaerbeek54", "Rosie_1948": what people make up, and no product or file."""
    written = told["value"].rstrip(_CLOSING)
    return (
        bool(_LETTERS_THEN_DIGITS.fullmatch(written) or _SIGN.fullmatch(written))
        and not Chunk(0, 0, written).is_product
    )


def _is_key_of_network(reading: Reading, told: re.Match[str]) -> bool:
    """Letters and figures by turns: "kX7-pfan-29w", "molenbeek4ever". A network's own name has its figures behind."""
    return len(_SWITCH.findall(told["value"].rstrip(_CLOSING))) > 1


def _is_random_key(reading: Reading, told: re.Match[str]) -> bool:
    """ "vx92Lq0dTb": small letters, capitals and figures by turns, as only machines write; a serial number has no small letters."""
    written = reading.written(*told.span("value"))
    mixed = any(map(str.islower, written)) and any(map(str.isupper, written))
    return mixed and len(_SWITCH.findall(told["value"])) >= _FEWEST_SWITCHES


def _looks_made_up(reading: Reading, told: re.Match[str]) -> bool:
    written = told["value"].rstrip(_CLOSING)
    return bool(_SIGN.fullmatch(written)) and not Chunk(0, 0, written).is_product


def _turn(parts: str, needs: str, pattern: str, is_given: Callable[[Reading, re.Match[str]], bool] = _always) -> Turn:
    return Turn(sum(_BIT[part] for part in parts.split()), re.compile(needs), re.compile(pattern), is_given)


_MACHINE_IS_OPENED: Final = (
    rf"(?:{_W['machine']}{_SENTENCE}{{0,30}}?\b{_W['start']}|{_W['start']}\b{_SENTENCE}{{0,30}}?{_W['machine']})"
)
_PLAIN: Final = r"(?P<value>[^\W\d_]{5,20}(?: [^\W\d_]{3,12})?)(?= *(?:[,.;!)\n]|$))"

_FOUR: Final = "[0-9]{4}"
_ANY: Final = ""
_TO_SIX: Final = r"(?<![0-9])(?P<value>[0-9]{4,6})(?![0-9]| ?[0-9])"
_FIVE: Final = r"(?<![0-9])(?P<value>[0-9]{5})(?![0-9]| ?[0-9])"
_SAYS: Final = "[:=]"

_TURNS: Final = (
    _turn(
        "",
        r"[^\W\d_][^\s\w]?_?[0-9]",
        rf"(?:(?P<verb>\b{_W['logging_in']}\b){_SENTENCE}{{0,60}}?)?(?<!\S)(?P<account>{_ACCOUNT})"
        rf"(?: *[/|+&] *| +{_W['and']} +)(?P<value>[^\W\d_][^\s,;()\"/]{{5,40}})",
        _is_password_of_account,
    ),
    _turn(
        "three digits back",
        "[0-9]{3}",
        rf"\b(?:{_W['three']}\W+{_W['digits']}|{_W['digits']}\W+{_W['three']})\b{_SENTENCE}{{0,40}}?"
        rf"\b{_W['back']}\b[^.!?\n0-9]{{0,30}}(?<![0-9])(?P<value>[0-9]{{3}})(?![0-9])",
    ),
    _turn(
        "machine start typing",
        _ANY,
        rf"\b{_MACHINE_IS_OPENED}\b{_SENTENCE}{{0,25}}?\b{_W['typing']} +(?:{_W['somebody']} +)?{_PLAIN}",
        _is_plain_word,
    ),
    _turn(
        "machine start typing_last",
        _ANY,
        rf"\b{_W['machine']}\b{_SENTENCE}{{0,15}}?\b{_W['start']}\b +(?P<value>[^\W\d_]{{5,20}}) +{_W['typing_last']}\b",
        _is_plain_word,
    ),
    _turn(
        "machine opens with",
        _ANY,
        rf"\b{_W['machine']}\b{_SENTENCE}{{0,15}}?\b{_W['opens']} +{_W['with']} +(?P<value>\S{{5,30}})",
        _looks_made_up,
    ),
    _turn("key box", _FOUR, rf"\b{_W['key']}\b{_SENTENCE}{{0,30}}?\b{_W['box']}\b[^.!?\n0-9]{{0,20}}{_TO_SIX}"),
    _turn("pin day", _FOUR, rf"\b{_W['pin']}\b[^.,;!?\n]{{0,30}}?\b{_W['day']}\b[^.!?\n0-9]{{0,20}}{_TO_SIX}"),
    _turn("pin day", _FOUR, rf"\b{_W['pin']}\b[^.!?\n0-9]{{0,40}}{_TO_SIX}{_SENTENCE}{{0,15}}?\b{_W['day']}\b"),
    _turn(
        "gadget bank",
        r"[0-9]{4}[ -]?[0-9]{2}",
        rf"\b(?:{_W['gadget']}\b{_SENTENCE}{{0,25}}?\b{_W['bank']}|{_W['bank']}\b{_SENTENCE}{{0,25}}?\b{_W['gadget']})\b"
        rf"(?![^.!?\n]{{0,40}}{_W['numbered']})[^.!?\n0-9]{{0,40}}"
        r"(?<![0-9])(?P<value>[0-9]{4}[ -][0-9]{4}|[0-9]{6,8})(?![0-9])",
    ),
    _turn(
        "intercom pressing",
        "[0-9]{2}",
        rf"\b{_W['intercom']}\b{_SENTENCE}{{0,40}}?\b{_W['pressing']} +(?P<value>[0-9]{{2,5}}[a-z]|[a-z][0-9]{{2,5}})\b",
    ),
    _turn("screen_lock", _FOUR, rf"\b{_W['screen_lock']}\b[^.!?\n0-9]{{0,25}}{_TO_SIX}"),
    _turn("renewed", _SAYS, rf"\b{_W['renewed']} *[:=] *{_CHOSEN}", _is_chosen),
    _turn(
        "password phrase",
        _SAYS,
        rf"\b(?:{_W['password']}\b{_SENTENCE}{{0,60}}?\b{_W['phrase']}|{_W['phrase']}\b{_SENTENCE}{{0,40}}?\b{_W['password']})\b"
        r"[^.!?\n:]{0,60}: *(?P<value>[^\W\d_][^.,;:!?()\n]{9,70})",
        _is_phrase,
    ),
    _turn(
        "pass_phrase",
        _SAYS,
        rf"\b{_W['pass_phrase']}\b[^.!?\n:,]{{0,60}}?: *"
        r"(?P<value>[^\W\d_]+(?: [^\W\d_]+){3,7})(?= *(?:[,.;!?()\n]|$))",
        _is_phrase,
    ),
    _turn("password", _SAYS, rf"\b{_W['password']}\b{_SENTENCE}{{0,80}}?[:=] *{_CHOSEN}(?=[.,]?(?:\s|$))", _is_chosen),
    _turn(
        "bank phone",
        _FOUR,
        rf"\b{_W['bank']} *:? *(?P<value>[0-9]{{4}}) *[,;/] *{_W['phone']} *:? *[0-9]{{4}}(?![0-9]| ?[0-9])",
    ),
    _turn("bank phone", _FOUR, rf"\b{_W['bank']} *:? *[0-9]{{4}} *[,;/] *{_W['phone']} *:? *{_TO_SIX}"),
    _turn(
        "wifi",
        _SAYS,
        rf"\b{_W['wifi']}\b{_SENTENCE}{{1,40}}?[:=] *(?P<value>[^\W_][^\s,;()\"]{{7,40}})",
        _is_key_of_network,
    ),
    _turn(
        "code_name",
        _FOUR,
        rf"\b{_W['code_name']}\b(?![^.!?\n]{{0,50}}{_W['numbered']})(?:[^.,;!?\n0-9]{{0,50}}: *|[^.;!?\n0-9]{{0,80}}\()"
        rf"{_TO_SIX}",
    ),
    _turn(
        "logging_in with",
        "[0-9]",
        rf"\b{_W['logging_in']}\b{_SENTENCE}{{0,50}}?\b{_W['with']} +(?P<value>[^\W\d_][^\s,;()\"]{{5,40}})",
        _looks_made_up,
    ),
    _turn("pin still", _FOUR, rf"\b{_W['pin']}\b[^.!?\n]{{0,60}}?\b{_W['still']} +{_TO_SIX}"),
    _turn("itsme", "[0-9]{5}", rf"\b{_W['itsme']}\b(?![^\n]{{0,60}}{_W['reference']})[^\n0-9]{{0,60}}{_FIVE}"),
    _turn(
        "reader",
        r"[0-9]{3,4}[ -][0-9]{2,4}",
        rf"\b{_W['reader']}\b(?![^.!?\n]{{0,40}}{_W['numbered']})[^.!?\n0-9]{{0,25}}(?<![0-9])"
        r"(?P<value>[0-9]{4}[ -][0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{3})(?![0-9])",
    ),
    _turn("", r"\bg-[0-9]", r"(?<![\w-])(?P<value>g-[0-9]{6})(?![0-9-])"),
    _turn("", r"[0-9][^\W\d_]+[0-9]", r"(?<![\w./@-])(?!0x)(?P<value>[a-z0-9]{8,40})(?![\w./@-])", _is_random_key),
    _turn(
        "how_often digit",
        _ANY,
        rf"(?P<value>\b{_W['how_often']} +(?:[^\W\d_]{{1,3}} +)?(?:{_W['digit']}|[0-9]))(?= *(?:[.,;:!?)\"\n]|$))",
    ),
    _turn("so_many", _ANY, rf"(?P<value>\b{_W['so_many']})\b"),
    _turn(
        "wrong_one of_account is",
        _ANY,
        rf"\b{_W['wrong_one']}\b[^\n]{{0,60}}?\b{_W['of_account']}\b(?:'[^\W\d_]+)? *{_W['is']} +(?:avec majuscule +)?"
        r"(?P<value>[0-9]{4,6}(?![0-9])|[^\W\d_][^\s,.;()\"]{4,40})",
    ),
)
