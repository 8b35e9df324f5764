"""Looks for the value of a name after it: "mijn pincode is 4821", "mot de passe : soleil"."""

from typing import Final

from digibel.guardrails.secrets.accepting import Accepting, Walk
from digibel.guardrails.secrets.alone import Alone
from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.innocence import Innocence
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.reading import COVER
from digibel.guardrails.secrets.scene import Scene
from digibel.guardrails.secrets.several import Several

REACH: Final = {"password": 10, "pin": 12, "code": 9, "account": 6}  # words between a name and its value
WORDS_INTO_NEXT_SENTENCE: Final = 5
FARTHEST_SPELLED: Final = 5  # words between a name and a password letter by letter
LONGEST_NOTE: Final = 7  # tokens
_WORDS_OF_TITLE: Final = 4  # tokens

_HIDDEN: Final = "***"
_STRONG: Final = ("password", "pin", "code")


class After:
    """Reads on from a name until its value, or until none can follow."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.text = scene.text
        self.shapes = scene.shapes
        self.accepting = Accepting(scene)
        self.several = Several(scene)
        self.alone = Alone(scene)

    def find(self, name: Name) -> list[Span]:
        text = self.text
        if self._is_title(name):
            return []
        is_as = self.scene.is_as(name, name.first - 1 - text.has(name.first - 1, "renewed"))
        walk = Walk(is_linked=is_as, was_linked=is_as)
        place = name.last + 1
        if span := self.alone.right_after(name, place, walk):
            return [span, *self.several.after_span(name, span)]
        while place < len(text) and walk.words <= REACH[name.kind]:
            other = self.scene.name_at.get(place)
            if other and walk.is_linked and self.alone.is_its_own_name(name, other):
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
            if name.kind == "password" and (span := self.alone.on_the_way(name, place, walk)):
                return [span]
            if (noted := self._end_of_note(place)) and name.kind in _STRONG:
                if span := self.alone.at_the_end(name, noted, walk):
                    return [span]
                place = noted + 1
                continue
            link = self.scene.link_end(place)
            is_no_link = self.scene.blocks(name, place) and text.has(
                place, "into"
            )  # "ne" is French for not, Albanian for to
            if link < 0 or is_no_link or (walk.is_described and text.has(link, "determiners")):
                if not self._step(name, place, walk):
                    return []
                place += 1
                continue
            if text.folded.startswith(_HIDDEN, text.starts[link + 1]):
                return []
            walk.is_linked = True
            walk.was_linked = walk.was_linked or self.shapes.links_words(name, link)
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

    def _is_title(self, name: Name) -> bool:
        """ "How to change a password: workshop PT-5": of a course, which gives nothing away."""
        text = self.text
        is_how = any(text.has(place, "how") for place in range(max(0, name.first - _WORDS_OF_TITLE), name.first - 1))
        after = range(name.last + 2, min(len(text), name.last + 2 + _WORDS_OF_TITLE))
        return is_how and text.is_sign(name.last + 1) and any(text.has(place, "courses") for place in after)

    def _is_description(self, place: int, walk: Walk) -> bool:
        """ "is the name of her cat", "password her cat's name"; not "password in the name of"."""
        text = self.text
        is_near = walk.words <= 2 and text.is_word(place - 1) and not text.has(place - 1, "not_values")
        return text.has(place, "descriptions") and (walk.was_linked or is_near)

    def _is_renewal(self, place: int) -> bool:
        """ "forgot the password, so a new one: Lavender22"."""
        if not (self.text.has(place, "renewed") or self.text.has(place, "now")):
            return False
        is_said = any(self.scene.link_end(after) >= 0 for after in (place + 1, place + 2))
        return is_said or self.shapes.mixed_at(place + 1) is not None

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
        is_told = self.text.has(link - 1, "things") or self.text.has(link - 1, "telling")
        is_told = is_told or self.text.is_capital(link + 1)
        return self.shapes.ends_like_a_verb(name, link - 1) and not is_told

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
        if walk.is_blocked or self.scene.blocks(name, place):
            walk.is_blocked = not self._is_renewal(place)
        walk.is_spelling = walk.is_spelling or text.has(place, "spelling")
        walk.is_described = walk.is_described or self._is_description(place, walk)
        walk.is_linked = walk.is_linked and text.has(place, "fillers")
        return walk.into <= WORDS_INTO_NEXT_SENTENCE
