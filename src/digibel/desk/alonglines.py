"""With which slips somebody can go along, as the page of a request shows them: where, when, and who is asked already."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from digibel import clock
from digibel.desk import slips, words
from digibel.requests.models import HelpRequest, Referral
from digibel.scheduling import accompanying


@dataclass(frozen=True)
class AlongLine:
    """`seat`: when they are expected there; without one the moment is still to be agreed. `by`: the request of who goes along."""

    referral_id: UUID
    place: str
    seat: datetime | None
    by: HelpRequest | None
    what: words.Words = ""


def lines(request: HelpRequest) -> list[AlongLine]:
    asked = accompanying.asked(request)
    return [_line(slip.pk, slip, asked.get(slip.place_id)) for slip in accompanying.possible(request)]


def _line(pk: UUID, slip: Referral, by: HelpRequest | None) -> AlongLine:
    what = words.STEPS[by.next_kind].what if by is not None else ""
    return AlongLine(pk, slips.whole(slip.place), accompanying.seat_of(slip), by, what)


def moment(day: str, hour: str) -> datetime | None:
    """What was filled in; None where it is no moment."""
    try:
        return clock.at(datetime.strptime(day, "%Y-%m-%d").date(), time.fromisoformat(hour))
    except ValueError:
        return None
