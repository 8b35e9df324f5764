"""What happened in a quarter, counted from the rows that stay when a person is forgotten. The same number of queries for one
request as for ten thousand.

Each thing is counted in the quarter in which it happened (a request when it was logged, a visit when the volunteer left, a
follow-up when somebody asked), so that nothing is added to a quarter that is over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from digibel import clock
from digibel.notifications import prices
from digibel.notifications.models import CallTask, OutboundMessage, Recipient
from digibel.organisations.models import Organisation
from digibel.reports.quarters import Quarter
from digibel.requests.models import Closing, HelpRequest, RequestTask
from digibel.scheduling.models import AUTONOMY, DeskSession, FollowUp, Seat, SeatStatus, Visit, VisitStatus

# Not longer than: what comes after the last one is "more".
WAITING_DAYS = (3, 7, 14, 28)
# From how many visits in a quarter on.
LOAD = (1, 2, 4, 7, 13)
FOLLOW_UP_IN_TIME = timedelta(days=14)
# Somebody spoke to them, or a letter went.
HEARD = tuple(
    set(CallTask.Outcome.values)
    - {CallTask.Outcome.NO_ANSWER, CallTask.Outcome.WRONG_NUMBER, CallTask.Outcome.NOT_NEEDED}
)
MOST_LEVEL = 2


class Key(NamedTuple):
    """`postcode` is empty for what has no place; `value` is empty for all of a measure."""

    measure: str
    value: str
    postcode: str


class Count(NamedTuple):
    """How often, and to how many different people."""

    number: int
    people: int


Figures = dict[Key, Count]


@dataclass
class Tally:
    numbers: dict[Key, int] = field(default_factory=dict)
    people: dict[Key, set[object]] = field(default_factory=dict)

    def add(self, measure: str, value: str, postcode: str, person: object, number: int = 1) -> None:
        key = Key(measure, value, postcode)
        self.numbers[key] = self.numbers.get(key, 0) + number
        self.people.setdefault(key, set()).add(person)

    def figures(self) -> Figures:
        return {key: Count(number, len(self.people[key] - {None})) for key, number in self.numbers.items() if number}


def count(organisation: Organisation, quarter: Quarter) -> Figures:
    tally = Tally()
    for one in COUNTED:
        one(tally, organisation, quarter)
    return tally.figures()


def first_quarter(organisation: Organisation) -> Quarter | None:
    """The one in which the first request was logged."""
    first = HelpRequest.objects.of(organisation).order_by("logged_at").values_list("logged_at", flat=True).first()
    if first is None:
        return None
    day = clock.local(first).date()
    return Quarter(day.year, (day.month + 2) // 3)


def _within(quarter: Quarter, moment: str) -> dict[str, Any]:
    return {f"{moment}__gte": quarter.begins_at, f"{moment}__lt": quarter.ends_at}


# --- requests -----------------------------------------------------------------------------------------------------


def _requests(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    """What was asked, in which language, and whether somebody went."""
    visited = Visit.objects.filter(request=OuterRef("pk"), status=VisitStatus.DONE)
    asked = HelpRequest.objects.of(organisation).filter(**_within(quarter, "logged_at"))
    rows = asked.annotate(visited=Exists(visited)).values_list(
        "pk", "client_id", "client__postcode", "client__speaks", "closed_as", "visited"
    )
    first_tasks = _first_tasks(organisation, quarter)
    for pk, client, postcode, speaks, closed_as, was_visited in rows:
        language = speaks[0] if speaks else "other"
        tally.add("requests", "", postcode, client)
        tally.add("requests.language", language, postcode, client)
        tally.add("requests.topic", first_tasks.get(pk, "other"), postcode, client)
        tally.add("requests.fate", _fate(closed_as, was_visited), postcode, client)
        if was_visited:
            tally.add("requests.reached", language, postcode, client)


def _fate(closed_as: str, was_visited: bool) -> str:
    if was_visited:
        return "visited"
    if closed_as == Closing.REFERRED:
        return "referred"
    return "without" if closed_as else "open"


def _first_tasks(organisation: Organisation, quarter: Quarter) -> dict[UUID, str]:
    """What each request is about in the first place."""
    of_quarter = {"request__organisation": organisation, **_within(quarter, "request__logged_at")}
    tasks = RequestTask.objects.filter(**of_quarter).order_by("-position", "-pk")
    return dict(tasks.values_list("request_id", "slug"))


def _closed(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    ended = HelpRequest.objects.of(organisation).filter(**_within(quarter, "closed_at"))
    for client, postcode, closed_as in ended.values_list("client_id", "client__postcode", "closed_as"):
        tally.add("closed", "", postcode, client)
        tally.add("closed.outcome", closed_as, postcode, client)


# --- visits -------------------------------------------------------------------------------------------------------


def _visits(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    """Visits that took place: how long they were, how long people had waited for the first, and who went how often."""
    loads: dict[UUID, int] = {}
    for visit in _done(organisation, quarter):
        loads[visit.volunteer_id] = loads.get(visit.volunteer_id, 0) + 1
        if visit.goes_with_id is not None:
            # Two went: for the client it is one visit, and each of the two was there.
            continue
        begun, left = visit.checked_in_at or visit.starts_at, visit.checked_out_at or visit.ends_at
        postcode, minutes = visit.client.postcode, max(1, round((left - begun).total_seconds() / 60))
        tally.add("visits", "", postcode, visit.client_id)
        tally.add("visits.minutes", "", postcode, visit.client_id, minutes)
        if not visit.came_before:
            days = (clock.local(begun).date() - clock.local(visit.request.logged_at).date()).days
            tally.add("visits.waited", _at_most(days), postcode, visit.client_id)
    for volunteer, often in loads.items():
        tally.add("volunteers.load", str(max(least for least in LOAD if often >= least)), "", volunteer)


def _done(organisation: Organisation, quarter: Quarter) -> Iterator[Any]:
    earlier = Visit.objects.filter(
        request=OuterRef("request"), status=VisitStatus.DONE, starts_at__lt=OuterRef("starts_at")
    )
    done = Visit.objects.of(organisation).filter(status=VisitStatus.DONE, **_within(quarter, "checked_out_at"))
    return iter(done.annotate(came_before=Exists(earlier)).select_related("request", "client"))


def _desks(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    """Desk sessions that were held, and how long volunteers sat there. Of who walked in nothing is kept."""
    held = (
        DeskSession.objects.of(organisation).standing().filter(**_within(quarter, "ends_at"), attended_at__isnull=False)
    )
    tally.add("desks", "", "", None, held.count())
    came = Seat.objects.filter(session__in=held, status=SeatStatus.CAME)
    for volunteer, minutes in came.values_list("volunteer_id", "minutes"):
        tally.add("desks.seats", "", "", volunteer)
        tally.add("desks.minutes", "", "", volunteer, minutes)


def _at_most(days: int) -> str:
    return next((str(most) for most in WAITING_DAYS if days <= most), "more")


def _kept(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    """Visits that were promised for this quarter, and what became of them."""
    promised = Visit.objects.of(organisation).of_firsts().filter(**_within(quarter, "starts_at"))
    for status, client, postcode in promised.values_list("status", "client_id", "client__postcode"):
        if status in {VisitStatus.DONE, VisitStatus.CANCELLED, VisitStatus.MISSED}:
            tally.add("promised.kept", status, postcode, client)


# --- afterwards ---------------------------------------------------------------------------------------------------


def _follow_ups(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    """Who was reached a week later, whether it still works, and what they can do alone: before, and now."""
    asked = FollowUp.objects.filter(visit__request__organisation=organisation, **_within(quarter, "made_at"))
    before = [f"visit__report__{question}" for question in AUTONOMY]
    rows = asked.values_list(
        "outcome", "made_at", "visit__checked_out_at", "visit__client_id", "visit__client__postcode", *before, *AUTONOMY
    )
    for outcome, made_at, left_at, client, postcode, *told in rows:
        tally.add("followups", "", postcode, client)
        tally.add("followups.outcome", outcome, postcode, client)
        in_time = left_at is not None and made_at - left_at <= FOLLOW_UP_IN_TIME
        tally.add("promised.followup", "in_time" if in_time else "late", postcode, client)
        for question, was, became in zip(AUTONOMY, told, told[len(AUTONOMY) :], strict=False):
            if was is not None and became is not None:
                tally.add(question, "", postcode, client)
                tally.add(f"{question}.before", str(was), postcode, client)
                tally.add(f"{question}.now", str(became), postcode, client)


# --- what was said, and what it cost --------------------------------------------------------------------------------


def _channels(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    """How clients heard from us. By what was sent and said, as how to reach somebody is forgotten with them."""
    person = ("recipient__client", "recipient__client__postcode")
    ours = {"organisation": organisation, "recipient__kind": Recipient.Kind.CLIENT, "recipient__client__isnull": False}
    texts = OutboundMessage.objects.filter(**ours, **_within(quarter, "sent_at"))
    calls = CallTask.objects.filter(**ours, **_within(quarter, "done_at"), outcome__in=HEARD)
    told = [("sms", *row) for row in texts.values_list(*person)]
    for channel, client, postcode in [*told, *calls.values_list(F("channel"), *person)]:
        tally.add("contacts", "", postcode, client)
        tally.add("contacts.channel", channel, postcode, client)


def _texts(tally: Tally, organisation: Organisation, quarter: Quarter) -> None:
    """All texts of the organisation and what they cost, in cents; segments without a price are counted apart."""
    for month in quarter.months:
        spent = prices.spent(organisation, month)
        counts = {"": spent.texts, "cents": round(spent.euro * 100), "unpriced": spent.unpriced}
        for value, number in counts.items():
            tally.add("texts", value, "", None, number)


COUNTED: tuple[Callable[[Tally, Organisation, Quarter], None], ...] = (
    _requests,
    _closed,
    _visits,
    _kept,
    _desks,
    _follow_ups,
    _channels,
    _texts,
)
