"""Secrets that people say in words: "mijn pincode is 4821", "le mot de passe c'est soleil", "4821 is the code of the lock".

A name for a secret is found first (`names.py`, `wordings/`). Then its value is looked for after it, and before it. What kind of
name it is decides what may be a value: for a password any word, for a PIN a number, for a mere "code" a number close by.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from digibel.guardrails.secrets.names import Name, find_names, phrase_end
from digibel.guardrails.secrets.passages import Passage, passage
from digibel.guardrails.secrets.reading import COVER, Reading
from digibel.guardrails.secrets.shapes import SHORTEST_MIXED, Chunk, Shapes, Span
from digibel.guardrails.secrets.values import Innocence, Value, find_values
from digibel.guardrails.secrets.wordings import Word, is_part_of_a_name, word

REACH: Final = {
    "password": 10,
    "pin": 10,
    "code": 9,
    "devices": 6,
    "typing": 2,
    "account": 6,
    "cards": 6,
    "senders": 4,
    "offering": 3,
}  # words between a name and its value
NEAR: Final = {
    "password": 6,
    "pin": 7,
    "code": 3,
    "devices": 2,
    "typing": 1,
    "account": 0,
    "cards": 0,
    "senders": 3,
    "offering": 2,
}  # the same, when nothing says "is"
BACK: Final = {
    "password": 3,
    "pin": 4,
    "code": 1,
    "devices": -1,
    "typing": 0,
    "account": -1,
    "cards": -1,
    "senders": -1,
    "offering": -1,
}  # and before the name
WORDS_INTO_NEXT_SENTENCE: Final = 5
WORDS_AROUND_MIXED: Final = 4
SHORTEST_ALONE: Final = 4  # letters of a password that nothing announces but its place
LONGEST_NOTE: Final = 7  # tokens
FEWEST_ON_A_DEVICE: Final = 8  # signs of a key that is printed on a box

_PASSING: Final = ("devices", "typing", "cards", "senders", "offering")
_WEAK: Final = ("code", "account", *_PASSING)
_STRONG: Final = ("password", "pin", "code")
_LINK_SIGNS: Final = frozenset("=:>")
# Words, and the signs that are names: a key, a lock.
_WORD: Final = re.compile(r"[^\W\d_]+|[\U0001f4f6-\U0001f6dc]")
_LEET: Final = re.compile(r"(?<![^\W_])(?=[0-9@$]*[a-z])[a-z]*[0-9@$][a-z0-9@$]{1,20}(?![^\W_])")
_LEET_LETTERS: Final = str.maketrans("013457@$", "oieastas")
_MIXED: Final = re.compile(r"[^\W\d_]\S{0,20}[0-9]|[0-9]\S{0,20}[^\W\d_]")
_DIGIT: Final = re.compile(r"[0-9]")
_SIGN_OF_CHOICE: Final = re.compile(r"[!#$%^*=+?&]")
# What looks like a house number or a model has fewer than this.
FEWEST_DIGITS: Final = 3
_CLOCK_TIME: Final = re.compile(r"\d{1,2}[uh]\d{2}")


@dataclass(slots=True)
class _Walk:
    """How far somebody has read from a name: words since the name, sentences ended, words into the next sentence.

    `is_linked`: "is" was just read. `is_blocked`: a word was read after which no value follows, such as "vergeten".
    """

    words: int = 0
    sentences: int = 0
    into: int = 0
    is_linked: bool = False
    is_blocked: bool = False

    @property
    def is_same_sentence(self) -> bool:
        return self.sentences == 0


def find_spoken(reading: Reading, folded: str) -> tuple[list[Span], bool]:
    """Where the values of spoken secrets stand in the folded text, and whether that is all.

    With several names in a text, what one of them takes can make the next one look further: then it must be read again.
    """
    known = _names_something(folded)
    if not known and _LEET.search(folded):
        folded, known = _read_leet(folded)
    if not known:
        return [], True
    text = passage(reading, folded)
    names = find_names(text)
    has_numbers = _DIGIT.search(folded) or any(one.spelled for one in known)
    if not has_numbers and not any(name.kind == "password" for name in names):
        return [], True
    search = _Search(text, names)
    if not search.is_promising():
        return [], True
    spans = _apart(search.spans())
    return spans, not spans or len(names) == 1


def _names_something(folded: str) -> list[Word]:
    """What is known of the words of this text; nothing where no name for a secret can be among them."""
    written = {*_WORD.findall(folded), *_DIGIT.findall(folded)}
    known = [word(one) for one in written]
    if any(one.phrases and (one.phrases.phrase or not written.isdisjoint(one.phrases.onward)) for one in known):
        return known
    return []


def _read_leet(folded: str) -> tuple[str, list[Word]]:
    """ "p1n" is pin and "m0t de p4sse" a password: such words are read up to the first "is", so that the value is left alone."""
    beyond = -1
    for written in _LEET.finditer(folded):
        if beyond >= 0 and any(_says_is(token) for token in folded[beyond : written.start()].split()):
            break
        meant = written[0].translate(_LEET_LETTERS)
        if is_part_of_a_name(meant) or word(meant).phrases:
            folded = folded[: written.start()] + meant + folded[written.end() :]
            beyond = written.end()
    return (folded, _names_something(folded)) if beyond >= 0 else (folded, [])


def _says_is(token: str) -> bool:
    return token[-1] in _LINK_SIGNS or "links" in word(token).roles


def _is_printed_key(chunk: Chunk) -> bool:
    """The key on the sticker of a modem: "Xk9-trp-22"."""
    return not chunk.is_product and len(chunk.text) >= FEWEST_ON_A_DEVICE and chunk.digits > 1 and chunk.letters > 2


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The same places, in order, those that overlap made one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart


class _Search:
    """Looks for the value of each name in one text."""

    def __init__(self, text: Passage, names: list[Name]) -> None:
        self.text = text
        self.names = names
        self.name_at = {name.first: name for name in names}
        self.inside = {place: name for name in names for place in range(name.first, name.last + 1)}
        inside_names = set(self.inside)
        self.values = {
            first: value
            for first, value in find_values(text, inside_names).items()
            if inside_names.isdisjoint(range(value.first, value.last + 1))
        }
        for name in names:
            if name.kind == "harmless":
                self._clear(name)
        self.ends = {value.last: value for value in self.values.values()}
        self.shapes = Shapes(text, inside_names, set(self.values))

    def spans(self) -> Iterator[Span]:
        for name in self.names:
            if name.kind != "harmless":
                after = self._after(name)
                yield from after
                yield from self._before(name, is_given=bool(after) or self._is_given_before(name))

    def _is_given_before(self, name: Name) -> bool:
        """Whether its value was found when the text was read before."""
        return any(self.text.text(place)[:1] == COVER for place in range(name.last + 1, name.last + 4))

    def is_promising(self) -> bool:
        """Whether anything here could be a value at all: a number that is no date or price, letters with digits, or a password."""
        if any(name.kind == "password" for name in self.names) or _MIXED.search(self.text.folded):
            return True
        return any(value.innocence is not Innocence.SURE for value in self.values.values())

    def _clear(self, name: Name) -> None:
        """The number of something harmless ("code postal 1080") belongs to no other name."""
        words = 0
        for place in range(name.last + 1, min(len(self.text), name.last + 8)):
            words += self.text.is_word(place)
            is_over = words > 3 or self.text.ends_sentence(place) or place in self.name_at
            if self.values.pop(place, None) or is_over:
                return

    # After the name

    def _after(self, name: Name) -> list[Span]:
        text = self.text
        walk = _Walk(is_linked=self._is_as(name, name.first - 1))
        place = name.last + 1
        if span := self._right_after(name, place, walk):
            return [span, *self._alternatives_after(span)]
        while place < len(text) and walk.words <= REACH[name.kind]:
            other = self.name_at.get(place)
            if other and walk.is_linked and self._is_given(name, other):
                return [(text.starts[other.first], text.ends[other.last])]
            if text.texts[place][0] == COVER or (other and not other.is_passing):
                return []
            value = self.values.get(place)
            if value and self._accepts(name, value, walk):
                return [self._span(value), *self._alternatives(value.last)]
            if value and (value.innocence is Innocence.SURE or not walk.is_linked):
                walk.words, walk.is_linked = walk.words + 1, False
                place = value.last + 1
                continue
            chunk = self.shapes.mixed_at(place)
            if chunk and self._accepts_mixed(name, chunk, place, walk):
                return [chunk.span, *self._alternatives_after(chunk.span)]
            if walk.words <= 1 and name.kind in _STRONG and (spelled := self.shapes.spelled_at(place)):
                return [spelled]
            if span := self._word_alone(name, place, walk):
                return [span]
            if (noted := self._end_of_note(place)) and name.kind in _STRONG:
                if span := self._word_alone(name, noted, walk):
                    return [span]
                place = noted + 1
                continue
            link = self._link_end(place)
            if link < 0:
                if not self._step(name, place, walk):
                    return []
                place += 1
                continue
            walk.is_linked = True
            place = self._skip_fillers(link + 1)
            if name.kind in _STRONG and (spelled := self.shapes.spelled_at(place)):
                return [spelled]
            if (
                not walk.is_blocked
                and not self._heads_a_list(name, link)
                and (span := self.shapes.word_at(name, place, link))
            ):
                return [span, *self._alternatives_after(span)]
        return []

    def _is_given(self, name: Name, other: Name) -> bool:
        """ "password: password", "mot de passe : motdepasse", and nothing after it: people do choose that."""
        is_one_word = name.kind == other.kind == "password" and other.first == other.last
        after = other.last + 1
        is_linked_by_sign = self.text.text(other.first - 1) in ("=", ":")
        return is_one_word and is_linked_by_sign and self.text.text(after) in ("", ".", ",", "\n", "!", ")")

    def _right_after(self, name: Name, place: int, walk: _Walk) -> Span | None:
        """A word right after the name, where "is" is left out: "mdp soleil", "şifrem ayçiçeği", "as password sunflower"."""
        text = self.text
        if walk.is_linked or text.text(place) == '"':
            return self.shapes.word_at(name, place)
        has_user = any(
            text.has(before, "usernames") or text.text(before) == "@"
            for before in range(max(0, name.first - 10), name.first)
        )
        ends = text.text(place + 1) in ("", ".", ",", "!", "\n")
        if not (name.is_short or has_user) or not ends or self.shapes.ends_like_a_verb(name, place):
            return None
        return self.shapes.word_at(name, place)

    def _word_alone(self, name: Name, place: int, walk: _Walk) -> Span | None:
        """The last word of a text after what the password is of, or how it is written, where "is" is left out.

        "parola de la calculator trandafir", "password (no spaces) bluewhale", "ends with a capital, daffodiL".
        """
        text = self.text
        first = place + 1
        if name.kind != "password" or walk.is_blocked or not walk.is_same_sentence or not text.is_word(first):
            return None
        is_last = text.text(first + 1) in ("", ".", "!", "\n")
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
            if not text.is_word(inside) or text.has(inside, "links") or inside in self.inside or inside in self.values:
                return 0
        return 0

    def _step(self, name: Name, place: int, walk: _Walk) -> bool:
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
        walk.is_blocked = walk.is_blocked or self._blocks(name, place)
        walk.is_linked = walk.is_linked and text.has(place, "fillers")
        return walk.into <= WORDS_INTO_NEXT_SENTENCE

    def _accepts(self, name: Name, value: Value, walk: _Walk) -> bool:
        """Whether a number is what this name stands for."""
        if value.innocence is Innocence.SURE:
            return False
        if value.innocence is Innocence.LIKELY or value.is_pair:
            return not walk.is_blocked and self._is_said_to_be_one(name, value, walk)
        if name.kind == "account":
            return value.digits >= 4 and self.text.text(value.first - 1) == "/" and walk.is_same_sentence
        if name.kind in _PASSING:
            return (
                value.digits >= 4
                and walk.is_same_sentence
                and not walk.is_blocked
                and self._is_beside(name, value, walk)
            )
        if walk.is_linked:
            return True
        if name.kind == "code":
            return walk.words <= NEAR["code"] and walk.into <= 2
        if walk.is_blocked:
            return value.digits >= 4 and walk.words <= 5 and walk.is_same_sentence
        is_house_number = value.digits == 3 and not value.is_spelled and walk.words > 2
        if is_house_number and not self._follows_thing(value):
            return False
        return walk.words <= NEAR[name.kind] or not walk.is_same_sentence

    def _is_beside(self, name: Name, value: Value, walk: _Walk) -> bool:
        """Whether a number stands so close to something that gives or takes a code that it must be one."""
        text, after = self.text, value.last + 1
        if name.kind == "cards":
            # "for my card I use 3872", "bancontact: 3872"
            is_used = any(text.has(place, "using") for place in (*range(name.last + 1, value.first), after))
            return value.digits == 4 and (is_used or (walk.words == 0 and text.text(value.first - 1) in ("=", ":")))
        if name.kind == "senders":
            return 5 <= value.digits <= 8 and walk.words <= NEAR["senders"]
        if name.kind == "offering":
            is_to_log_in = any(text.has(place, "logging") for place in range(after, after + 6))
            return is_to_log_in and walk.words <= NEAR["offering"]
        is_with = name.kind == "devices" and text.has(value.first - 1, "with")
        return walk.words <= NEAR[name.kind] + 2 * is_with

    def _is_said_to_be_one(self, name: Name, value: Value, walk: _Walk) -> bool:
        """ "pin is 1984", "pin 1984", "code of the phone 2580": what looks like a year or a label is none here."""
        if walk.is_linked or name.kind in _WEAK:
            return walk.is_linked
        if not walk.is_same_sentence:
            return False
        return walk.words == 0 or (walk.words <= 4 and self._follows_thing(value))

    def _follows_thing(self, value: Value) -> bool:
        """ "the code of the phone (2580)", "the code on the back 417"."""
        before = value.first - 1
        while self.text.text(before) in ("(", ":", "-"):
            before -= 1
        return self.text.has(before, "things")

    def _accepts_mixed(self, name: Name, chunk: Chunk, place: int, walk: _Walk) -> bool:
        """Whether letters with digits or signs are what this name stands for."""
        is_close = walk.is_same_sentence and walk.words <= WORDS_AROUND_MIXED
        if name.kind == "account":
            return self._accepts_beside_user(name, chunk, place, walk)
        if name.kind in _PASSING:
            has_key = name.kind == "devices" and self.text.has(name.last, "boxes") and walk.is_same_sentence
            if has_key and walk.words <= 1 and _is_printed_key(chunk):
                return True
            if name.kind == "devices" and walk.is_linked and walk.words == 0:
                return not chunk.is_product and chunk.letters <= 2 <= chunk.digits
            is_typed = name.kind == "typing" and walk.is_same_sentence and walk.words <= NEAR["typing"]
            return is_typed and chunk.digits > 0 and len(chunk.text) > SHORTEST_MIXED and not chunk.is_product
        if walk.is_blocked:
            return not chunk.is_product and is_close and walk.words == 0
        if chunk.is_product and not self._may_look_like_product(name, chunk, walk):
            return False
        if walk.is_linked:
            return True
        if name.kind == "password" and walk.words == 0 and chunk.letters >= SHORTEST_MIXED and chunk.is_mixed:
            return True
        is_short = len(chunk.text) < SHORTEST_MIXED and (name.kind != "pin" or self.text.has(place - 1, "products"))
        if not chunk.digits or is_short:
            return False
        if name.kind == "password":
            return walk.words <= WORDS_AROUND_MIXED and walk.into <= 1
        is_of_wifi = self.text.has(place - 1, "machines") and chunk.digits > 1
        return is_close and (walk.words == 0 or chunk.letters <= 2 or is_of_wifi)

    def _accepts_beside_user(self, name: Name, chunk: Chunk, place: int, walk: _Walk) -> bool:
        """ "login: mary@home.be / Poes12", "credentials admin/Poes12", "toegang pc: Tuin!50"; "login: mary55" is a name."""
        if chunk.is_product or not walk.is_same_sentence or not chunk.digits + bool(chunk.is_mixed):
            return False
        if self.text.text(place - 1) == "/" or "/" in chunk.text.strip("/"):
            return True
        if any(self.text.has(before, "usernames") for before in range(name.first, name.last + 1)):
            return walk.is_linked and bool(_SIGN_OF_CHOICE.search(chunk.text))
        return walk.is_linked and chunk.looks_chosen

    def _may_look_like_product(self, name: Name, chunk: Chunk, walk: _Walk) -> bool:
        """ "password: ab12", "code de la porte A258", "kod do domofonu 19K44": where a secret is expected, it may look so."""
        if not chunk.text[0].isalpha():
            is_near = name.kind == "pin" and walk.words == 0 and not _CLOCK_TIME.fullmatch(chunk.text)
            return is_near and chunk.letters <= 2 and chunk.digits >= FEWEST_DIGITS
        if name.kind == "password":
            return walk.is_linked and len(chunk.text) > 3
        return name.kind == "pin" and len(chunk.text) >= 3 and chunk.letters == 1

    def _is_as(self, name: Name, place: int) -> bool:
        """ "as password", in a language of the name: "as" is English for this, and Portuguese for "the"."""
        return self.text.has(place, "as") and any(self.text.has(place, f"as {one}") for one in name.languages)

    def _blocks(self, name: Name, place: int) -> bool:
        if self.text.has(place, "blockers"):
            return True
        # "code" and "pin" are of several languages; then a short word is no proof of any.
        return len(name.languages) == 1 and self.text.has(place, f"blockers {next(iter(name.languages))}")

    def _alternatives(self, last: int) -> Iterator[Span]:
        """ "4821 or 4822", "pin and PUK: 4821, 12345678", "Fleur22 and Otter19": a second value after the one that ends here."""
        text = self.text
        place = last + 1
        while place <= last + 5 and self._leads_on(place, last):
            place += 1
        if place == last + 1 or place >= len(text):
            return
        following = self.values.get(place)
        chunk = self.shapes.mixed_at(place)
        if following and following.innocence is Innocence.NONE and not following.is_pair:
            yield self._span(following)
            yield from self._alternatives(following.last)
        elif chunk and chunk.digits and not chunk.is_product:
            yield chunk.span

    def _leads_on(self, place: int, last: int) -> bool:
        """ "4821 or 4822", "1111 but now 9274", "old 1111, the new one is 9274"."""
        text = self.text
        if text.has(place, "now") or text.has(place, "spelling"):
            return True
        if text.has(place, "with") and text.has(place + 1, "spelling"):
            return True
        if text.text(place) == "," and text.has(place - 1, "spelling"):
            return True
        if text.has(place, "determiners") and (text.has(place + 1, "now") or text.has(place - 1, "now")):
            return True
        if text.has(place, "things") or place in self.inside:
            return place > last + 1 and not text.ends_clause(place - 1)
        if text.has(place + 1, "things") and not text.is_sign(place) and place > last + 1:
            return True
        if (place > last + 1 and text.has(place - 1, "now") and self._link_end(place) >= 0):  # fmt: skip
            return True
        is_between = (
            text.has(place, "alternatives") or text.has(place, "into") or text.text(place) in (",", "/", "+", "&")
        )
        return is_between and (place <= last + 2 or text.has(place - 1, "now"))

    def _alternatives_after(self, span: Span) -> Iterator[Span]:
        ends = self.text.ends
        yield from self._alternatives(next((place for place, end in enumerate(ends) if end >= span[1]), len(ends)))

    def _link_end(self, place: int) -> int:
        """The last token of what says "is" here, or -1."""
        text, known = self.text, self.text.words[place]
        for words in known.links:
            last = phrase_end(text, place, words)
            if last >= 0:
                return last
        if (
            "links" in known.roles
            or text.texts[place] in _LINK_SIGNS
            or ("into" in known.roles and self._is_into(place))
        ):
            return place
        is_dash = text.texts[place] == "-" and not text.is_glued(place) and not text.is_glued(place + 1)
        return place if is_dash else -1

    def _heads_a_list(self, name: Name, link: int) -> bool:
        """ "wachtwoorden maken: workshop": a colon after a verb gives no password."""
        if self.text.text(link) != ":" or link - 1 in self.inside or not self.text.is_word(link - 1):
            return False
        return self.shapes.ends_like_a_verb(name, link - 1) and not self.text.has(link - 1, "things")

    def _is_into(self, place: int) -> bool:
        """ "I changed the password to": after the name, with the change before or after it."""
        return any(self.text.has(before, "changed") for before in range(place - 7, place))

    def _skip_fillers(self, place: int) -> int:
        """The first token after "is" that can be a value: past "still", "always the same"."""
        text = self.text
        while place < len(text):
            is_filler = text.has(place, "fillers") and place not in self.values and not text.is_glued(place + 1)
            is_word_between = (is_filler or text.has(place, "links")) and not text.ends_clause(place + 1)
            if not is_word_between and text.text(place) not in ("=", ":", ">", "-", "*", "'"):
                break
            place += 1
        return place

    # Before the name

    def _before(self, name: Name, *, is_given: bool) -> list[Span]:
        """ "4821 is my pin", "Poes123 als wachtwoord", "zonnebloem is het wachtwoord".

        `is_given`: its value stands after the name. Then letters before it are a user's name: "mary55 password Poes123".
        """
        text = self.text
        walk = _Walk()
        for place in range(name.first - 1, -1, -1):
            other = self.inside.get(place)
            if walk.words > REACH["password"] or text.texts[place][0] == COVER or (other and not other.is_passing):
                return []
            if value := self.ends.get(place):
                return [self._span(value)] if self._accepts_before(name, value, walk) else []
            chunk = self.shapes.mixed_until(place) if walk.is_same_sentence else None
            if chunk and not is_given and self._accepts_mixed_before(name, chunk, walk):
                return [chunk.span]
            if text.ends_sentence(place) or text.text(place) == ";":
                walk.sentences += 1
                if walk.sentences > 1 or not walk.is_linked:
                    return []
            elif self._link_end(place) >= 0 or self._is_as(name, place):
                walk.is_linked = True
                span = self.shapes.word_before(name, place) if walk.is_same_sentence and walk.words <= 3 else None
                if span:
                    return [span]
            elif text.is_word(place):
                walk.words += 1
        return []

    def _accepts_before(self, name: Name, value: Value, walk: _Walk) -> bool:
        if value.innocence is not Innocence.NONE or value.is_pair:
            is_said = self._link_end(value.last + 1) >= 0 and self.text.text(value.last + 1) != ":"
            return value.innocence is Innocence.LIKELY and is_said and walk.words <= 3 and walk.is_same_sentence
        is_quoted = self.text.text(value.first - 1) == self.text.text(value.last + 1) == '"'
        if is_quoted and not name.is_passing:
            return walk.is_same_sentence
        if walk.is_linked:
            return walk.words <= 5
        if value.digits == 3 and not value.is_spelled and walk.words > 0:
            return False
        if name.kind == "typing" and value.digits < 4:
            return False
        return walk.is_same_sentence and walk.words <= BACK[name.kind]

    def _accepts_mixed_before(self, name: Name, chunk: Chunk, walk: _Walk) -> bool:
        if walk.is_linked or walk.words == 0:
            return True
        return name.kind == "password" and walk.words <= WORDS_AROUND_MIXED and chunk.looks_chosen

    def _span(self, value: Value) -> Span:
        return self.text.starts[value.first], self.text.ends[value.last]
