"""The worklist is the list of next actions. Here they are worked out from the database and written on the request."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from digibel import clock
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask, Channel, MessageStatus, OutboundMessage
from digibel.organisations.models import Organisation, Role
from digibel.requests import seats
from digibel.requests.judging import judge_request
from digibel.requests.models import Closing, HelpRequest, NextActionKind, Series
from digibel.scheduling import households
from digibel.scheduling.models import LIVE_OFFERS, STANDING_VISITS, Handover, Offer, Visit, VisitStatus
from digibel.scheduling.next_actions import LATE, NextAction, RequestFacts, VisitFacts, next_action, owner_now

SHORT_NOTICE = timedelta(hours=2)
TOLD_BY_VOICE = Q(
    kind__in=["visit.announce", "visit.confirm"], outcome__in=[CallTask.Outcome.REACHED, CallTask.Outcome.POSTED]
)
ANNOUNCEMENTS = (
    "visit.announce",
    "visit.announce_two",
    "visit.new_volunteer",
    "visit.client_visit_moved",
    "visit.meet",
)
TOLD_BY_TEXT = Q(kind__in=ANNOUNCEMENTS, status__in=[MessageStatus.SENT, MessageStatus.DELIVERED])
READ_OF_VISIT = (
    "status",
    "starts_at",
    "ends_at",
    "booked_at",
    "moved_at",
    "confirmed_at",
    "checked_out_at",
    "held_back_at",
    "needs_second",
    "follow_up_due",
    "client__recipient__channel",
)
TIME_TO_CALL = timedelta(minutes=30)
ANNOUNCE_WITHIN = timedelta(hours=2)
ALARMS = ("visit.ring_me", "visit.alarm")
# As long as this is what comes next, two requests from one home are visited in one go.
IN_ONE_GO = frozenset(
    {
        NextActionKind.CHOOSE,
        NextActionKind.AWAIT_ANSWERS,
        NextActionKind.NOBODY,
        NextActionKind.GOES_ALONG,
        NextActionKind.ANNOUNCE,
        NextActionKind.CONFIRM,
        NextActionKind.VISIT,
        NextActionKind.CHECK_OUT,
        NextActionKind.ALARM,
    }
)


def rewrite(request: HelpRequest) -> NextAction | None:
    """Work out the next action and write it; call it last in the transaction of every deed. None: it is closed."""
    action = next_action(facts_of(request))
    owner = owner_now(action, clock.now())
    still_open = HelpRequest.objects.open().filter(pk=request.pk)
    if not still_open.update(next_kind=action.kind, next_due=action.due, next_owner=owner):
        return None
    request.next_kind, request.next_due, request.next_owner = action.kind, action.due, owner
    _rewrite_the_other(request, action)
    return action


def _rewrite_the_other(request: HelpRequest, action: NextAction) -> None:
    """Of two that are visited in one go the second waits with the first; once one of them needs something else, each goes alone."""
    in_one_go = action.kind in IN_ONE_GO
    for other in filter(None, [households.along_with(request)]) if in_one_go else households.leave(request):
        rewrite(other)


def close(request: HelpRequest, *, closing: Closing) -> None:
    """Nothing more has to happen. The caller records why and who."""
    freed = households.leave(request)
    nothing = {"next_kind": "", "next_due": None, "next_owner": "", "household": None, "household_turn": None}
    fields = {"closed_at": clock.now(), "closed_as": closing, **nothing}
    if HelpRequest.objects.filter(pk=request.pk, closed_at=None).update(**fields):
        _tell_who_handed_it_over(request)
    for name, value in fields.items():
        setattr(request, name, value)
    seats.give_back(request)
    for other in freed:
        rewrite(other)


def _tell_who_handed_it_over(request: HelpRequest) -> None:
    """An organisation that handed a request over hears that it has ended: from here on it may forget the client."""
    for handover in Handover.objects.filter(made=request).select_related("request__organisation"):
        organisation = handover.request.organisation
        open_call("handover.ended", handover, organisation=organisation, recipient=None, due_at=clock.now())


def hand_over_late() -> int:
    """What the clock should have done an hour ago becomes the coordinator's."""
    late = HelpRequest.objects.due_by(clock.now() - LATE).filter(next_owner=Role.CLOCK)
    return late.update(next_owner=Role.COORDINATOR)


def differences() -> list[str]:
    """References of open requests whose next action is not what it should be. Empty, or somebody forgot somebody."""
    wrong = []
    for request in HelpRequest.objects.open().select_related("client__recipient", "organisation").iterator():
        action = next_action(facts_of(request))
        owners = {action.owner, owner_now(action, clock.now())}
        if (request.next_kind, request.next_due) != (action.kind, action.due) or request.next_owner not in owners:
            wrong.append(request.reference)
    return wrong


