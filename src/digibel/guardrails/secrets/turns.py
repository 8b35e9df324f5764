"""Secrets that no name announces, told in a turn of phrase that is the same in every language.

"He signs in with b.smith and Brighton#71", "the three numbers on the back, 746", "to start the laptop you type sunflower", "the
key is in the box, number 5572". The words of each language for each part of a turn stand in `turns.toml`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from digibel.guardrails.secrets import answers, recovery
from digibel.guardrails.secrets.chunks import Chunk, Span
from digibel.guardrails.secrets.innocence import covering, surely_innocent
from digibel.guardrails.secrets.reading import COVER, Reading, fold
from digibel.guardrails.secrets.turnwords import PART, WORD, bits, present_in
from digibel.guardrails.secrets.wordings import IS_NAME, hint, word

_SENTENCE: Final = r"[^.!?\n]"
_FEWEST_LETTERS: Final = 3
_FEWEST_DIGITS: Final = 2
_FEWEST_SWITCHES: Final = 3
_SIGN: Final = re.compile(r"[^\W\d]\S*[#$%&*!_@+]\S*\w")
_NUMBERED: Final = re.compile(r"(?<![^\W_])([^\W\d_]{4,20})[0-9]{1,4}(?![^\W_])")
_LENGTHENED: Final = re.compile(r"([^\W\d_]{5,20})[-_.!*+#@]?[0-9]{1,4}[!*+#@]?")
_BEHIND_A_SIGN: Final = re.compile(r"[:=\"(>] *([^\W\d_]{5,20})(?![^\W_])")
_LETTERS_THEN_DIGITS: Final = re.compile(r"[^\W\d_]{4,20}(?:\.[^\W\d_]{2,20})?[0-9]{2,4}")
_LONGEST_LABEL: Final = 20
_NAMED_WITHIN: Final = 120  # characters
_SHORT_NUMBER: Final = re.compile(r"[0-9]{4,8}")
_ALONE: Final = re.compile(r"(?<![\w.,:/+-])(?!(?:19|20)[0-9]{2}\b)[0-9]{4,8}(?![\w:/+-]|[.,][0-9]| ?(?:€|eur))")
_SWITCH: Final = re.compile(r"(?<=[^\W\d_])-?[0-9]|(?<=[0-9])-?[^\W\d_]")
_FEWEST_OF_PHRASE: Final = 3
_MOST_OF_PHRASE: Final = 8
_FEWEST_TO_RECOVER: Final = 9  # words: so many in a row say nothing
_CHOSEN: Final = r"(?P<value>[^\W\d_][^\s,;()\"]{5,40})"
_CLOSING: Final = ".,:;'\")"


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
    present = present_in(folded)
    for turn in _possible(present):
        if not turn.needs.search(folded):
            continue
        for told in turn.pattern.finditer(folded):
            if turn.is_given(reading, told):
                start, end = told.span("value")
                yield start, start + len(folded[start:end].rstrip(_CLOSING))
    if not answers.PARTS & ~present and answers.ASKED_BY & present:
        yield from answers.find_answers(reading, folded)
    if not recovery.PARTS & ~present and folded.count(" ") >= recovery.FEWEST:
        yield from recovery.find_words(folded)


@lru_cache(maxsize=1 << 12)
def _possible(present: int) -> tuple[Turn, ...]:
    """The turns whose parts are all there."""
    return tuple(turn for turn in _TURNS if not turn.parts & ~present)


def find_siblings(reading: Reading, folded: str, found: list[str]) -> Iterator[Span]:
    """What goes with a secret that was found: the next of somebody's passwords, and the same digits in another order.

    "Canela09 no longer works, we try Canela10"; "tried 6612 first, the new pin is 6621".
    """
    stems = {told[1] for secret in found if (told := _NUMBERED.fullmatch(secret))}
    yield from (other.span() for other in _NUMBERED.finditer(folded) if other[1] in stems)
    yield from _without_its_end(reading, folded, found)
    yield from _told_again(folded, set(found))
    numbers = {secret for secret in found if _SHORT_NUMBER.fullmatch(secret)}
    sure = surely_innocent(folded) if numbers else []
    for other in _ALONE.finditer(folded) if numbers else ():
        is_alike = any(_are_alike(other[0], number) for number in numbers)
        if is_alike and not covering(sure, other.start()) and not _is_labelled(folded, other.start()):
            yield other.span()


def _without_its_end(reading: Reading, folded: str, found: list[str]) -> Iterator[Span]:
    """ "We swapped tigerlily for Tigerlily_9": the old one, in small letters. A capital may be of somebody's name."""
    stems = {told[1] for secret in found if (told := _LENGTHENED.fullmatch(secret))}
    if not stems or not any("changed" in word(one).roles for one in WORD.findall(folded)):
        return
    for other in WORD.finditer(folded):
        if other[0] in stems and reading.written(*other.span()).islower():
            yield other.span()


