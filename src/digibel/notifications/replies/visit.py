"""What a volunteer says about a visit: that it is off, how late they are, in, out, longer, nobody home."""

from collections.abc import Set
from itertools import pairwise
from typing import Final

from digibel.notifications.replies.answers import (
    BECAUSE,
    CHATTER,
    DAYS,
    EXCUSE,
    NOT_THEN,
    SHORTEST_TALE,
    SMALL,
    UNCLEAR,
    UNSURE,
    YES,
    Reply,
    for_a_reason,
    stands,
)
from digibel.notifications.replies.meanings import ENDS_IN_IN, Sign
from digibel.notifications.replies.said import Said, meanings_of

# A longer visit is one half hour longer; who needs more says so again.
LONGER_MINUTES: Final = 30
_LONGEST_DELAY: Final = 180
_LONGEST_SOON: Final = 60
_LONGEST_EXTENSION: Final = 120
# What may be told beside "I cannot come". A duration or an hour might be when they can.
_FAREWELL: Final = (
    SMALL | BECAUSE | DAYS | {"unknown", "regret", "thing", "negation", "no", "next_time", "others", "day"}
)


def booked(said: Said) -> Reply:
    if said.have("cancel", "not_coming", "unable"):
        return _cancelled(said, NOT_THEN)
    return _late(said)


def _cancelled(said: Said, staying_away: Set[str]) -> Reply:
    core = staying_away | {"cancel"}
    # "No, cancel" may be "do not cancel", and "I cannot cancel" means that they come; "no, I cannot come" is plain.
    if said.have("cancel") and (_says_no(said) or said.denied_nearby("cancel") or said.beside("cancel") & NOT_THEN):
        return UNCLEAR
    unsure = UNSURE - {"question"} if _asks_to_cancel(said) else UNSURE
    if said.have(*unsure, *YES) or _somebody_else(said, core):
        return UNCLEAR
    whole = SMALL | BECAUSE | EXCUSE | core | (UNSURE - unsure)
    return Reply("cancel") if for_a_reason(said, whole) or _takes_leave(said.nowhere_inside(), core) else UNCLEAR


def _says_no(said: Said) -> bool:
    """Whether a "no" may be an answer. The Spanish one of "my boss did not give me leave" is a "not", in a story about another."""
    for clause in said.clauses():
        told = [sign for sign in clause if sign.meaning not in SMALL]
        for place, sign in enumerate(told):
            of_a_story = sign.negates and told[0].meaning in BECAUSE | {"thing"} and 0 < place < len(told) - 1
            if sign.meaning == "no" and not (of_a_story and "cancel" not in meanings_of(clause)):
                return True
    return False


def _asks_to_cancel(said: Said) -> bool:
    """Whether the question is "could you cancel my visit?"."""
    cancels = [sign for sign in said.all if sign.meaning == "cancel"]
    asking = {before.meaning for before, sign in pairwise(said.all) if sign.meaning == "question"}
    return (
        bool(cancels)
        and all(sign.asked for sign in cancels)
        and asking <= {"cancel", "polite", "glue", "tomorrow", "today"}
    )


def _takes_leave(said: Said, core: Set[str]) -> bool:
    """Whether somebody says in full that they do not come, or so in a clause of its own, and tells nothing that could change it."""
    plain = SMALL | core | BECAUSE | DAYS | {"regret"}
    told = said.answer_and_tale(plain, core)
    full = any(sign.clear and sign.meaning in core - {"unable"} for sign in said.all)
    # "I cannot go to sleep" and "I cannot open the link" stay away from nothing, and "I cancel not" does not cancel.
    if told.runs_on_from(core) or any(meanings_of(clause) & {"negation", "no"} for clause in told.goes_on):
        return False
    beside = _FAREWELL | (core if full else set())
    if not all(meanings_of(clause) <= beside for clause in (*told.before, *told.goes_on)):
        return False
    if not all(_fits_a_farewell(meanings_of(clause), beside) for clause in told.behind):
        return False
    return full or (
        not told.goes_on and not told.before and all(len(clause) >= SHORTEST_TALE for clause in told.behind)
    )


def _fits_a_farewell(told: Set[str], beside: Set[str]) -> bool:
    """Whether this could not be when they do come: "from" and "to" may stand in it, but not beside a day."""
    return told <= beside | (set() if told & {"day", *DAYS} else {"at"})


def _somebody_else(said: Said, core: Set[str]) -> bool:
    """Whether it may be another who stays away: "my son cannot come", "Abdel cannot come"."""
    for clause in said.clauses():
        for place, sign in enumerate(clause):
            if sign.meaning in core and _who(clause[:place]) in {"unknown", "family", "others", "name"}:
                return True
    return False


def _who(before: list[Sign]) -> str | None:
    """What stands before "cannot come": right before it, or, for a relative, with small words between."""
    behind = [] if not before else [before[-1].meaning]
    for sign in reversed(before):
        if (sign.begins and sign.meaning not in {"family", "others"}) or sign.meaning not in SMALL | DAYS | {
            "negation",
            "regret",
            "name",
            "family",
            "others",
        }:
            break
        behind.append(sign.meaning)
    return next((meaning for meaning in behind if meaning in {"family", "others"}), behind[0] if behind else None)


