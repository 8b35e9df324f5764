"""Arabic as it is texted: in Latin letters and digits that nobody spells alike, and in words that are written together.

Before a text is read, every word that no table has is written as one that a table has, where there is one and no doubt about it:
"nqdar" as "n9der", "manjich" as "ما nji", "وبساعدها" as "بساعد". What is left is as unknown as it was.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from digibel.notifications.replies.vocabulary import Reading, vocabulary
from digibel.notifications.replies.writing import fold, pieces, plain

_ARABIC: Final = re.compile("[\u0621-\u064a]+")
# A word in Latin letters may hold the digits that stand for letters: 2 3 5 6 7 8 9.
_WORD: Final = re.compile(
    r"[\u0621-\u064a]+|[A-Za-zÀ-ÿ$'’]*[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ$'’235-9]*|[235-9][A-Za-zÀ-ÿ'’$235-9]*[A-Za-zÀ-ÿ]+"
)
_NOT: Final = "ما"
_NOT_IN_LATIN: Final = "ma"
# Written out, "la 2" would be a window in half of the languages.
_NO_WITH_ITS_STOP: Final = frozenset({"la2", "la2a", "laa2", "la'"})
# "Ma ... ch" denies what is between, written together or not; in Damascus without the "ch".
_DENIED_LATIN: Final = re.compile(r"(?P<not>m[ae']?)?(?P<verb>.{2,}?)(?P<end>e?ch|e?sh|chi|x)?")
_DENIED_ARABIC: Final = re.compile(r"(?P<not>ما|م)?(?P<verb>.{2,}?)(?P<end>ش|شي)?")
_FRONTS_IN_LATIN: Final = ("w", "ghadi", "ghan", "gha", "kan", "kat", "ka", "el", "al", "l", "b")
_DENIABLE: Final = frozenset({"coming", "can", "able", "works"})
_SOUNDS: Final = (
    *(("kh", "x"), ("5", "x"), ("gh", "8"), ("ch", "c"), ("sh", "c"), ("$", "c"), ("9", "q"), ("g", "q"), ("7", "h")),
    *(("th", "t"), ("dh", "d"), ("6", "t")),
)
_UNHEARD: Final = re.compile("[aeiouywàâéèêëîïôöûüÿ2'’]")
_LAST_VOWEL: Final = {**dict.fromkeys("aeéâ", "A"), **dict.fromkeys("iy", "I"), **dict.fromkeys("ouw", "O")}
_TWICE: Final = re.compile(r"(.)\1+")
_SHORTEST_SOUND: Final = 3
_SHORTEST_STEM: Final = 3
_PREFIXES: Final = (
    "",
    "و",
    "ف",
    "ب",
    "ل",
    "ال",
    "وال",
    "بال",
    "فال",
    "عال",
    "هال",
    "لل",
    "ولل",
    "س",
    "وس",
    "غ",
    "ك",
    "وب",
)
_SUFFIXES: Final = ("", "ها", "ه", "و", "هم", "هن", "كم", "كن", "ك", "لها", "له", "لي", "ليا", "لكم", "لك", "نا", "ا")


def spelt(text: str) -> str:
    """The same text with its Arabic words as the tables write them."""
    text = plain(text)
    found = []
    end = 0
    before = ""
    for match in _WORD.finditer(text):
        word = match.group()
        found.append(text[end : match.start()])
        found.append(
            word if _stands_beside_a_digit(text, match) or _is_a_name(text, match) else _as_we_write(word, before)
        )
        before, end = word, match.end()
    return "".join(found) + text[end:]


def _stands_beside_a_digit(text: str, match: re.Match[str]) -> bool:
    return text[match.start() - 1 : match.start()].isdigit() or text[match.end() : match.end() + 1].isdigit()


def _is_a_name(text: str, match: re.Match[str]) -> bool:
    """Capitals within a text are those of a name, or of somebody who shouts."""
    word = match.group()
    return match.start() > 0 and word[:1].isupper() and not word.isupper()


def _as_we_write(word: str, before: str) -> str:
    denied = before.casefold() == _NOT_IN_LATIN or fold(before) == _NOT
    if _ARABIC.fullmatch(word):
        return _arabic(fold(word), denied=denied) or word
    return _latin(word.casefold(), denied=denied) or word


@lru_cache(maxsize=4096)
def _latin(word: str, *, denied: bool) -> str | None:
    if word in _NO_WITH_ITS_STOP:
        return "lla"
    if _is_known(word):
        return None
    parts = _DENIED_LATIN.fullmatch(word)
    if parts and (parts["not"] or denied):
        verb = _verb(parts["verb"])
        if verb and (parts["end"] or _can_be_denied(verb)):
            return f"{_NOT_IN_LATIN} {verb}" if parts["not"] else verb
    return _sounding_like(word) or next(filter(None, map(_verb, _without_front(word))), None)


def _without_front(word: str) -> Iterator[str]:
    """The word without what says when or how, or is an article, and changes nothing of what it means."""
    return (word.removeprefix(front) for front in _FRONTS_IN_LATIN if word.startswith(front))


def _verb(word: str) -> str | None:
    known = _is_known(word) and len(word) >= _SHORTEST_STEM
    return word if known else _sounding_like(word)


def _can_be_denied(word: str) -> bool:
    """Whether this says that somebody comes, can or is free, which a "ma" without "ch" may deny."""
    return any(reading.meaning in _DENIABLE for reading in _meant(word) or ())


@lru_cache(maxsize=4096)
def _arabic(word: str, *, denied: bool) -> str | None:
    if _is_known(word):
        return None
    parts = _DENIED_ARABIC.fullmatch(word)
    if parts and (parts["not"] or denied):
        verb = _stem(parts["verb"])
        if verb and (parts["end"] or (parts["not"] == _NOT and _can_be_denied(verb))):
            return f"{_NOT} {verb}" if parts["not"] else verb
    return _stem(word)


def _stem(word: str) -> str | None:
    """The longest known word that is left without what Arabic writes at its front and its end."""
    stems = (
        word[len(front) : len(word) - len(end)]
        for front in _PREFIXES
        for end in _SUFFIXES
        if word.startswith(front) and word.endswith(end)
    )
    known = [stem for stem in stems if len(stem) >= _SHORTEST_STEM and _is_known(stem)]
    return max(known, key=len, default=None)


def _is_known(word: str) -> bool:
    return word in _written() or word in vocabulary().words


@cache
def _written() -> frozenset[str]:
    """Every word of the Arabic table, as it stands there."""
    return frozenset(word.casefold() for word in _table_words())


def _table_words() -> Iterator[str]:
    known = vocabulary()
    for entries in (*known.entries.values(), *known.wide.values()):
        for entry in entries:
            if entry.language == "ar":
                yield from re.findall(r"[^\s()|]+", entry.written)


def _sounding_like(word: str) -> str | None:
    sound = _sound(word)
    return _by_sound().get(sound) if len(sound.rstrip("AIO")) >= _SHORTEST_SOUND else None


def _sound(word: str) -> str:
    """The consonants of a word in Latin letters, and which vowel it ends in: nobody writes the others alike."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    consonants = _TWICE.sub(r"\1", _UNHEARD.sub("", word))
    return consonants + _LAST_VOWEL.get(word[-1:], "")


@cache
def _by_sound() -> dict[str, str]:
    """The words in Latin letters of the table by their sound; none where words that sound alike mean different things."""
    alike: dict[str, list[str]] = {}
    for word in sorted(_written(), key=lambda each: (_meant(each) is None, each)):
        if not _ARABIC.search(word) and word[:1].isalnum():
            alike.setdefault(_sound(word), []).append(word)
    return {sound: words[0] for sound, words in alike.items() if len({_meant(word) for word in words} - {None}) <= 1}


def _meant(word: str) -> tuple[Reading, ...] | None:
    """What a word alone means; None for one that only stands within phrases."""
    phrase = tuple(piece.text for piece in pieces(word, vocabulary().kept))
    return vocabulary().known(phrase).get("ar")
