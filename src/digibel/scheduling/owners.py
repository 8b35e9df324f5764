"""For the messages and calls about requests, offers and visits: is it still true, what if it did not arrive, what now."""

from datetime import datetime, timedelta

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import phrasebook
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask, Channel, OutboundMessage, Recipient
from digibel.notifications.numbers import display
from digibel.notifications.owners import PlainTexts, Script, language_for
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Role
from digibel.requests.models import Closing, HelpRequest
from digibel.scheduling import (
    alarms,
    announcing,
    followups,
    offers,
    openings,
    readiness,
    scripts,
    timers,
    visits,
    worklist,
)
from digibel.scheduling.desksessions import signing
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.locks import lock_request, lock_visit
from digibel.scheduling.models import LIVE_OFFERS, Offer, OfferStatus, Visit, VisitStatus
from digibel.scheduling.moves import move

FOR_CLIENT = frozenset(
    {
        "announce",
        "announce_two",
        "new_volunteer",
        "client_visit_moved",
        "follow_up",
        "client_reminder",
        "client_reminder_two",
        "one_cannot",
        "new_word",
        "nobody_comes",
        "client_visit_cancelled",
        "meet",
        "meet_reminder",
        "meet_off",
    }
)
CLIENT_REMINDERS = frozenset({"visit.client_reminder", "visit.client_reminder_two", "visit.meet_reminder"})
# A text that says a visit is off stays true when it is off.
SAYS_IT_IS_OFF = frozenset({"visit_cancelled", "nobody_comes", "client_visit_cancelled", "meet_off"})
REMINDERS = frozenset({"reminder_day", "reminder_hour", "client_reminder", "client_reminder_two", "meet_reminder"})


class OfferTexts(PlainTexts):
    """Offers and their endings."""

    def still_true(self, message: OutboundMessage) -> bool:
        offer = self._offer(message)
        if message.recipient.stopped_at is not None:
            return False
        if message.kind == "offer.offer_withdrawn":
            # Who has answered meanwhile has heard it already.
            return offer.answered_at is None
        return offer.status in LIVE_OFFERS and offer.expires_at > clock.now() and offer.request.is_open

    def left(self, message: OutboundMessage) -> None:
        if message.kind != "offer.offer_withdrawn":
            offers.note_sent(self._offer(message))

    def undelivered(self, message: OutboundMessage) -> None:
        """Nobody was asked: the offer ends, and the next one can be asked at once."""
        request = lock_request(self._offer(message).request_id)
        offer = self._offer(message)
        if offer.status in LIVE_OFFERS and message.kind != "offer.offer_withdrawn":
            move(offer, OfferStatus.EXPIRED, by=CLOCK, reason="undelivered")
            timers.drop_timers(offer.pk)
            if not worklist.has_live_offers(request):
                timers.set_timer("next_wave", request.pk, clock.now())
            worklist.rewrite(request)
        open_call(
            "offer.number_wrong",
            offer,
            organisation=offer.request.organisation,
            recipient=message.recipient,
            due_at=clock.now(),
        )

    def reach_changed(self, recipient: Recipient) -> None:
        """STOP ends what a volunteer was asked, at once; nobody waits for their answer any more."""
        if recipient.stopped_at is None:
            return
        signing.end_asked(recipient)
        for offer in Offer.objects.live().filter(volunteer__recipient=recipient).order_by("pk"):
            readiness.end_offer(offer, by=Actor.volunteer(offer.volunteer), reason="stopped")

    def _offer(self, message: OutboundMessage) -> Offer:
        return Offer.objects.select_related("request__client__recipient", "request__organisation").get(
            pk=message.subject_id
        )


