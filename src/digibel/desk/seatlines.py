"""The seats of a request at places, as its page shows them: when, what is known of it, and what can be noted."""

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk import sliproads, words
from digibel.requests.models import HelpRequest, Referral

BACK = ("seat-back", _("Does not go there: give the seat back"))
CAME = ("arrived", _("Got there"))
MISSED = ("not-arrived", _("Did not get there"))


@dataclass(frozen=True)
class SeatLine:
    referral_id: UUID
    place: str
    when: str
    bell: str
    said: words.Words = ""
    deeds: tuple[tuple[str, words.Words], ...] = field(default=())
    lost: bool = False


def lines(request: HelpRequest) -> list[SeatLine]:
    booked = request.referrals.exclude(session=None).select_related("place", "session")
    return [_line(one) for one in booked]


def _line(seat: Referral) -> SeatLine:
    assert seat.place is not None
    assert seat.session is not None
    bell, said, deeds, lost = _state(seat)
    name = seat.place.name_in(words.desk_language())
    return SeatLine(seat.pk, name, sliproads.when(seat.session), bell, said, deeds, lost)


def _state(seat: Referral) -> tuple[str, words.Words, tuple[tuple[str, words.Words], ...], bool]:
    assert seat.session is not None
    if seat.landed is not None:
        return (
            ("done", _("They got there."), (), False)
            if seat.landed
            else ("wait", _("They did not get there."), (), False)
        )
    if seat.session.called_off_at is not None:
        return "you", _("The place receives nobody then. Ring them, and make another slip."), (BACK,), True
    if seat.session.starts_at > clock.now():
        return "later", "", (BACK,), False
    return "you", _("Ring and ask: did they get there?"), (CAME, MISSED, BACK), False
