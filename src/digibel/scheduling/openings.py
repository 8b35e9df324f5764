"""A request comes in: logged, judged, split, and on the worklist with its true next action, all in one transaction."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.organisations.models import Organisation, Role
from digibel.requests import intake, judging, referrals
from digibel.requests.alike import one_at_a_time
from digibel.requests.drafts import ClientDraft, RequestDraft, Window
from digibel.requests.errors import AlreadyClosed, MergedMeanwhile, NotOneOf, PersonGone, TooLateToUndo
from digibel.requests.models import Client, Closing, Gone, HelpRequest, NextActionKind
from digibel.requests.rectifying import lock_client
from digibel.scheduling import beats, offers, rejudging, stafffirst, timers, visits, worklist
from digibel.scheduling.errors import FollowUpFirst, MoveNotAllowed, NoOwnYes, Restricted, SeriesGoesOn
from digibel.scheduling.locks import lock_request
from digibel.scheduling.locks import lock_requests as lock_requests
from digibel.scheduling.models import Visit, VisitStatus
from digibel.sealing import ledger

UNDONE_WITHIN = timedelta(days=1)
MISTAKES = ("wrong_person", "misunderstood", "wrong_button")
ASKED_AFTERWARDS = ("follow_up", "report_missing")


@transaction.atomic
def open_request(
    draft: RequestDraft,
    *,
    organisation: Organisation,
    by: Actor,
    client: Client | None = None,
    idempotency_key: str | None = None,
    idempotency_print: str = "",
) -> list[HelpRequest]:
    """Log a request (see `intake.log_request`) and put what it asks for on somebody's list."""
    if _is_counted(draft, client):
        one_at_a_time(organisation.pk)
    if client is not None and (client := _hold_survivor(client, requests=_touches_others(draft))).gone_at is not None:
        raise PersonGone
    if client is not None and client.recipient.restricted_at is not None:
        raise Restricted
    waited_for_yes = client is not None and not intake.has_own_yes(client)
    logged = intake.log_request(
        draft,
        organisation=organisation,
        by=by,
        client=client,
        idempotency_key=idempotency_key,
        idempotency_print=idempotency_print,
    )
    for request in logged:
        if not intake.has_own_yes(request.client):
            ask_own_yes(request)
        watch_moments(request)
        worklist.rewrite(request)
    if waited_for_yes and intake.has_own_yes(logged[0].client):
        _go_on(logged[0].client)
    if draft.staff_first:
        stafffirst.note(logged[0].client, draft.staff_first, by=by)
        for request in logged:
            worklist.rewrite(request)
    if client is None:
        # Perhaps somebody we know under another row, and of whom we now know more.
        rejudging.judge_client_again(logged[0].client, by=by)
        stafffirst.note_as_known(logged[0].client, by=by)
    _tell_coordinator(logged)
    return logged


@transaction.atomic
def add_client(draft: ClientDraft, *, organisation: Organisation, by: Actor) -> Client:
    """Somebody who will ask something. Whoever decides about their money counts under every row they are known by."""
    if draft.decides_about_money:
        one_at_a_time(organisation.pk)
    client = intake.add_client(draft, organisation=organisation)
    record("client.added", client, by=by, organisation_id=organisation.pk)
    if draft.decides_about_money:
        rejudging.judge_client_again(client, by=by)
    stafffirst.note_as_known(client, by=by)
    return client


def _is_counted(draft: RequestDraft, client: Client | None) -> bool:
    """Whether it counts for a person, whoever that is: what they ask about money, or that somebody else decides about it."""
    return not judging.MONEY.isdisjoint(draft.tasks) or (client is None and bool(draft.client.decides_about_money))


def _touches_others(draft: RequestDraft) -> bool:
    """Whether what was said in this call may concern what the same person asked before."""
    return bool(draft.staff_first or draft.consent_language)


def _hold_survivor(client: Client, *, requests: bool) -> Client:
    """Whoever was on the page, or who they were made one with while it was open; their `requests` before them, where something
    ends for all of them."""
    try:
        return _hold(client, requests=requests)
    except MergedMeanwhile:
        return _hold(intake.survivor(Client.objects.get(pk=client.pk)), requests=requests)


