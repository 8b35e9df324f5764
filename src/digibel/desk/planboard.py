"""The plan as a table beside today's state: who would go to whom and when, or why nobody; and what else is possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.desk.matchboard import called
from digibel.requests.models import HelpRequest
from digibel.scheduling import errors
from digibel.scheduling.matching.reasons import SEVERAL
from digibel.scheduling.models import PlanLine
from digibel.scheduling.planning.gathering import ALL_ASKED, TAKEN, Possible
from digibel.sealing import keys
from digibel.sentences import sentence

State = PlanLine.State
MOST_OPTIONS = 60

WHY: dict[str, words.Words] = {
    TAKEN: _("Who can go is needed elsewhere at these moments, or has had enough this week."),
    ALL_ASKED: _("Everybody who can go has been asked already."),
    "nobody_there": _("There are no volunteers yet."),
}
STALE: dict[str, words.Words] = {
    "old": _("This plan is more than an hour old."),
    "new_requests": _("Requests have come in since."),
    "gone_requests": _("For some of these people things have changed since."),
}
REFUSALS = {
    one.code: one
    for one in (
        errors.BeingAsked,
        errors.NoLongerFree,
        errors.NotACandidate,
        errors.NoCandidates,
        errors.RequestClosed,
        errors.AlreadyBooked,
        errors.NoOwnYes,
        errors.ClientAway,
        errors.Restricted,
        errors.NotForVolunteers,
    )
}
BELLS = {
    State.PLANNED: "later",
    State.NOBODY: "you",
    State.REFUSED: "you",
    State.SENT: "wait",
    State.DROPPED: "later",
}


@dataclass(frozen=True)
class Row:
    """One request: `today` is what happens to it now, `why` is said where the plan has nobody for it."""

    line: PlanLine
    name: str
    place: str
    today: words.Words
    bell: str
    volunteer: str
    why: words.Words


def rows(lines: Sequence[PlanLine]) -> list[Row]:
    """In order of time; those for whom there is nobody first, as they ask for a person. Reads the keys of all."""
    people = [line.volunteer.key_id for line in lines if line.volunteer]
    keys.prefetch([line.request.client.key_id for line in lines] + people)
    return [_row(line) for line in sorted(lines, key=_place)]


def _place(line: PlanLine) -> tuple[int, float, str]:
    order = (State.NOBODY, State.REFUSED, State.PLANNED, State.SENT, State.DROPPED)
    when = line.begins_at.timestamp() if line.begins_at else 0.0
    return order.index(State(line.state)), when, line.request.reference


def _row(line: PlanLine) -> Row:
    request = line.request
    return Row(
        line=line,
        name=request.client.called,
        place=f"{words.place_name(request.postcode)}, {request.reference}",
        today=words.STEPS[request.next_kind].what if request.is_open else _("closed"),
        bell=BELLS[State(line.state)],
        volunteer=called(line.volunteer) if line.volunteer else "",
        why=why(line),
    )


def why(line: PlanLine) -> words.Words:
    """Why nobody would go, in words."""
    if line.why in WHY:
        return WHY[line.why]
    if line.why in SEVERAL:
        return gettext("Nobody can go. Most often: %(why)s.") % {"why": SEVERAL[line.why]}
    if line.why == errors.NotACandidate.code:
        return _("This volunteer can no longer be asked for this.")
    refusal = REFUSALS.get(line.why)
    return sentence(refusal()) if refusal else ""


@dataclass(frozen=True)
class Choice:
    """One volunteer at one moment. `value` is what the form sends, `instead` whom else they would have gone to then."""

    value: str
    volunteer: str
    place: str
    begins_at: datetime
    travel: int
    chosen: bool
    instead: str


def choices(
    request: HelpRequest, line: PlanLine, found: Sequence[Possible], others: Sequence[PlanLine]
) -> list[Choice]:
    """What is possible for this request, the best first."""
    shown = found[:MOST_OPTIONS]
    keys.prefetch([one.volunteer.key_id for one in shown] + [other.request.client.key_id for other in others])
    return [
        Choice(
            value=f"{one.volunteer.pk} {one.begins_at.isoformat()}",
            volunteer=called(one.volunteer),
            place=words.place_name(one.volunteer.postcode),
            begins_at=one.begins_at,
            travel=one.travel,
            chosen=(one.volunteer.pk, one.begins_at) == (line.volunteer_id, line.begins_at),
            instead=", ".join(other.request.client.called for other in others if _in_the_way(request, one, other)),
        )
        for one in shown
    ]


def _in_the_way(request: HelpRequest, one: Possible, other: PlanLine) -> bool:
    """Whether this volunteer would have to be at both, with the way there and back of each."""
    if other.volunteer_id != one.volunteer.pk or other.begins_at is None:
        return False
    way, their_way = timedelta(minutes=one.travel), timedelta(minutes=other.travel)
    end = one.begins_at + timedelta(minutes=request.minutes)
    their_end = other.begins_at + timedelta(minutes=other.request.minutes)
    return one.begins_at - way < their_end + their_way and other.begins_at - their_way < end + way
