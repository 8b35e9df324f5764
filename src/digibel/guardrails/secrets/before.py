"""Looks for the value of a name before it: "4821 is my pin", "Poes123 als wachtwoord"."""

from typing import Final

from digibel.guardrails.secrets.accepting import WORDS_AROUND_MIXED, Walk
from digibel.guardrails.secrets.chunks import Chunk, Span
from digibel.guardrails.secrets.innocence import Innocence
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.reading import COVER
from digibel.guardrails.secrets.scene import Scene
from digibel.guardrails.secrets.values import Value

REACH: Final = 10  # words
FARTHEST_LINKED: Final = 5  # words, where "is" stands between
FARTHEST_LABEL: Final = 5  # tokens
# Words between a value and its name, when nothing says "is".
NEAR: Final = {"password": 3, "pin": 4, "code": 1, "account": -1}


class Before:
    """Reads back from a name until its value, or until none can stand there."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.text = scene.text
        self.shapes = scene.shapes

    def find(self, name: Name, *, is_given: bool) -> list[Span]:
        """ "4821 is my pin", "Poes123 als wachtwoord", "zonnebloem is het wachtwoord".

        `is_given`: its value stands after the name. Then letters before it are a user's name: "mary55 password Poes123".
        """
        text = self.text
        walk = Walk(is_linked=self._is_apposed(name))
        for place in range(name.first - 1, -1, -1):
            other = self.scene.inside.get(place)
            if walk.words > REACH or text.texts[place][0] == COVER or (other and not other.is_passing):
                return []
            chunk = self.shapes.mixed_until(place) if walk.is_same_sentence else None
            if chunk and not is_given and self._accepts_mixed_before(name, chunk, walk):
                return [] if self._is_of_something_else(place, chunk) else [chunk.span]
            if value := self.scene.ends.get(place):
                return [self.scene.span(value)] if self._accepts_before(name, value, walk) else []
            if name.kind == "password" and (compound := self._compound_before(name, place, walk)):
                return [compound]
            if text.ends_sentence(place) or text.text(place) == ";":
                walk.sentences += 1
                if walk.sentences > 1 or not walk.is_linked:
                    return []
            elif self.scene.link_end(place) >= 0 or self.scene.is_as(name, place):
                walk.is_linked = True
                span = self.shapes.word_before(name, place) if walk.is_same_sentence and walk.words <= 3 else None
                if span:
                    return [span]
            elif text.is_word(place):
                walk.words += 1
        return []

    def _compound_before(self, name: Name, place: int, walk: Walk) -> Span | None:
        """ "sign in with jef.zonnebloem as password", "is rosa.maria a good password"."""
        compound = self.shapes.compound_at(place) if walk.is_same_sentence else None
        if compound is None:
            return None
        is_used = any(self.text.has(near, role) for near in (place - 2, place - 1) for role in ("using", "with"))
        is_asked = self.scene.link_end(place - 1) >= 0 and walk.words <= WORDS_AROUND_MIXED
        is_user = any(self.text.has(near, "usernames") for near in range(place - 3, place))
        is_turkish = "tr" in name.languages and compound[1] == self.text.ends[name.first - 1]
        is_told = (walk.is_linked and is_used) or is_asked or is_turkish
        return compound if is_told and not is_user else None

    def _accepts_before(self, name: Name, value: Value, walk: Walk) -> bool:
        if value.innocence is not Innocence.NONE or value.is_pair:
            is_said = self.scene.link_end(value.last + 1) >= 0 and self.text.text(value.last + 1) != ":"
            return value.innocence is Innocence.LIKELY and is_said and walk.words <= 3 and walk.is_same_sentence
        is_quoted = self.text.text(value.first - 1) == self.text.text(value.last + 1) == '"'
        if is_quoted:
            return walk.is_same_sentence
        if walk.is_linked:
            is_first = self.text.text(value.first - 1) in ("", "\n")
            return walk.words <= (REACH if is_first or self._is_apposed(name) else FARTHEST_LINKED)
        is_apart = walk.words > 0 or self.text.text(value.last + 1) == ","
        if value.digits == 3 and not value.is_spelled and is_apart:
            return False
        return walk.is_same_sentence and walk.words <= NEAR[name.kind]

    def _is_apposed(self, name: Name) -> bool:
        """ "she wrote 4089 on the back of her card, her pin": the sentence ends with what it was."""
        text = self.text
        ends = text.text(name.last + 1) in ("", "\n", ".")
        return ends and text.has(name.first - 1, "determiners") and text.text(name.first - 2) == ","

    def _accepts_mixed_before(self, name: Name, chunk: Chunk, walk: Walk) -> bool:
        if walk.is_linked or walk.words == 0:
            return True
        return name.kind == "password" and walk.words <= WORDS_AROUND_MIXED and chunk.looks_chosen

    def is_given_before(self, name: Name) -> bool:
        """Whether its value was found when the text was read before."""
        return any(self.text.text(place)[:1] == COVER for place in range(name.last + 1, name.last + 4))

    def _is_of_something_else(self, last: int, chunk: Chunk) -> bool:
        """ "user mary55, forgot her password", "serial 5CD1234XYZ, password lost"; not "login with mary55 as password"."""
        text = self.text
        first = next(place for place in range(last, -1, -1) if text.starts[place] <= chunk.start)
        if text.has(first - 1, "with"):
            return False
        before = range(max(0, first - FARTHEST_LABEL), first)
        return any(text.has(place, "usernames") or text.has(place, "identifying") for place in before)
