"""Second values: "4821 or 4822", "1111 but now 9274", "facebook nube77, gmail Quito_1822"."""

from collections.abc import Iterator
from typing import Final

from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.innocence import Innocence
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.scene import LINK_SIGNS, Scene

_LIST_SIGNS: Final = frozenset(",;/\n+&")
_STOPS: Final = frozenset("?!,.-")
_SAME_AGAIN: Final = ("(", "=", "/")
FARTHEST: Final = 6  # words
FEWEST_LETTERS: Final = 4  # of a password with one figure: "Basia2"
LONGEST_ITEM: Final = 4  # tokens: "gmail of her son ..."


class Several:
    """Finds what follows a value that was found."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.text = scene.text
        self.shapes = scene.shapes

    def after_token(self, last: int) -> Iterator[Span]:
        """ "4821 or 4822", "pin and PUK: 4821, 12345678", "Fleur22 and Otter19": a second value after the one that ends here."""
        text = self.text
        yield from self._put_right(last)
        place = last + 1
        while place <= last + 5 and self._leads_on(place, last):
            place += 1
        if place == last + 1 or place >= len(text):
            yield from self._next_of_its_length(last)
            return
        following = self.scene.values.get(place)
        chunk = self.shapes.mixed_at(place)
        if following and following.innocence is Innocence.NONE and not following.is_pair:
            yield self.scene.span(following)
            yield from self.after_token(following.last)
        elif chunk and chunk.digits and not chunk.is_product:
            yield chunk.span
        else:
            yield from self._next_of_its_length(last)

    def _put_right(self, last: int) -> Iterator[Span]:
        """ "pin 1962?? no, 1926": taken back, and said anew with as many digits."""
        text, value, place = self.text, self.scene.ends.get(last), last + 1
        while text.text(place) in _STOPS:
            place += 1
        if not text.has(place, "refusing"):
            return
        place += 2 if text.text(place + 1) in _STOPS else 1
        other = self.scene.values.get(place)
        if value and other and other.digits == value.digits and not other.is_pair:
            yield self.scene.span(other)

    def _next_of_its_length(self, last: int) -> Iterator[Span]:
        """ "the old pin is 1111, since today 4471": a number of as many digits, in the same sentence."""
        text, words = self.text, 0
        value = self.scene.ends.get(last)
        for place in range(last + 1, min(len(text), last + 3 * FARTHEST)):
            other = self.scene.values.get(place)
            if other and value and other.digits == value.digits >= 4:
                is_of_thing = any(text.has(one, "things") for one in range(last + 1, place))
                if other.innocence <= Innocence.NONE + is_of_thing and not other.is_pair:
                    yield self.scene.span(other)
                return
            words += text.is_word(place)
            is_of_other = text.has(place, "labels") and not text.has(place, "things")
            if text.ends_sentence(place) or place in self.scene.inside or words > FARTHEST or is_of_other:
                return

    def after_span(self, name: Name, span: Span) -> Iterator[Span]:
        last = next(place for place, end in enumerate(self.text.ends) if end >= span[1])
        others = list(self.after_token(last))
        yield from others or self._capitals_of(last) or self._in_brackets(last) or self._next_of_list(name, last)

    def _in_brackets(self, last: int) -> list[Span]:
        """ "pw = dog (Rex)": what was found describes what stands in brackets."""
        text, place = self.text, last + 2
        is_bracketed = text.text(last + 1) == "(" and text.text(place + 1) == ")"
        return [(text.starts[place], text.ends[place])] if is_bracketed and text.is_capital(place) else []

    def _capitals_of(self, last: int) -> list[Span]:
        """ "sunflower, in capitals: SUNFLOWER"."""
        text, is_spelling = self.text, False
        for place in range(last + 1, min(len(text), last + 2 * FARTHEST)):
            if text.ends_sentence(place):
                break
            is_announced = (
                text.has(place, "spelling") or text.has(place, "alternatives") or text.text(place) in _SAME_AGAIN
            )
            is_spelling = is_spelling or is_announced
            if is_spelling and (capitals := self.shapes.capitals_at(place)):
                return [capitals]
        return []

    def _leads_on(self, place: int, last: int) -> bool:
        """ "4821 or 4822", "1111 but now 9274", "old 1111, the new one is 9274"."""
        text = self.text
        is_new_one = text.has(place - 1, "renewed") and text.words[place].spelled != ()
        if text.has(place, "now") or text.has(place, "spelling") or is_new_one:
            return True
        if text.has(place, "with") and text.has(place + 1, "spelling"):
            return True
        if text.text(place) == "," and text.has(place - 1, "spelling"):
            return True
        if text.has(place, "determiners") and (text.has(place + 1, "now") or text.has(place - 1, "now")):
            return True
        if text.has(place, "things") or place in self.scene.inside:
            return place > last + 1 and not text.ends_clause(place - 1)
        if text.has(place + 1, "things") and not text.is_sign(place) and place > last + 1:
            return True
        if (place > last + 1 and text.has(place - 1, "now") and self.scene.link_end(place) >= 0):  # fmt: skip
            return True
        is_between = (
            text.has(place, "alternatives")
            or text.has(place, "into")
            or text.text(place) in (",", "/", "+", "&", ">", "=", "(", "-")
        )
        return is_between and (place <= last + 2 or text.has(place - 1, "now"))

    def _next_of_list(self, name: Name, last: int) -> Iterator[Span]:
        """ "facebook nube77, gmail Quito_1822": what a list of accounts goes on with."""
        text, place = self.text, last + 1
        goes_on = text.text(place) in _LIST_SIGNS or text.has(place, "alternatives")
        if name.kind != "password" or not goes_on:
            return
        for step in range(place + 1, min(len(text), place + LONGEST_ITEM)):
            chunk = self.shapes.mixed_at(step)
            is_chosen = chunk and (chunk.looks_chosen or (chunk.digits and chunk.letters >= FEWEST_LETTERS))
            if chunk and is_chosen and not chunk.is_product:
                yield chunk.span
                yield from self.after_span(name, chunk.span)
                return
            if (
                step in self.scene.inside
                or not (text.is_word(step) or text.text(step) in LINK_SIGNS)
                or self.scene.blocks(name, step)
            ):
                return
