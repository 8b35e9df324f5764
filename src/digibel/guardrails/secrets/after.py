"""Looks for the value of a name after it: "mijn pincode is 4821", "mot de passe : soleil"."""

from typing import Final

from digibel.guardrails.secrets.accepting import WORDS_AROUND_MIXED, Accepting, Walk
from digibel.guardrails.secrets.innocence import Innocence
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.reading import COVER
from digibel.guardrails.secrets.scene import Scene
from digibel.guardrails.secrets.several import Several
from digibel.guardrails.secrets.shapes import Span

REACH: Final = {"password": 10, "pin": 12, "code": 9, "account": 6}  # words between a name and its value
WORDS_INTO_NEXT_SENTENCE: Final = 5
FARTHEST_SPELLED: Final = 5  # words between a name and a password letter by letter
SHORTEST_ALONE: Final = 4  # letters of a password that nothing announces but its place
LONGEST_NOTE: Final = 7  # tokens

_STRONG: Final = ("password", "pin", "code")


class After:
    """Reads on from a name until its value, or until none can follow."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.text = scene.text
        self.shapes = scene.shapes
        self.accepting = Accepting(scene)
        self.several = Several(scene)

    def find(self, name: Name) -> list[Span]:
        text = self.text
        walk = Walk(is_linked=self.scene.is_as(name, name.first - 1))
        place = name.last + 1
        if span := self._right_after(name, place, walk):
            return [span, *self.several.after_span(name, span)]
        while place < len(text) and walk.words <= REACH[name.kind]:
            other = self.scene.name_at.get(place)
            if other and walk.is_linked and self._is_given(name, other):
                return [(text.starts[other.first], text.ends[other.last])]
            if text.texts[place][0] == COVER or (other and not other.is_passing):
                return []
            value = self.scene.values.get(place)
            if value and self.accepting.accepts(name, value, walk):
                return [self.scene.span(value), *self.several.after_token(value.last)]
            if value and (value.innocence is Innocence.SURE or not walk.is_linked):
                walk.words, walk.is_linked = walk.words + 1, False
                place = value.last + 1
                continue
            chunk = self.shapes.mixed_at(place)
            if chunk and self.accepting.accepts_mixed(name, chunk, place, walk):
                return [chunk.span, *self.several.after_span(name, chunk.span)]
            is_expected = walk.is_spelling or (walk.is_linked and name.kind in ("pin", "code"))
            if is_expected and (capitals := self.shapes.capitals_at(place)):
                return [capitals]
            if (
                walk.words <= FARTHEST_SPELLED
                and walk.is_same_sentence
                and name.kind in _STRONG
                and (spelled := self.shapes.spelled_at(place))
            ):
                return [spelled]
            if span := self._word_alone(name, place, walk):
                return [span]
            if (noted := self._end_of_note(place)) and name.kind in _STRONG:
                if span := self._word_alone(name, noted, walk):
                    return [span]
                place = noted + 1
                continue
            link = self.scene.link_end(place)
            if link < 0:
                if not self._step(name, place, walk):
                    return []
                place += 1
                continue
            walk.is_linked = walk.was_linked = True
            place = self.scene.skip_fillers(link + 1)
            if name.kind in _STRONG and (spelled := self.shapes.spelled_at(place)):
                return [spelled, *self.several.after_span(name, spelled)]
            if (
                not walk.is_blocked
                and not self._heads_a_list(name, link)
                and (span := self.shapes.word_at(name, place, link))
            ):
                return [span, *self.several.after_span(name, span)]
        return []

    def _is_given(self, name: Name, other: Name) -> bool:
        """ "password: password", "mot de passe : motdepasse", and nothing after it: people do choose that."""
        is_one_word = name.kind == other.kind == "password" and other.first == other.last
        after = other.last + 1
        is_linked_by_sign = self.text.text(other.first - 1) in ("=", ":")
        return is_one_word and is_linked_by_sign and self.text.text(after) in ("", ".", ",", "\n", "!", ")")

    def _right_after(self, name: Name, place: int, walk: Walk) -> Span | None:
        """A word right after the name, where "is" is left out: "mdp soleil", "şifrem ayçiçeği", "as password sunflower"."""
        text = self.text
        if walk.is_linked or text.text(place) == '"':
            return self.shapes.word_at(name, place)
        if name.is_short and text.has(place, "fillers") and not self.scene.blocks(name, place):
            # "pwd still Tinkerbell"
            place = self.scene.skip_fillers(place)
        has_user = any(
            text.has(before, "usernames") or text.text(before) == "@"
            for before in range(max(0, name.first - 10), name.first)
        )
        ends = text.text(place + 1) in ("", ".", ",", "!", "\n")
        if not (name.is_short or has_user) or not ends or self.shapes.ends_like_a_verb(name, place):
            return None
        return self.shapes.word_at(name, place)

    def _word_alone(self, name: Name, place: int, walk: Walk) -> Span | None:
        """The last word of a text after what the password is of, or how it is written, where "is" is left out.

        "parola de la calculator trandafir", "password (no spaces) bluewhale", "ends with a capital, daffodiL".
        """
        text = self.text
        first = place + 1
        if name.kind != "password" or walk.is_blocked or not walk.is_same_sentence or not text.is_word(first):
            return None
        is_last = text.text(first + 1) in ("", ".", "!", "\n") or (
            text.text(first + 1) == "," and text.is_capital(first)
        )
        if not is_last or len(text.text(first)) < SHORTEST_ALONE or self.shapes.ends_like_a_verb(name, first):
            return None
        is_of = walk.words <= WORDS_AROUND_MIXED and text.has(place, "machines")
        is_noted = text.text(place) == ")"
        is_described = text.text(place) == "," and any(
            text.has(before, "spelling") for before in range(name.last + 1, place)
        )
        return self.shapes.word_at(name, first) if is_of or is_noted or is_described else None

    def _end_of_note(self, place: int) -> int:
        """Where brackets close that hold words and no value, "(all small letters)"; 0 where none open."""
        text = self.text
        if text.text(place) != "(":
            return 0
        for inside in range(place + 1, min(len(text), place + LONGEST_NOTE)):
            if text.text(inside) == ")":
                return inside
            if (
                not text.is_word(inside)
                or text.has(inside, "links")
                or inside in self.scene.inside
                or inside in self.scene.values
            ):
                return 0
        return 0

    def _heads_a_list(self, name: Name, link: int) -> bool:
        """ "wachtwoorden maken: workshop": a colon after a verb gives no password."""
        if self.text.text(link) != ":" or link - 1 in self.scene.inside or not self.text.is_word(link - 1):
            return False
        return self.shapes.ends_like_a_verb(name, link - 1) and not self.text.has(link - 1, "things")

    def _step(self, name: Name, place: int, walk: Walk) -> bool:
        """Read on past one token; False where no value can follow any more."""
        text = self.text
        if text.text(place) == "\n" and text.has(place - 1, "with"):
            # "The alarm goes off with", and the code on the next line.
            return True
        if text.ends_sentence(place):
            # An empty line is no sentence.
            walk.sentences += not (place > name.last + 1 and text.ends_sentence(place - 1))
            walk.is_linked = False
            return walk.sentences <= 1
        if text.is_sign(place):
            walk.is_blocked = walk.is_blocked or text.text(place) == ";"
            return True
        walk.words += 1
        walk.into += walk.sentences
        walk.is_blocked = walk.is_blocked or self.scene.blocks(name, place)
        walk.is_spelling = walk.is_spelling or text.has(place, "spelling")
        walk.is_linked = walk.is_linked and text.has(place, "fillers")
        return walk.into <= WORDS_INTO_NEXT_SENTENCE
