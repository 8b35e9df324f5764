"""STOP, START and HELP: what anybody may say at any time."""

from itertools import dropwhile, pairwise, takewhile
from typing import Final

from digibel.notifications.replies.answers import CHATTER, DAYS, NO, SMALL, YES, for_a_reason, stands
from digibel.notifications.replies.meanings import Sign
from digibel.notifications.replies.said import COURTESY, Said, meanings_of

_SENTENCE: Final = 3


def wants_help(said: Said) -> bool:
    """Whether a cry for help stands alone, or in a clause of its own beside whatever somebody does not understand."""
    alone = any("help" in part and part <= SMALL | {"help", "question", "regret"} for part in said.parts())
    return alone and not said.have(*YES, *NO - {"no"}, "cancel", "late", "works", "checkin", "checkout")


def stops(said: Said) -> bool:
    """Whether somebody wants no more texts. Small letters must stand alone; capitals and whole sentences bear thanks."""
    plain = COURTESY | {"stop", "regret", "today"}
    if any(_is_of_a_thing(clause) or _is_for_today(clause) for clause in said.clauses()):
        return False
    if not said.clearly("stop"):
        return for_a_reason(said, plain, thanked="polite" in said.beside("stop"))
    # "STOP aub ik ben 82 geworden": asked kindly, and in capitals.
    asked = all(
        part <= CHATTER - {"others"} | {"stop", "number"} and {"stop", "polite"} <= part for part in said.parts()
    )
    return asked or for_a_reason(said, plain | {"glue"}, thanked=True) or _stops_in_a_sentence(said)


def _stops_in_a_sentence(said: Said) -> bool:
    """ "Could you stop sending me texts?": said in so many words, it bears more around it, but no "in the evening"."""
    sentences = [sign for sign in said.all if sign.meaning == "stop" and sign.words >= _SENTENCE]
    beside = SMALL | {"stop", "today", "regret", "unknown", "reason", "thing", "no", "number"}
    beside |= {"question"} if any(sign.asked for sign in sentences) else set()
    elsewhere = beside | {"negation", "others", "fails", "elsewhere", "day"} | DAYS
    parts = [meanings_of(clause) for clause in said.clauses()]
    # "I receive no more messages" complains of it, "I do not want to stop" denies it.
    wary = {"unknown", "no"}
    complains = any(s.meaning in wary and t.meaning == "stop" for c in said.clauses() for s, t in pairwise(c))
    # "I want to stop smoking" stops nothing of ours.
    runs_on = any(_goes_on(clause) for clause in said.clauses())
    return (
        bool(sentences)
        and not (complains or runs_on)
        and all(part <= (beside if "stop" in part else elsewhere) for part in parts)
    )


def _is_for_today(clause: list[Sign]) -> bool:
    """ "Leave me alone today" may be asked again tomorrow; "STOP today" is a stop."""
    return any(
        one.meaning == "stop" and one.words >= _SENTENCE and next_one.meaning == "today"
        for one, next_one in pairwise(clause)
    )


def _is_of_a_thing(clause: list[Sign]) -> bool:
    """Whether a thing stands beside the stop: "cancel my subscription to the internet" is what they want to be helped with."""
    told = [sign.meaning for sign in clause if sign.meaning != "glue"]
    return any({one, next_one} == {"stop", "thing"} for one, next_one in pairwise(told))


def _goes_on(clause: list[Sign]) -> bool:
    """Whether a word that we do not know follows the last stop of a clause, with nothing but small words between."""
    behind = list(takewhile(lambda sign: sign.meaning != "stop", reversed(clause)))[::-1]
    told = list(dropwhile(lambda sign: sign.meaning == "glue", behind))
    return len(behind) < len(clause) and bool(told) and told[0].meaning == "unknown"


def starts(said: Said) -> bool:
    plain = COURTESY | {"start", "yes"}
    if not said.clearly("start"):
        return for_a_reason(said, plain)
    return stands(said, "start", plain | {"glue"}, {"yes", "works", "can", "able", "elsewhere", "checkin", "confirm"})