def _hold(client: Client, *, requests: bool) -> Client:
    if requests:
        lock_requests(client)
    return lock_client(client)


def _tell_coordinator(logged: Sequence[HelpRequest]) -> None:
    """The second new problem of one client about money or administration, and each after it: a person asks what is behind it (E9).

    It is about the client, so that closing the request does not take it off the list.
    """
    first = logged[0]
    about_money = any(task.slug in judging.MONEY for request in logged for task in request.tasks.all())
    if about_money and first.same_as_id is None and judging.facts_then(first).money_before:
        ask_what_is_behind(first.client)


def ask_what_is_behind(client: Client) -> None:
    """It keeps coming back: somebody talks about it with the client."""
    open_call(
        "client.money_again",
        client,
        organisation=client.organisation,
        recipient=client.recipient,
        due_at=clock.now(),
    )


def ask_own_yes(request: HelpRequest) -> None:
    """Somebody else rang: the client's own yes is a call of its own, before anything else happens.

    Not while what we know of them is kept and not used: lifting that asks for it.
    """
    if request.client.recipient.restricted_at is not None:
        return
    open_call(
        "request.own_yes",
        request,
        organisation=request.organisation,
        recipient=request.client.recipient,
        due_at=request.logged_at,
        owner=Role.INTAKE,
        channel="worker" if request.client.recipient.channel == "worker" else "call",
    )


@transaction.atomic
def note_own_yes(client: Client, *, language: str, by: Actor) -> None:
    """The client said yes: every open request of theirs can go on."""
    lock_requests(client)
    if not intake.has_own_yes(client):
        intake.record_own_yes(client, language=language, by=by)
    _go_on(client)


def _go_on(client: Client) -> None:
    """They have said yes: nobody asks for it any more, and what waited for it goes on."""
    for request in lock_requests(client):
        drop_calls(request, "request.own_yes")
        worklist.rewrite(request)


@transaction.atomic
def refer(
    request: HelpRequest,
    *,
    by: Actor,
    place_ids: list[str] | None = None,
    route: str = "",
    sessions: Mapping[uuid.UUID, uuid.UUID] | None = None,
) -> None:
    """Hand out the slip, and ask two weeks later whether it landed; where a seat is booked, the day after whether they got there.

    `sessions`: the session by the place. Nobody is sent anywhere before their own yes (rule E13), or while what we know of them is
    kept and not used. Raises `NoOwnYes`, `Restricted` and what `referrals.refer` raises.
    """
    _check_open(request)
    if not intake.has_own_yes(request.client):
        raise NoOwnYes
    if request.client.recipient.restricted_at is not None:
        raise Restricted
    chosen = referrals.places_among(request, place_ids or [])
    referrals.refer(request, by=by, places=chosen, route=route, sessions=sessions)
    worklist.rewrite(request)


@transaction.atomic
def close(request: HelpRequest, *, closing: Closing, by: Actor, refused: bool = False) -> None:
    """Nothing more is wanted: offers and visits end, and everybody concerned hears it.

    After a visit that is an answer to the questions of a week later (`followups.note`), so that nobody is forgotten (E8); where a
    series goes on, to those after its end. Not where the client has `refused` that we go on at all. Raises `FollowUpFirst`,
    `SeriesGoesOn`.
    """
    hold_with_company(request)
    _check_open(request)
    if not refused:
        _check_nothing_to_ask(request)
    if Visit.objects.filter(request=request, status=VisitStatus.UNDER_WAY).exists():
        raise MoveNotAllowed(was=VisitStatus.UNDER_WAY)
    end_everything(request, by=by, reason="client_cannot")
    worklist.close(request, closing=closing)
    record("request.closed", request, by=by, organisation_id=request.organisation_id, closing=closing)
    end_company(request, by=by)


def hold_with_company(request: HelpRequest) -> None:
    """The request and those by which somebody goes along with it, in the order of everybody."""
    along = HelpRequest.objects.open().filter(split_from=request, meets_at__isnull=False)
    for pk in sorted([request.pk, *along.values_list("pk", flat=True)]):
        lock_request(pk)


