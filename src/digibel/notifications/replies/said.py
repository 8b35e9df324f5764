"""What was said, as a whole: the signs of one reply after names, articles and denials have been worked out."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby, takewhile, zip_longest
from operator import attrgetter
from typing import Final

from digibel.notifications.replies.meanings import BUSY, BUT, CONTRAST, IN_OR_OUT, SO_BECAUSE, THAT_DAY, Sign

COURTESY: Final = frozenset({"greeting", "thanks", "closing", "polite", "name"})
# A signature may hold any word but these: "groetjes Jo" is a name, "groetjes, misschien" is not.
_NO_SIGNATURE: Final = frozenset(
    {
        *(
            "doubt",
            "others",
            "negation",
            "question",
            "number",
            "letter",
            "time",
            "day",
            "both",
            "or",
            "elsewhere",
            "limit",
        ),
        *("no", "none", "not_coming", "unable", "cannot", "stop", "cancel", "late", "fails"),
    }
)
# What is an answer in full where it is said in more words than one.
_COMPLETE: Final = frozenset({"yes", "no", "none", "not_coming", "unable", "cancel", "confirm", "works", "fails"})
_NEAR: Final = 3
_LONGEST_SIGNATURE: Final = 4
_LONGEST_CARELESS_SIGNATURE: Final = 2
# What a clause with "not" in it means, by the first of these that it says.
_DENIALS: Final = (("coming", "not_coming"), ("can", "unable"), ("able", "cannot"), ("works", "fails"))
_POSITIVE: Final = frozenset(positive for positive, _ in _DENIALS)
_NEGATIVE: Final = frozenset({"none", *(negative for _, negative in _DENIALS)})


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and what is told beside it: before it, as it `goes_on` in the same clause, and in clauses behind it.

    `joints` are the last sign of the answer (and the last that is no small word), and the first of what goes on, each time.
    """

    answer: list[Sign]
    before: list[list[Sign]]
    goes_on: list[list[Sign]]
    behind: list[list[Sign]]

    joints: list[tuple[Sign, Sign]]

    @property
    def counts(self) -> bool:
        """Whether a number stands before what there are two of: "two people", "2 I am thinking"."""
        return any(before.meaning == "number" and _is_countable(after) for before, after in self.joints)

    def runs_on_from(self, core: Set[str]) -> bool:
        """Whether one of these is followed at once by something that we do not know."""
        return any(
            before.meaning in core | {"glue"} and after.meaning in {"unknown", "thing"} for before, after in self.joints
        )

    @property
    def tale(self) -> list[list[Sign]]:
        return [*self.before, *self.goes_on, *self.behind]


def _is_countable(sign: Sign) -> bool:
    noun = sign.meaning == "reason" and not sign.clear and sign.value != SO_BECAUSE
    return noun or sign.meaning in {"unknown", "thing", "family"}


def meanings_of(signs: Iterable[Sign]) -> frozenset[str]:
    return frozenset(sign.meaning for sign in signs)