class VisitTexts(PlainTexts):
    """Everything around a visit, to the volunteer and to the client."""

    def still_true(self, message: OutboundMessage) -> bool:
        if message.kind.partition(".")[2] in FOR_CLIENT and message.recipient.stopped_at is not None:
            return False
        return self._is_so(self._visit(message), message)

    def still_to_be_said(self, message: OutboundMessage) -> bool:
        """Whoever said yes by another way has heard who comes; and of what is over nobody needs to hear any more."""
        visit = self._visit(message)
        if message.kind in worklist.ANNOUNCEMENTS and visit.confirmed_at is not None:
            return False
        if message.kind.partition(".")[2] in SAYS_IT_IS_OFF and clock.now() >= max(_moments_of(visit)):
            return False
        return self._is_so(visit, message)

    def _visit(self, message: OutboundMessage) -> Visit:
        return Visit.objects.select_related("client", "request").get(pk=message.subject_id)

    def _is_so(self, visit: Visit, message: OutboundMessage) -> bool:
        """Whether what it says is what is true now, and nothing else has been said meanwhile."""
        key = message.kind.partition(".")[2]
        if key in FOR_CLIENT and visit.client.gone_at is not None:
            return False
        if key == "nobody_comes" and clock.local(message.created_at).date() != clock.today():
            return False  # it says "today"; somebody else may come on the day on which it would leave
        if key in SAYS_IT_IS_OFF & FOR_CLIENT and announcing.expects_another(visit):
            return False
        if message.kind in CLIENT_REMINDERS and _wants_another_moment(visit):
            return False
        return _stands(visit, key)

    def seen(self, message: OutboundMessage, *, by: Actor) -> None:
        """A text with the street is a look at the address (rule E12)."""
        if message.kind == announcing.WITH_STREET:
            visit = Visit.objects.select_related("request").get(pk=message.subject_id)
            if visit.request.meets_at_id is not None:
                return  # that of a public place
            record("address.shown", visit, by=by, organisation_id=message.organisation_id, on="text")

    def left(self, message: OutboundMessage) -> None:
        if message.kind in worklist.ANNOUNCEMENTS:
            worklist.rewrite(
                Visit.objects.select_related("request__client__recipient").get(pk=message.subject_id).request
            )

    def undelivered(self, message: OutboundMessage) -> None:
        """A voice takes over from the text."""
        visit = Visit.objects.select_related("request__organisation", "request__client__recipient").get(
            pk=message.subject_id
        )
        if message.kind == followups.ASKED:
            followups.ring(visit)
            return
        to_client = message.recipient.kind == Recipient.Kind.CLIENT
        if message.kind in CLIENT_REMINDERS and _is_rung_anyhow(visit):
            return
        open_call(
            "visit.announce" if message.kind in worklist.ANNOUNCEMENTS else "visit.undelivered",
            visit,
            organisation=message.organisation,
            recipient=message.recipient,
            due_at=clock.now(),
            owner=Role.INTAKE if to_client else Role.COORDINATOR,
            channel=announcing.voice_of(visit.request.client) if to_client else Channel.CALL,
            urgent=visit.starts_at - clock.now() <= clock.NEAR,
        )
        worklist.rewrite(visit.request)

    def script(self, call: CallTask, *, language: str = "") -> Script:
        visit = Visit.objects.select_related("client__recipient", "volunteer__recipient", "request__organisation").get(
            pk=call.subject_id
        )
        language = language or scripts.language_for(visit, call)
        outcomes = CALL_OUTCOMES.get(call.kind, USUAL_OUTCOMES)
        if call.channel == Channel.WORKER and not scripts.through_reception(visit, call):
            outcomes = ("promised", *outcomes)
        return Script(language=language, sentences=scripts.of(visit, call, language=language), outcomes=outcomes)

    def until(self, call: CallTask) -> datetime | None:
        """What is said about a visit is said before it; a yes before somebody else has to take over."""
        kind = call.kind.partition(".")[2]
        if kind not in SAID_BEFORE_IT:
            return None
        visit = Visit.objects.select_related("client__recipient").get(pk=call.subject_id)
        confirm_due, expected = worklist.confirm_due(visit), visit.client_expects
        if kind in {"announce", "confirm"} and expected is not None and clock.now() < expected < confirm_due:
            return expected  # they open the door then, if nobody tells them
        return confirm_due if kind in {"announce", "confirm"} and confirm_due > clock.now() else visit.starts_at

    def hold(self, call: CallTask) -> None:
        lock_visit(call.subject_id)

    def reach_changed(self, recipient: Recipient) -> None:
        """A client is reached in another way from now on: what they have not heard yet takes that way."""
        coming = Visit.objects.of_firsts().filter(client__recipient=recipient, status=VisitStatus.BOOKED).order_by("pk")
        for visit in coming.values_list("pk", flat=True):
            announcing.announce_again(lock_visit(visit))

    def number_wrong(self, recipient: Recipient) -> None:
        """What was said to a stranger is told anew (`wrongnumbers.follow`)."""
        timers.set_timer("number_wrong", recipient.pk, clock.now())

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        visit = Visit.objects.select_related("request__organisation", "request__client__recipient").get(
            pk=call.subject_id
        )
        deed = getattr(self, f"_after_{call.kind.partition('.')[2]}", None)
        if deed is not None:
            deed(visit, call, outcome, by)
        worklist.rewrite(visit.request)

    def _after_announce(self, visit: Visit, call: CallTask, outcome: str, by: Actor) -> None:
        if outcome in {CallTask.Outcome.REACHED, CallTask.Outcome.POSTED} and scripts.passes_reception(visit, call):
            self._word_in_person(visit, call)
        elif outcome == CallTask.Outcome.REACHED:
            visits.confirm(visit, by=by)
        elif outcome == CallTask.Outcome.OTHER_MOMENT:
            self._other_moment(visit, by)
        elif outcome != CallTask.Outcome.POSTED:
            self._through_worker(visit, call)

    def _word_in_person(self, visit: Visit, call: CallTask) -> None:
        """The reception knows when; the word, and the yes to it, are between us and the client."""
        if visit.status == VisitStatus.BOOKED and visit.confirmed_at is None:
            open_call(
                "visit.confirm", visit, organisation=call.organisation, recipient=call.recipient, due_at=clock.now()
            )

    _after_confirm = _after_announce

    def _after_other_moment(self, visit: Visit, call: CallTask, outcome: str, by: Actor) -> None:
        if outcome == CallTask.Outcome.OTHER_MOMENT:
            self._other_moment(visit, by)
        elif outcome == CallTask.Outcome.REACHED:
            visits.confirm(visit, by=by)

    _after_call_me = _after_other_moment

    def _after_cancelled(self, visit: Visit, call: CallTask, outcome: str, by: Actor) -> None:
        """Not reached: they may open to anybody. Somebody tries on, by every way there is, until the moment is over."""
        if outcome == CallTask.Outcome.REACHED or clock.now() >= visit.starts_at:
            return
        urgent = visit.starts_at - clock.now() <= clock.NEAR
        worker = bool(call.channel != Channel.WORKER and visit.client.trusted_worker_phone and call.kind in RELAYED)
        again = open_call(
            call.kind,
            visit,
            organisation=call.organisation,
            recipient=call.recipient,
            due_at=clock.now() if worker or urgent else clock.add_waking(clock.now(), AFTER_ALL_TRIES),
            urgent=urgent,
            channel=Channel.WORKER if worker else Channel.CALL,
        )
        if call.kind == "visit.cancelled":
            alarms.ring_later(again, visit.starts_at - announcing.HEARD_BEFORE)

    _after_new_word = _after_late = _after_undelivered = _after_cancelled

    def _after_follow_up(self, visit: Visit, call: CallTask, outcome: str, by: Actor) -> None:
        if outcome in followups.NOT_REACHED:
            followups.not_reached(visit, by=by)

    def _other_moment(self, visit: Visit, by: Actor) -> None:
        """The moment does not suit after all: the place is free again, and the search starts with new moments."""
        try:
            visits.cancel(visit, by=by, reason="client_cannot")
        except MoveNotAllowed:
            return

    def _through_worker(self, visit: Visit, call: CallTask) -> None:
        """Three tries, and nobody: the worker they trust, or the coordinator, takes it from here."""
        if visit.status != VisitStatus.BOOKED or call.channel == Channel.WORKER:
            return
        open_call(
            "visit.confirm",
            visit,
            organisation=call.organisation,
            recipient=call.recipient,
            due_at=clock.now(),
            urgent=True,
            channel=Channel.WORKER if announcing.may_relay_word(visit.client) else Channel.CALL,
        )


