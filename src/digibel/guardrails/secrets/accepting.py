"""Whether a value that stands after a name is what the name stands for."""

import re
from dataclasses import dataclass
from typing import Final

from digibel.guardrails.secrets.chunks import SHORTEST_MIXED, Chunk
from digibel.guardrails.secrets.innocence import Innocence
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.scene import Scene
from digibel.guardrails.secrets.values import Value

# Words between a name and its value, when nothing says "is".
NEAR: Final = {"password": 6, "pin": 10, "code": 5, "account": 0}
WORDS_AROUND_MIXED: Final = 4
# What looks like a house number or a model has fewer digits than this.
FEWEST_DIGITS: Final = 3
FEWEST_LETTERS: Final = 4  # of a password with one figure: "Basia2"

LONGEST_BARE: Final = 9  # tokens: "Proximus: code 55128890"
_SPEAK_OF_SECRETS: Final = frozenset(
    {"password", "pin", "devices", "typing", "cards", "senders", "offering", "everywhere"}
)
_SIGN_OF_CHOICE: Final = re.compile(r"[!#$%^*=+?&]")
_OF_OTHERS: Final = frozenset({"identifying", "labels", "usernames"})
_CLOCK_TIME: Final = re.compile(r"\d{1,2}[uh]\d{2}")


@dataclass(slots=True)
class Walk:
    """How far somebody has read from a name: words since the name, sentences ended, words into the next sentence.

    `is_linked`: "is" was just read, `was_linked`: some time ago. `is_blocked`: a word was read after which no value follows,
    such as "vergeten". `is_spelling`: one that tells how it is written, such as "in capitals". `is_described`: one that tells
    what it is, such as "the name of her cat".
    """

    words: int = 0
    sentences: int = 0
    into: int = 0
    is_linked: bool = False
    was_linked: bool = False
    is_blocked: bool = False
    is_spelling: bool = False
    is_described: bool = False

    @property
    def is_same_sentence(self) -> bool:
        return self.sentences == 0


