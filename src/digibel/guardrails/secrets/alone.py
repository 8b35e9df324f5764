"""Passwords that are a plain word, where nothing but their place says so: "mdp soleil", "the new password, bluebell, works"."""

from typing import Final

from digibel.guardrails.secrets.accepting import WORDS_AROUND_MIXED, Walk
from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.names import Name
from digibel.guardrails.secrets.scene import Scene

SHORTEST_ALONE: Final = 4  # letters of a password that nothing announces but its place
CLAUSE: Final = 5  # words before a name that can ask for it

_CHOSEN: Final = frozenset({"often_chosen", "signs"})  # a star is a key, and a fine password
_NO_AFTER_VERBS: Final = frozenset({"nl", "fr"})
_LEADS_ON: Final = (",", ":", "(", "-")
_INDEFINITE: Final = frozenset(["een", "un", "une", "an", "uma", "um", "una", "bir", "nje", "unei"])
_ENDS: Final = ("", ".", "!", "\n", '"')


class Alone:
    """Judges single words after a name."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.text = scene.text
        self.shapes = scene.shapes

    def right_after(self, name: Name, place: int, walk: Walk) -> Span | None:
        """A word right after the name, where "is" is left out: "mdp soleil", "şifrem ayçiçeği", "as password sunflower"."""
        text = self.text
        if walk.is_linked or text.text(place) == '"':
            return self.shapes.word_at(name, place)
        if name.kind != "password":
            return None
        if changed := self._changed_from(name, place):
            return changed
        if self._is_asked(name):
            return None
        first = self._place_of_word(name, place)
        if compound := self.shapes.compound_at(first):
            return compound
        is_renewed = any(text.has(near, "renewed") for near in (name.first - 2, name.first - 1, *range(place, first)))
        if text.text(first) == "," and (is_renewed or text.has(name.first - 1, "machines")):
            return self._between_commas(name, first + 1)
        if hyphenated := self.shapes.hyphenated_at(first):
            return hyphenated
        if not text.is_word(first) or text.has(first, "machines") or self.shapes.ends_like_a_verb(name, first):
            return None
        is_with = self._is_with(name, first) or self._is_after_verb(name, first)
        is_at_end = (
            self._ends(name, first)
            or (is_renewed and (self._is_next_one(first + 1) or self._is_refused(name, first)))
            or (is_with and (text.has(first + 1, "alternatives") or text.has(first + 1, "without")))
            or self._is_of_machine_behind(name, first)
        )
        if not is_at_end:
            return None
        is_told = name.is_short or is_renewed or self._is_said_behind(name, first) or self._is_beside_user(name)
        is_told = is_told or self._is_entered(name, first) or self._is_alone(name, first) or is_with
        return self.shapes.word_at(name, first) if is_told else None

    def _changed_from(self, name: Name, place: int) -> Span | None:
        """ "changed her password from sunshine to something better": the old one; not "of Gmail in her browser"."""
        text, word = self.text, place + 1
        is_from = text.has(place, "from") and text.has(word + 1, "into") and text.has(word + 2, "something")
        is_changed = any(
            text.has(near, "changed") for near in (*range(name.first - 5, name.first), *range(word, word + 7))
        )
        is_word = text.is_word(word) and not text.is_capital(word) and self._says_nothing(word)
        return (text.starts[word], text.ends[word]) if is_from and is_changed and is_word else None

    def _place_of_word(self, name: Name, place: int) -> int:
        """Past a question mark, the full stop of "m.d.p.", "old" and "new" where they follow the name, and "still"."""
        text = self.text
        place += text.text(place + 1) == "?" and text.has(place, "not_values")
        if text.text(place) == "?" or (text.text(place) == "." and not text.ends_sentence(place)):
            place += 1
        if text.has(place, "determiners") and text.has(place + 1, "renewed"):
            place += 2
        elif text.has(place, "renewed"):
            place += 1
        if name.is_short and text.has(place, "fillers") and not self.scene.blocks(name, place):
            # "pwd still Tinkerbell"
            place = self.scene.skip_fillers(place)
        return place

    def on_the_way(self, name: Name, place: int, walk: Walk) -> Span | None:
        """A word somewhat after the name, behind this token."""
        if walk.is_blocked or not walk.is_same_sentence:
            return None
        return (
            self.at_the_end(name, place, walk)
            or self.told_after_described(name, place, walk)
            or self._after_easy(place, walk)
        )

    def _after_easy(self, place: int, walk: Walk) -> Span | None:
        """ "her password is very easy, daisy, all small letters"."""
        text, first = self.text, place + 1
        is_told = text.text(place) in _LEADS_ON and text.has(place - 1, "easy") and walk.words <= WORDS_AROUND_MIXED
        is_enclosed = text.text(first + 1) in (",", ")") or (text.text(first + 1) in _ENDS and text.is_capital(first))
        is_enclosed = is_enclosed and len(text.text(first)) >= SHORTEST_ALONE
        is_word = text.is_word(first) and self._says_nothing(first)
        return (text.starts[first], text.ends[first]) if is_told and is_enclosed and is_word else None

    def at_the_end(self, name: Name, place: int, walk: Walk) -> Span | None:
        """The last word of a text after what the password is of, or how it is written, where "is" is left out.

        "parola de la calculator trandafir", "password (no spaces) bluewhale", "ends with a capital, daffodiL".
        """
        text = self.text
        first = place + 1
        if name.kind != "password" or walk.is_blocked or not walk.is_same_sentence:
            return None
        if text.text(first) == "," and walk.words <= WORDS_AROUND_MIXED and text.has(place, "machines"):
            # "her password of facebook, mimosa, she tells everybody"
            return None if self._is_asked(name) else self._between_commas(name, first + 1)
        if not text.is_word(first):
            return None
        if (compound := self.shapes.compound_at(first)) and text.has(place, "machines"):
            return compound
        is_last = text.text(first + 1) in _ENDS or (text.text(first + 1) == "," and text.is_capital(first))
        if not is_last or len(text.text(first)) < SHORTEST_ALONE or self.shapes.ends_like_a_verb(name, first):
            return None
        is_of_machine = walk.words <= WORDS_AROUND_MIXED and text.has(place, "machines") and not walk.was_linked
        is_of = is_of_machine and not self._is_asked(name)
        is_noted = text.text(place) == ")"
        is_described = text.text(place) == "," and any(
            text.has(before, "spelling") for before in range(name.last + 1, place)
        )
        is_taken = walk.was_linked and text.has(place, "using")  # "as new password we took Raindrop"
        is_told = ((is_of or is_taken) and self._says_nothing(first)) or is_noted or is_described
        return self.shapes.word_at(name, first) if is_told else None

    def told_after_described(self, name: Name, place: int, walk: Walk) -> Span | None:
        """ "the password is the name of her cat, Minouche", "= her maiden name (Okafor)", "her first name Josiane"."""
        text = self.text
        first = place + 1
        if not (walk.is_described or (walk.was_linked and text.has(place, "descriptions"))):
            return None
        if text.text(first) == '"':
            return self.shapes.quoted(first)
        leads_on = text.text(place) in (",", "(", ":", "-", "=") or text.has(place, "concluding")
        is_named = text.is_capital(first) and (leads_on or (walk.was_linked and text.has(place, "descriptions")))
        has_no_capitals = "ar" in name.languages and self._says_nothing(first)
        is_last = (leads_on or has_no_capitals) and text.text(first + 1) in (*_ENDS, ")", ",")
        return self.shapes.word_at(name, first) if is_named or is_last else None

    def is_its_own_name(self, name: Name, other: Name) -> bool:
        """ "password: password", "mot de passe : motdepasse", and nothing after it: people do choose that."""
        is_one_word = name.kind == other.kind == "password" and other.first == other.last
        after = other.last + 1
        is_linked_by_sign = self.text.text(other.first - 1) in ("=", ":")
        return is_one_word and is_linked_by_sign and self.text.text(after) in (*_ENDS, ",", ")")

    def _is_asked(self, name: Name) -> bool:
        """ "she does not remember the password of the mail", "how you choose a good password"."""
        text = self.text
        for place in range(name.first - 1, max(-1, name.first - 1 - CLAUSE), -1):
            if text.ends_clause(place):
                return False
            is_asking = self.scene.blocks(name, place) or text.has(place, "wishing")
            if is_asking and not text.has(place, "alternatives"):
                return True
        return False

    def _is_next_one(self, place: int) -> bool:
        """ "old password kitten, new one kitten5": the next password follows."""
        if self.text.text(place) == ",":
            place += 1
        return self.text.has(place, "renewed") or place in self.scene.name_at

    def _between_commas(self, name: Name, place: int) -> Span | None:
        is_enclosed = self.text.text(place + 1) == "," and len(self.text.text(place)) >= SHORTEST_ALONE
        return self.shapes.word_at(name, place) if is_enclosed and self._says_nothing(place) else None

    def _is_beside_user(self, name: Name) -> bool:
        """ "username mary password sunflower", "wifi Telenet-4471 password kwjzrtpq"."""
        text, before = self.text, range(max(0, name.first - 10), name.first)
        is_user = any(text.has(place, "usernames") or text.text(place) == "@" for place in before)
        return is_user or any(text.has(place, "networks") for place in range(name.first - CLAUSE, name.first))

    def _is_after_verb(self, name: Name, place: int) -> bool:
        """ "na de wijziging is het wachtwoord pioenroos": Dutch puts the verb first; so do questions, and those give nothing."""
        text, verb = self.text, name.first - 1
        while text.has(verb, "determiners"):
            verb -= 1
        begins = verb <= 0 or text.ends_clause(verb - 1)
        return "nl" in name.languages and text.has(verb, "links nl") and not begins and self._says_nothing(place)

    def _is_entered(self, name: Name, place: int) -> bool:
        """ "entra com a senha Benfica": only what is written like a name."""
        text = self.text
        is_entering = any(text.has(before, "entering") for before in range(name.first - 4, name.first))
        return is_entering and text.is_capital(place) and self._says_nothing(place)

    def _is_of_machine_behind(self, name: Name, place: int) -> bool:
        """ "mot de passe doudou sur le pc": what it is of follows."""
        text = self.text
        if not (text.has(place + 1, "of_a_thing") and self._says_nothing(place)):
            return False
        thing = next((near for near in range(place + 2, place + 5) if text.has(near, "machines")), -1)
        return thing > 0 and not any(self.shapes.mixed_at(near) for near in range(thing + 1, thing + 3))

    def _is_refused(self, name: Name, place: int) -> bool:
        """ "la contraseña vieja clavel ya no vale": "no" stands before its verb, so that the word before "no" is none."""
        has_verb_first = not name.languages.isdisjoint(_NO_AFTER_VERBS)
        return not has_verb_first and self.text.has(place + 1, "refusing") and self._says_nothing(place)

    def _is_with(self, name: Name, place: int) -> bool:
        """ "we got in with the password sunflower", "logujemy się hasłem malwa"; not "with a password chosen by her"."""
        text, before = self.text, name.first - 1
        while text.has(before, "determiners") and text.text(before) not in _INDEFINITE:
            before -= 1
        is_with = text.has(before, "with") or text.has(name.first, "with_it")
        return is_with and len(text.text(place)) >= SHORTEST_ALONE and self._says_nothing(place)

    def _is_alone(self, name: Name, place: int) -> bool:
        """ "hasło? malwa", "parola anuta", "pc: parola anuta", "wifi for guests, password welcome": nothing else is told there."""
        text, first = self.text, name.first
        if len(text.text(place)) < SHORTEST_ALONE or not self._says_nothing(place):
            return False
        while text.has(first - 1, "determiners"):
            first -= 1
        is_of_machine = text.text(first - 1) == ":" and text.has(first - 2, "machines")
        begins = text.text(first - 1) in ("", "\n", ",", ".", "/") or is_of_machine
        return text.text(place - 1) == "?" or begins

    def _ends(self, name: Name, place: int) -> bool:
        """Whether the clause ends after this word, or goes on with "as", with "in capitals", or with what is of another machine."""
        text, following = self.text, place + 1
        if self._is_said_behind(name, place):
            return True
        is_spelled = any(text.has(near, "spelling") for near in range(following, following + 2))
        is_item = text.text(following) in ("/", ";", "|") and not text.is_glued(following)
        return is_spelled or is_item or text.text(following) in (*_ENDS, ",")

    def _is_said_behind(self, name: Name, place: int) -> bool:
        """ "şifreyi Gözleme! olarak değiştirdi", "dat het wachtwoord Postduif is": the verb stands behind the word."""
        text, following = self.text, place + 1
        is_turkish = "tr" in name.languages
        if is_turkish and self.scene.is_as(name, following + (text.text(following) == "!")):
            return True
        if is_turkish and text.has(following, "links_behind"):
            return True
        is_verb_last = text.has(following, "links nl") and text.text(following + 1) in _ENDS
        return "nl" in name.languages and is_verb_last and text.is_capital(place)

    def _says_nothing(self, place: int) -> bool:
        """Whether this is no word that we know for anything else."""
        known = self.text.words[place]
        return known.roles <= _CHOSEN and not known.phrases and not known.links
