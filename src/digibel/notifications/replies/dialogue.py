"""What a reply asks us to do, state by state. A list of signs goes in; an intent comes out, and `unclear` unless all signs agree.

Every intent names the signs that may stand around it. One sign more than that, and a person looks: nobody is booked, cancelled
or silenced on a text of which a part was not understood.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, Literal

from digibel.notifications.replies.said import COURTESY, Said
from digibel.notifications.replies.signs import Sign

Intent = Literal[
    "accept",
    "decline",
    "stop",
    "start",
    "help",
    "cancel",
    "late",
    "checkin",
    "checkout",
    "nobody_home",
    "longer",
    "confirm",
    "other_moment",
    "call_me",
    "works",
    "fails",
    "unclear",
]

# A longer visit is one half hour longer; who needs more says so again.
LONGER_MINUTES: Final = 30
_LONGEST_DELAY: Final = 180
_LONGEST_EXTENSION: Final = 120

_SMALL: Final = COURTESY | {"glue"}
_YES: Final = frozenset({"yes", "coming", "can", "able"})
_NOT_THEN: Final = frozenset({"not_coming", "unable", "cannot"})
_NO: Final = _NOT_THEN | {"no", "none"}
_EXCUSE: Final = frozenset({"regret", "reason", "today", "tomorrow", "next_time", "no"})
# Around a plain no, a story changes nothing; around a yes it might.
_STORY: Final = frozenset({"unknown", "negation", "thing"})
_WHEN: Final = frozenset({"day", "at", "time", "duration"})
# What neither denies, nor conditions, nor asks: reasons, the weather, the family, words that we do not know.
_FAR_CHATTER: Final = frozenset({"both", "at", "day", "time", "number", "tomorrow"})
_CHATTER: Final = _SMALL | {"unknown", "others", "reason", "regret", "thing", "today", "day", "see_you", "on_the_way"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text means. `offer` is a letter and `choice` the number of a window (from 1), in answer to an offer alone.

    `minutes`: how late somebody is (None when they did not say), or how much longer a visit takes.
    """

    intent: Intent
    offer: str | None = None
    choice: int | None = None
    minutes: int | None = None


UNCLEAR: Final = Reply("unclear")


@dataclass(frozen=True, slots=True)
class Offers:
    """The live offers of one volunteer: a letter each, and how many windows each has."""

    letters: Sequence[str]
    windows: Sequence[int]


def decide(state: str, signs: Sequence[Sign], offers: Offers) -> Reply:
    said = Said(signs)
    if said.have("stop"):
        return Reply("stop") if _stops(said) else UNCLEAR
    if said.have("start"):
        return Reply("start") if _starts(said) else UNCLEAR
    if said.have("help") and not said.have("call_me"):
        return Reply("help") if said.only(_SMALL, {"help", "question", "regret"}) else UNCLEAR
    if state == "offer":
        return _offer(said, offers)
    return _STATES[state](said)


def _stops(said: Said) -> bool:
    """Whether somebody wants no more texts. Small letters must stand alone; capitals and whole sentences bear thanks."""
    plain = COURTESY | {"stop", "regret", "today"}
    if not said.clearly("stop"):
        return _for_a_reason(said, plain, thanked="polite" in said.beside("stop"))
    # "STOP aub ik ben 82 geworden": asked kindly, and in capitals.
    asked = all(
        part <= _CHATTER - {"others"} | {"stop", "number"} and {"stop", "polite"} <= part for part in said.parts()
    )
    return asked or _for_a_reason(said, plain | {"glue"}, thanked=True)


def _starts(said: Said) -> bool:
    plain = COURTESY | {"start", "yes"}
    if not said.clearly("start"):
        return _for_a_reason(said, plain)
    return _stands(said, "start", plain | {"glue"}, {"yes", "works", "can", "able", "elsewhere", "checkin", "confirm"})


def _stands(said: Said, meaning: str, beside: Set[str], elsewhere: Set[str] = frozenset()) -> bool:
    """Whether a signal stands: `beside` it only these (anything harmless, where it is a clear one), and no doubt `elsewhere`."""
    near = beside | {meaning} | (_CHATTER if said.clearly(meaning) else set())
    far = near | elsewhere | _CHATTER | _FAR_CHATTER
    return all(part <= (near if meaning in part else far) for part in said.parts())