def facts_of(request: HelpRequest) -> RequestFacts:
    """What is true of a request now, read from the database."""
    visit = _visit_facts(request)
    if visit is not None and visit.unfinished:
        restricted_at = request.client.recipient.restricted_at
        facts = RequestFacts(logged_at=request.logged_at, visit=visit, restricted_at=restricted_at)
        if visit.second_wanted_at is None:
            return facts
        return replace(facts, live_until=_live_until(request), nobody_since=_nobody_since(request))
    judged = judge_request(request)
    away_until = request.client.away_until
    yeses = list(request.client.consents.values_list("withdrawn_at", flat=True))
    return RequestFacts(
        logged_at=request.logged_at,
        own_yes=None in yeses,
        yes_withdrawn_at=_last_withdrawn(yeses),
        for_volunteers=bool(judged.for_volunteer),
        urgent=judged.urgent,
        staff_first_since=request.client.staff_first.standing().values_list("noted_at", flat=True).first(),
        away_until=clock.at(away_until, time(9)) if away_until else None,
        restricted_at=request.client.recipient.restricted_at,
        moments_over_at=_moments_over_at(request),
        **_referral_facts(request),
        referral_wanted_at=_referral_wanted(request),
        live_until=_live_until(request),
        nobody_since=_nobody_since(request),
        next_visit_asked_at=_next_visit_asked_at(request),
        goes_along=_goes_along(request),
        visit=visit,
    )


def _last_withdrawn(yeses: Iterable[datetime | None]) -> datetime | None:
    """When they took the last one back; a yes that stands is None among them."""
    return max((moment for moment in yeses if moment is not None), default=None)


def _referral_facts(request: HelpRequest) -> dict[str, datetime | None]:
    """What is known of the slips: when the last was handed out, or heard to have landed; and of the seats on them."""
    referred, lost, until = [], [], []
    told = ("made_at", "landed", "landed_noted_at", "session__called_off_at", "session__ends_at")
    for made_at, landed, noted_at, called_off_at, ends_at in request.referrals.values_list(*told):
        referred.append(noted_at if landed else made_at)
        if landed is None and ends_at and not called_off_at:
            until.append(ends_at)
        lost += [noted_at] if landed is False else [called_off_at] if landed is None and called_off_at else []
    last, lost_at = max(referred, default=None), max(lost, default=None)
    return {
        "referred_at": last,
        "seat_lost_at": lost_at if lost_at and last and last <= lost_at else None,
        "seat_until": min(until, default=None),
    }


def _goes_along(request: HelpRequest) -> NextAction | None:
    """Until when, and by whom, something is done about the request that this one is visited right after."""
    first = households.first_of(request)
    if first is None or first.next_due is None:
        return None
    return NextAction(NextActionKind.GOES_ALONG, first.next_due, Role(first.next_owner))


def _next_visit_asked_at(request: HelpRequest) -> datetime | None:
    return Series.objects.filter(request=request, ended_at=None).values_list("asks_at", flat=True).first()


def _referral_wanted(request: HelpRequest) -> datetime | None:
    return Visit.objects.filter(request=request, follow_up__outcome="refer").aggregate(at=Max("follow_up__made_at"))[
        "at"
    ]


def moments_until(request: HelpRequest) -> datetime | None:
    """The last moment at which a visit could begin; None for somebody who is always at home."""
    if request.always_home:
        return None
    last = request.windows.filter(away=False).aggregate(end=Max("ends_at"))["end"]
    return (last or request.logged_at) - timedelta(minutes=request.minutes)


def _moments_over_at(request: HelpRequest) -> datetime | None:
    last = moments_until(request)
    return last if last is not None and last <= clock.now() else None


def _live_until(request: HelpRequest) -> datetime | None:
    return Offer.objects.filter(request=request).live().aggregate(until=Max("expires_at"))["until"]


def _nobody_since(request: HelpRequest) -> datetime | None:
    """When the last search ended without a yes: since then, none of the offers of this round is live."""
    return request.searched_in_vain_at


@cache
def _told_of_visits() -> QuerySet[Any]:
    """Visits that took place or will, the last first, each with what was said about it. Every deed asks this of its request, so
    what is the same for all of them is put together once."""
    calls = CallTask.objects.filter(subject_kind="visit", subject_id=OuterRef("pk"))
    # An alarm about the second of two is an alarm about this request.
    beside = Visit.objects.filter(goes_with=OuterRef(OuterRef("pk"))).order_by().values("pk")
    alarms = CallTask.objects.filter(
        Q(subject_id=OuterRef("pk")) | Q(subject_id__in=beside), subject_kind="visit", kind__in=ALARMS, done_at=None
    )
    texts = OutboundMessage.objects.filter(subject_kind="visit", subject_id=OuterRef("pk"))
    since = Q(created_at__gte=Coalesce(OuterRef("moved_at"), OuterRef("booked_at")))
    running = Series.objects.filter(request=OuterRef("request"), ended_at=None)
    told = (
        Visit.objects.of_firsts()
        .exclude(status__in=(VisitStatus.CANCELLED, VisitStatus.MISSED))
        .annotate(
            told_by_voice=Exists(calls.filter(TOLD_BY_VOICE, since)),
            told_by_text=Exists(texts.filter(TOLD_BY_TEXT, since)),
            alarm_since=alarms.order_by("created_at").values("created_at")[:1],
            goes_on=Exists(running),
            report_id=F("report__pk"),
            follow_up_id=F("follow_up__pk"),
        )
    )
    return told.select_related("client__recipient").only(*READ_OF_VISIT).order_by("-booked_at", "-pk")


