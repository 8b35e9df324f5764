"""A week later: does it still work? What the client answers chains into the next action.

Who has texts from us is asked by text, and whoever does not answer within two days, or has no texts, by a voice. Rule E8 asks
everybody the same four questions. By text they are one: whoever does not answer it with a plain 1 is rung, and nothing is
closed before.
"""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import CallTask, Channel, MessageStatus, OutboundMessage
from digibel.notifications.recipients import language_of
from digibel.problems import Conflict
from digibel.requests.models import Client, Closing, HelpRequest
from digibel.scheduling import beats, concerns, offers, openings, pairs, rejudging, timers, worklist
from digibel.scheduling.errors import MoveNotAllowed, SeriesGoesOn
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.matching.moments import days_at_home
from digibel.scheduling.matching.ranking import rank_anew, rank_pool
from digibel.scheduling.models import FollowUp, Handover, Visit, VisitStatus
from digibel.scheduling.reports import call_volunteer

WORRIES = ("code_seen", "card_held", "money", "came_back")
TOO_LONG_AGO = timedelta(days=14)
TIME_TO_ANSWER = timedelta(days=2)
ASKED = beats.ASKED
ASKED_AGAIN_AFTER = timedelta(days=7)
MOST_ROUNDS = 2
NOT_REACHED = (CallTask.Outcome.NO_ANSWER, CallTask.Outcome.WRONG_NUMBER)
CLOSES = {"works": Closing.SOLVED, "refused": Closing.WITHDRAWN, "silent": Closing.UNREACHABLE}


def ask(visit_id: uuid.UUID) -> None:
    """The week is over: a text, or a call on the coordinator's list. Rung by the clock, again where no answer came."""
    visit = Visit.objects.select_related("request__organisation", "client__recipient").get(pk=visit_id)
    if visit.status == VisitStatus.DONE and visit.followed_up_at is None and visit.follow_up_due and _is_wanted(visit):
        if visit.request.is_open and _has_texts(visit.client) and not asked_by_text(visit) and _was_last_week(visit):
            _text(visit)
        else:
            ring(visit)
    worklist.rewrite(visit.request)


def _was_last_week(visit: Visit) -> bool:
    """As the text says. Of whoever was away, or the last of a series that ended late, it may be long ago: a voice can explain."""
    return clock.today() - clock.local(visit.starts_at).date() < TOO_LONG_AGO


def _is_wanted(visit: Visit) -> bool:
    """Also where another organisation goes on with the series: of who was there for us nobody there knows."""
    request, client = visit.request, visit.client
    goes_on_elsewhere = request.handovers.filter(status=Handover.Status.ACCEPTED)
    is_ours = request.is_open or goes_on_elsewhere.exists()
    return is_ours and client.gone_at is None and client.recipient.restricted_at is None


def ring(visit: Visit, *, urgent: bool = False) -> CallTask:
    """Somebody asks by voice, now."""
    return open_call(
        ASKED,
        visit,
        organisation=visit.request.organisation,
        recipient=visit.client.recipient,
        due_at=clock.now(),
        urgent=urgent,
    )


@transaction.atomic
def ask_now(visit: Visit, *, by: Actor) -> CallTask:
    """They are on the line, or cannot wait for the week: the same questions by voice, at once. Raises `MoveNotAllowed`."""
    locked = lock_visit(visit.pk)
    if not may_be_asked(locked):
        raise MoveNotAllowed(was="followed_up" if locked.followed_up_at else locked.status)
    call = ring(locked)
    record("visit.asked_early", locked, by=by, organisation_id=locked.request.organisation_id)
    worklist.rewrite(locked.request)
    return call


def may_be_asked(visit: Visit) -> bool:
    waits = visit.status == VisitStatus.DONE and visit.followed_up_at is None and visit.goes_with_id is None
    return waits and visit.request.is_open and beats.running(visit.request) is None


def asked_by_text(visit: Visit) -> bool:
    return OutboundMessage.objects.about(visit).filter(kind=ASKED).exists()


def awaited(client: Client) -> list[Visit]:
    """The visits of this client about which a text has asked, and that nobody has followed up."""
    done = Visit.objects.filter(
        client=client, status=VisitStatus.DONE, followed_up_at=None, follow_up_due__isnull=False
    )
    texts = OutboundMessage.objects.filter(
        kind=ASKED, recipient=client.recipient_id, status__in=[MessageStatus.SENT, MessageStatus.DELIVERED]
    )
    related = done.filter(pk__in=texts.values("subject_id"), request__closed_at=None)
    return list(related.select_related("request__organisation", "client__recipient").order_by("starts_at"))


def _has_texts(client: Client) -> bool:
    recipient = client.recipient
    return recipient.channel == Channel.SMS and recipient.stopped_at is None and not recipient.number_is_wrong