def _told_again(folded: str, found: set[str]) -> Iterator[Span]:
    """ "My password is marguerite, in small letters: marguerite"."""
    yield from (other.span(1) for other in _BEHIND_A_SIGN.finditer(folded) if other[1] in found)


def _are_alike(number: str, other: str) -> bool:
    """Of one length, and the same digits but for one at most."""
    return len(number) == len(other) and (Counter(number) & Counter(other)).total() >= len(number) - 1


def _is_labelled(folded: str, start: int) -> bool:
    """ "Dossier 6126", "bus 6126": said to be the number of something else."""
    before = WORD.findall(folded[max(0, start - _LONGEST_LABEL) : start])
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


def _are_words(reading: Reading, told: re.Match[str]) -> bool:
    """The words with which a wallet or a telephone is got back, mostly twelve: so many in a row are no sentence."""
    return len(told["value"].split()) >= _FEWEST_TO_RECOVER or _is_phrase(reading, told)


def _is_to_unlock(reading: Reading, told: re.Match[str]) -> bool:
    return _UNLOCKING.search(told.string) is not None


def _is_of_device(reading: Reading, told: re.Match[str]) -> bool:
    """Whether a telephone is spoken of, or that something is unlocked: other patterns go left and right as well."""
    return bool(_DEVICE.search(told.string) or _UNLOCKING.search(told.string))


def _is_figure_of_device(reading: Reading, told: re.Match[str]) -> bool:
    """ "Pattern of the phone: a Z from the left": a letter that stands alone, or a way in which the finger goes."""
    if COVER in told["value"]:
        return False
    written = reading.written(*told.span("value"))
    is_figure = _FIGURE.search(told["value"]) or any(map(str.isupper, _LETTER.findall(written)))
    return bool(is_figure) and _is_of_device(reading, told)


def _is_letter_to_draw(reading: Reading, told: re.Match[str]) -> bool:
    """ "An N from below on the left": a capital that stands alone, where something is drawn or unlocked."""
    if COVER in told["value"] or not any(map(str.isupper, _LETTER.findall(reading.written(*told.span("value"))))):
        return False
    return bool(_DRAWING.search(told.string) or _UNLOCKING.search(told.string))


def _is_after_a_name(reading: Reading, told: re.Match[str]) -> bool:
    """ "Her pin is twice a five and then 17"; "twice five drops and then 10" names no secret."""
    around = max(0, told.start() - _NAMED_WITHIN), told.start()
    return bool(_PIN.search(told.string, *around)) or any(
        hint(one) & IS_NAME for one in WORD.findall(told.string, *around)
    )


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
    return Turn(bits(parts), re.compile(needs), re.compile(pattern), is_given)


_MACHINE_IS_OPENED: Final = "|".join(
    rf"(?:{PART[first]}\b{_SENTENCE}{{0,30}}?\b{PART[second]})"
    for first, second in (("machine", "start"), ("start", "machine"))
)
# "Vlora77x", "Tulipe-Verte-88", "Vjosa*Lumi3" between strokes; a year says when the file was made.
_OF_A_FILE: Final = (
    r"[^\W\d_]{4,20}(?:[-*+!][^\W\d_]{2,20}){0,2}(?:[-*+!]|(?!20[12][0-9]))"
    r"(?:[0-9]{2,4}|(?<=[*+!][^\W\d_]{4})[0-9])[+!a-z]?"
)
_PLAIN: Final = r"(?P<value>[^\W\d_]{5,20}(?: [^\W\d_]{3,12})?)(?= *(?:[,.;!)\n]|$))"