def end_company(request: HelpRequest, *, by: Actor, place_id: uuid.UUID | None = None) -> None:
    """They do not go there (to any place, or to this one): whoever was to go along does not, unless they have met already."""
    along = HelpRequest.objects.open().filter(split_from=request, meets_at__isnull=False)
    along = along if place_id is None else along.filter(meets_at=place_id)
    met = Visit.objects.filter(status__in=(VisitStatus.UNDER_WAY, VisitStatus.DONE)).values("request")
    for one in along.exclude(pk__in=met).select_related("client__recipient", "organisation").order_by("pk"):
        close(one, closing=Closing.WITHDRAWN, by=by)


def _check_nothing_to_ask(request: HelpRequest) -> None:
    if beats.waits_for_follow_up(request):
        raise FollowUpFirst
    series = beats.running(request)
    if series is not None and beats.made(series):
        raise SeriesGoesOn


def end_everything(request: HelpRequest, *, by: Actor, reason: str) -> None:
    """Take back offers, visits, calls and timers of one request."""
    offers.end_others(request, by=by)
    timers.drop_timers(request.pk)
    drop_calls(request)
    visits.cancel_all(request, by=by, reason=reason)


@transaction.atomic
def note_away(client: Client, *, until: object, by: Actor) -> None:
    """In hospital, or away: visits are cancelled, the volunteer hears it, and a new start is dated."""
    requests = lock_requests(client)
    client.away_until = until  # type: ignore[assignment]
    client.save(update_fields=["away_until"])
    for request in requests:
        end_everything(request, by=by, reason="client_away")
        beats.ask_when_home(request)
        worklist.rewrite(request)
    record("client.away", client, by=by, organisation_id=client.organisation_id)


@transaction.atomic
def note_gone(client: Client, *, by: Actor, gone_as: str = "") -> None:
    """Moved or died: silence for this person, at once. Staff ring the volunteer; no text goes out about it.

    Texts, calls, letters, reminders and what would be asked a week later: all of it ends. A visit that is under way keeps its
    alarms, which are about the volunteer.
    """
    requests = lock_requests(client)
    if client.gone_at is not None:
        return
    ledger.note(ledger.What.GONE, client.pk, value=Gone.values.index(gone_as) + 1 if gone_as else 0)
    client.gone_at, client.gone_as = clock.now(), gone_as
    client.save(update_fields=["gone_at", "gone_as"])
    outbox.withdraw(OutboundMessage.objects.filter(recipient=client.recipient))
    drop_calls(client)
    for request in requests:
        end_everything(request, by=by, reason="client_gone")
        worklist.close(request, closing=Closing.GONE)
        _ring_volunteers(request)
    _silence_visits(client)
    ended = {"done_at": clock.now(), "outcome": CallTask.Outcome.NOT_NEEDED}
    CallTask.objects.open().filter(recipient=client.recipient).update(**ended)
    record("client.gone", client, by=by, organisation_id=client.organisation_id, gone_as=gone_as)


def _silence_visits(client: Client) -> None:
    """What was still to be asked about visits that are over."""
    over = Visit.objects.filter(client=client).exclude(status=VisitStatus.UNDER_WAY)
    timers.drop_all_timers(list(over.values_list("pk", flat=True)), *ASKED_AFTERWARDS)


@transaction.atomic
def undo_gone(client: Client, *, reason: str, by: Actor) -> None:
    """It was a mistake, and it is still the same day: their requests are open again, each with its true next action.

    Nothing comes back by itself: a visit that was cancelled is looked for anew, by a person. `reason` is a code. Raises
    `TooLateToUndo`, `NotOneOf`.
    """
    one_at_a_time(client.organisation_id)
    lock_requests(client)
    client.refresh_from_db()
    if client.gone_at is None or clock.now() > client.gone_at + UNDONE_WITHIN:
        raise TooLateToUndo
    if reason not in MISTAKES:
        raise NotOneOf(choices=", ".join(MISTAKES))
    since = client.gone_at
    ledger.take_back(ledger.What.BACK, client.pk)
    client.gone_at, client.gone_as = None, ""
    client.save(update_fields=["gone_at", "gone_as"])
    for request in _closed_by_it(client, since):
        reopen(request)
    record("client.gone_undone", client, by=by, organisation_id=client.organisation_id, reason=reason)


