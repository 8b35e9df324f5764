"""Secrets that people say in words: "mijn pincode is 4821", "le mot de passe c'est soleil", "4821 is the code of the lock".

Most texts are dismissed by their words alone. In the others a name for a secret is found (`names.py`, `wordings/`), then its value
after it (`after.py`, `accepting.py`) or before it (`before.py`), and what follows that (`several.py`). What kind of name it is
decides what may be a value: for a password any word, for a PIN a number, for a mere "code" a number close by. Last, numbers that
nobody names are weighed by what stands around them (`hints.py`). `innocence.py` says which numbers are plainly something else,
`alone.py` which plain words are passwords though nothing says "is".
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from digibel.guardrails.secrets.after import After
from digibel.guardrails.secrets.answers import is_question
from digibel.guardrails.secrets.before import Before
from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.hints import Hints
from digibel.guardrails.secrets.names import find_names
from digibel.guardrails.secrets.passages import passage
from digibel.guardrails.secrets.reading import Reading
from digibel.guardrails.secrets.scene import LINK_SIGNS, MIXED, Scene
from digibel.guardrails.secrets.wordings import (
    BEGINS_NAME,
    BEGINS_PASSWORD,
    IS_NAME,
    SPELLS_NUMBER,
    goes_on_as_name,
    hint,
    is_part_of_a_name,
    word,
)

# Words, and the digits and signs that names begin with: "2fa", a key, a lock.
_WORD: Final = re.compile(r"[^\W\d_]+|[0-9]+|[\U0001f4f6-\U0001f6dc]")
# Three digits with signs between, or keys one after the other ("47 then 12"), or a digit beside a letter.
_NUMBER_OR_MIXED: Final = re.compile(
    rf"[0-9][\W_]{{0,4}}[0-9][\W_]{{0,4}}[0-9]|[0-9],? [^\W\d_]{{2,9}} [0-9]|{MIXED.pattern}"
)
# A word of letters with figures in their place: "p1n".
_LEET: Final = re.compile(r"(?<![^\W_])(?=[0-9@$]*[a-z])[a-z]*[0-9@$][a-z0-9@$]{1,20}(?![^\W_])")
_LEET_SIGNS: Final = frozenset("0123456789@$")
_LEET_SIGN: Final = re.compile(r"[0-9@$](?:[a-z]|(?<=[a-z].))")
# Words that say nothing, remembered, so that a text of nothing else costs one look-up.
_DULL: Final[set[str]] = set()
_MOST_DULL: Final = 1 << 16
_LEET_LETTERS: Final = str.maketrans("013457@$", "oieastas")


def find_spoken(reading: Reading, folded: str) -> tuple[list[Span], bool]:
    """Where the values of spoken secrets stand in the folded text, and whether that is all.

    With several names in a text, what one of them takes can make the next one look further: then it must be read again.
    """
    hints = _hints(folded)
    if not hints & BEGINS_NAME and not _LEET_SIGNS.isdisjoint(folded) and _LEET_SIGN.search(folded):
        folded = _read_leet(folded)
        hints = _hints(folded)
    return _weighed(reading, folded) if _is_worth_weighing(hints, folded) else ([], True)


def _is_worth_weighing(hints: int, folded: str) -> bool:
    """Whether anything can be found at all: most texts end here, and weighing them would find nothing."""
    return bool(hints & BEGINS_NAME) and bool(
        hints & (BEGINS_PASSWORD | SPELLS_NUMBER) or _NUMBER_OR_MIXED.search(folded)
    )


def _weighed(reading: Reading, folded: str) -> tuple[list[Span], bool]:
    text = passage(reading, folded)
    names = find_names(text)
    if all(name.kind == "harmless" for name in names):
        return [], True
    scene = Scene(text, names)
    if not scene.is_promising():
        return [], True
    spans = [span for span in apart(_spans(scene)) if not is_question(folded, span[0])]
    return spans, not spans or len(names) == 1


def _spans(scene: Scene) -> Iterator[Span]:
    after, before = After(scene), Before(scene)
    for name in scene.names:
        if not name.is_passing or name.kind == "account":
            found = after.find(name)
            yield from found
            yield from before.find(name, is_given=bool(found) or before.is_given_before(name))
    yield from Hints(scene).find()


def _hints(folded: str) -> int:
    """What the words of this text let expect, each by itself: most texts end here."""
    bits = 0
    words = set(_WORD.findall(folded))
    telling = words.difference(_DULL)
    for one in telling:
        bit = hint(one)
        bits |= bit
        if not bit and len(_DULL) < _MOST_DULL:
            _DULL.add(one)
    if bits & BEGINS_NAME and not bits & IS_NAME and not goes_on_as_name(telling, words):
        return 0
    return bits


def _read_leet(folded: str) -> str:
    """ "p1n" is pin and "m0t de p4sse" a password: such words are read up to the first "is", so that the value is left alone."""
    beyond = -1
    for written in _LEET.finditer(folded):
        if beyond >= 0 and any(_says_is(token) for token in folded[beyond : written.start()].split()):
            break
        meant = written[0].translate(_LEET_LETTERS)
        if is_part_of_a_name(meant) or word(meant).phrases:
            folded = folded[: written.start()] + meant + folded[written.end() :]
            beyond = written.end()
    return folded


def _says_is(token: str) -> bool:
    return token[-1] in LINK_SIGNS or "links" in word(token).roles


def apart(spans: Iterable[Span]) -> list[Span]:
    """The same places, in order, those that overlap made one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart
