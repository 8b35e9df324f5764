"""Visits: booked with everything that follows, announced, begun, ended, or cancelled so that nobody opens the door in vain."""

import secrets
import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox, phrasebook
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import Channel, OutboundMessage
from digibel.notifications.numbers import display
from digibel.notifications.recipients import language_of
from digibel.organisations import duty
from digibel.organisations.models import Role
from digibel.requests.models import HelpRequest
from digibel.scheduling import alarms, cards, errors, timers, worklist
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.matching.ranking import travel_time
from digibel.scheduling.models import Offer, OfferStatus, Visit, VisitStatus
from digibel.scheduling.moves import move
from digibel.volunteers.models import Volunteer

REMIND_AT = time(17)
HOUR_BEFORE = timedelta(hours=1)
CHECK_IN_WITHIN = timedelta(minutes=20)
CHECK_OUT_NUDGE = timedelta(minutes=15)
CHECK_OUT_ALARM = timedelta(minutes=30)
EXTENSION = timedelta(minutes=30)
FOLLOW_UP_AFTER = timedelta(days=7)
EARLY_IN = timedelta(hours=2)
# "Ring me" is no such errand: whoever asked for a call wants it after the visit too.
ENDED_BY_CHECK_OUT = (
    "visit.announce",
    "visit.confirm",
    "visit.alarm",
    "visit.late",
    "visit.nobody_home",
    "visit.undelivered",
)


def book(
    request: HelpRequest, volunteer: Volunteer, start: datetime, end: datetime, *, offer: Offer | None, by: Actor
) -> Visit:
    """Write the visit and all that follows from it, within the caller's transaction and locks."""
    duty.check_covered(request.organisation, start, end)
    travel = travel_time(volunteer, request)
    frozen_now = clock.now()
    visit = Visit(
        request=request,
        client=request.client,
        volunteer=volunteer,
        offer=offer,
        starts_at=start,
        ends_at=end,
        busy_from=start - travel,
        busy_until=end + travel,
        booked_at=frozen_now,
        changed_at=frozen_now,
        word=choose_word(request, volunteer),
    )
    visit.card_digest = cards.digest(cards.token(visit))
    visit.save(force_insert=True)
    record("visit.booked", visit, by=by, organisation_id=request.organisation_id, request=request.pk)
    outbox.queue_all([*_texts_to_volunteer(visit), *_announcement_texts(visit)])
    _start_timers(visit)
    worklist.rewrite(request)
    return visit


def choose_word(request: HelpRequest, volunteer: Volunteer) -> str:
    """A word both can say, and none that this client or this volunteer heard lately: yesterday's word opens no door today."""
    words = phrasebook.codewords_for(
        client=language_of(request.client.recipient, request.organisation),
        volunteer=language_of(volunteer.recipient, request.organisation),
    )
    theirs = Visit.objects.filter(client=request.client_id) | Visit.objects.standing().by(volunteer)
    used = set(theirs.exclude(word="").values_list("word", flat=True))
    return secrets.choice([word for word in words if word.upper() not in used] or list(words)).upper()


def _texts_to_volunteer(visit: Visit) -> Iterator[OutboundMessage]:
    """The booking at once, as the answer to a yes; the day before; the hour before."""
    recipient, organisation = visit.volunteer.recipient, visit.request.organisation
    language = language_of(recipient, organisation)
    moment = languages.day_and_time(visit.starts_at, language)
    word, client = visit.word, visit.client.first_name
    values = {"name": visit.volunteer.first_name, "client": client, "moment": moment, "word": word}
    if visit.volunteer.sms_only:
        key, values["street"] = "accepted_sms_only", _street(visit)
    else:
        key, values["link"] = "accepted", cards.link(visit)
    yield _to_volunteer(visit, key, any_hour=True, **values)
    if (day_before := _day_before(visit.starts_at)) > clock.now():
        link = "" if visit.volunteer.sms_only else cards.link(visit)
        yield _to_volunteer(
            visit, "reminder_day", not_before=day_before, client=client, moment=moment, word=word, link=link
        )
    if (hour_before := visit.starts_at - HOUR_BEFORE) > clock.now():
        clock_time = languages.clock_time(visit.starts_at, language)
        yield _to_volunteer(visit, "reminder_hour", not_before=hour_before, client=client, time=clock_time, word=word)


def _street(visit: Visit) -> str:
    client = visit.client
    box = f" / {client.box}" if client.box else ""
    return f"{client.street} {client.house_number}{box}"


def announce(visit: Visit) -> None:
    """The client hears who comes and when, and the word: by text, or by somebody's voice, a letter, a worker they trust."""
    outbox.queue_all(_announcement_texts(visit))


def _announcement_texts(visit: Visit) -> list[OutboundMessage]:
    """The texts to the client; where there are none, the errand of whoever tells them."""
    client = visit.client
    if client.recipient.channel == Channel.SMS:
        return list(_texts_to_client(visit))
    open_call(
        "visit.announce",
        visit,
        organisation=visit.request.organisation,
        recipient=client.recipient,
        due_at=worklist.announce_due(visit),
        owner=Role.INTAKE,
        channel=client.recipient.channel,
    )
    return []


def announce_again(visit: Visit) -> None:
    """The client said STOP or START: what waits to leave no longer fits, and what they have not heard is told anew."""
    told = worklist.is_announced(visit)
    outbox.withdraw(OutboundMessage.objects.about(visit).filter(recipient=visit.client.recipient))
    if not told:
        drop_calls(visit, "visit.announce")
        announce(visit)
    worklist.rewrite(visit.request)


def _texts_to_client(visit: Visit) -> Iterator[OutboundMessage]:
    values = announcement(visit)
    yield _to_client(visit, "announce", phone=display(visit.request.organisation.phone), **values)
    if (day_before := _day_before(visit.starts_at)) > clock.now() + HOUR_BEFORE:
        yield _to_client(visit, "client_reminder", not_before=day_before, **values)


def announcement(visit: Visit) -> dict[str, str]:
    """Who, when and the word, as values for the client's texts, in the client's language."""
    language = language_of(visit.client.recipient, visit.request.organisation)
    return {
        "volunteer": visit.volunteer.first_name,
        "day": languages.day_in_words(visit.starts_at, language),
        "about": languages.about(visit.starts_at, language),
        "word": visit.word,
    }


def _start_timers(visit: Visit) -> None:
    moments = [
        ("confirm_by", worklist.confirm_due(visit)),
        ("check_in_late", visit.starts_at + CHECK_IN_WITHIN),
        ("check_out_nudge", visit.ends_at + CHECK_OUT_NUDGE),
        ("check_out_alarm", visit.ends_at + CHECK_OUT_ALARM),
    ]
    timers.start_timers(visit.pk, moments)


def _day_before(moment: datetime) -> datetime:
    return clock.at(clock.local(moment).date() - timedelta(days=1), REMIND_AT)


@transaction.atomic
def confirm(visit: Visit, *, by: Actor) -> None:
    """The client knows who comes and says it suits. A volunteer who was held back may go."""
    locked = _lock(visit)
    if locked.confirmed_at is not None or locked.status != VisitStatus.BOOKED:
        return
    held_back = locked.held_back_at is not None
    _write(locked, confirmed_at=clock.now(), held_back_at=None)
    timers.drop_timers(locked.pk, "confirm_by")
    drop_calls(locked, "visit.announce", "visit.confirm")
    record("visit.confirmed", locked, by=by, organisation_id=locked.request.organisation_id)
    if held_back:
        _text_volunteer(locked, "goes_ahead", client=locked.client.first_name, moment=_volunteers_moment(locked))
    worklist.rewrite(locked.request)
    visit.refresh_from_db()


def hold_back(visit_id: uuid.UUID) -> None:
    """Unconfirmed when it had to be known: the volunteer stays at home for now, and a person calls on. Rung by the clock."""
    visit = _lock_id(visit_id)
    if visit.status != VisitStatus.BOOKED or visit.confirmed_at is not None:
        return
    _write(visit, held_back_at=clock.now())
    _text_volunteer(visit, "stay_home", moment=_volunteers_moment(visit))
    drop_calls(visit, "visit.announce")
    call = open_call(
        "visit.confirm",
        visit,
        organisation=visit.request.organisation,
        recipient=visit.client.recipient,
        due_at=clock.now(),
        urgent=True,
    )
    if clock.local(visit.starts_at).date() == clock.today():
        alarms.ring_for(call, visit, "alarm_unconfirmed")
    worklist.rewrite(visit.request)


@transaction.atomic
def check_in(visit: Visit, *, by: Actor) -> Visit:
    """IN: the volunteer is inside. Said twice it changes nothing."""
    locked = _lock(visit)
    if locked.status == VisitStatus.UNDER_WAY:
        return locked
    if clock.now() < locked.starts_at - EARLY_IN:
        raise errors.TooEarly
    move(locked, VisitStatus.UNDER_WAY, by=by, checked_in_at=clock.now(), changed_at=clock.now())
    timers.drop_timers(locked.pk, "check_in_late", "confirm_by")
    drop_calls(locked, "visit.announce", "visit.confirm", "visit.alarm", "visit.nobody_home")
    record("visit.begun", locked, by=by, organisation_id=locked.request.organisation_id)
    worklist.rewrite(locked.request)
    return locked


@transaction.atomic
def check_out(visit: Visit, *, by: Actor) -> Visit:
    """UIT: the volunteer has left. The word is spent, the bell is quiet, and a week later somebody asks."""
    locked = _lock(visit)
    if locked.status == VisitStatus.DONE:
        return locked
    now, follow_up_due = clock.now(), _follow_up_due(locked)
    if locked.status == VisitStatus.BOOKED:
        _check_may_have_begun(locked)
        move(locked, VisitStatus.UNDER_WAY, by=by, checked_in_at=now, reason="no_check_in")
    move(
        locked,
        VisitStatus.DONE,
        by=by,
        checked_out_at=now,
        word="",
        follow_up_due=follow_up_due,
        changed_at=now,
    )
    timers.drop_timers(locked.pk)
    drop_calls(locked, *ENDED_BY_CHECK_OUT)
    outbox.withdraw(OutboundMessage.objects.about(locked))
    timers.set_timer("follow_up", locked.pk, follow_up_due)
    timers.set_timer("report_missing", locked.pk, now + timedelta(hours=24))
    record("visit.ended", locked, by=by, organisation_id=locked.request.organisation_id)
    worklist.rewrite(locked.request)
    return locked


def _check_may_have_begun(visit: Visit) -> None:
    """Somebody who forgot IN may still say what comes after it; before the hour it is a slip of the thumb."""
    if clock.now() < visit.starts_at:
        raise errors.TooEarly


def _follow_up_due(visit: Visit) -> datetime:
    """Seven days later at the same hour, or the next moment at which people are at their desks."""
    day = clock.local(visit.starts_at).date() + FOLLOW_UP_AFTER
    while not clock.is_working_day(day):
        day += timedelta(days=1)
    return clock.at(day, time(10))


@transaction.atomic
def extend(visit: Visit, *, by: Actor) -> datetime:
    """Coffee takes longer: half an hour more without an alarm. Returns the new end of quiet."""
    locked = _lock(visit)
    if locked.status != VisitStatus.UNDER_WAY:
        _check_may_have_begun(locked)
        move(locked, VisitStatus.UNDER_WAY, by=by, checked_in_at=clock.now())
    until = max(locked.ends_at, clock.now()) + EXTENSION
    # On paper it ends where the next visit begins; the quiet lasts as long as was asked for.
    on_paper = max(locked.ends_at, min([until, *_next_begins(locked)]))
    _write(locked, ends_at=on_paper, busy_until=max(locked.busy_until, on_paper))
    timers.set_timer("check_out_nudge", locked.pk, until + CHECK_OUT_NUDGE)
    timers.set_timer("check_out_alarm", locked.pk, until + CHECK_OUT_ALARM)
    drop_calls(locked, "visit.alarm")
    record("visit.extended", locked, by=by, organisation_id=locked.request.organisation_id)
    worklist.rewrite(locked.request)
    return until


def _next_begins(visit: Visit) -> Iterator[datetime]:
    """When the volunteer has to leave for their next visit, and when the client's next one begins."""
    others = Visit.objects.standing().exclude(pk=visit.pk)
    yield from others.by(visit.volunteer).filter(busy_from__gte=visit.busy_until).values_list("busy_from", flat=True)
    yield from others.filter(client=visit.client_id, starts_at__gte=visit.ends_at).values_list("starts_at", flat=True)


@transaction.atomic
def cancel(visit: Visit, *, by: Actor, reason: str) -> None:
    """Nobody goes. Both sides hear it, the client urgently when it is near, and the search begins again.

    `reason` is a code: volunteer_cannot, client_cannot, client_away, client_gone, not_ready, organisation.
    """
    locked = _lock(visit)
    announced = worklist.is_announced(locked)
    _end(locked, VisitStatus.CANCELLED, by=by, reason=reason)
    if by.kind != "volunteer" and reason != "client_gone":
        _text_volunteer(locked, "visit_cancelled", moment=_volunteers_moment(locked))
    if announced and reason not in {"client_gone", "client_cannot", "client_away"}:
        _tell_client_nobody_comes(locked)
    worklist.rewrite(locked.request)
    visit.status = locked.status