def _visit_facts(request: HelpRequest) -> VisitFacts | None:
    """The last visit, with what was said about it, in one query. One that did not take place counts as none: what was made
    before it is what matters then."""
    visit: Any = _told_of_visits().filter(request=request).first()
    if visit is None:
        return None
    confirmed = visit.confirmed_at is not None
    return VisitFacts(
        status=visit.status,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        # Held back, the call that asks for a yes tells them too.
        announced=confirmed or visit.told_by_voice or visit.told_by_text or visit.held_back_at is not None,
        announce_due=announce_due(visit),
        confirmed=confirmed,
        confirm_due=confirm_due(visit),
        alarm_since=visit.alarm_since,
        left_at=visit.checked_out_at,
        reported=visit.report_id is not None,
        follow_up_due=visit.follow_up_due,
        followed_up=visit.follow_up_id is not None,
        second_wanted_at=visit.held_back_at if visit.needs_second else None,
        goes_on=visit.goes_on,
    )


def is_announced(visit: Visit) -> bool:
    """The client has heard who comes, when as it is now, and the word: by a text that left, or by somebody's voice."""
    if visit.confirmed_at is not None:
        return True
    since = Q(created_at__gte=visit.set_at)
    by_voice = CallTask.objects.about(visit).filter(TOLD_BY_VOICE, since)
    return by_voice.exists() or OutboundMessage.objects.about(visit).filter(TOLD_BY_TEXT, since).exists()


def announce_due(visit: Visit) -> datetime:
    if visit.client.recipient.channel == Channel.SMS:
        return visit.set_at + ANNOUNCE_WITHIN
    return clock.add_waking(visit.set_at, ANNOUNCE_WITHIN)


def confirm_due(visit: Visit) -> datetime:
    """Noon of the working day before; for a visit booked or moved later than that, two hours before it begins."""
    day_before = clock.working_day_before(clock.local(visit.starts_at).date())
    noon = clock.at(day_before, time(12))
    if noon >= visit.set_at + SHORT_NOTICE:
        return noon
    return max(visit.set_at + TIME_TO_CALL, visit.starts_at - SHORT_NOTICE)


@dataclass(frozen=True)
class Row:
    """One line of the worklist: a request, or a call that is an errand of its own."""

    request: HelpRequest
    late: bool
    alarm: bool
    call: CallTask | None


def rows(organisation: Organisation, *, owners: Iterable[str] = (), now: datetime | None = None) -> list[Row]:
    """Open requests of this organisation in the order they are due; alarms first. `owners` narrows to these roles."""
    moment = now or clock.now()
    requests = HelpRequest.objects.of(organisation).open().select_related("client__recipient").prefetch_related("tasks")
    if owners := list(owners):
        requests = requests.filter(Q(next_owner__in=owners) | Q(next_kind="alarm"))
    calls = _open_calls(organisation)
    found = [
        Row(
            request,
            late=request.next_due is not None and request.next_due < moment,
            alarm=request.next_kind == "alarm",
            call=calls.get(request.pk),
        )
        for request in requests.order_by("next_due", "reference")
    ]
    return sorted(found, key=lambda row: not row.alarm)


# The kinds of call that do what a next action asks for.
CALLS_FOR: dict[str, tuple[str, ...]] = {
    "announce": ("visit.announce",),
    "confirm": ("visit.confirm",),
    "alarm": ALARMS,
    "own_yes": ("request.own_yes",),
    "follow_up": ("visit.follow_up",),
    "report": ("visit.report",),
}


def _open_calls(organisation: Organisation) -> dict[uuid.UUID, CallTask]:
    """The open call that belongs to each request's next action, by the request's id."""
    calls = {(call.kind, call.subject_id): call for call in CallTask.objects.of(organisation).open()}
    visits: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    concerned = Visit.objects.of(organisation).filter(
        Q(status__in=STANDING_VISITS) | Q(status=VisitStatus.DONE, followed_up_at=None)
    )
    for request_id, pk in concerned.order_by(F("goes_with_id").asc(nulls_first=True), "pk").values_list(
        "request_id", "pk"
    ):
        visits[request_id].append(pk)
    requests = HelpRequest.objects.of(organisation).open().values_list("pk", "next_kind")
    found: dict[uuid.UUID, CallTask] = {}
    for pk, kind in requests:
        for wanted in CALLS_FOR.get(kind, ()):
            subjects = [pk] if wanted.startswith("request.") else visits[pk]
            for call in filter(None, (calls.get((wanted, subject)) for subject in subjects)):
                found.setdefault(pk, call)
    return found


def has_live_offers(request: HelpRequest) -> bool:
    return Offer.objects.filter(request=request, status__in=LIVE_OFFERS).exists()
