"""What letters can be the value of a secret: "Poes123!", a plain word where a password is said to be one, words between quotes."""

import re
from collections.abc import Container, Iterator
from typing import Final

from digibel.guardrails.secrets.chunks import SHORTEST_MIXED, Chunk, Span
from digibel.guardrails.secrets.logins import is_login
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.passages import Passage
from digibel.guardrails.secrets.reading import COVER
from digibel.guardrails.secrets.wordings import participles

LONGEST_CHUNK: Final = 100
LONGEST_PHRASE: Final = 8
SHORTEST_WORD: Final = 3
LONGEST_SPELLED: Final = 80  # tokens
FEWEST_SPELLED: Final = 4
FEWEST_CAPITALS: Final = 6

_CHUNK_ENDS: Final = re.compile(rf"[\s,;()|\"{COVER}]")
_HYPHENATED: Final = re.compile(r"[^\W\d_]{2,20}(?:-[^\W\d_]{1,20}){2,6}")
_COMPOUND: Final = re.compile(r"[^\W\d_]{2,20}(?:[._][^\W_]{1,20}){1,5}")
_JOINS_COMPOUND: Final = frozenset("._")
_CHOSEN: Final = frozenset({"often_chosen", "signs"})
_OPENS_CHUNK: Final = frozenset("@#$!*")
_CLOSES_CHUNK: Final = frozenset("!?*#$%&+@")
_OF_THE_WEB: Final = "//"
_BEFORE_CHUNK: Final = frozenset('=:,;("')
_ENDS_PHRASE: Final = frozenset({"not_values", "links", "alternatives", "blockers", "joiners", "determiners", "as"})
_NO_VALUE_BEFORE: Final = frozenset({"determiners", "blockers", "labels", "using", "since", "alternatives", "things"})


