"""What a reply asks us to do, state by state. A list of signs goes in; an intent comes out, and `unclear` unless all signs agree.

Every intent names the signs that may stand around it. One sign more than that, and a person looks: nobody is booked, cancelled
or silenced on a text of which a part was not understood.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from digibel.notifications.replies import client, offer, visit
from digibel.notifications.replies.answers import UNCLEAR, Reply
from digibel.notifications.replies.anytime import starts, stops, wants_help
from digibel.notifications.replies.meanings import Sign
from digibel.notifications.replies.offer import Offers
from digibel.notifications.replies.said import Said


def decide(state: str, signs: Sequence[Sign], offers: Offers) -> Reply:
    said = Said(signs)
    if said.have("stop"):
        return Reply("stop") if stops(said) else UNCLEAR
    if said.have("start"):
        return Reply("start") if starts(said) else UNCLEAR
    if said.have("help") and not said.have("call_me"):
        if wants_help(said):
            return Reply("help")
        said = said.without("help")
    if state == "offer":
        return offer.answered(said, offers)
    return _STATES[state](said)


_STATES: Final[Mapping[str, Callable[[Said], Reply]]] = {
    "booked": visit.booked,
    "visit_day": visit.visit_day,
    "after_visit": client.after_visit,
    "announced": client.announced,
    "follow_up": client.follow_up,
}