def _for_a_reason(said: Said, around: Set[str], *, thanked: bool = False) -> bool:
    """Whether a text holds these signs alone, or every clause that holds others tells a reason (or thanks), in any words.

    "STOP, I moved to Spain" is plain; "STOP, that was for my son" is not.
    """
    excuses = {"reason", "thanks", "closing"} if thanked else {"reason"}
    told = _SMALL | _WHEN | {"unknown", "elsewhere", "reason", "regret", "today", "tomorrow", "thing"}
    return all(part <= around or (part <= told and part & excuses) for part in said.parts())


def _offer(said: Said, offers: Offers) -> Reply:
    letters = said.values("letter")
    if len(letters) > 1 or not (letters or len(offers.letters) == 1):
        return UNCLEAR
    place = letters[0] if letters else 0
    # "Sorry, on holiday" and "I work that day" are a no that spares us the word.
    excused = said.have("reason") and said.have("regret", "day", "today", "tomorrow")
    refused = said.have(*_NO) or excused
    if letters and said.only(_SMALL, {"letter", "negation", "regret"}) and said.have("negation"):
        return Reply("decline", offers.letters[place])
    answer = _declined if refused else _accepted
    return answer(said, offers.letters[place], offers.windows[place])


def _accepted(said: Said, letter: str, windows: int) -> Reply:
    numbers = [*said.values("number"), *([windows] if said.have("last") and windows > 1 else [])]
    # A preference is a choice among windows. A letter is one among offers, as a number is among windows.
    preferred = {"preference"} if numbers and windows > 1 else set()
    answered = numbers or said.have(*_YES, "letter")
    if not said.only(_SMALL, _YES, {"number", "letter", "last"}, preferred) or not answered:
        return UNCLEAR
    if len(set(numbers)) > 1 or (not numbers and windows != 1):
        return UNCLEAR
    choice = numbers[0] if numbers else 1
    return Reply("accept", letter, choice) if 1 <= choice <= windows else UNCLEAR


def _declined(said: Said, letter: str, windows: int) -> Reply:
    if said.have(*_YES, "both", "question", "doubt", "or", "last"):
        return UNCLEAR
    # "None of the 3" speaks of all windows; "no, 2" may mean anything, unless there is only one.
    about_all = {windows} if said.have("none") or windows == 1 else set()
    numbers = set(said.values("number"))
    told = windows == 1 and said.have("reason") and all(number > windows for number in numbers)
    if not (numbers <= about_all or told):
        return UNCLEAR
    excuses = _EXCUSE | {"letter", "number"} | (_WHEN if windows == 1 else set())
    excuses |= {"negation"} if said.have("letter") and said.have("no") else set()
    plain = (said.have("regret") and said.have("reason")) or any(
        part <= _SMALL | _NO | {"regret"} and part & _NO for part in said.parts()
    )
    told = said.only(_SMALL, _NO, excuses, _STORY, {"elsewhere"}) and plain
    story = told or (said.only(_SMALL, _NO, excuses, _STORY) and _refusal_stands_alone(said))
    if said.only(_SMALL, _NO, excuses) or story:
        return Reply("decline", letter)
    return UNCLEAR


def _refusal_stands_alone(said: Said) -> bool:
    """Whether a no comes first and is complete, whatever follows: "nee, ik moet op de kleinkinderen passen"."""
    content = [sign for sign in said.all if sign.meaning not in _SMALL | {"regret", "letter"}]
    first = content[0]
    if first.meaning not in _NO | {"fails"}:
        return False
    same_clause = [sign for sign in content[1:] if sign.clause == first.clause and sign.meaning in _STORY]
    return not same_clause or (first.meaning == "no" and not first.negates)


def _booked(said: Said) -> Reply:
    if said.have("cancel", "not_coming", "unable"):
        return _cancelled(said, _NOT_THEN | {"tomorrow"})
    return _late(said)


