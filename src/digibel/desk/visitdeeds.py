"""What may be done about a visit by hand, as it stands now and for who looks at it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk import words
from digibel.organisations.models import Staff
from digibel.organisations.permissions import may
from digibel.scheduling import cards, corrections, followups
from digibel.scheduling.models import Visit, VisitStatus

REASONS: dict[str, words.Words] = {
    "told_by_telephone": _("the volunteer told us on the telephone"),
    "forgotten": _("the volunteer forgot"),
    "no_network": _("no network there"),
    "mistake": _("something was noted wrongly"),
    "nobody_opened": _("nobody opened"),
    "nobody_came": _("the volunteer did not come"),
    "excused": _("the volunteer did not come, and had a good reason"),
    "turned_away": _("the client did not let them in"),
    "volunteer_cannot": _("the volunteer cannot go"),
    "client_cannot": _("the client cannot, on this moment"),
    "client_away": _("the client is away"),
    "stricter": _("a rule became stricter"),
    "organisation": _("we cannot let it go on"),
    # Nobody chooses these: they follow from another deed.
    "client_gone": _("the client has moved or died"),
    "yes_withdrawn": _("the client took back their yes"),
    "client_kept": _("what we know of them is kept and not used"),
    "client_forgotten": _("the client is forgotten"),
    "not_ready": _("the volunteer pauses, or their papers are not in order"),
    "phone_lost": _("the volunteer's telephone is lost"),
}


@dataclass(frozen=True)
class Deed:
    """A button, perhaps with a choice of reasons before it. `warning` is said beside it."""

    name: str
    label: words.Words
    reasons: tuple[tuple[str, words.Words], ...] = ()
    warning: words.Words = ""
    main: bool = False
    red: bool = False
    minutes: bool = False


def _why(codes: tuple[str, ...]) -> tuple[tuple[str, words.Words], ...]:
    return tuple((code, REASONS[code]) for code in codes)


CONFIRM = Deed("confirm", _("The client says yes"), main=True)
CHECK_IN = Deed("check-in", _("Note IN by hand"), _why(corrections.WHY_BY_HAND))
CHECK_OUT = Deed("check-out", _("Note OUT by hand"), _why(corrections.WHY_BY_HAND))
EXTEND = Deed("extend", _("30 minutes more"))
LATE = Deed("late", _("The volunteer comes later"), minutes=True)
MISS = Deed("miss", _("It did not take place"), _why(corrections.WHY_MISSED), red=True)
CANCEL = Deed("cancel", _("Cancel the visit"), _why(corrections.WHY_CANCELLED), red=True)
REVOKE = Deed(
    "revoke",
    _("Telephone lost: close every card"),
    warning=_("All open cards of this volunteer close, the codewords change, and the clients hear the new ones."),
)
ASK_NOW = Deed("ask-now", _("Ask now how it is since"), warning=_("Before it is closed, or somebody goes once more."))
SEND_LINK = Deed("send-link", _("Text the link once more"))


def may_move(visit: Visit, staff: Staff) -> bool:
    """To another moment, with the same volunteer: on a page of its own."""
    coming = visit.status == VisitStatus.BOOKED and visit.starts_at > clock.now() and not visit.request.two_go
    coming = coming and visit.request.meets_at_id is None
    return coming and may(staff, "move_visit")


def possible(visit: Visit, staff: Staff) -> list[Deed]:
    """In the order in which they are likely to be wanted."""
    open_card = bool(visit.card_digest) and cards.is_open(visit)
    if visit.status == VisitStatus.UNDER_WAY:
        wanted = [("correct", CHECK_OUT), ("correct", EXTEND)]
    elif visit.status == VisitStatus.BOOKED:
        begun = visit.starts_at <= clock.now()
        asked = visit.confirmed_at is None and visit.goes_with_id is None and not visit.needs_second
        wanted = [("call", CONFIRM)] if asked and not begun else []
        wanted += [("correct", CHECK_IN), ("call", LATE)]
        wanted += [("correct", CHECK_OUT), ("correct", MISS)] if begun else [("call", SEND_LINK)]
        wanted += [("cancel_visit", CANCEL)]
    else:
        wanted = [("follow_up", ASK_NOW)] if followups.may_be_asked(visit) else []
    wanted += [("stop", REVOKE)] if open_card else []
    return [deed for permission, deed in wanted if may(staff, permission)]