_DEVICE: Final = re.compile(rf"\b{PART['device']}\b")
_FIGURE: Final = re.compile(rf"\b(?:{PART['figure']}|{PART['way']})\b")
_LETTER: Final = re.compile(r"(?<![^\W_])[^\W\d_](?![^\W_])")
_PIN: Final = re.compile(rf"\b{PART['pin']}\b")
_DRAWING: Final = re.compile(rf"\b{PART['drawing']}\b")
_UNLOCKING: Final = re.compile(rf"\b{PART['unlocking']}\b")
_THREE: Final = r"(?<![0-9])(?P<value>[0-9]{3})(?![0-9])"
_FOUR: Final = "[0-9]{4}"
_ANY: Final = ""
_TO_SIX: Final = r"(?<![0-9])(?P<value>[0-9]{4,6})(?![0-9]| ?[0-9])"
_FIVE: Final = r"(?<![0-9])(?P<value>[0-9]{5})(?![0-9]| ?[0-9])"
_SAYS: Final = "[:=]"


def _drawn(part: str) -> str:
    """From the first way a finger goes, behind this part, to the last one of the sentence."""
    way = PART["way"]
    return rf"\b{PART[part]}\b{_SENTENCE}{{0,60}}?\b(?P<value>{way}\b{_SENTENCE}{{0,90}}\b{way})\b"


