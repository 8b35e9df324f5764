"""What a client says to a visit that is announced, and both sides afterwards: does it work?"""

from collections.abc import Mapping
from itertools import dropwhile
from typing import Final

from digibel.notifications.replies.answers import (
    CHATTER,
    DAYS,
    EXCUSE,
    FAR_CHATTER,
    NOT_THEN,
    SMALL,
    STORY,
    UNCLEAR,
    UNSURE,
    WHEN,
    YES,
    Intent,
    Reply,
    first_content,
)
from digibel.notifications.replies.said import Said, is_but, meanings_of

# A phrase of so many words says all by itself.
_FULL: Final = 4
# So many words that we do not know tell something.
_A_TALE: Final = 2


def after_visit(said: Said) -> Reply:
    return _works_or_not(said, {1: "works", 2: "fails"})


def follow_up(said: Said) -> Reply:
    # "She rings her daughter every day" asks for no call.
    told = said.have("yes", "works") and "others" in said.beside("call_me") and not said.clearly("call_me")
    if said.have("call_me") and not told:
        return _call_me(said)
    if said.values("number") == [3]:
        return Reply("call_me") if said.only(SMALL, {"number"}) else UNCLEAR
    return _works_or_not(said, {1: "works", 2: "fails"})


def _call_me(said: Said) -> Reply:
    """Somebody who wants to be called is called, whatever else they say, as long as they do want it."""
    return UNCLEAR if said.denied_nearby("call_me") or said.have("cancel") else Reply("call_me")


def _works_or_not(said: Said, digits: Mapping[int, Intent]) -> Reply:
    said = said.parted_at_but().with_broken_things()
    answers: set[Intent] = {"works"} if said.have("works", "yes") else set()
    answers |= {"fails"} if said.have("fails", "no") else set()
    numbers = said.values("number")
    if not answers or _begins_with_a_digit(said) or said.only(SMALL, {"works", "yes", "fails", "no", "number"}):
        if not set(numbers) <= set(digits):
            return UNCLEAR
        answers |= {digits[number] for number in numbers}
    if len(answers) != 1 or said.have(*UNSURE):
        return UNCLEAR
    [answer] = answers
    if answer == "fails" and _something_else_works(said):
        return UNCLEAR
    stands = _works_for_them(said) if answer == "works" else _fails_them(said)
    return Reply(answer) if stands else UNCLEAR


def _begins_with_a_digit(said: Said) -> bool:
    """ "1, very nice": the only number, in a clause of its own before all else."""
    first = meanings_of(said.clauses()[0]) if said.all else frozenset()
    return "number" in first <= SMALL | {"number"} and len(said.values("number")) == 1


def _works_for_them(said: Said) -> bool:
    """ "Yes it works, she rings her daughter every day": a clear or a first answer, and what they tell of the person helped."""
    if said.only(SMALL, {"works", "yes", "number", "thing", *DAYS}):
        return True
    full = said.clearly("works") or first_content(said).meaning in {"works", "yes"} or _begins_with_a_digit(said)
    around = CHATTER | FAR_CHATTER - {"limit"} | YES | {"works", "elsewhere", "call_me", "duration", "confirm"}
    return full and not _but_something(said) and said.only(around, {"limit"} if said.clearly("works") else set())


def _but_something(said: Said) -> bool:
    """ "It went well, but he shouted at me": what is told behind the "but" is not known to us, and may be what matters."""
    behind = dropwhile(lambda sign: sign.meaning != "limit", said.all)
    return sum(sign.meaning == "unknown" for sign in behind) >= _A_TALE


def _something_else_works(said: Said) -> bool:
    """ "The tablet is fine but the printer is not": a thing of which nothing is denied, before a "but" and what fails."""
    but = next((place for place, sign in enumerate(said.all) if is_but(sign)), len(said.all))
    before, behind = meanings_of(said.all[:but]), meanings_of(said.all[but:])
    return "thing" in before and before.isdisjoint({"fails", "no", "negation"}) and "thing" in behind


def _fails_them(said: Said) -> bool:
    """ "No, the wifi stops every evening": whatever is told beside it, as long as nothing works and nothing is denied."""
    around = (
        CHATTER
        | FAR_CHATTER
        | STORY
        | {"fails", "no", "next_time", "elsewhere", "duration", "both", "cannot", "unable"}
    )
    full = said.clearly("fails") or first_content(said).meaning in {"fails", "no"} or not said.have("unknown")
    denied = not said.clearly("fails") and said.ever("negation", "no")
    return full and not denied and said.only(around)


def announced(said: Said) -> Reply:
    numbers = said.values("number")
    if said.have("call_me"):
        return _call_me(said)
    if said.have("other_moment"):
        # "No I am away that day" denies nothing; "no other day" may.
        full = any(sign.words >= _FULL for sign in said.all if sign.meaning == "other_moment")
        denied = said.denied_nearby("other_moment") and (said.have("negation") or not full)
        against = denied or not set(numbers) <= {2}
        return UNCLEAR if against else Reply("other_moment")
    if said.have(*NOT_THEN, "none"):
        # "I can let nobody in" refuses no moment.
        if not any(sign.clear for sign in said.all if sign.meaning in NOT_THEN | {"none"}) and said.have(
            "unknown", "thing"
        ):
            return UNCLEAR
        fits = said.only(SMALL, NOT_THEN, EXCUSE, WHEN, STORY, {"none", "others", "elsewhere"})
        return Reply("other_moment") if fits else UNCLEAR
    if said.busy or (said.have("no") and said.have("reason")):
        around = EXCUSE | WHEN | ({"unknown"} if said.busy else set())
        return Reply("other_moment") if said.only(SMALL, around) else UNCLEAR
    if said.have("see_you") and said.only(SMALL, {"see_you"}):
        return Reply("confirm")
    # "On Thursday I am in hospital": a reason and the day that it holds for, and nothing else.
    if (
        said.have("reason")
        and said.have("weekday", "today", "tomorrow")
        and said.only(SMALL, EXCUSE - {"no", "family"})
    ):
        return Reply("other_moment")
    return _announced_by_digit(said, numbers)


def _announced_by_digit(said: Said, numbers: list[int]) -> Reply:
    said = said.on_that_day()
    confirmed = said.have(*YES, "confirm") or numbers == [1]
    home = {"others"} if said.have("confirm") else set()
    around = SMALL | YES | DAYS | {"number", "see_you", "confirm"} | home
    full = said.clearly("confirm") or first_content(said).meaning in {"yes", "confirm"}
    around |= {"unknown", "thing", "reason", "family", "others", "on_the_way", "elsewhere"} if full else set()
    if confirmed and said.only(around) and set(numbers) <= {1}:
        return Reply("confirm")
    if said.only(SMALL, {"number"}):
        by_digit: dict[tuple[int, ...], Reply] = {(2,): Reply("other_moment"), (3,): Reply("call_me")}
        return by_digit.get(tuple(numbers), UNCLEAR)
    return UNCLEAR