class Said:
    """The signs of one reply, and the questions that we ask about them."""

    def __init__(self, signs: Sequence[Sign]) -> None:
        self.heard = signs
        self.all = _denied(
            _another_time(_without_articles(_dated(_counted(_to_an_offer(_names(_in_sentences(signs)))))))
        )
        self.meanings = frozenset(sign.meaning for sign in self.all)

    def have(self, *meanings: str) -> bool:
        return not self.meanings.isdisjoint(meanings)

    def only(self, *groups: Set[str]) -> bool:
        return self.meanings <= frozenset().union(*groups)

    def clearly(self, meaning: str) -> bool:
        """Whether this is said in capitals of its own, or in more words than one."""
        return any(sign.clear for sign in self.all if sign.meaning == meaning)

    @property
    def kept_away(self) -> bool:
        return any(sign.meaning == "reason" and sign.value == BUSY for sign in self.all)

    @property
    def because(self) -> bool:
        return any(sign.meaning == "reason" and sign.value == SO_BECAUSE for sign in self.all)

    @property
    def busy(self) -> bool:
        """Whether they tell what keeps them away, in a clause of its own or before anything else: "I work", "I am ill"."""
        return self.busy_behind(frozenset())

    def busy_behind(self, when: Set[str]) -> bool:
        """The same, where these may stand in front of it: "on Thursdays I work"."""
        small = COURTESY | {"glue"} | when
        clauses = ([sign for sign in clause if sign.meaning not in small] for clause in self.clauses())
        return any(clause and clause[0].meaning == "reason" and clause[0].value == BUSY for clause in clauses)

    def values(self, meaning: str) -> list[int]:
        """The different values of a kind of sign, in the order of the text."""
        return list(
            dict.fromkeys(sign.value for sign in self.all if sign.meaning == meaning and sign.value is not None)
        )

    def clauses(self) -> list[list[Sign]]:
        """The signs of each clause, in order."""
        return [list(clause) for _, clause in groupby(self.all, key=attrgetter("clause"))]

    def ever(self, meaning: str, *beside: str) -> bool:
        """Whether one clause holds this meaning together with one of the others."""
        return any(meaning in part and part & set(beside) for part in map(meanings_of, self.clauses()))

    def answer_and_tale(self, plain: Set[str], answers: Set[str]) -> "Told":
        """Takes the answer, made of `plain` signs alone, apart from all that is told around it.

        A clause that begins with one of the `answers` may go on telling: "2 is fine I live nearby".
        """
        told = Told([], [], [], [], [])
        for clause in self.clauses():
            front = list(takewhile(lambda sign: sign.meaning in plain, clause))
            rest = clause[len(front) :]
            if rest and meanings_of(front).isdisjoint(answers):
                (told.behind if meanings_of(told.answer) & answers else told.before).append(clause)
                continue
            told.answer.extend(front)
            if rest:
                told.goes_on.append(rest)
                spoken = [sign for sign in front if sign.meaning not in COURTESY | {"glue"}]
                told.joints.extend((last, rest[0]) for last in (front[-1], *spoken[-1:]))
        return told

    def parts(self) -> list[frozenset[str]]:
        """What each clause holds, in order, cut again where it begins to tell a reason ("I must cancel because ...")."""
        found: list[set[str]] = [set()]
        clause = self.all[0].clause if self.all else 0
        for sign in self.all:
            told = found[-1] <= COURTESY | {"glue"} or not found[-1].isdisjoint({"reason", "unknown"})
            if sign.clause != clause or (sign.meaning == "reason" and not told):
                found.append(set())
            clause = sign.clause
            found[-1].add(sign.meaning)
        return [frozenset(part) for part in found if part] or [frozenset()]

    def denied_nearby(self, meaning: str) -> bool:
        """Whether a "not" stands close before this meaning in its clause, or right behind it."""
        for place, sign in enumerate(self.all):
            if sign.meaning == meaning:
                near = self.all[max(0, place - _NEAR) : place + 2]
                if any(other.meaning in {"negation", "no"} and other.clause == sign.clause for other in near):
                    return True
        return False

    def without(self, meaning: str) -> "Said":
        """The same reply where this meaning is not understood."""
        return Said([replace(sign, meaning="unknown") if sign.meaning == meaning else sign for sign in self.all])

    def parted_at_but(self) -> "Said":
        """The same reply, where each "but" begins a clause of its own: "the tablet works but the printer does not"."""
        parted, buts = list[Sign](), 0
        for place, sign in enumerate(self.heard):
            buts += is_but(sign) and _goes_on_telling(self.heard[place + 1 :])
            parted.append(replace(sign, clause=sign.clause + buts))
        return Said(parted) if buts else self

    def with_broken_things(self) -> "Said":
        """The same reply, where a thing of which something is denied does not work: "the printer does not print"."""
        broken = {clause[0].clause for clause in self.clauses() if _is_broken(clause)}
        return Said([_broken(sign) if sign.clause in broken and _denies(sign) else sign for sign in self.all])

    def nowhere_inside(self) -> "Said":
        """The same reply, where nobody can be in or out: "in" and "out" are words like any other."""
        return Said(
            [
                replace(sign, meaning="unknown") if sign.value == IN_OR_OUT and sign.meaning == "elsewhere" else sign
                for sign in self.all
            ]
        )

    def on_that_day(self) -> "Said":
        """The same reply, for who agrees to the day that we asked about: naming it ("that day") adds nothing."""
        return Said([replace(sign, meaning="glue") if _is_that_day(sign) else sign for sign in self.all])

    def beside(self, meaning: str) -> frozenset[str]:
        """Everything said in the same clause as this meaning."""
        clauses = {sign.clause for sign in self.all if sign.meaning == meaning}
        return frozenset(sign.meaning for sign in self.all if sign.clause in clauses)


def is_but(sign: Sign) -> bool:
    return sign.meaning == "limit" and sign.value in {BUT, CONTRAST}


def _goes_on_telling(signs: Sequence[Sign]) -> bool:
    """Whether more than a denial follows: the "maar" of "het werkt maar niet" parts nothing."""
    behind = takewhile(lambda sign: sign.clause == signs[0].clause, signs)
    return any(sign.meaning not in COURTESY | {"glue", "negation", "no"} for sign in behind)


