"""Values that nobody names, and everything around them gives away: "gate 4471", "the bank texted 773 018", "type 2580 to get in".

What stands around a number adds up. No single word here means a secret: a number is one when enough of them say so.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from digibel.guardrails.secrets.chunks import SHORTEST_MIXED, Chunk, Span
from digibel.guardrails.secrets.innocence import Innocence
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.scene import MIXED, Scene
from digibel.guardrails.secrets.values import Value

ENOUGH: Final = 3
FARTHEST: Final = 6  # words
FARTHEST_TOKENS: Final = 24  # words and signs
DIGITS: Final = range(4, 9)
FARTHEST_NETWORK: Final = 3  # words: "wifi of the house: ..."
FEWEST_LETTERS: Final = 4  # of the password of a network
FEWEST_TYPED: Final = 3  # digits of a code with a letter: "44B7"
FEWEST_AT_A_DOOR: Final = 4  # digits
_NO_DOORS: Final = frozenset({"boxes", "networks", "makers", "machines"})
FEWEST_ON_A_DEVICE: Final = 8  # signs of a key that is printed on a box
_LENGTHS: Final = {"cards": range(4, 6), "senders": range(5, 9)}  # digits, where a hint is one for these only
# Points of a hint that stands before the number: with so many words between at most, so many.
_BEFORE: Final = {
    "devices": ((2, 3), (4, 2), (FARTHEST, 1)),
    "typing": ((1, 3), (3, 1)),
    "cards": ((FARTHEST, 1),),
    "senders": ((3, 3), (FARTHEST, 2)),
    "offering": ((2, 1),),
    "code": ((3, 2), (FARTHEST, 1)),
}
# The same for one that stands after it.
_AFTER: Final = {
    "devices": ((3, 2), (FARTHEST, 1)),
    "typing": ((0, 3), (FARTHEST, 1)),
    "cards": ((FARTHEST, 1),),
    "senders": ((2, 2), (FARTHEST, 1)),
    "code": ((2, 2), (FARTHEST, 1)),
}
_OF_OTHERS: Final = frozenset({"labels", "identifying", "usernames", "makers"})
_TAKES_TURNS: Final = re.compile(r"[0-9]-?[a-z]{1,3}-?[0-9]+-?[a-z]")
_KEYS: Final = ("#", "*")


class Hints:
    """Weighs what stands around each number of one text."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.text = scene.text
        self.shapes = scene.shapes
        self.hints = [
            name for name in scene.names if (name.is_passing and name.kind != "harmless") or name.kind == "code"
        ]
        self.firsts = [name.first for name in self.hints]

    def find(self) -> Iterator[Span]:
        for value in self.scene.values.values() if self.hints else ():
            if value.digits in DIGITS and not value.is_pair and self._weight(value) >= ENOUGH:
                yield self.scene.span(value)
        if MIXED.search(self.text.folded):
            if _TAKES_TURNS.search(self.text.folded):
                yield from self._random_keys()
            for name in self.scene.names:
                if name.kind == "password" or self.text.has(name.last, "networks"):
                    yield from self._made_up_after(name)
            for name in self.hints:
                yield from self._keys_after(name)
                yield from self._key_before(name)
        for name in self.hints:
            yield from self._word_before(name)

    def _weight(self, value: Value) -> int:
        doubt = self._doubt(value)
        if doubt >= ENOUGH:
            return 0
        points: dict[str, int] = {}
        for name in self._near(value):
            if value.digits in _LENGTHS.get(name.kind, (value.digits,)):
                points[name.kind] = max(points.get(name.kind, 0), self._points(name, value))
        if not any(points.values()):
            return 0
        return sum(points.values()) + self._beside(value, points) - doubt

    def _near(self, value: Value) -> list[Name]:
        """Those that can count at all: a long text may hold thousands."""
        first = bisect_left(self.firsts, value.first - FARTHEST_TOKENS)
        return self.hints[first : bisect_left(self.firsts, value.last + FARTHEST_TOKENS)]

    def _points(self, name: Name, value: Value) -> int:
        is_before = name.last < value.first
        between = range(name.last + 1, value.first) if is_before else range(value.last + 1, name.first)
        bands = (_BEFORE if is_before else _AFTER).get(name.kind, ())
        words = self._words(between)
        return next((points for most, points in bands if words <= most), 0)

    def _words(self, between: range) -> int:
        """Words between a hint and a number, more than count when a sentence ends or something is said not to be."""
        text, words = self.text, 0
        if len(between) > FARTHEST_TOKENS:
            return FARTHEST + 1
        for place in between:
            if text.ends_sentence(place) and not text.has(place - 1, "with"):
                return FARTHEST + 1
            if text.text(place) == ";" or (text.has(place, "blockers") and not text.has(place, "asking")):
                return FARTHEST + 1
            words += text.is_word(place) or place in self.scene.values
        return words

    def _beside(self, value: Value, points: dict[str, int]) -> int:
        """What stands right beside the number, or near it and is no name: "with 2580", "2580#", "for my card I use 2580"."""
        text, before, after = self.text, value.first - 1, value.last + 1
        around = (*range(max(0, before - FARTHEST), value.first), *range(after, min(len(text), after + FARTHEST)))
        opens = before - text.has(before, "determiners")
        is_with = text.has(opens, "with") or text.has(after, "with")
        is_linked = self.scene.link_end(before) >= 0
        weight = (
            is_with
            + is_linked
            + value.is_one_by_one
            + any(self._is_key_pressed(place) for place in range(after, after + 3))
        )
        weight += any(text.has(place, "things") and place not in self.scene.inside for place in around)
        weight += "code" in points and text.has(after, "purposes")
        weight += "typing" in points and self.scene.link_end(after) >= 0
        if "cards" in points:
            weight += 2 * any(text.has(place, "using") for place in (*range(before - 2, value.first), after))
            weight += is_linked + 2 * (text.text(before) == "(" and before - 1 in self.scene.inside)
        # "71 55 02 by text": telephone numbers and amounts were left out before.
        weight += "senders" in points and value.last > value.first and not value.is_spelled
        if "offering" in points:
            weight += 2 * any(text.has(place, "logging") for place in range(after, after + FARTHEST))
        return weight

    def _is_key_pressed(self, place: int) -> bool:
        return self.text.text(place) in _KEYS or self.text.has(place, "signs")

    def _doubt(self, value: Value) -> int:
        """Years, postcodes and numbers of something else."""
        if value.innocence is Innocence.SURE:
            return 0 if self.scene.is_of_a_lock(value) else ENOUGH
        return 2 * (value.innocence is Innocence.LIKELY)

    def _random_keys(self) -> Iterator[Span]:
        """ "K7QX-22LP-M9" where a secret is spoken of, and nothing says that it is a serial number or an order."""
        for place in range(len(self.text)):
            chunk = self.shapes.mixed_at(place)
            if chunk and chunk.looks_random and not self._is_labelled(place):
                yield chunk.span

    def _made_up_after(self, name: Name) -> Iterator[Span]:
        """ "wifi in the café croissant12": nobody calls anything else so, unless it says what it is of."""
        text = self.text
        for place in range(name.last + 1, min(len(text), name.last + 2 * FARTHEST)):
            if text.ends_sentence(place) or place in self.scene.name_at or self._is_of_another(place):
                return
            chunk = self.shapes.mixed_at(place)
            if not chunk:
                continue
            written = text.reading.written(*chunk.span)
            is_of_a_maker = text.has(place - 1, "makers") or written.isupper() or chunk.is_product
            is_long = chunk.letters >= FEWEST_LETTERS and chunk.digits > 1 - self.scene.is_as(name, place - 1)
            if is_long and "-" not in chunk.text and not is_of_a_maker:
                yield chunk.span
            return

    def _is_of_another(self, place: int) -> bool:
        """Whether a word here names what is no secret; a telephone is also a thing with one."""
        text = self.text
        is_thing = text.has(place, "things") or text.has(place, "machines")
        return bool(text.words[place].roles & _OF_OTHERS) and not is_thing

    def _is_labelled(self, place: int) -> bool:
        text = self.text
        is_of_label = text.has(place - 1, "labels") and place - 1 not in self.scene.inside
        return is_of_label or any(text.has(one, "identifying") for one in range(max(0, place - FARTHEST), place))

    def _keys_after(self, name: Name) -> Iterator[Span]:
        """ "wifi box Xk9-trp-22", "type Poes12", "the alarm: 19#B"."""
        text, words, linked = self.text, 0, -1
        for place in range(name.last + 1, min(len(text), name.last + 2 * FARTHEST)):
            is_label = text.has(place, "labels") and place not in self.scene.inside
            if text.ends_sentence(place) or text.has(place, "blockers") or is_label or words > FARTHEST:
                return
            chunk = self.shapes.mixed_at(place)
            if (
                chunk
                and not chunk.is_product
                and self._is_key(name, chunk, place, words, is_linked=linked == place - 1)
            ):
                yield chunk.span
                return
            linked = max(linked, self.scene.link_end(place))
            words += text.is_word(place) and place > linked

    def _key_before(self, name: Name) -> Iterator[Span]:
        """ "she uses Rosie1948! for everything", "hotmaile Brioche2 yazıyor"."""
        if name.kind not in ("everywhere", "typing"):
            return
        chunk = self.shapes.mixed_until(name.first - 1)
        if not chunk:
            return
        is_used = any(self.text.has(place, "using") for place in range(name.first - FARTHEST, name.first))
        is_typed = name.kind == "typing" and chunk.letters >= FEWEST_LETTERS
        if is_typed or (name.kind == "everywhere" and is_used and chunk.looks_chosen):
            yield chunk.span

    def _word_before(self, name: Name) -> Iterator[Span]:
        """ "she forgot the old password, now she has sunflower everywhere"."""
        text, place = self.text, name.first - 1
        if name.kind != "everywhere" or not text.has(place - 1, "using"):
            return
        known = text.words[place]
        is_plain = text.is_word(place) and len(text.texts[place]) >= FEWEST_LETTERS and not (known.roles or known.links)
        if is_plain and any(other.kind == "password" and other.last < place for other in self.scene.names):
            yield text.starts[place], text.ends[place]

    def _is_key(self, name: Name, chunk: Chunk, place: int, words: int, *, is_linked: bool) -> bool:
        text = self.text
        if text.has(name.last, "networks"):
            # A network has a name too, mostly with a hyphen: "Telenet-4471A".
            is_chosen = chunk.digits > 0 and chunk.letters >= FEWEST_LETTERS and "-" not in chunk.text
            is_last = text.folded[chunk.end : chunk.end + 1] in ("", "\n") and words > 0
            return is_chosen and (is_linked or is_last) and words <= FARTHEST_NETWORK
        if name.kind == "devices" and text.has(place - 1, "with") and words <= FARTHEST_NETWORK:
            # "you get through the gate with A4471"
            return chunk.letters <= 2 and chunk.digits >= FEWEST_TYPED
        is_door = not text.words[name.last].roles & _NO_DOORS
        if (
            name.kind == "devices"
            and is_door
            and words <= 1
            and chunk.letters == 1
            and chunk.digits >= FEWEST_AT_A_DOOR
        ):
            # "street door B4410"
            return True
        if name.kind == "devices" and is_linked and words <= 1:
            return chunk.letters <= 2 <= chunk.digits or (chunk.looks_chosen and text.has(name.last, "boxes"))
        if name.kind == "devices" and text.has(name.last, "boxes"):
            return words <= 1 and len(chunk.text) >= FEWEST_ON_A_DEVICE and chunk.digits > 1 and chunk.letters > 2
        is_long = len(chunk.text) > SHORTEST_MIXED or chunk.digits >= FEWEST_TYPED
        return name.kind == "typing" and words <= 1 and chunk.digits > 0 and is_long
