"""What a reply can ask of us, and the signs that may stand around an answer whatever the moment of the dialogue."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Final, Literal

from digibel.notifications.replies.meanings import Sign
from digibel.notifications.replies.said import COURTESY, Said

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
SMALL: Final = COURTESY | {"glue"}
YES: Final = frozenset({"yes", "coming", "can", "able"})
NOT_THEN: Final = frozenset({"not_coming", "unable", "cannot"})
NO: Final = NOT_THEN | {"no", "none"}
DAYS: Final = frozenset({"today", "tomorrow", "weekday"})
BECAUSE: Final = frozenset({"reason", "family"})
EXCUSE: Final = frozenset({"regret", "next_time", "no"}) | DAYS | BECAUSE
# Around a plain no, a story changes nothing; around a yes it might.
STORY: Final = frozenset({"unknown", "negation", "thing", "limit"})
WHEN: Final = frozenset({"day", "weekday", "at", "time", "duration"})
# What neither denies, nor conditions, nor asks: reasons, the weather, the family, words that we do not know.
FAR_CHATTER: Final = frozenset({"both", "at", "day", "time", "number", "tomorrow", "limit"})
CHATTER: Final = (
    SMALL
    | BECAUSE
    | {
        *("unknown", "others", "regret", "thing", "today", "weekday", "day", "see_you", "on_the_way"),
    }
)
# What leaves nothing to be understood, whatever else was said.
UNSURE: Final = frozenset({"doubt", "question", "or"})
# A bare "ok" with one or two unknown words behind it ("ok, begrepen") may be an answer to something else.
SHORTEST_TALE: Final = 3


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


def stands(said: Said, meaning: str, beside: Set[str], elsewhere: Set[str] = frozenset()) -> bool:
    """Whether a signal stands: `beside` it only these (anything harmless, where it is a clear one), and no doubt `elsewhere`."""
    near = beside | {meaning} | (CHATTER if said.clearly(meaning) else set())
    far = near | elsewhere | CHATTER | FAR_CHATTER
    return all(part <= (near if meaning in part else far) for part in said.parts())


def for_a_reason(said: Said, around: Set[str], *, thanked: bool = False) -> bool:
    """Whether a text holds these signs alone, or every clause that holds others tells a reason (or thanks), in any words.

    "STOP, I moved to Spain" is plain; "STOP, that was for my son" is not.
    """
    excuses = BECAUSE | ({"thanks", "closing"} if thanked else set())
    told = SMALL | WHEN | DAYS | {"unknown", "elsewhere", "reason", "regret", "thing"}
    return all(part <= around or (part <= told and part & excuses) for part in said.parts())


def first_content(said: Said) -> Sign:
    content = [sign for sign in said.all if sign.meaning not in SMALL | {"regret", "letter"}]
    return content[0] if content else Sign("glue")