class Accepting:
    """Judges values after a name."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.text = scene.text

    def accepts(self, name: Name, value: Value, walk: Walk) -> bool:
        """Whether a number is what this name stands for."""
        if self._is_changed_from(value):
            return not walk.is_blocked
        if value.innocence is Innocence.SURE and not self._is_whole_birthday(name, value, walk):
            return name.kind != "password" and self.scene.opens_like_a_date(value)
        if self._is_birthday(name, value, walk) or self._is_concluded(value, walk):
            return True
        if value.innocence is Innocence.LIKELY or value.is_pair:
            return not walk.is_blocked and self._is_said_to_be_one(name, value, walk)
        if name.kind == "account":
            return value.digits >= 4 and self.text.text(value.first - 1) == "/" and walk.is_same_sentence
        if walk.is_linked:
            return True
        if name.kind == "code":
            return walk.words <= NEAR["code"] and walk.into <= 2 and self._may_be_of_a_secret(name)
        if walk.is_blocked:
            is_said = self.scene.link_end(value.last + 1) >= 0
            return value.digits >= 4 and (walk.words <= 5 or is_said) and walk.is_same_sentence
        is_house_number = value.digits == 3 and not value.is_spelled and walk.words > 2
        if is_house_number and not self._follows_thing(value):
            return False
        return walk.words <= NEAR[name.kind] or not walk.is_same_sentence

    def _may_be_of_a_secret(self, name: Name) -> bool:
        """Whether a mere "code" is all that is told, or something is spoken of that has one. Tax forms have codes as well."""
        if len(self.text) <= LONGEST_BARE or any(other.kind in _SPEAK_OF_SECRETS for other in self.scene.names):
            return True
        # "Samsung A13; code 2197": a telephone in the column before.
        has_code = ("things", "makers") if self.text.text(name.first - 1) == ";" else ("things",)
        return any(self.text.has(place, role) for place in range(len(self.text)) for role in has_code)

    def _is_birthday(self, name: Name, value: Value, walk: Walk) -> bool:
        """ "the code is her year of birth, 1938"."""
        is_said = walk.was_linked and walk.is_same_sentence and not walk.is_blocked and value.digits >= 4
        return is_said and any(self.text.has(place, "years") for place in range(name.last + 1, value.first))

    def _is_whole_birthday(self, name: Name, value: Value, walk: Walk) -> bool:
        """ "the code is her date of birth, 07021949", which looks like a telephone number."""
        return value.is_day and self._is_birthday(name, value, walk)

    def _is_concluded(self, value: Value, walk: Walk) -> bool:
        """ "the code is the first figures of her file, so 4507"."""
        is_said = walk.was_linked and walk.is_same_sentence and not walk.is_blocked and value.digits >= 4
        return is_said and value.innocence is Innocence.NONE and self.text.has(value.first - 1, "alternatives")

    def _is_said_to_be_one(self, name: Name, value: Value, walk: Walk) -> bool:
        """ "pin is 1984", "pin 1984", "code of the phone 2580": what looks like a year or a label is none here."""
        if walk.is_linked or name.kind in ("code", "account"):
            return walk.is_linked
        if not walk.is_same_sentence:
            return False
        if self.text.has(value.first - 1, "with") and walk.words <= 5:
            return True
        return walk.words == 0 or (walk.words <= 4 and self._follows_thing(value)) or self._is_all(name, value, walk)

    def _is_changed_from(self, value: Value) -> bool:
        """ "the code was changed from 1953 to 8206": the old one is no year."""
        text, after = self.text, value.last + 1
        return text.has(value.first - 1, "from") and text.has(after, "into") and text.is_number(after + 1)

    def _is_all(self, name: Name, value: Value, walk: Walk) -> bool:
        """ "pin mum 2019", and nothing else: a year that is noted with a name is no year."""
        text = self.text
        is_last = text.text(value.last + 1) in ("", ".", "\n")
        return name.kind == "pin" and walk.words <= 2 and is_last and text.text(name.first - 1) in ("", "\n")

    def _follows_thing(self, value: Value) -> bool:
        """ "the code of the phone (2580)", "the code on the back 417"."""
        before = value.first - 1
        while self.text.text(before) in ("(", ":", "-"):
            before -= 1
        is_telephone = self.text.has(before, "labels") and self.text.text(before - 1) in (",", ";")
        return self.text.has(before, "things") and not is_telephone

    def accepts_mixed(self, name: Name, chunk: Chunk, place: int, walk: Walk) -> bool:
        """Whether letters with digits or signs are what this name stands for."""
        is_close = walk.is_same_sentence and walk.words <= WORDS_AROUND_MIXED
        if name.kind == "account":
            return self._accepts_beside_user(name, chunk, place, walk)
        if walk.is_blocked:
            is_told = is_close and walk.words == 0
            return not chunk.is_product and (is_told or self._is_told_anyway(name, chunk, place, walk))
        if chunk.is_product and not self._may_look_like_product(name, chunk, walk):
            return False
        if walk.is_linked:
            return True
        if name.kind == "password" and walk.words == 0 and chunk.letters >= SHORTEST_MIXED and chunk.is_mixed:
            return True
        is_short = len(chunk.text) < SHORTEST_MIXED and (name.kind != "pin" or self.text.has(place - 1, "makers"))
        if not chunk.digits or is_short:
            return False
        if name.kind == "password":
            is_apart = self.text.text(place - 1) in (",", ":") and walk.is_same_sentence
            is_enclosed = self.text.folded[chunk.end : chunk.end + 1] == ","
            is_told = is_apart and (chunk.looks_chosen or is_enclosed or walk.was_linked)
            is_near = walk.words <= WORDS_AROUND_MIXED and walk.into <= 1
            return is_near or is_told or walk.is_described or self._ends_sentence(name, chunk, place, walk)
        is_of_wifi = self.text.has(place - 1, "machines") and chunk.digits > 1
        return is_close and (walk.words == 0 or chunk.letters <= 2 or is_of_wifi)

    def _ends_sentence(self, name: Name, chunk: Chunk, place: int, walk: Walk) -> bool:
        """ "temporary password that the helpdesk gave her Xk29pLmn": the last word, and of nothing else."""
        text = self.text
        is_last = text.folded[chunk.end : chunk.end + 1] in ("", "\n", ".") and walk.is_same_sentence
        is_chosen = chunk.looks_chosen or (chunk.digits and chunk.letters >= FEWEST_LETTERS)
        return is_last and bool(is_chosen) and not self._is_of_other(name, place)

    def _is_told_anyway(self, name: Name, chunk: Chunk, place: int, walk: Walk) -> bool:
        """ "he knows his password by heart: Pigeon.Sport.1", "I thought I forgot my password, Emirdag1969 it was"."""
        if name.kind != "password" or not chunk.digits:
            return False
        if self.text.text(place - 1) == ":":
            return self._ends_sentence(name, chunk, place, walk)
        after = self._after_chunk(place, chunk)
        is_said = walk.is_linked or self.scene.link_end(after) >= 0 or self.text.has(after, "links_behind")
        return is_said and chunk.looks_chosen and not self._is_of_other(name, place)

    def _after_chunk(self, place: int, chunk: Chunk) -> int:
        while self.text.starts[place] >= 0 and self.text.starts[place] < chunk.end:
            place += 1
        return place

    def _is_of_other(self, name: Name, place: int) -> bool:
        return any(self.text.words[one].roles & _OF_OTHERS for one in range(name.last + 1, place))

    def _accepts_beside_user(self, name: Name, chunk: Chunk, place: int, walk: Walk) -> bool:
        """ "login: mary@home.be / Poes12", "credentials admin/Poes12", "toegang pc: Tuin!50"; "login: mary55" is a name."""
        if chunk.is_product or not walk.is_same_sentence or not chunk.digits + bool(chunk.is_mixed):
            return False
        if self.text.text(place - 1) == "/" or "/" in chunk.text.strip("/"):
            return True
        if self.text.has(place - 1, "with") and chunk.digits and _SIGN_OF_CHOICE.search(chunk.text):
            return True
        if any(self.text.has(before, "usernames") for before in range(name.first, name.last + 1)):
            return walk.is_linked and bool(_SIGN_OF_CHOICE.search(chunk.text))
        return walk.is_linked and chunk.looks_chosen

    def _may_look_like_product(self, name: Name, chunk: Chunk, walk: Walk) -> bool:
        """ "password: ab12", "code de la porte A258", "kod do domofonu 19K44": where a secret is expected, it may look so."""
        if not chunk.text[0].isalpha():
            is_near = name.kind == "pin" and walk.words == 0 and not _CLOCK_TIME.fullmatch(chunk.text)
            return is_near and chunk.letters <= 2 and chunk.digits >= FEWEST_DIGITS
        if name.kind == "password":
            return walk.is_linked and len(chunk.text) > 3
        return name.kind == "pin" and len(chunk.text) >= 3 and chunk.letters == 1
