"""May anybody, now? What a thing's own state allows, whoever asks.

`organisations.permissions` says what a person may, the querysets' `of(organisation)` which rows they may know of; this says how
much a volunteer sees of a visit as it stands (guardrail E7): before the yes what an offer tells, after it who and where, and
nothing any more a day after they left.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from digibel import clock
from digibel.scheduling.models import Visit, VisitStatus
from digibel.sealing.reading import unsealed_or_none

CLOSES_AFTER = timedelta(hours=24)
# After a visit that was never checked out, the card closes by itself.
CLOSES_AT_LAST = timedelta(hours=48)
# No card is open longer than this after its visit was to end, whatever was said late.
LONGEST_OPEN = timedelta(days=4)
ENDED = frozenset({VisitStatus.CANCELLED, VisitStatus.MISSED})


class Seen(StrEnum):
    """The steps in which a visit opens to its volunteer. What comes before them is an offer."""

    NOTHING = "nothing"
    AREA = "area"  # the conditions, the moment and the neighbourhood: the rules are still to be read (E3)
    DOOR = "door"  # first name, street, the door, the word


def volunteer_sees(visit: Visit) -> Seen:
    if not card_is_open(visit):
        return Seen.NOTHING
    return Seen.AREA if visit.rules_read_at is None else Seen.DOOR


def card_is_open(visit: Visit) -> bool:
    """Until a day after check-out; not for a visit that did not take place, nor where either of the two is no longer with us."""
    if visit.status in ENDED or clock.now() >= card_closes_at(visit):
        return False
    if visit.client.gone_at is not None or visit.volunteer.left_at is not None:
        return False
    return all(unsealed_or_none(person, "first_name") is not None for person in (visit.client, visit.volunteer))


def card_closes_at(visit: Visit) -> datetime:
    """What has closed by itself is not opened again by an OUT that is said days later."""
    at_last = visit.ends_at + CLOSES_AT_LAST
    if visit.checked_out_at is None or visit.checked_out_at >= at_last:
        return at_last
    return visit.checked_out_at + CLOSES_AFTER