@transaction.atomic
def miss(visit: Visit, *, by: Actor, reason: str) -> None:
    """It was to happen and did not: nobody opened, or nobody came. A person decides so."""
    locked = _lock(visit)
    _end(locked, VisitStatus.MISSED, by=by, reason=reason)
    worklist.rewrite(locked.request)
    visit.status = locked.status


def _end(visit: Visit, status: str, *, by: Actor, reason: str) -> None:
    """What cancelled and missed have in common: the place is free again, and nothing about it is said or asked any more."""
    now = clock.now()
    move(visit, status, by=by, reason=reason, word="", sequence=visit.sequence + 1, changed_at=now, card_digest="")
    if visit.offer is not None and visit.offer.status == OfferStatus.ACCEPTED:
        move(visit.offer, OfferStatus.WITHDRAWN, by=by, reason=reason)
    timers.drop_timers(visit.pk)
    drop_calls(visit)
    outbox.withdraw(OutboundMessage.objects.about(visit))
    HelpRequest.objects.filter(pk=visit.request_id).update(searched_in_vain_at=None)
    record(f"visit.{status}", visit, by=by, organisation_id=visit.request.organisation_id, reason=reason)


def _tell_client_nobody_comes(visit: Visit) -> None:
    """Within a day it is urgent, and a voice is surer than a text: "nobody comes today, do not open"."""
    organisation, client = visit.request.organisation, visit.client
    language = language_of(client.recipient, organisation)
    near = visit.starts_at - clock.now() <= clock.NEAR
    today = clock.local(visit.starts_at).date() == clock.today()
    if client.recipient.channel == Channel.SMS:
        if today:
            _text_client(visit, "nobody_comes", volunteer=visit.volunteer.first_name, phone=display(organisation.phone))
        else:
            _text_client(visit, "client_visit_cancelled", day=languages.day_in_words(visit.starts_at, language))
    if near or client.recipient.channel != Channel.SMS:
        call = open_call(
            "visit.cancelled",
            visit,
            organisation=organisation,
            recipient=client.recipient,
            due_at=clock.now(),
            urgent=near,
            channel=Channel.CALL if client.recipient.channel == Channel.SMS else client.recipient.channel,
        )
        if today:
            alarms.ring_for(call, visit, "alarm_cancelled_today")


@transaction.atomic
def note_late(visit: Visit, minutes: int | None, *, by: Actor) -> None:
    """The volunteer comes later. Nobody rings an alarm for that long, and somebody tells the client."""
    locked = _lock(visit)
    if locked.status != VisitStatus.BOOKED:
        raise errors.MoveNotAllowed(was=locked.status)
    wait = timedelta(minutes=minutes or 15)
    timers.set_timer("check_in_late", locked.pk, max(clock.now(), locked.starts_at) + wait + CHECK_IN_WITHIN)
    open_call(
        "visit.late",
        locked,
        organisation=locked.request.organisation,
        recipient=locked.client.recipient,
        due_at=clock.now(),
        urgent=True,
    )
    record("visit.late", locked, by=by, organisation_id=locked.request.organisation_id, minutes=minutes or 0)
    worklist.rewrite(locked.request)


def _lock(visit: Visit) -> Visit:
    return _lock_id(visit.pk)


def _lock_id(visit_id: uuid.UUID) -> Visit:
    return lock_visit(visit_id)


def _write(visit: Visit, **fields: object) -> None:
    fields["changed_at"] = clock.now()
    Visit.objects.filter(pk=visit.pk).update(**fields)
    for name, value in fields.items():
        setattr(visit, name, value)


def _volunteers_moment(visit: Visit) -> str:
    return languages.day_and_time(visit.starts_at, language_of(visit.volunteer.recipient, visit.request.organisation))


def _text_volunteer(visit: Visit, key: str, **more: Any) -> None:
    outbox.queue_all([_to_volunteer(visit, key, **more)])


def _text_client(visit: Visit, key: str, **more: Any) -> None:
    outbox.queue_all([_to_client(visit, key, **more)])


def _to_volunteer(visit: Visit, key: str, **more: Any) -> OutboundMessage:
    return outbox.compose(
        visit.volunteer.recipient,
        f"visit.{key}",
        organisation=visit.request.organisation,
        subject=visit,
        near=visit.starts_at,
        **more,
    )


def _to_client(visit: Visit, key: str, **more: Any) -> OutboundMessage:
    return outbox.compose(
        visit.client.recipient,
        f"visit.{key}",
        organisation=visit.request.organisation,
        subject=visit,
        near=visit.starts_at,
        **more,
    )