def _is_broken(clause: list[Sign]) -> bool:
    told = [sign for sign in clause if sign.meaning not in COURTESY | {"glue"} and not is_but(sign)]
    fits = meanings_of(told).isdisjoint({"works", "fails", "yes"}) and any(_denies(sign) for sign in told)
    return fits and told[0].meaning == "thing"


def _denies(sign: Sign) -> bool:
    return sign.meaning == "negation" or (sign.meaning == "no" and sign.negates)


def _broken(sign: Sign) -> Sign:
    return replace(sign, meaning="fails", clear=True)


def _is_that_day(sign: Sign) -> bool:
    return sign.meaning == "day" and sign.value == THAT_DAY


def _in_sentences(signs: Sequence[Sign]) -> list[Sign]:
    """Puts a comma where a dictated text has none: before the "I" behind a full answer ("yes please I live nearby")."""
    result = []
    commas, full = 0, False
    for place, sign in enumerate(signs):
        full = full and signs[place - 1].clause == sign.clause
        if full and sign.begins:
            commas, full = commas + 1, False
        thanked = sign.meaning in COURTESY and place > 0 and signs[place - 1].meaning == "yes"
        full = full or thanked or (sign.clear and sign.meaning in _COMPLETE)
        result.append(replace(sign, clause=sign.clause + commas) if commas else sign)
    return result


def _names(signs: list[Sign]) -> list[Sign]:
    """Marks the names of people: after a greeting or a thank you, after "regards", and alone on the last line."""
    named = list(signs)
    for place, sign in enumerate(signs):
        if sign.meaning == "closing":
            _mark_signature(named, place + 1)
        elif sign.meaning == "greeting":
            _mark_address(named, place)
        elif sign.meaning in {"thanks", "polite"} and _is_named(signs[place + 1 :]):
            named[place + 1 :] = [replace(rest, meaning="name") for rest in signs[place + 1 :]]
    last = [place for place, sign in enumerate(signs) if sign.line == signs[-1].line]
    if signs and signs[-1].line > 0 and len(last) <= 2 and all(_is_name(signs[place]) for place in last):
        for place in last:
            named[place] = replace(signs[place], meaning="name")
    return named


def _is_named(signs: list[Sign]) -> bool:
    """Whether this is a name with at most small words before it: "thanks to Ahmed"."""
    return bool(signs) and _is_name(signs[-1]) and all(sign.meaning in {"glue", "at"} for sign in signs[:-1])


def _is_name(sign: Sign) -> bool:
    return sign.name and sign.meaning in {"unknown", "name"}


def _mark_signature(signs: list[Sign], start: int) -> None:
    # "Groet van Walter": a small word before the name.
    if start < len(signs) and signs[start].meaning == "at":
        signs[start] = replace(signs[start], meaning="glue")
    rest = signs[start:]
    named = all((sign.name or sign.meaning == "glue") and sign.meaning not in _NO_SIGNATURE for sign in rest)
    careless = all(sign.meaning == "unknown" or (sign.name and sign.meaning not in _NO_SIGNATURE) for sign in rest)
    if (named and len(rest) <= _LONGEST_SIGNATURE) or (careless and len(rest) <= _LONGEST_CARELESS_SIGNATURE):
        signs[start:] = [replace(sign, meaning="name") for sign in rest]


def _mark_address(signs: list[Sign], place: int) -> None:
    """One unknown word right behind a greeting, or two that are written as names."""
    start = place + 1
    while start < len(signs) and signs[start].meaning == "polite" and signs[start].clause == signs[place].clause:
        start += 1
    end = start
    while end < len(signs) and signs[end].meaning == "unknown" and signs[end].clause == signs[place].clause:
        end += 1
    if end - start == 1 or (end - start == 2 and all(sign.name for sign in signs[start:end])):
        signs[start:end] = [replace(sign, meaning="name") for sign in signs[start:end]]


def _counted(signs: list[Sign]) -> list[Sign]:
    """The number of a tram is no window and no delay, and a bus that stops wants nobody to stop."""
    result = list(signs)
    for place, sign in enumerate(signs):
        if sign.meaning == "counts":
            result[place] = replace(sign, meaning="reason")
            behind = place + 1
            while (
                behind < len(signs)
                and signs[behind].clause == sign.clause
                and _is_counted(sign, signs[behind], behind - place)
            ):
                result[behind] = replace(signs[behind], meaning="reason")
                behind += 1
    return result