def _text(visit: Visit) -> None:
    """In the hours that people are awake. Who does not answer is rung."""
    language = language_of(visit.client.recipient, visit.request.organisation)
    outbox.queue_message(
        visit.client.recipient,
        ASKED,
        organisation=visit.request.organisation,
        subject=visit,
        topic=offers.topic_of(visit.request, language),
    )
    answer_by = clock.add_working_days(clock.today(), TIME_TO_ANSWER.days)
    due = clock.at(answer_by, clock.local(clock.now()).time())
    Visit.objects.filter(pk=visit.pk).update(follow_up_due=due)
    timers.set_timer("follow_up", visit.pk, due)


def moments_again(visit: Visit) -> list[datetime]:
    """When the same volunteer could come once more in the coming two weeks: the earliest of three days, to choose from."""
    found = rank_anew(visit.request, [visit.volunteer_id])
    asked = found.question
    daytime = days_at_home(asked.wanted.earliest, asked.wanted.away)
    candidate = rank_pool(found.pool, asked.at(daytime)).candidate(visit.volunteer_id)
    return list(candidate.moments) if candidate is not None else []


@transaction.atomic
def note(
    visit: Visit,
    outcome: str,
    *,
    by: Actor,
    autonomy: Mapping[str, int | None] | None = None,
    worries: tuple[str, ...] = (),
    again: Sequence[datetime] = (),
) -> FollowUp:
    """Write down what the client said. *works* closes the request, *fails* looks for a new visit, *refer* asks for a slip,
    *refused* wants no more help, and *silent* could not be reached.

    `autonomy`: what they can do now, each of `models.AUTONOMY` from 0 (no) to 2 (yes).

    `again`: which of `moments_again` suit the client. The same volunteer is asked for them, and others only after that.

    Worries are the client's word (guardrail E8): about money, codes or a card, the volunteer pauses until a person decides,
    and others take over their visits. Coming back privately is a talk the same day.
    """
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.DONE or locked.followed_up_at is not None:
        raise MoveNotAllowed(was="followed_up" if locked.followed_up_at else locked.status)
    if beats.running(locked.request) is not None:
        raise SeriesGoesOn
    now = clock.now()
    follow_up = FollowUp.objects.create(
        visit=locked,
        made_at=now,
        made_by=str(by),
        outcome=outcome,
        **(autonomy or {}),
        worries=[worry for worry in WORRIES if worry in worries],
    )
    Visit.objects.filter(pk=locked.pk).update(followed_up_at=now)
    timers.drop_timers(locked.pk, "follow_up")
    drop_calls(locked, ASKED)
    outbox.withdraw(OutboundMessage.objects.about(locked).filter(kind=ASKED))
    record(
        "visit.followed_up",
        locked,
        by=by,
        organisation_id=locked.request.organisation_id,
        outcome=outcome,
        worries=len(worries),
    )
    # Of two who were there nobody says which it was: a person talks with both.
    for one in pairs.were_there(locked) if worries else ():
        call_volunteer(one, urgent=True)
        if set(concerns.PAUSING).intersection(worries):
            concerns.raise_concern(one, worries, by=by)
    _go_on(locked, follow_up, again, by=by)
    return follow_up


def _go_on(visit: Visit, told: FollowUp, again: Sequence[datetime], *, by: Actor) -> None:
    outcome = told.outcome
    if outcome in CLOSES:
        offers.end_others(visit.request, by=CLOCK)
        timers.drop_timers(visit.request_id)
        worklist.close(visit.request, closing=CLOSES[outcome])
        openings.end_company(visit.request, by=by)
        for one in pairs.were_there(visit) if outcome == "works" else ():
            _thank(one)
        return
    HelpRequest.objects.filter(pk=visit.request_id).update(searched_in_vain_at=None)
    rejudging.catch_up(visit.request, by=by)
    if outcome == "fails" and again and visit.request.is_open:
        _ask_again(visit, again, same=not told.worries, by=by)
    worklist.rewrite(visit.request)


def _ask_again(visit: Visit, moments: Sequence[datetime], *, same: bool, by: Actor) -> None:
    """These moments suit the client now, and whoever came before is asked first: not where the client reported something,
    nor if they cannot any more. Then a matcher chooses."""
    length = timedelta(minutes=visit.request.minutes)
    windows = [(start, start + length) for start in sorted(set(moments))]
    openings.change_moments(visit.request, windows=windows, by=by)
    if same:
        with suppress(Conflict), transaction.atomic():
            offers.send_wave(visit.request, by=by, volunteers=[visit.volunteer])


def not_reached(visit: Visit, *, by: Actor) -> None:
    """Every try was in vain: asked once more a week later, as nobody else can say whether it still works. Then it ends."""
    rounds = CallTask.objects.about(visit).filter(kind=ASKED, outcome__in=NOT_REACHED).count()
    if rounds < MOST_ROUNDS:
        timers.set_timer("follow_up", visit.pk, clock.now() + ASKED_AGAIN_AFTER)
    else:
        note(visit, "silent", by=by)


def _thank(visit: Visit) -> None:
    """The volunteer hears the end of the story."""
    outbox.queue_message(
        visit.volunteer.recipient,
        "plain.solved_thanks",
        organisation=visit.request.organisation,
        subject=visit,
        client=visit.client.first_name,
    )
