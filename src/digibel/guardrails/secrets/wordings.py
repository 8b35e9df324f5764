"""What words mean to somebody who looks for secrets, in all languages at once (see wordings/README.md)."""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from digibel.guardrails.secrets.misspellings import Misspellings, slips
from digibel.guardrails.secrets.reading import fold

_HERE: Final = Path(__file__).parent / "wordings"
_PART: Final = re.compile(r"[^\W\d_]+|[0-9]+")
_PHRASE_KINDS: Final = (
    "password",
    "pin",
    "code",
    "devices",
    "typing",
    "account",
    "cards",
    "senders",
    "offering",
    "everywhere",
    "signed",
    "harmless",
)
# Kinds of names, and roles, whose words have cases, small forms and articles that nobody has listed.
_BENDING: Final = ("password", "pin", "devices", "cards", "senders")
_BENDING_ROLES: Final = frozenset({"things", "machines", "boxes"})
SHORTEST_BENT: Final = 4
_SLIPPING: Final = ("password", "pin")
_SHORTEST_SLIP: Final = 5
_SPELLED: Final = ("digits", "teens", "tens", "hundreds")
# Arabic writes "and", "with", "for" and "so" at the front of a word.
_ARABIC_FRONTS: Final = ("وال", "بال", "و", "ب", "ل", "ف")


class Phrase(NamedTuple):
    """A name for a secret (or a harmless look-alike): what kind, in which languages, and whether it needs no "is"."""

    kind: str
    languages: frozenset[str]
    is_short: bool = False


class Branch:
    """Where phrases that begin with the same words part: the words that go on, and the phrase that ends here."""

    __slots__ = ("onward", "phrase")

    def __init__(self, phrase: Phrase | None = None) -> None:
        self.onward: dict[str, Branch] = {}
        self.phrase = phrase

    def leads_to_password(self) -> bool:
        is_one = self.phrase is not None and self.phrase.kind == "password"
        return is_one or any(branch.leads_to_password() for branch in self.onward.values())

    def learn(self, phrase: Phrase) -> None:
        """Of two that end here the one that is harmless, or needs no "is", holds; of one kind, it is of both languages."""
        known = self.phrase
        if known and known.kind == phrase.kind:
            languages = known.languages | phrase.languages
            self.phrase = Phrase(known.kind, languages, known.is_short or phrase.is_short)
        elif not known or not (known.kind == "harmless" or (known.kind == "pin" and phrase.kind == "devices")):
            self.phrase = phrase


class Word(NamedTuple):
    """What is known about one folded word. `is_number`: digits, or a word that says some."""

    roles: frozenset[str]
    phrases: Branch | None
    links: tuple[tuple[str, ...], ...]
    spelled: tuple[tuple[str, str], ...]
    ends_unlike_a_value: frozenset[str]
    is_number: bool