_TURNS: Final = (
    _turn(
        "",
        r"[^\W\d_][^\s\w]?_?[0-9]",
        rf"(?:(?P<verb>\b{PART['logging_in']}\b){_SENTENCE}{{0,60}}?)?(?<!\S)(?P<account>{_ACCOUNT})"
        rf"(?: *[/|+&] *| +{PART['and']} +)(?P<value>[^\W\d_][^\s,;()\"/]{{5,40}})",
        _is_password_of_account,
    ),
    _turn(
        "three digits back",
        "[0-9]{3}",
        rf"\b(?:{PART['three']}\W+{PART['digits']}|{PART['digits']}\W+{PART['three']})\b{_SENTENCE}{{0,40}}?"
        rf"\b{PART['back']}\b[^.!?\n0-9]{{0,30}}{_THREE}",
    ),
    _turn(
        "back bank", "[0-9]{3}", rf"\b{PART['back']}\b[^.!?\n0-9]{{0,12}}\b{PART['bank']}\b[^.!?\n0-9]{{0,25}}{_THREE}"
    ),
    _turn(
        "validity back",
        "[01][0-9]/[0-9]{2}[^\\n]{0,120}[0-9]{3}",
        rf"\b{PART['validity']}\b[^.!?\n0-9]{{0,12}}[01][0-9]/[0-9]{{2}}[^.!?\n0-9]{{0,40}}\b{PART['back']}\b[^.!?\n0-9]{{0,12}}{_THREE}",
    ),
    _turn("swiping way unlocking", _ANY, _drawn("swiping"), _is_to_unlock),
    _turn("drawing way device", _ANY, _drawn("drawing"), _is_of_device),
    _turn(
        "drawing device",
        _SAYS,
        rf"\b{PART['drawing']}\b{_SENTENCE}{{0,40}}?[:=] *(?P<value>[^.!?\n():=]{{5,40}})",
        _is_figure_of_device,
    ),
    _turn(
        "way",
        _ANY,
        rf"(?<![^\W_])(?P<value>(?:{PART['figure']} +)?[^\W\d_](?![^\W_])(?:[^.!?\n]{{0,40}}?\b{PART['way']}\b)+)",
        _is_letter_to_draw,
    ),
    _turn(
        "intercom",
        "[0-9]k[0-9]",
        rf"\b{PART['intercom']}\b[^.!?\n0-9]{{0,20}}(?P<value>[0-9]{{1,3}}k[0-9]{{3,5}})(?![^\W_])",
    ),
    _turn(
        "machine start typing",
        _ANY,
        rf"\b(?:{_MACHINE_IS_OPENED})\b{_SENTENCE}{{0,25}}?\b{PART['typing']} +(?:{PART['somebody']} +)?{_PLAIN}",
        _is_plain_word,
    ),
    _turn(
        "machine start typing_last",
        _ANY,
        rf"\b{PART['machine']}\b{_SENTENCE}{{0,15}}?\b{PART['start']}\b +(?P<value>[^\W\d_]{{5,20}}) +{PART['typing_last']}\b",
        _is_plain_word,
    ),
    _turn(
        "machine opens with",
        _ANY,
        rf"\b{PART['machine']}\b{_SENTENCE}{{0,15}}?\b{PART['opens']} +{PART['with']} +(?P<value>\S{{5,30}})",
        _looks_made_up,
    ),
    _turn(
        "key box",
        _FOUR,
        rf"\b{PART['key']}\b{_SENTENCE}{{0,30}}?\b{PART['box']}\b(?:[^.!?\n0-9]|[0-9](?=[a-z])){{0,24}}{_TO_SIX}",
    ),
    _turn("pin day", _FOUR, rf"\b{PART['pin']}\b[^.,;!?\n]{{0,30}}?\b{PART['day']}\b[^.!?\n0-9]{{0,20}}{_TO_SIX}"),
    _turn("pin day", _FOUR, rf"\b{PART['pin']}\b[^.!?\n0-9]{{0,40}}{_TO_SIX}{_SENTENCE}{{0,15}}?\b{PART['day']}\b"),
    _turn(
        "gadget bank",
        r"[0-9]{4}[ -]?[0-9]{2}",
        rf"\b(?:{PART['gadget']}\b{_SENTENCE}{{0,25}}?\b{PART['bank']}|{PART['bank']}\b{_SENTENCE}{{0,25}}?\b{PART['gadget']})\b"
        rf"(?![^.!?\n]{{0,40}}{PART['numbered']})[^.!?\n0-9]{{0,40}}"
        r"(?<![0-9])(?P<value>[0-9]{4}[ -][0-9]{4}|[0-9]{6,8})(?![0-9])",
    ),
    _turn(
        "intercom pressing",
        "[0-9]{2}",
        rf"\b{PART['intercom']}\b{_SENTENCE}{{0,40}}?\b{PART['pressing']} +(?P<value>[0-9]{{2,5}}[a-z]|[a-z][0-9]{{2,5}})\b",
    ),
    _turn(
        "intercom with",
        "[0-9]{2}",
        rf"\b{PART['with']} +(?P<value>(?=[a-z]{{0,2}}[0-9])[0-9a-z]{{3,6}}) +[^\W\d_]{{1,3}} +{PART['intercom']}\b",
    ),
    _turn(
        "",
        r"[_-][^\n.]{0,60}[0-9][^\n]{0,30}\.[a-z]{3}",
        rf"(?<![^\W_])(?:{PART['password']}|pass|pw|pwd|ww)[\w-]*?_(?P<value>{_OF_A_FILE})(?=[_.])",
    ),
    _turn("screen_lock", _FOUR, rf"\b{PART['screen_lock']}\b[^.!?\n0-9]{{0,25}}{_TO_SIX}"),
    _turn("renewed", _SAYS, rf"\b{PART['renewed']} *[:=] *{_CHOSEN}", _is_chosen),
    _turn(
        "password phrase",
        _SAYS,
        rf"\b(?:{PART['password']}\b{_SENTENCE}{{0,60}}?\b{PART['phrase']}|{PART['phrase']}\b{_SENTENCE}{{0,40}}?\b{PART['password']})\b"
        r"[^.!?\n:]{0,60}: *(?P<value>[^\W\d_][^.,;:!?()\n]{9,70})",
        _is_phrase,
    ),
    _turn(
        "pass_phrase",
        _SAYS,
        rf"\b{PART['pass_phrase']}\b[^.!?\n:,]{{0,60}}?: *"
        r"(?P<value>[^\W\d_]+(?: [^\W\d_]+){3,23})(?= *(?:[,.;!?()\n]|$))",
        _are_words,
    ),
    _turn(
        "password", _SAYS, rf"\b{PART['password']}\b{_SENTENCE}{{0,80}}?[:=] *{_CHOSEN}(?=[.,]?(?:\s|$))", _is_chosen
    ),
    _turn(
        "password",
        ";[^;\n]{0,160};[^;\n]{0,160};",
        rf"\b{PART['password']} *;[^\n]{{0,160}}?; *"
        r"(?P<value>[^\W\d_][^\s,;()\"]{0,30}[#$%&*!_@+][^\s,;()\"]{0,30}) *(?:;|\n|$)",
        _looks_made_up,
    ),
    _turn(
        "bank phone",
        _FOUR,
        rf"\b{PART['bank']} *:? *(?P<value>[0-9]{{4}}) *[,;/.] *{PART['phone']} *:? *[0-9]{{4}}(?![0-9]| ?[0-9])",
    ),
    _turn("bank phone", _FOUR, rf"\b{PART['bank']} *:? *[0-9]{{4}} *[,;/.] *{PART['phone']} *:? *{_TO_SIX}"),
    _turn(
        "wifi",
        _SAYS,
        rf"\b{PART['wifi']}\b{_SENTENCE}{{1,40}}?[:=] *(?P<value>[^\W_][^\s,;()\"]{{7,40}})",
        _is_key_of_network,
    ),
    _turn(
        "code_name",
        _FOUR,
        rf"\b{PART['code_name']}\b(?![^.!?\n]{{0,50}}{PART['numbered']})(?:[^.,;!?\n0-9]{{0,50}}: *|[^.;!?\n0-9]{{0,80}}\()"
        rf"{_TO_SIX}",
    ),
    _turn(
        "logging_in with",
        "[0-9]",
        rf"\b{PART['logging_in']}\b{_SENTENCE}{{0,50}}?\b{PART['with']} +(?P<value>[^\W\d_][^\s,;()\"]{{5,40}})",
        _looks_made_up,
    ),
    _turn("pin still", _FOUR, rf"\b{PART['pin']}\b[^.!?\n]{{0,60}}?\b{PART['still']} +{_TO_SIX}"),
    _turn("itsme", "[0-9]{5}", rf"\b{PART['itsme']}\b(?![^\n]{{0,60}}{PART['reference']})[^\n0-9]{{0,60}}{_FIVE}"),
    _turn(
        "reader",
        r"[0-9]{3,4}[ -][0-9]{2,4}",
        rf"\b{PART['reader']}\b(?![^.!?\n]{{0,40}}{PART['numbered']})[^.!?\n0-9]{{0,25}}(?<![0-9])"
        r"(?P<value>[0-9]{4}[ -][0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{3})(?![0-9])",
    ),
    _turn("", r"\bg-[0-9]", r"(?<![\w-])(?P<value>g-[0-9]{6})(?![0-9-])"),
    _turn("", r"[0-9][^\W\d_]+[0-9]", r"(?<![\w./@-])(?!0x)(?P<value>[a-z0-9]{8,40})(?![\w./@-])", _is_random_key),
    _turn(
        "how_often digit",
        _ANY,
        rf"(?P<value>\b{PART['how_often']} +(?:[^\W\d_]{{1,3}} +)?(?:{PART['digit']}|[0-9]))(?= *(?:[.,;:!?)\"\n]|$))",
    ),
    _turn(
        "twice digit",
        "[0-9]{1,2}",
        rf"(?P<value>\b{PART['twice']} +(?:[^\W\d_]{{1,3}} +)?(?:{PART['digit']}|[0-9]),?(?: +[^\W\d_]{{1,7}}){{1,3}} +"
        r"[0-9]{1,3})(?![0-9]| ?[%€])",
        _is_after_a_name,
    ),
    _turn("so_many", _ANY, rf"(?P<value>\b{PART['so_many']})\b"),
    _turn(
        "wrong_one of_account is",
        _ANY,
        rf"\b{PART['wrong_one']}\b[^\n]{{0,60}}?\b{PART['of_account']}\b(?:'[^\W\d_]+)? *{PART['is']} +(?:avec majuscule +)?"
        r"(?P<value>[0-9]{4,6}(?![0-9])|[^\W\d_][^\s,.;()\"]{4,40})",
    ),
)