def _cancelled(said: Said, around: Set[str]) -> Reply:
    # "No, cancel" may be "do not cancel", and "I cannot cancel" means that they come; "no, I cannot come" is plain.
    if said.have("cancel") and (said.have("no") or said.beside("cancel") & _NOT_THEN):
        return UNCLEAR
    whole = _SMALL | {"cancel"} | (_EXCUSE - {"tomorrow"}) | around
    return Reply("cancel") if _for_a_reason(said, whole) else UNCLEAR


def _late(said: Said) -> Reply:
    if not said.have("late", "duration"):
        return UNCLEAR
    around = {"late", "duration", "number", "regret", "reason", "today", "roughly"} | ({"on_the_way"} | _YES)
    minutes = _minutes(said)
    if not said.have("late"):
        around = {"duration", "regret", "roughly"}
    elif minutes and not said.have("question"):
        # Whatever they tell about the tram: the minutes are what we asked for.
        around |= _CHATTER | {"elsewhere", "fails"}
    if not said.only(_SMALL, around, _range_words(said)) or minutes == []:
        return UNCLEAR
    if minutes is None:
        return Reply("late")
    return Reply("late", minutes=minutes[-1]) if 1 <= minutes[-1] <= _LONGEST_DELAY else UNCLEAR


def _minutes(said: Said) -> list[int] | None:
    """The minutes that were named: None for none at all, an empty list where it is not clear which."""
    amounts = list(dict.fromkeys(s.value or 0 for s in said.all if s.meaning in {"number", "duration"}))
    if not amounts:
        return None
    rising = len(amounts) == 2 and amounts[0] < amounts[1]
    return amounts if len(amounts) == 1 or rising else []


def _range_words(said: Said) -> set[str]:
    """Between the two numbers of "5 to 10 minutes", a few words are no doubt at all."""
    places = [i for i, sign in enumerate(said.all) if sign.meaning in {"number", "duration"}]
    words = [i for i, sign in enumerate(said.all) if sign.meaning in {"at", "or"}]
    return {"at", "or"} if len(places) == 2 and all(places[0] < i < places[1] for i in words) else set()


def _visit_day(said: Said) -> Reply:
    if said.have("nobody_opens"):
        return _nobody_opens(said)
    if said.have("nobody_home"):
        around = {"nobody_home", "checkin", "duration", "number", "time", "at", "elsewhere"}
        return Reply("nobody_home") if said.only(_CHATTER, around) else UNCLEAR
    # "I cannot" may be about the printer, once they are there.
    if said.have("cancel", "not_coming"):
        return _cancelled(said, {"not_coming"})
    if said.have("longer") or (said.have("more") and said.have("duration") and not said.have("late", "on_the_way")):
        return _longer(said)
    clock = {"time", "at", "today"} | ({"duration"} if said.have("at") else set())
    if said.have("checkin"):
        return (
            Reply("checkin") if _stands(said, "checkin", _SMALL | _YES | clock, {"elsewhere", "confirm"}) else UNCLEAR
        )
    if said.have("checkout"):
        done = {"yes", "works", "thing", "both"} | clock
        left = _told_first(said, "checkout", done) or _stands(said, "checkout", _SMALL | done, {"at"})
        return Reply("checkout") if left else UNCLEAR
    return _late(said)


def _told_first(said: Said, meaning: str, *around: Set[str]) -> bool:
    """Whether the first clause says this and nothing else of weight; what follows may hold words we do not know."""
    first, *later = said.parts()
    known = _SMALL.union({meaning}, *around)
    return (
        first <= known
        and (meaning in first or not later)
        and said.only(known, {"unknown"} if meaning in first else set())
    )


def _nobody_opens(said: Said) -> Reply:
    others = {"question", "yes", "stop", "cancel", "not_coming", "unable", "checkout", "longer", "late", "elsewhere"}
    return UNCLEAR if said.have(*others) else Reply("nobody_home")


def _longer(said: Said) -> Reply:
    named = _minutes(said)
    fits = named is None or (named != [] and named[-1] <= _LONGEST_EXTENSION)
    around = {"longer", "more", "duration", "number", "yes", "roughly", "time", "elsewhere"}
    return Reply("longer", minutes=LONGER_MINUTES) if fits and said.only(_CHATTER, around) else UNCLEAR