class _Book:
    """All wordings, arranged to be asked about one word."""

    def __init__(self) -> None:
        self.roles: dict[str, set[str]] = {}
        self.phrases: dict[str, Branch] = {}
        self.phrase_words: set[str] = set()
        self.links: dict[str, list[tuple[str, ...]]] = {}
        self.spelled: dict[str, list[tuple[str, str]]] = {}
        self.stars: list[tuple[str, re.Pattern[str], Phrase]] = []
        self.starred_labels: list[re.Pattern[str]] = []
        self.glued_numbers: dict[str, re.Pattern[str]] = {}
        self.endings: list[tuple[str, tuple[str, ...]]] = []
        self.bending: set[str] = set()
        self.misspellings = Misspellings(())
        for file in sorted(_HERE.glob("*.toml")):
            self._learn(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
        self.slips = self._slips()
        self.bends = tuple(sorted(self.bending, key=len, reverse=True))
        self.star_ends = tuple(star.lstrip("*") for star, _, _ in self.stars if not star.endswith("*"))
        self.star_stems = tuple({star.strip("*") for star, _, _ in self.stars if star.endswith("*")})

    def _learn(self, language: str, wording: dict[str, Any]) -> None:
        for kind in _PHRASE_KINDS:
            for written in wording.get(kind, ()):
                self._learn_phrase(written, kind, language, is_short=False)
        for written in wording.get("short", ()):
            self._learn_phrase(written, "password", language, is_short=True)
        for written in wording.get("links_to", ()):
            words = tuple(_PART.findall(fold(written)))
            self.links.setdefault(words[0], []).append(words)
        # What is written as one string is a list of single words, and each has that role.
        for role in (
            key for key, words in wording.items() if isinstance(words, str) and key not in (*_SPELLED, "bends")
        ):
            for word in fold(wording[role]).split():
                if "*" in word:
                    self.starred_labels.append(_star(word))
                elif role == "blockers" and len(word) <= 3:
                    # So short a word means something else in another language: "de", "i", "en".
                    self.roles.setdefault(word, set()).add(f"blockers {language}")
                else:
                    self.roles.setdefault(word, set()).add(role)
                    if role in ("links", "as"):
                        self.roles[word].add(f"{role} {language}")
        self._learn_numbers(language, wording)
        if endings := wording.get("not_values_ending"):
            self.endings.append((language, tuple(fold(ending) for ending in endings)))
        self.bending.update(fold(wording.get("bends", "")).split())
        if often_misspelt := wording.get("often_misspelt"):
            self.misspellings = Misspellings(fold(often_misspelt).split())

    def _learn_phrase(self, written: str, kind: str, language: str, *, is_short: bool) -> None:
        folded, phrase = fold(written), Phrase(kind, frozenset({language}), is_short)
        if "*" in folded:
            self.stars.append((folded, _star(folded), phrase))
            return
        first, *rest = _PART.findall(folded) or [folded]
        self.phrase_words.update((first, *rest))
        branch = self.phrases.setdefault(first, Branch())
        for part in rest:
            branch = branch.onward.setdefault(part, Branch())
        branch.learn(phrase)

    def _slips(self) -> dict[str, Branch]:
        """Names of one word as they come out of fast fingers, where that is no word we know for something else."""
        slipped: dict[str, Branch] = {}
        for name, branch in self.phrases.items():
            is_secret = branch.phrase and (branch.phrase.kind in _SLIPPING or name.startswith(("cod", "kod")))
            # In Arabic letters nearly every slip is another word.
            if not is_secret or len(name) < _SHORTEST_SLIP or not name.isascii():
                continue
            for slip in slips(name):
                if slip not in self.roles and slip not in self.spelled and slip not in self.phrase_words:
                    slipped.setdefault(slip, branch)
        return slipped

    def _learn_numbers(self, language: str, wording: dict[str, Any]) -> None:
        parts = []
        for kind in _SPELLED:
            for word in fold(wording.get(kind, "")).split():
                self.spelled.setdefault(word, []).append((language, kind))
                parts.append(word)
        if parts:
            joined = "|".join(sorted(parts, key=len, reverse=True))
            # Dutch and Turkish write a number in one word: achtenveertig, kirksekiz.
            self.glued_numbers[language] = re.compile(rf"(?:{joined})(?:(?:en)?(?:{joined}))+")

    def look_up(self, word: str) -> Word:
        phrases = self.phrases.get(word) or self.phrases.get(self._without_arabic_front(word)) or self.slips.get(word)
        if not phrases and word not in self.roles and (base := self._bent(word)):
            return self.look_up(base)._replace(roles=_BENDING_ROLES & self.roles.get(base, frozenset()))
        if (not phrases or not phrases.phrase) and (single := self._starred(word) or self._misspelt(word)):
            onward = phrases.onward if phrases else {}
            phrases = Branch(single)
            phrases.onward = onward
        # Arabic writes "and" and "the" at the front of a word.
        roles = set(self.roles.get(word) or self.roles.get(word.removeprefix("و").removeprefix("ال")) or ())
        if not roles and word.startswith("لل"):
            # "for the computer"
            roles = set(self.roles.get("ال" + word[2:]) or ())
        if any(star.fullmatch(word) for star in self.starred_labels):
            roles.add("labels")
        endings = frozenset(language for language, endings in self.endings if word.endswith(endings))
        links, spelled = tuple(self.links.get(word, ())), self._spelled(word)
        return Word(frozenset(roles), phrases, links, spelled, endings, bool(spelled) or word.isdecimal())

    def _bent(self, word: str) -> str:
        """The name or thing of which this is a case or a small one ("telefonunu", "kaartje"), or that has an article before it."""
        for ending in self.bends:
            base = word.removesuffix(ending)
            if base != word and len(base) >= SHORTEST_BENT and self._bends(base):
                return base
        return word[1:] if word[:1] == "l" and len(word) >= SHORTEST_BENT and self._bends(word[1:]) else ""

    def _bends(self, word: str) -> bool:
        branch = self.phrases.get(word)
        is_name = branch is not None and branch.phrase is not None and branch.phrase.kind in _BENDING
        return is_name or not _BENDING_ROLES.isdisjoint(self.roles.get(word, ()))

    def _misspelt(self, word: str) -> Phrase | None:
        meant = self.misspellings.meant(word)
        branch = self.phrases.get(meant)
        return (branch.phrase if branch else None) or (self._starred(meant) if meant else None)

    def _starred(self, word: str) -> Phrase | None:
        if not word.endswith(self.star_ends) and not any(stem in word for stem in self.star_stems):
            return None
        fitting = [
            (phrase.kind == "harmless", len(written), phrase)
            for written, star, phrase in self.stars
            if star.fullmatch(word)
        ]
        # The rule that asks for the most letters knows best: "*pincode" before "*code".
        return max(fitting, key=lambda rule: rule[:2])[2] if fitting else None

    def _without_arabic_front(self, word: str) -> str:
        for front in _ARABIC_FRONTS:
            inner = word.removeprefix(front)
            for candidate in (inner, "ال" + inner)[:: -1 if front.endswith("ال") else 1]:
                if inner != word and candidate in self.phrases:
                    return candidate
        return ""

    def _spelled(self, word: str) -> tuple[tuple[str, str], ...]:
        known = self.spelled.get(word)
        if not known and word.startswith("و"):
            known = self.spelled.get(word[1:])
        if known:
            return tuple(known)
        return tuple((language, "glued") for language, glued in self.glued_numbers.items() if glued.fullmatch(word))


def _star(written: str) -> re.Pattern[str]:
    return re.compile(re.escape(written).replace(r"\*", r"[^\W\d_]*"))


_BOOK: Final = _Book()
DARIJA: Final = frozenset(known for known, roles in _BOOK.roles.items() if "darija" in roles)
_NOTHING_KNOWN: Final = Word(frozenset(), None, (), (), frozenset(), is_number=False)
_LONGEST_WORD: Final = 40


@lru_cache(maxsize=1 << 16)
def word(folded: str) -> Word:
    """What is known about a folded word. Nobody's word has more than forty letters."""
    return _BOOK.look_up(folded) if len(folded) <= _LONGEST_WORD else _NOTHING_KNOWN


# What a word alone lets expect, as bits. A word that begins "mot de passe" begins a name, and a password.
BEGINS_NAME: Final = 1
BEGINS_PASSWORD: Final = 2
SPELLS_NUMBER: Final = 4
IS_NAME: Final = 8


@lru_cache(maxsize=1 << 16)
def hint(folded: str) -> int:
    known = word(folded)
    bits = SPELLS_NUMBER if known.spelled and "articles" not in known.roles else 0
    if known.phrases:
        bits |= BEGINS_NAME
        bits |= BEGINS_PASSWORD if known.phrases.leads_to_password() else 0
        bits |= IS_NAME if known.phrases.phrase else 0
    return bits


def goes_on_as_name(beginnings: Iterable[str], words: set[str]) -> bool:
    """Whether a name of several words can be here: one of `beginnings` begins it, and one of `words` goes on with it."""
    begun = [branch for one in beginnings if (branch := word(one).phrases) and branch.onward]
    if not begun:
        return False
    if any(not branch.onward.keys().isdisjoint(words) for branch in begun):
        return True
    bases = set[str]().union(*map(_bases, words))
    return any(not branch.onward.keys().isdisjoint(bases) for branch in begun)


@lru_cache(maxsize=1 << 16)
def _bases(folded: str) -> tuple[str, ...]:
    """What words of names this may be a case of: "kodunun" is of "kodu"."""
    bases = (folded.removesuffix(ending) for ending in _BOOK.bends if folded.endswith(ending))
    return tuple(base for base in bases if len(base) >= SHORTEST_BENT and base in _BOOK.phrase_words)


def bent_onward(branch: Branch, folded: str) -> Branch | None:
    """Where a phrase goes on with a word in one of its cases: "anahtar kutusuyla"."""
    return next((branch.onward[base] for base in _bases(folded) if base in branch.onward), None)


def is_part_of_a_name(folded: str) -> bool:
    """Whether some name for a secret, or a look-alike, has this word in it."""
    return folded in _BOOK.phrase_words


@lru_cache(maxsize=1 << 12)
def participles(language: str) -> tuple[re.Pattern[str], ...]:
    """Endings of words that tell what happened to a secret, with their accents ("oublié")."""
    wording = tomllib.loads((_HERE / f"{language}.toml").read_text(encoding="utf-8"))
    return tuple(_star(written) for written in wording["participles"])