def _is_rung_anyhow(visit: Visit) -> bool:
    """Somebody is about to tell the client all that a reminder says."""
    return CallTask.objects.open().about(visit).filter(kind__in=("visit.announce", "visit.confirm")).exists()


def _stands(visit: Visit, key: str) -> bool:
    """Whether the visit is as a text of this kind says that it is."""
    is_booked = visit.status == VisitStatus.BOOKED
    if key == "follow_up":
        is_asked = visit.follow_up_due is not None and visit.followed_up_at is None
        return visit.status == VisitStatus.DONE and is_asked and visit.request.is_open
    if key in SAYS_IT_IS_OFF:
        return visit.status in {VisitStatus.CANCELLED, VisitStatus.MISSED}
    if key == "checkout_missing":
        return visit.status == VisitStatus.UNDER_WAY
    if key == "stay_home":
        return is_booked and visit.held_back_at is not None
    if key in {"second_sought", "other_cannot", "one_cannot"}:
        return is_booked and visit.needs_second
    return is_booked and visit.starts_at > clock.now() and (key not in REMINDERS or visit.held_back_at is None)


def _wants_another_moment(visit: Visit) -> bool:
    """They said so, and nobody has talked with them yet."""
    return CallTask.objects.open().about(visit).filter(kind="visit.other_moment").exists()