def _closed_by_it(client: Client, since: datetime) -> list[HelpRequest]:
    closed = client.help_requests.filter(closed_as=Closing.GONE, closed_at__gte=since).order_by("pk")
    return list(closed.select_related("client__recipient", "organisation").select_for_update(of=("self",)))


def reopen(request: HelpRequest) -> None:
    """Open again, with what has to happen next as it is now; what was to be asked after a visit is asked again."""
    fields = {
        "closed_at": None,
        "closed_as": "",
        "next_kind": NextActionKind.CHOOSE,
        "next_due": clock.now(),
        "next_owner": Role.MATCHER,
    }
    HelpRequest.objects.filter(pk=request.pk).update(**fields)
    for name, value in fields.items():
        setattr(request, name, value)
    if not intake.has_own_yes(request.client):
        ask_own_yes(request)
    watch_moments(request)
    beats.look_again(request)
    for visit in Visit.objects.filter(request=request, status=VisitStatus.DONE, followed_up_at=None):
        if visit.follow_up_due:
            timers.set_timer("follow_up", visit.pk, max(visit.follow_up_due, clock.now()))
    rejudging.catch_up(request, by=CLOCK)
    worklist.rewrite(request)


def _ring_volunteers(request: HelpRequest) -> None:
    """Whoever was to go there hears it from a person."""
    for visit in Visit.objects.filter(request=request, status=VisitStatus.CANCELLED, starts_at__gte=clock.now()):
        open_call(
            "visit.ring_volunteer",
            visit,
            organisation=request.organisation,
            recipient=visit.volunteer.recipient,
            due_at=clock.now(),
        )


@transaction.atomic
def note_back(client: Client, *, by: Actor) -> None:
    """Home again: the search can start anew."""
    requests, was_away = lock_requests(client), client.away_until is not None
    client.away_until = None
    client.save(update_fields=["away_until"])
    for request in requests:
        if was_away:
            beats.ask_when_home(request)
        if not intake.has_own_yes(client):
            ask_own_yes(request)
        watch_moments(request)
        beats.look_again(request)
        worklist.rewrite(request)
    record("client.back", client, by=by, organisation_id=client.organisation_id)


@transaction.atomic
def change_moments(
    request: HelpRequest,
    *,
    windows: Sequence[Window] = (),
    always_home: bool = False,
    away: Sequence[Window] = (),
    by: Actor,
) -> None:
    """Other moments suit the client: what was offered for the old ones ends, and the search begins again. A series counts its
    rhythm from there."""
    _check_open(request)
    beats.count_anew(request)
    search_at(request, windows=windows, always_home=always_home, away=away, by=by)


def search_at(
    request: HelpRequest, *, windows: Sequence[Window], always_home: bool, away: Sequence[Window], by: Actor
) -> None:
    """Look at these moments and no others. The caller holds the request."""
    offers.end_others(request, by=by)
    timers.drop_timers(request.pk, "next_wave")
    intake.replace_windows(request, windows=windows, always_home=always_home, away=away)
    watch_moments(request)
    record("request.moments_changed", request, by=by, organisation_id=request.organisation_id, windows=len(windows))
    worklist.rewrite(request)


def watch_moments(request: HelpRequest) -> None:
    """When the last of the client's moments has passed, somebody asks for new ones."""
    timers.drop_timers(request.pk, "moments_over")
    last = worklist.moments_until(request)
    if last is not None and last > clock.now():
        timers.set_timer("moments_over", request.pk, last)


def moments_over(request_id: uuid.UUID) -> None:
    """Rung by the clock."""
    request = lock_request(request_id)
    beats.look_again(request)
    worklist.rewrite(request)


def _check_open(request: HelpRequest) -> None:
    """Take the request's lock and look again: a stale copy may call it open."""
    if not lock_request(request.pk).is_open:
        raise AlreadyClosed
