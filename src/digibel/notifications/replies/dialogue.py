"""What a reply asks us to do, state by state. A list of signs goes in; an intent comes out, and `unclear` unless all signs agree.

Every intent names the signs that may stand around it. One sign more than that, and a person looks: nobody is booked, cancelled
or silenced on a text of which a part was not understood.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from digibel.notifications.replies.said import COURTESY, Said, Told, meanings_of
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
_DAYS: Final = frozenset({"today", "tomorrow", "weekday"})
_BECAUSE: Final = frozenset({"reason", "family"})
_EXCUSE: Final = frozenset({"regret", "next_time", "no"}) | _DAYS | _BECAUSE
# Around a plain no, a story changes nothing; around a yes it might.
_STORY: Final = frozenset({"unknown", "negation", "thing", "limit"})
_WHEN: Final = frozenset({"day", "weekday", "at", "time", "duration"})
# What neither denies, nor conditions, nor asks: reasons, the weather, the family, words that we do not know.
_FAR_CHATTER: Final = frozenset({"both", "at", "day", "time", "number", "tomorrow", "limit"})
_CHATTER: Final = (
    _SMALL
    | _BECAUSE
    | {
        *("unknown", "others", "regret", "thing", "today", "weekday", "day", "see_you", "on_the_way"),
    }
)
# What may be told beside a yes that books somebody. Nothing of grown relatives: they might be the ones who come.
_TALE: Final = _SMALL | {"unknown", "reason", "thing", "on_the_way", "see_you", "today", "yes"}
# What may be told beside "I cannot come". A duration or an hour might be when they can.
_FAREWELL: Final = (
    _SMALL | _BECAUSE | _DAYS | {"unknown", "regret", "thing", "negation", "no", "next_time", "others", "day"}
)
# What leaves nothing to be understood, whatever else was said.
_UNSURE: Final = frozenset({"doubt", "question", "or"})
# A bare "ok" with one or two unknown words behind it ("ok, begrepen") may be an answer to something else.
_SHORTEST_TALE: Final = 3
_SENTENCE: Final = 3


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
        if _wants_help(said):
            return Reply("help")
        said = said.without("help")
    if state == "offer":
        return _offer(said, offers)
    return _STATES[state](said)


def _wants_help(said: Said) -> bool:
    """Whether a cry for help stands alone, or in a clause of its own beside whatever somebody does not understand."""
    alone = any("help" in part and part <= _SMALL | {"help", "question", "regret"} for part in said.parts())
    return alone and not said.have(*_YES, *_NO - {"no"}, "cancel", "late", "works", "checkin", "checkout")


def _stops(said: Said) -> bool:
    """Whether somebody wants no more texts. Small letters must stand alone; capitals and whole sentences bear thanks."""
    plain = COURTESY | {"stop", "regret", "today"}
    if not said.clearly("stop"):
        return _for_a_reason(said, plain, thanked="polite" in said.beside("stop"))
    # "STOP aub ik ben 82 geworden": asked kindly, and in capitals.
    asked = all(
        part <= _CHATTER - {"others"} | {"stop", "number"} and {"stop", "polite"} <= part for part in said.parts()
    )
    return asked or _for_a_reason(said, plain | {"glue"}, thanked=True) or _stops_in_a_sentence(said)


def _stops_in_a_sentence(said: Said) -> bool:
    """ "Could you stop sending me texts?": said in so many words, it bears more around it."""
    sentences = [sign for sign in said.all if sign.meaning == "stop" and sign.words >= _SENTENCE]
    beside = _SMALL | _DAYS | {"stop", "regret", "unknown", "reason", "thing", "no", "number", "day"}
    beside |= {"question"} if sentences and all(sign.asked for sign in sentences) else set()
    elsewhere = beside | {"negation", "others", "fails", "elsewhere"}
    parts = [meanings_of(clause) for clause in said.clauses()]
    # "I receive no more messages" complains of it.
    complains = any(s.meaning == "unknown" and t.meaning == "stop" for c in said.clauses() for s, t in pairwise(c))
    return (
        bool(sentences) and not complains and all(part <= (beside if "stop" in part else elsewhere) for part in parts)
    )


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
    excuses = _BECAUSE | ({"thanks", "closing"} if thanked else set())
    told = _SMALL | _WHEN | _DAYS | {"unknown", "elsewhere", "reason", "regret", "thing"}
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
    numbered = bool(said.values("number")) and windows > 1
    # A preference is a choice among windows, and a day may be named beside a choice or a yes.
    fits = {"preference"} if numbered else set()
    fits |= _DAYS if not said.have("preference") and (numbered or (windows == 1 and said.clearly("yes"))) else set()
    told = said.answer_and_tale(
        _SMALL | _YES | {"number", "letter", "last", "see_you"} | fits, _YES | {"number", "letter"}
    )
    numbers = list(dict.fromkeys(sign.value for sign in told.answer if sign.meaning == "number"))
    numbers += [windows] if windows > 1 and "last" in meanings_of(told.answer) else []
    # A letter is one among offers, as a number is among windows.
    answered = numbers or not meanings_of(told.answer).isdisjoint({*_YES, "letter"})
    if not answered or not _tells_harmlessly(told, numbered=numbered):
        return UNCLEAR
    if len(set(numbers)) > 1 or (not numbers and windows != 1):
        return UNCLEAR
    choice = (numbers[0] or 0) if numbers else 1
    return Reply("accept", letter, choice) if 1 <= choice <= windows else UNCLEAR


def _tells_harmlessly(told: Told, *, numbered: bool) -> bool:
    """Whether nothing that is told around a yes could change it. A full yes or a choice bears more of it than a bare "ok"."""
    full = numbered or any(sign.clear and sign.meaning in _YES for sign in told.answer)
    if not all(meanings_of(clause) <= _TALE for clause in (*told.before, *told.goes_on)):
        return False
    if not all(meanings_of(clause) <= _TALE | ({"others"} if full else set()) for clause in told.behind):
        return False
    # "Two people can come" chooses nothing, and a clause that goes on must have said yes twice over.
    yes = [sign for sign in told.answer if sign.meaning in _YES]
    twice = numbered or (len(yes) > 1 and any(sign.clear for sign in yes))
    if told.counts or (not twice and any("unknown" in meanings_of(clause) for clause in told.goes_on)):
        return False
    unknown_before = any("unknown" in meanings_of(clause) for clause in told.before)
    short = any(len(clause) < _SHORTEST_TALE and "unknown" in meanings_of(clause) for clause in told.behind)
    return full or not (unknown_before or short)


def _declined(said: Said, letter: str, windows: int) -> Reply:
    first = _first_content(said)
    if said.have(*_YES, "last", *_UNSURE) or (said.have("both") and not (said.have("none") or first.meaning == "no")):
        return UNCLEAR
    if not _numbers_fit_a_no(said, windows) or _counter_offered(said):
        return UNCLEAR
    around = _EXCUSE | _WHEN | _STORY | {"letter", "number", "both", "others", "elsewhere", "on_the_way", "see_you"}
    plain = said.have("regret") and said.have(*_BECAUSE)
    plain |= any(
        part & _NO and part <= _SMALL | _NO | _DAYS | _BECAUSE | {"regret", "letter", "day"} for part in said.parts()
    )
    refused = plain or _refusal_stands_alone(said) or _refuses_in_words(said)
    excused = said.only(_SMALL, _NO, _EXCUSE, {"letter", "number"} | (_WHEN if windows == 1 else set()))
    return Reply("decline", letter) if excused or (refused and said.only(_SMALL, _NO, around)) else UNCLEAR


def _numbers_fit_a_no(said: Said, windows: int) -> bool:
    """ "None of the 3" speaks of all windows. "No, 2" may mean anything, unless there is only one, or the 2 belongs to a story."""
    about_all = {windows} if said.have("none") or windows == 1 else set()
    told = {"reason", "family", "unknown", "thing", "day", "weekday", "at"}
    return all(
        sign.value in about_all or ((sign.value or 0) > windows and (said.beside("number") & told))
        for sign in said.all
        if sign.meaning == "number"
    )


def _counter_offered(said: Said) -> bool:
    """ "I cannot before three" may be a yes after three. "I work until three" is a reason."""
    parts = [meanings_of(clause) for clause in said.clauses()]
    return any("limit" in part and part & _WHEN and not part & (_BECAUSE | {"unknown"}) for part in parts)


def _refuses_in_words(said: Said) -> bool:
    """Whether a no is a phrase of its own, and no "not" in the clause denies it ("I do not say no")."""
    clauses = [clause for clause in said.clauses() if "negation" not in meanings_of(clause)]
    return any(sign.clear and sign.meaning in _NO for clause in clauses for sign in clause)


def _first_content(said: Said) -> Sign:
    content = [sign for sign in said.all if sign.meaning not in _SMALL | {"regret", "letter"}]
    return content[0] if content else Sign("glue")


def _refusal_stands_alone(said: Said) -> bool:
    """Whether a no comes first and is complete, whatever follows: "nee, ik moet op de kleinkinderen passen"."""
    first = _first_content(said)
    if first.meaning not in _NO | {"fails"}:
        return False
    content = [sign for sign in said.all if sign.meaning not in _SMALL | {"regret", "letter"}]
    same_clause = [sign for sign in content[1:] if sign.clause == first.clause and sign.meaning in _STORY - {"limit"}]
    return not same_clause or (first.meaning == "no" and not first.negates) or first.clear


def _booked(said: Said) -> Reply:
    if said.have("cancel", "not_coming", "unable"):
        return _cancelled(said, _NOT_THEN)
    return _late(said)


def _cancelled(said: Said, staying_away: Set[str]) -> Reply:
    core = staying_away | {"cancel"}
    # "No, cancel" may be "do not cancel", and "I cannot cancel" means that they come; "no, I cannot come" is plain.
    if said.have("cancel") and (said.have("no") or said.beside("cancel") & _NOT_THEN):
        return UNCLEAR
    if said.have(*_UNSURE, *_YES) or _somebody_else(said, core):
        return UNCLEAR
    whole = _SMALL | _BECAUSE | _EXCUSE | core
    return Reply("cancel") if _for_a_reason(said, whole) or _takes_leave(said, core) else UNCLEAR


def _takes_leave(said: Said, core: Set[str]) -> bool:
    """Whether somebody says in full that they do not come, or so in a clause of its own, and tells nothing that could change it."""
    plain = _SMALL | core | _BECAUSE | _DAYS | {"regret"}
    told = said.answer_and_tale(plain, core)
    full = any(sign.clear and sign.meaning in core - {"unable"} for sign in said.all)
    # "I cannot go to sleep" and "I cannot open the link" stay away from nothing, and "I cancel not" does not cancel.
    if told.runs_on_from(core) or any(meanings_of(clause) & {"negation", "no"} for clause in told.goes_on):
        return False
    if not all(meanings_of(clause) <= _FAREWELL | (core if full else set()) for clause in told.tale):
        return False
    return full or (
        not told.goes_on and not told.before and all(len(clause) >= _SHORTEST_TALE for clause in told.behind)
    )


def _somebody_else(said: Said, core: Set[str]) -> bool:
    """Whether it may be another who stays away: "my son cannot come", "Abdel cannot come"."""
    for clause in said.clauses():
        for before, sign in pairwise(clause):
            if sign.meaning in core and before.meaning in {"unknown", "family", "others", "name"}:
                return True
    return False


def _late(said: Said) -> Reply:
    if not said.have("late", "duration"):
        return UNCLEAR
    around = {"late", "duration", "number", "regret", "roughly", "on_the_way"} | _BECAUSE | _DAYS | _YES
    minutes = _minutes(said)
    if not said.have("late"):
        around = {"duration", "regret", "roughly", "on_the_way"} | _BECAUSE
    elif minutes or said.clearly("late") or said.have(*_BECAUSE):
        # Whatever they tell about the tram: the minutes are what we asked for.
        around |= _CHATTER | {"elsewhere", "fails", "limit"}
    if not said.only(_SMALL, around, _range_words(said)) or minutes == []:
        return UNCLEAR
    if minutes is None:
        return Reply("late")
    return Reply("late", minutes=minutes[-1]) if 1 <= minutes[-1] <= _LONGEST_DELAY else UNCLEAR


def _minutes(said: Said) -> list[int] | None:
    """The minutes that were named: None for none at all, an empty list where it is not clear which."""
    amounts = list(dict.fromkeys(sign.value or 0 for sign in _amounts(said)))
    if not amounts:
        return None
    rising = len(amounts) == 2 and amounts[0] < amounts[1]
    return amounts if len(amounts) == 1 or rising else []


def _amounts(said: Said) -> list[Sign]:
    """The durations, and the numbers close before one ("5 to 10 minutes"); bare numbers where there is no duration."""
    found = []
    for place, sign in enumerate(said.all):
        ranged = any(other.meaning == "duration" for other in said.all[place : place + 3])
        if sign.meaning == "duration" or (sign.meaning == "number" and (ranged or not said.have("duration"))):
            found.append(sign)
    return found


def _range_words(said: Said) -> set[str]:
    """Between the two numbers of "5 to 10 minutes", a few words are no doubt at all."""
    amounts = _amounts(said)
    places = [i for i, sign in enumerate(said.all) if sign in amounts]
    words = [i for i, sign in enumerate(said.all) if sign.meaning in {"at", "or"}]
    return {"at", "or"} if len(places) == 2 and all(places[0] < i < places[1] for i in words) else set()


def _visit_day(said: Said) -> Reply:
    if said.have("nobody_opens"):
        return _nobody_opens(said)
    if said.have("nobody_home"):
        around = {
            "nobody_home",
            "checkin",
            "duration",
            "number",
            "time",
            "at",
            "elsewhere",
            "negation",
            "no",
            "fails",
            "limit",
        }
        return Reply("nobody_home") if said.only(_CHATTER, around) else UNCLEAR
    # "I cannot" may be about the printer, once they are there.
    if said.have("cancel", "not_coming"):
        return _cancelled(said, {"not_coming"})
    if said.have("longer") or (said.have("more") and said.have("duration") and not said.have("late", "on_the_way")):
        return _longer(said)
    if said.have("checkin", "checkout"):
        return _comes_or_goes(said)
    return _late(said)


def _comes_or_goes(said: Said) -> Reply:
    """ "In" or "out". Where a text has both ("klaar hier"), a full one wins from a bare one."""
    both = [sign for sign in said.all if sign.meaning in {"checkin", "checkout"}]
    chosen = max(both, key=lambda sign: sign.clear)
    if any(sign.clear == chosen.clear and sign.meaning != chosen.meaning for sign in both):
        return UNCLEAR
    meaning = chosen.meaning
    said = (
        said
        if len({sign.meaning for sign in both}) == 1
        else said.without("checkin" if meaning == "checkout" else "checkout")
    )
    around = _SMALL | {"yes", "works", "time", "at", "today", "thing"}
    around |= {"duration"} if said.have("at") or chosen.clear else set()
    around |= _YES | {"confirm"} if meaning == "checkin" else {"both"}
    stands = _stands(said, meaning, around, {"elsewhere", "confirm"})
    return Reply("checkin" if meaning == "checkin" else "checkout") if stands else UNCLEAR


def _nobody_opens(said: Said) -> Reply:
    others = {"question", "yes", "stop", "cancel", "not_coming", "unable", "checkout", "longer", "late", "elsewhere"}
    return UNCLEAR if said.have(*others) else Reply("nobody_home")


def _longer(said: Said) -> Reply:
    named = _minutes(said)
    fits = named is None or (named != [] and named[-1] <= _LONGEST_EXTENSION)
    around = {"longer", "more", "duration", "number", "yes", "roughly", "time", "at", "limit", "elsewhere"}
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
    answers: set[Intent] = {"works"} if said.have("works", "yes") else set()
    answers |= {"fails"} if said.have("fails", "no") else set()
    numbers = said.values("number")
    if not answers or said.only(_SMALL, {"works", "yes", "fails", "no", "number"}):
        if not set(numbers) <= set(digits):
            return UNCLEAR
        answers |= {digits[number] for number in numbers}
    if len(answers) != 1 or said.have(*_UNSURE):
        return UNCLEAR
    [answer] = answers
    stands = _works_for_them(said) if answer == "works" else _fails_them(said)
    return Reply(answer) if stands else UNCLEAR


def _works_for_them(said: Said) -> bool:
    """ "Yes it works, she rings her daughter every day": a clear or a first answer, and what they tell of the person helped."""
    if said.only(_SMALL, {"works", "yes", "number", "thing", *_DAYS}):
        return True
    full = said.clearly("works") or _first_content(said).meaning in {"works", "yes"}
    around = _CHATTER | _FAR_CHATTER - {"limit"} | _YES | {"works", "elsewhere", "call_me", "duration", "confirm"}
    return full and said.only(around, {"limit"} if said.clearly("works") else set())


def _fails_them(said: Said) -> bool:
    """ "No, the wifi stops every evening": whatever is told beside it, as long as nothing works and nothing is denied."""
    around = (
        _CHATTER
        | _FAR_CHATTER
        | _STORY
        | {"fails", "no", "next_time", "elsewhere", "duration", "both", "cannot", "unable"}
    )
    full = said.clearly("fails") or _first_content(said).meaning in {"fails", "no"} or not said.have("unknown")
    denied = not said.clearly("fails") and said.ever("negation", "no")
    return full and not denied and said.only(around)


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
    around = _SMALL | _YES | _DAYS | {"number", "see_you", "confirm"} | home
    full = said.clearly("confirm") or _first_content(said).meaning in {"yes", "confirm"}
    around |= {"unknown", "thing", "reason", "family", "others", "on_the_way", "elsewhere"} if full else set()
    if confirmed and said.only(around) and set(numbers) <= {1}:
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