def _after_visit(said: Said) -> Reply:
    return _works_or_not(said, {1: "works", 2: "fails"})


def _follow_up(said: Said) -> Reply:
    # "She rings her daughter every day" asks for no call.
    told = said.have("yes", "works") and "others" in said.beside("call_me") and not said.clearly("call_me")
    if said.have("call_me") and not told:
        return _call_me(said)
    if said.values("number") == [3]:
        return Reply("call_me") if said.only(_SMALL, {"number"}) else UNCLEAR
    return _works_or_not(said, {1: "works", 2: "fails"})


def _call_me(said: Said) -> Reply:
    """Somebody who wants to be called is called, whatever else they say, as long as they do want it."""
    return UNCLEAR if said.denied_nearby("call_me") or said.have("cancel") else Reply("call_me")


def _works_or_not(said: Said, digits: Mapping[int, Intent]) -> Reply:
    answers: set[Intent] = {digits[number] for number in said.values("number") if number in digits}
    answers |= {"works"} if said.have("works", "yes") else set()
    answers |= {"fails"} if said.have("fails", "no") else set()
    if len(answers) != 1 or not set(said.values("number")) <= set(digits):
        return UNCLEAR
    [answer] = answers
    if said.only(_SMALL, {"works", "yes", "number", "thing", "today"}):
        return Reply(answer)
    if answer == "works" and _works_for_them(said):
        return Reply("works")
    around = {"fails", "no", "number", "thing", "today", "regret", "reason", "next_time", "others"}
    told = said.only(_SMALL, around, _STORY, _FAR_CHATTER, {"elsewhere"})
    story = told and said.have("fails", "no") and _refusal_stands_alone(said)
    return Reply(answer) if answer == "fails" and (said.only(_SMALL, around) or story) else UNCLEAR


def _works_for_them(said: Said) -> bool:
    """ "Yes it works, she rings her daughter every day": a clear first answer, and what they tell of the person helped."""
    first, *later = said.parts()
    far = _CHATTER | _FAR_CHATTER | {"yes", "works", "elsewhere", "call_me"}
    answered = said.have("works") or said.have("others")
    near = _CHATTER | {"yes", "works"} | (_FAR_CHATTER - {"number"} if said.clearly("works") else set())
    return answered and first <= near and all(part <= far for part in later)


def _announced(said: Said) -> Reply:
    numbers = said.values("number")
    if said.have("call_me"):
        return _call_me(said)
    if said.have("other_moment"):
        against = said.denied_nearby("other_moment") or not set(numbers) <= {2}
        return UNCLEAR if against else Reply("other_moment")
    if said.have(*_NOT_THEN):
        fits = said.only(_SMALL, _NOT_THEN, _EXCUSE, _WHEN, _STORY, {"others", "elsewhere"})
        return Reply("other_moment") if fits else UNCLEAR
    if said.have("no") and said.have("reason"):
        return Reply("other_moment") if said.only(_SMALL, _EXCUSE, _WHEN) else UNCLEAR
    return _announced_by_digit(said, numbers)


def _announced_by_digit(said: Said, numbers: list[int]) -> Reply:
    confirmed = said.have(*_YES, "confirm") or numbers == [1]
    home = {"others"} if said.have("confirm") else set()
    if confirmed and said.only(_SMALL, _YES, {"number", "see_you", "confirm"}, home) and set(numbers) <= {1}:
        return Reply("confirm")
    if said.only(_SMALL, {"number"}):
        by_digit: dict[tuple[int, ...], Reply] = {(2,): Reply("other_moment"), (3,): Reply("call_me")}
        return by_digit.get(tuple(numbers), UNCLEAR)
    return UNCLEAR


_STATES: Final[Mapping[str, Callable[[Said], Reply]]] = {
    "booked": _booked,
    "visit_day": _visit_day,
    "after_visit": _after_visit,
    "announced": _announced,
    "follow_up": _follow_up,
}