def _moments_of(visit: Visit) -> list[datetime]:
    """At which somebody may be waiting for it."""
    return [moment for moment in (visit.starts_at, visit.client_expects, visit.volunteer_expects) if moment is not None]


class AlarmTexts(PlainTexts):
    """To whoever is on duty: true as long as the alarm stands."""

    def still_true(self, message: OutboundMessage) -> bool:
        return CallTask.objects.open().filter(subject_id=message.subject_id, kind__in=ALARM_CALLS).exists()


ALARM_CALLS = ("visit.alarm", "visit.nobody_home", "visit.ring_me", "visit.confirm", "visit.cancelled", "fraud.now")
USUAL_OUTCOMES = ("reached", "no_answer", "other_moment", "wrong_number")
SAID_BEFORE_IT = {"announce", "confirm", "cancelled", "new_word", "late", "undelivered", "other_moment", "call_me"}
# A text that got lost may hold the word, and a reception never hears that: it is read to nobody else.
RELAYED = {"visit.cancelled", "visit.new_word"}
AFTER_ALL_TRIES = timedelta(hours=4)
CALL_OUTCOMES = {
    "visit.follow_up": ("works", "fails", "refer", "refused", "no_answer", "wrong_number"),
    # Several people are rung at once: whose number it was, their own pages ask.
    "visit.alarm": ("reached", "no_answer"),
    "visit.nobody_home": ("reached", "no_answer"),
    "visit.ring_me": ("reached", "no_answer"),
    **dict.fromkeys(
        (
            *("visit.cancelled", "visit.late", "visit.new_word", "visit.report", "visit.not_ok", "visit.door_changed"),
            *("visit.way_too_long", "visit.no_kit", "visit.stricter", "visit.phone_lost"),
        ),
        ("reached", "no_answer", "wrong_number"),
    ),
}


class ClientTexts(PlainTexts):
    """What a person talks over with a client, and no script can know: why money or papers keep coming back (rule E9)."""

    def script(self, call: CallTask, *, language: str = "") -> Script:
        return Script(
            language=language or language_for(call), sentences="", outcomes=("reached", "no_answer", "wrong_number")
        )


class RequestTexts(PlainTexts):
    """Calls about a request before there is a visit: the client's own yes."""

    def script(self, call: CallTask, *, language: str = "") -> Script:
        request = HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=call.subject_id)
        language = language or language_of(request.client.recipient, request.organisation)
        sentences = phrasebook.render(
            "consent", language, organisation=request.organisation.name, phone=display(request.organisation.phone)
        )
        return Script(
            language=language, sentences=sentences, outcomes=("reached", "refused", "no_answer", "wrong_number")
        )

    def hold(self, call: CallTask) -> None:
        lock_request(call.subject_id)

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        request = HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=call.subject_id)
        if outcome == CallTask.Outcome.REACHED:
            language = language_of(request.client.recipient, request.organisation)
            openings.note_own_yes(request.client, language=language, by=by)
        elif outcome == CallTask.Outcome.REFUSED:
            openings.close(request, closing=Closing.WITHDRAWN, by=by, refused=True)
        else:
            self._once_more(call)
        worklist.rewrite(request)

    def _once_more(self, call: CallTask) -> None:
        """Not reached, three times: the coordinator finds another way to the client's own yes."""
        request = HelpRequest.objects.get(pk=call.subject_id)
        open_call(
            "request.own_yes",
            request,
            organisation=call.organisation,
            recipient=call.recipient,
            due_at=clock.add_waking(clock.now(), timedelta(hours=4)),
            owner=Role.COORDINATOR,
            channel=Channel.WORKER if request.client.trusted_worker_phone else Channel.CALL,
        )