def _late(said: Said) -> Reply:
    if not said.have("late", "duration"):
        return _soon(said)
    around = {"late", "duration", "number", "regret", "roughly", "on_the_way"} | BECAUSE | DAYS | YES
    minutes = _minutes(said)
    if not said.have("late"):
        # "I come in 10 minutes".
        around = {"duration", "regret", "roughly", "on_the_way", "coming"} | BECAUSE
        # "There only in ten minutes": the minutes are clear, whatever the tram did.
        around |= CHATTER | {"limit"} if said.clearly("on_the_way") else set()
    elif minutes or said.clearly("late") or said.have(*BECAUSE):
        # Whatever they tell about the tram: the minutes are what we asked for.
        around |= CHATTER | {"elsewhere", "fails", "limit"} | ({"at"} if said.have("duration") else set())
    around |= {"negation", "no"} if minutes and _denies_in_a_reason_only(said) else set()
    if not said.only(SMALL, around, _range_words(said)) or minutes == []:
        return UNCLEAR
    if minutes is None:
        return Reply("late")
    return Reply("late", minutes=minutes[-1]) if 1 <= minutes[-1] <= _LONGEST_DELAY else UNCLEAR


def _soon(said: Said) -> Reply:
    """ "I am there in 5": minutes without the word, where somebody says that they are on their way."""
    on_the_way = [sign for sign in said.all if sign.meaning == "on_the_way"]
    numbers = said.values("number")
    fits = said.clearly("on_the_way") and len(numbers) == 1 and said.all[-1].meaning == "number"
    fits = (
        fits and on_the_way[-1].clause == said.all[-1].clause and said.only(SMALL, {"on_the_way", "number", "regret"})
    )
    return Reply("late", minutes=numbers[0]) if fits and 1 < numbers[0] <= _LONGEST_SOON else UNCLEAR


def _denies_in_a_reason_only(said: Said) -> bool:
    """Whether a "not" is told of the tram, and not of being late: "10 minutes late because the tram did not come"."""
    told = [part for part in said.parts() if part & {"negation", "no"}]
    return all("reason" in part and part.isdisjoint({"late", "duration", "number"}) for part in told)


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


def visit_day(said: Said) -> Reply:
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
        return Reply("nobody_home") if said.only(CHATTER, around) else UNCLEAR
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
    if _only_in_a_while(said) or (meaning == "checkin" and _in_something(said)):
        return UNCLEAR
    said = (
        said
        if len({sign.meaning for sign in both}) == 1
        else said.without("checkin" if meaning == "checkout" else "checkout")
    )
    around = SMALL | {"yes", "works", "time", "at", "today", "thing"}
    around |= {"duration"} if said.have("at") or chosen.clear else set()
    around |= YES | {"confirm"} if meaning == "checkin" else {"both"}
    fits = stands(said, meaning, around, {"elsewhere", "confirm"})
    return Reply("checkin" if meaning == "checkin" else "checkout") if fits else UNCLEAR


def _only_in_a_while(said: Said) -> bool:
    """Whether they will be: "ik ben binnen 10 min daar", "je pars dans 10 min", "two stops and I am there"."""
    told = [sign for sign in said.all if sign.meaning != "glue"]
    return any(
        (before.meaning in {"checkin", "on_the_way"} and sign.meaning == "duration")
        or (before.meaning == "on_the_way" and sign.meaning == "checkin" and sign.clause == before.clause)
        for before, sign in pairwise(told)
    )


def _in_something(said: Said) -> bool:
    """Whether the "in" is that of "in the tram now": they are on their way, and in nobody's home yet."""
    told = [sign for sign in said.all if sign.meaning != "glue"]
    return any(
        sign.value == ENDS_IN_IN and after.meaning in {"counts", "reason", "unknown"} and after.clause == sign.clause
        for sign, after in pairwise(told)
        if sign.meaning == "checkin"
    )


def _nobody_opens(said: Said) -> Reply:
    others = {"question", "yes", "stop", "cancel", "not_coming", "unable", "checkout", "longer", "late", "elsewhere"}
    return UNCLEAR if said.have(*others) else Reply("nobody_home")


def _longer(said: Said) -> Reply:
    named = _minutes(said)
    fits = named is None or (named != [] and named[-1] <= _LONGEST_EXTENSION)
    around = {"longer", "more", "duration", "number", "yes", "roughly", "time", "at", "limit", "elsewhere", "checkin"}
    if said.clearly("longer") and not said.denied_nearby("longer"):
        # "It takes half an hour longer, the printer does not work": whatever keeps them.
        around |= {"question", "able", "fails", "negation"}
    return Reply("longer", minutes=LONGER_MINUTES) if fits and said.only(CHATTER, around) else UNCLEAR
