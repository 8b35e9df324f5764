"""What stands in one text that matters here: the names for secrets, the numbers, and where letters could be a value."""

import re
from typing import Final

from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.innocence import Innocence
from digibel.guardrails.secrets.names import Name, phrase_end
from digibel.guardrails.secrets.passages import Passage
from digibel.guardrails.secrets.shapes import Shapes
from digibel.guardrails.secrets.values import Value, find_values

LINK_SIGNS: Final = frozenset("=:>")
# A digit and a letter in one word.
_REACH_OF_HARMLESS: Final = 7  # tokens
_WORDS_OF_HARMLESS: Final = 3
MIXED: Final = re.compile(r"[0-9](?:\S{0,20}?[^\W\d_]|(?:(?<=[^\W\d_].)|(?<=[^\W\d_]\S.)|(?<=[^\W\d_]\S\S.)))")


class Scene:
    """One text with its names and values. `inside` and `name_at` give the name that a token belongs to, or begins."""

    def __init__(self, text: Passage, names: list[Name]) -> None:
        self.text = text
        self.names = names
        self.name_at = {name.first: name for name in names}
        self.inside = {place: name for name in names for place in range(name.first, name.last + 1)}
        self.values = {
            first: value
            for first, value in find_values(text, self.inside).items()
            if not any(place in self.inside for place in range(first, value.last + 1))
        }
        for name in names:
            if name.kind == "harmless":
                self._clear(name)
        self.ends = {value.last: value for value in self.values.values()}
        self.shapes = Shapes(text, self.inside, self.values)

    def _clear(self, name: Name) -> None:
        """The number of something harmless ("code postal 1080") belongs to no other name."""
        words = 0
        for place in range(name.last + 1, min(len(self.text), name.last + 1 + _REACH_OF_HARMLESS)):
            words += self.text.is_word(place)
            is_over = words > _WORDS_OF_HARMLESS or self.text.ends_sentence(place) or place in self.name_at
            if is_over or place in self.values:
                # "code = postcode backwards, so 0801"
                if not self.text.has(place - 1, "concluding"):
                    self.values.pop(place, None)
                return

    def is_of_harmless(self, place: int) -> bool:
        """ "Discount code SUMMER25": what stands here belongs to a look-alike of a secret's name, a few words before."""
        words = 0
        for before in range(place - 1, max(-1, place - 1 - _REACH_OF_HARMLESS), -1):
            if before in self.inside:
                return self.inside[before].kind == "harmless"
            words += self.text.is_word(before)
            if words > _WORDS_OF_HARMLESS or self.text.ends_sentence(before):
                return False
        return False

    def link_end(self, place: int) -> int:
        """The last token of what says "is" here, or -1."""
        text, known = self.text, self.text.words[place]
        for words in known.links:
            last = phrase_end(text, place, words)
            if last >= 0:
                return last
        if "links" in known.roles or text.texts[place] in LINK_SIGNS or ("into" in known.roles and self.is_into(place)):
            return place
        if text.texts[place] == "'" and text.texts[place + 1] == "s" and place - 1 in self.inside:
            # "the password's hollyhock"
            return place + 1
        is_dash = text.texts[place] == "-" and not text.is_glued(place) and not text.is_glued(place + 1)
        return place if is_dash else -1

    def is_into(self, place: int) -> bool:
        """ "I changed the password to": after the name, with the change before or after it."""
        return any(self.text.has(before, "changed") for before in range(place - 7, place))

    def skip_fillers(self, place: int) -> int:
        """The first token after "is" that can be a value: past "still", "always the same"."""
        text = self.text
        while place < len(text):
            is_filler = text.has(place, "fillers") and place not in self.values and not text.is_glued(place + 1)
            is_word_between = (is_filler or text.has(place, "links")) and not text.ends_clause(place + 1)
            if not is_word_between and text.text(place) not in ("=", ":", ">", "-", "*", "'"):
                break
            place += 1
        return place

    def is_as(self, name: Name, place: int) -> bool:
        """ "as password", in a language of the name: "as" is English for this, and Portuguese for "the". "Si me" is "how to"."""
        is_said = self.text.has(place, "as") and not self.text.has(place + 1, "with")
        return is_said and any(self.text.has(place, f"as {one}") for one in name.languages)

    def blocks(self, name: Name, place: int) -> bool:
        if self.text.has(place, "blockers"):
            return True
        # "code" and "pin" are of several languages; then a short word is no proof of any.
        return len(name.languages) == 1 and self.text.has(place, f"blockers {next(iter(name.languages))}")

    def span(self, value: Value) -> Span:
        return self.text.starts[value.first], self.text.ends[value.last]

    def is_promising(self) -> bool:
        """Whether anything here could be a value at all: a number that is no date or price, letters with digits, or a password."""
        if any(name.kind == "password" for name in self.names) or MIXED.search(self.text.folded):
            return True
        return any(
            value.innocence is not Innocence.SURE or self.is_of_a_lock(value) or value.is_day
            for value in self.values.values()
        )

    def opens_like_a_date(self, value: Value) -> bool:
        """ "the safe opens with 31-08-62": said to be the code, though it looks like a date."""
        before = value.first - 1
        is_said = self.text.has(before, "with") or before in self.inside or self.link_end(before) >= 0
        return is_said and self.is_of_a_lock(value)

    def is_of_a_lock(self, value: Value) -> bool:
        """Whether a number has the shape of a combination, three pairs of figures, and is not told as a date."""
        text = self.text
        groups = [text.text(place) for place in range(value.first, value.last + 1)]
        is_lock = len(groups) == 5 and groups[1] == groups[3] == "-" and max(map(len, groups)) == 2
        told = ("changed", "since", "hours", "labels")
        return is_lock and not any(
            text.has(place, role) and not text.has(place, "with")
            for place in range(value.first - 2, value.first)
            for role in told
        )