class Shapes:
    """Reads values of letters in one text. `taken`: the tokens that belong to names or to numbers."""

    def __init__(self, text: Passage, inside_names: Container[int], numbers: Container[int]) -> None:
        self.text = text
        self.inside_names = inside_names
        self.numbers = numbers

    def mixed_at(self, place: int) -> Chunk | None:
        """The chunk of letters with digits or signs that begins at this token."""
        text = self.text
        if not text.is_glued(place + 1):
            return None
        if text.is_glued(place) and not text.is_sign(place - 1) and place - 1 not in self.inside_names:
            return None
        if text.is_sign(place) and text.text(place) not in _OPENS_CHUNK:
            return None
        chunk = self._chunk_from(place)
        if not (chunk and chunk.is_mixed) or self._holds_name(place, chunk):
            return None
        is_other = chunk.text.startswith(_OF_THE_WEB) or is_login(text.folded, *chunk.span)
        return None if is_other else chunk

    def mixed_until(self, place: int) -> Chunk | None:
        """The chunk of letters with digits that ends at this token."""
        text = self.text
        if not text.is_glued(place):
            return None
        if text.is_sign(place) and text.text(place) not in _CLOSES_CHUNK:
            return None
        if text.is_glued(place + 1) and (not text.is_sign(place + 1) or text.is_glued(place + 2)):
            return None
        first = place
        while text.is_glued(first) and text.text(first - 1) not in _BEFORE_CHUNK and first - 1 not in self.inside_names:
            first -= 1
            if text.ends[place] - text.starts[first] > LONGEST_CHUNK:
                return None
        chunk = self._chunk(text.starts[first], text.ends[place])
        is_whole = chunk.is_mixed and chunk.digits and len(chunk.text) >= SHORTEST_MIXED and COVER not in chunk.text
        is_other = chunk.is_product or self._holds_name(first, chunk) or is_login(text.folded, *chunk.span)
        is_other = is_other or chunk.text.startswith(_OF_THE_WEB)
        return chunk if is_whole and not is_other else None

    def word_at(self, name: Name, place: int, link: int = -1) -> Span | None:
        """A password that is an ordinary word, or several: "zonnebloem", "de kat slaapt". `link`: the token that says "is"."""
        text = self.text
        if name.kind != "password" or not self.links_words(name, link):
            return None
        if text.text(place) == '"':
            return self.quoted(place)
        if not text.is_word(place) or place in self.inside_names or place in self.numbers:
            return None
        if text.has(place, "descriptions") or text.has(place, "years") or text.has(place, "makers"):
            return None
        if text.has(place, "machines") and text.has(link, "into"):
            # "mi-a schimbat parola la laptop"
            return None
        last = self._end_of_clause(place) if self._announces_phrase(name) else self._last_of_phrase(place)
        if any(text.has(one, "persons") for one in range(place + 1, last + 2)):
            # "hasło: wybierze pani"
            return None
        is_phrase = last > place and text.ends_clause(last + 1)
        if self.says_something_else(name, place) and not (is_phrase and self._announces_phrase(name)):
            return None
        if place - 1 > link >= 0 and text.has(place - 1, "determiners"):
            # "the name of her cat" is described, "de kat slaapt" is given.
            if not is_phrase:
                return None
            place -= 1
        if place == last and len(text.texts[place]) < SHORTEST_WORD:
            return None
        chunk = self._chunk_from(last)
        return text.starts[place], chunk.end if chunk else text.ends[last]

    def hyphenated_at(self, place: int) -> Span | None:
        """ "chicken-on-a-spit": words that somebody joined, at the end of the sentence."""
        chunk = self._chunk_from(place) if self.text.is_word(place) and not self.text.is_glued(place) else None
        return chunk.span if chunk and _HYPHENATED.fullmatch(chunk.text) and self._ends_sentence(chunk) else None

    def compound_at(self, place: int) -> Span | None:
        """ "jef.zonnebloem", "Tirana_e_Re": words joined by dots or strokes; not "vergeten.Kan", where a blank is missing."""
        text = self.text
        if text.texts[place + 1] not in _JOINS_COMPOUND or not text.is_word(place) or text.is_glued(place):
            return None
        chunk = self._chunk_from(place)
        if not chunk or not _COMPOUND.fullmatch(chunk.text) or chunk.is_product or is_login(text.folded, *chunk.span):
            return None
        is_sentence = text.words[place].roles - _CHOSEN and "_" not in chunk.text
        is_name = any(one in self.inside_names for one in self._tokens_of(place, chunk))
        return None if is_sentence or is_name else chunk.span

    def spelled_at(self, place: int) -> Span | None:
        """Letters and figures one by one, and what follows at once: "m 1 n 0 u", "P-o-e-s 38", "capital M, i, n, o, u"."""
        text = self.text
        if len(text.texts[place]) != 1 and not text.has(place, "spelling"):
            return None
        step, last, singles, letters = place, -1, 0, 0
        while step < min(len(text), place + LONGEST_SPELLED):
            if len(text.texts[step]) == 1 and (text.is_word(step) or text.is_number(step)):
                last, singles, letters = step, singles + 1, letters + text.is_word(step)
            elif text.has(step, "spelling") or (text.is_number(step) and singles >= FEWEST_SPELLED):
                last = step
            elif singles >= FEWEST_SPELLED and text.has(step, "joiners") and text.is_number(step + 1):
                last = step = step + 1
            elif text.has(step, "spelled_like") and step == last + 1 and text.is_word(step + 1):
                # "b comme Bernard"
                last = step = step + 1
            elif text.text(step) not in ("-", ",", ".", "/", "_", "'") or step - last > 1:
                break
            step += 1
        is_spelled = singles >= FEWEST_SPELLED and letters > 0
        return (text.starts[place], text.ends[last]) if is_spelled else None

    def capitals_at(self, place: int) -> Span | None:
        """A word of capitals in a text that is not all capitals: "ABCDQRST", "KXJQ-PLMN"."""
        text = self.text
        last = place
        while text.text(last + 1) == "-" and text.is_word(last + 2) and text.is_glued(last + 2):
            last += 2
        written = self.text.written(place, last)
        is_one = len(written) >= FEWEST_CAPITALS and written.isupper() and not self.text.reading.text.isupper()
        return (text.starts[place], text.ends[last]) if is_one and place not in self.inside_names else None

    def word_before(self, name: Name, link: int) -> Span | None:
        """The word before "is", where the clause begins with it; or before "as", where somebody used it."""
        text = self.text
        place = link - 1
        if text.text(place) == "'" and text.text(place - 1) == "c":
            place -= 2
        if name.kind != "password":
            return None
        if text.text(place) == '"':
            return self.quoted(self._opening_quote(place))
        if not text.is_word(place) or len(text.texts[place]) <= SHORTEST_WORD or place in self.inside_names:
            return None
        if self.says_something_else(name, place) or not self.links_words(name, link):
            return None
        first = self._first_of_compound(place)
        begins = first == 0 or text.ends_clause(first - 1)
        is_given = begins and (text.has(link, "links") or text.text(link) == "=")
        is_used = text.has(link, "as") and self._is_used(first)
        if text.words[place].roles & _NO_VALUE_BEFORE or not (is_given or is_used):
            return None
        return text.starts[first], text.ends[place]

    def _first_of_compound(self, place: int) -> int:
        """ "Paloma.Lucas" begins with "Paloma"."""
        text = self.text
        while text.is_glued(place) and text.texts[place - 1] in _JOINS_COMPOUND and text.is_word(place - 2):
            place -= 2
        return place

    def _is_used(self, place: int) -> bool:
        """ "she always uses daisy", and of a word that we do not know also "then she took again daisy"; not "uses a daisy"."""
        text, before = self.text, place - 1
        if text.has(before - text.has(before, "fillers"), "using"):
            return True
        is_described = text.has(before, "determiners") or text.has(before, "something") or text.words[place].roles
        return not is_described and any(text.has(near, "using") for near in range(place - 3, place))

    def quoted(self, opening: int) -> Span | None:
        """The words between two quotes, of which this token is the first."""
        text = self.text
        reach = range(opening + 1, min(len(text), opening + 2 * LONGEST_PHRASE))
        closing = next((place for place in reach if text.text(place) == '"'), -1)
        if opening < 0 or closing <= opening + 1:
            return None
        inside = range(opening + 1, closing)
        if any(text.text(place)[0] == COVER or place in self.inside_names for place in inside):
            return None
        words = [place for place in inside if not text.is_sign(place)]
        if all(text.words[place].roles & {"not_values", "blockers"} for place in words):
            return None
        if any(text.is_number(place) and text.has(place + 1, "units") for place in inside):
            # "minimum 8 characters"
            return None
        return text.starts[opening + 1], text.ends[closing - 1]

    def says_something_else(self, name: Name, place: int) -> bool:
        """Whether a word tells something about the secret instead of giving it: "vergeten", "on the paper"."""
        text = self.text
        if text.words[place].roles & {"not_values", "months", "units", "easy"}:
            return True
        if text.words[place].spelled and text.has(place + 1, "units"):
            return True
        written = text.written(place).lower()
        if len(written) < 5 or text.is_capital(place) or text.has(place, "often_chosen"):
            return False
        return any(ending.fullmatch(written) for language in name.languages for ending in participles(language))

    def ends_like_a_verb(self, name: Name, place: int) -> bool:
        if self.text.is_capital(place) and not self.text.written(place).isupper():
            return False
        return bool(self.text.words[place].ends_unlike_a_value & name.languages)

    def _chunk_from(self, place: int) -> Chunk | None:
        """From a token to the next blank, comma or bracket, without the full stop of the sentence."""
        folded, start = self.text.folded, self.text.starts[place]
        ending = _CHUNK_ENDS.search(folded, start, start + LONGEST_CHUNK)
        end = ending.start() if ending else len(folded)
        if end - start > LONGEST_CHUNK:
            return None
        while end > start + 1 and folded[end - 1] in ".:'":
            end -= 1
        return self._chunk(start, max(end, self.text.ends[place]))

    def _chunk(self, start: int, end: int) -> Chunk:
        return Chunk(start, end, self.text.folded[start:end])

    def _holds_name(self, place: int, chunk: Chunk) -> bool:
        """Whether a name for a secret is part of it. A password may well be called "nesrin_wifi88", "yasmina2017wifi"."""
        inside = [one for one in self._tokens_of(place, chunk) if one in self.inside_names]
        others = chunk.letters - sum(len(self.text.texts[one]) for one in inside)
        is_called_so = chunk.looks_chosen and ("_" in chunk.text or (chunk.digits > 1 and others >= SHORTEST_MIXED))
        return bool(inside) and not (is_called_so and place not in inside)

    def _tokens_of(self, place: int, chunk: Chunk) -> Iterator[int]:
        while place < len(self.text) and self.text.starts[place] < chunk.end:
            yield place
            place += 1

    def _last_of_phrase(self, place: int) -> int:
        last = place
        while last - place < LONGEST_PHRASE - 1 and self._goes_on(last + 1):
            last += 1
        return last

    def _ends_sentence(self, chunk: Chunk) -> bool:
        return self.text.folded[chunk.end : chunk.end + 1] in ("", "\n", ".")

    def _end_of_clause(self, place: int) -> int:
        """The last of the words that follow each other here: "phrase secrète : le chat dort bien"."""
        last = place
        while last - place < LONGEST_PHRASE - 1 and self.text.is_word(last + 1) and last + 1 not in self.inside_names:
            last += 1
        return last

    def _goes_on(self, place: int) -> bool:
        text = self.text
        if not text.is_word(place) or place in self.inside_names:
            return False
        return text.is_glued(place) or not text.words[place].roles & _ENDS_PHRASE

    def links_words(self, name: Name, link: int) -> bool:
        """Whether what stands here says "is" in a language of the name: "e" does in Romanian, and is "and" in Portuguese."""
        text = self.text
        if link < 0 or text.is_sign(link) or not text.has(link, "links"):
            return True
        if text.text(link) == "e" and text.written(link) in ("e", "E"):
            return "ro" in name.languages
        if text.has(link, "into") and any(text.has(before, "changed") for before in range(link - 7, link)):
            return True
        if text.text(link) == "to" and "pl" not in name.languages:
            return False
        # People say "password" in every language.
        return "en" in name.languages or any(text.has(link, f"links {language}") for language in name.languages)

    def _announces_phrase(self, name: Name) -> bool:
        return any(self.text.has(place, "passphrases") for place in range(name.first, name.last + 1))

    def _opening_quote(self, closing: int) -> int:
        reach = range(closing - 1, max(-1, closing - 2 * LONGEST_PHRASE), -1)
        return next((place for place in reach if self.text.text(place) == '"'), -1)