def _is_counted(counting: Sign, sign: Sign, distance: int) -> bool:
    numbers = {"number", "one", "letter"} | ({"duration"} if counting.clear else set())
    return (sign.meaning in numbers and distance == 1) or (sign.meaning == "stop" and not sign.clear)


def _to_an_offer(signs: list[Sign]) -> list[Sign]:
    """ "I go to B": before the letter of an offer, "to" and "at" say nothing of a time."""
    return [
        replace(sign, meaning="glue") if sign.meaning == "at" and following and following.meaning == "letter" else sign
        for sign, following in zip_longest(signs, signs[1:])
    ]


def _dated(signs: list[Sign]) -> list[Sign]:
    """A number beside the name of a month is a day: "12 maart", "March 12"."""
    result = list(signs)
    for place, sign in enumerate(signs):
        if sign.meaning == "month":
            for beside in (place - 1, place, place + 1):
                if 0 <= beside < len(signs) and signs[beside].meaning in {"number", "one", "month"}:
                    result[beside] = replace(signs[beside], meaning="day")
    return result


def _without_articles(signs: list[Sign]) -> list[Sign]:
    """A word that is "one" and "a" is the number only where it stands last ("ja, un") or before another ("bir iki")."""
    numbered = any(sign.meaning == "number" for sign in signs)
    answers = [sign for sign in signs if sign.meaning not in COURTESY]
    result = []
    for place, sign in enumerate(signs):
        if sign.meaning == "one":
            last = bool(answers) and answers[-1] is sign and not numbered
            counted = place + 1 < len(signs) and signs[place + 1].meaning == "number"
            sign = replace(sign, meaning="number", value=1) if last or counted else replace(sign, meaning="glue")
        result.append(sign)
    return result


def _another_time(signs: list[Sign]) -> list[Sign]:
    """ "Another time, gladly" and "another time, perhaps" say nothing of now."""
    result = list(signs)
    small = COURTESY | _POSITIVE | {"glue", "next_time", "yes", "doubt"}
    for clause in {sign.clause for sign in signs if sign.meaning == "next_time"}:
        places = [place for place, sign in enumerate(signs) if sign.clause == clause]
        if {signs[place].meaning for place in places} <= small:
            _replace(result, places, _POSITIVE | {"yes", "doubt"}, "glue")
    return result


def _denied(signs: list[Sign]) -> list[Sign]:
    """Within a clause, "not" and "can" make "cannot", "not" and "works" make "fails". A "not" that denies nothing stays."""
    result = list(signs)
    for clause in {sign.clause for sign in signs}:
        places = [place for place, sign in enumerate(signs) if sign.clause == clause]
        _deny_clause(result, places)
    return result


def _deny_clause(signs: list[Sign], places: list[int]) -> None:
    negations = [
        p
        for p in places
        if signs[p].meaning == "negation" or (signs[p].negates and signs[p].meaning in {"no", "fails"})
    ]
    negations = [place for place in negations if not _is_of_another_hour(signs, places, place)]
    said = {signs[place].meaning for place in places}
    if "none" in said:
        # "Ninguna me viene bien": what suits nobody is no yes.
        behind = [p for p in places if p > min(q for q in places if signs[q].meaning == "none") and signs[p].clear]
        _replace(signs, behind, {"yes"}, "glue")
        # "Aucun ne va": many languages deny it twice.
        _replace(signs, negations, {"negation"}, "glue")
    if said.isdisjoint(_POSITIVE) or not (negations or said & _NEGATIVE):
        return
    denial = next(negative for positive, negative in _DENIALS if {positive, negative} & said)
    _replace(signs, places, _POSITIVE, denial)
    if denial == "not_coming":
        for place in places:
            signs[place] = replace(signs[place], clear=signs[place].clear or signs[place].meaning == denial)
    _replace(signs, negations, said, "glue")


def _is_of_another_hour(signs: list[Sign], places: list[int], negation: int) -> bool:
    """Whether this is the "no" of "I can at 3 and not at 2", where a "no" that denies comes first: it leaves the "can" alone."""
    if signs[negation].meaning != "no" or not places[0] < negation < places[-1] or signs[negation + 1].meaning != "at":
        return False
    before = {signs[place].meaning for place in places if place < negation}
    return not before.isdisjoint(_POSITIVE) and not before.isdisjoint({"at", "time", "number"})


def _replace(signs: list[Sign], places: list[int], meanings: Set[str], meaning: str) -> None:
    for place in places:
        if signs[place].meaning in meanings:
            signs[place] = replace(signs[place], meaning=meaning)
