"""The names that secrets go by in a text: "pincode", "mot de passe", "the code of the lock"."""

import re
from dataclasses import dataclass, replace
from typing import Final

from digibel.guardrails.secrets.innocence import looks_like_product
from digibel.guardrails.secrets.passages import Passage
from digibel.guardrails.secrets.wordings import bent_onward

# The stronger first: what "code wifi-wachtwoord" names is a password.
_STRENGTH: Final = ("password", "pin", "code")
# Letters with a figure.
_MIXED: Final = re.compile(r" +([^\W\d_]{3}[^\s0-9]{0,20}[0-9]\S{0,20})")
_OF: Final = frozenset({"de", "du", "do", "da", "del", "van", "of", "for", "voor"})
_JOINS_WORDS: Final = frozenset("-'_/.")
REACH_OF_THINGS: Final = 8  # "the code that I was sent by text"
_OF_A_VISIT: Final = ("codewo", "codew")


@dataclass(frozen=True, slots=True)
class Name:
    """A name for a secret: its first and last token, its kind, the languages it may be of, whether it needs no "is"."""

    first: int
    last: int
    kind: str
    languages: frozenset[str]
    is_short: bool

    @property
    def is_passing(self) -> bool:
        """Whether the search for another name's value goes on past it: "the pin of itsme is 4821"."""
        return self.kind in ("harmless", "devices", "typing", "account", "cards", "senders", "offering", "everywhere")


def find_names(text: Passage) -> list[Name]:
    """All names in order, the longest phrase first. Harmless phrases are among them: they swallow what they hold."""
    names: list[Name] = []
    beyond = 0
    for place in [place for place, known in enumerate(text.words) if known.phrases]:
        found = _name_at(text, place) if place >= beyond else None
        if found and _is_by_chance(text, found):
            continue
        if found and found.kind == "signed":
            found = _signed(text, found)
        if not found:
            continue
        beyond = found.last + 1
        if names and _are_one(text, names[-1], found):
            found = _merged(names.pop(), found)
        names.append(found)
    return [_with_its_thing(text, name) for name in names]


def phrase_end(text: Passage, place: int, words: tuple[str, ...]) -> int:
    """The last token of these words, apostrophes between them forgiven; -1 if they do not stand here."""
    for index, expected in enumerate(words):
        if index:
            place += 2 if text.text(place + 1) == "'" else 1
        if text.text(place) != expected:
            return -1
    return place


def _name_at(text: Passage, place: int) -> Name | None:
    """The longest phrase that begins here; hyphens and apostrophes between its words are forgiven."""
    branch = text.words[place].phrases
    if not branch:
        return None
    last, phrase = place, branch.phrase
    here = place
    while branch.onward:
        here += 1
        while text.text(here) in _JOINS_WORDS and text.text(here) and not text.ends_sentence(here):
            here += 1
        onward = branch.onward.get(text.text(here)) or bent_onward(branch, text.text(here))
        if not onward:
            break
        branch = onward
        if branch.phrase:
            last, phrase = here, branch.phrase
    return Name(place, last, phrase.kind, phrase.languages, phrase.is_short) if phrase else None


def _is_by_chance(text: Passage, name: Name) -> bool:
    """ "231de2fa4293db30", "3tqnw73pw@mozmail.com": letters and figures drawn by chance, and in the middle "2fa" or "pw"."""
    before, after = name.first - 1, name.last + 1
    is_after_more = text.is_glued(name.first) and text.text(before).isalnum()
    return is_after_more and text.is_glued(after) and (text.text(after).isalnum() or text.text(after) == "@")


def _signed(text: Passage, name: Name) -> Name | None:
    """ "passe : soleil", "passe gmail soleil", "user mary pass Ferret3": a password; "le tram passe devant" is none."""
    after = name.last + 1
    is_of_machine = text.has(after + (text.text(after) in _OF), "machines")
    is_signed = text.text(after) in (":", "=", "is") or is_of_machine
    has_user = any(text.has(before, "usernames") for before in range(name.first - 3, name.first))
    mixed = _MIXED.match(text.folded, text.ends[name.last])
    is_mixed = mixed is not None and not looks_like_product(mixed[1])
    return replace(name, kind="password") if is_signed or has_user or is_mixed else None


def _are_one(text: Passage, one: Name, other: Name) -> bool:
    """ "pin code", "itsme-code": nothing but a hyphen between two names that both mean a secret."""
    between = 1 if text.text(other.first - 1) in _JOINS_WORDS else 0
    return one.last + 1 >= other.first - between and one.kind in _STRENGTH and other.kind in _STRENGTH


def _merged(one: Name, other: Name) -> Name:
    kind = min(one.kind, other.kind, key=_STRENGTH.index)
    return Name(one.first, other.last, kind, one.languages | other.languages, one.is_short or other.is_short)


def _with_its_thing(text: Passage, name: Name) -> Name:
    """A "code" is a PIN where it is said of what: "the code of the lock". Not so the codeword of a visit."""
    if name.kind != "code" or text.text(name.first).startswith(_OF_A_VISIT):
        return name
    if _is_of_a_paper(text, name.last) or _is_of_an_error(text, name.first):
        return replace(name, kind="harmless")
    for place in (*range(name.first - 3, name.first), *range(name.last + 1, name.last + REACH_OF_THINGS)):
        if place > name.last and (text.ends_sentence(place) or text.is_number(place)):
            break
        if text.has(place, "things"):
            return replace(name, kind="pin")
    return name


def _is_of_an_error(text: Passage, first: int) -> bool:
    """ "Erreur « code 2103 »": a machine says what is wrong with it."""
    before = first - 1 - (text.is_sign(first - 1) or text.has(first - 1, "with"))
    return text.has(before, "errors")


def _is_of_a_paper(text: Passage, last: int) -> bool:
    """ "the code of the file", "code commande": what an office calls its papers by."""
    papers = (
        place for place in range(last + 1, last + 4) if text.has(place, "identifying") and text.has(place, "labels")
    )
    place = next(papers, None)
    return place is not None and not any(text.is_sign(one) or text.is_number(one) for one in range(last + 1, place))
