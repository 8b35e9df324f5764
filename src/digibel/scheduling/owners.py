"""For the messages and calls about requests, offers and visits: is it still true, what if it did not arrive, what now."""

from datetime import timedelta

from digibel import clock, languages
from digibel.audit.actors import CLOCK, Actor
from digibel.notifications import phrasebook
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask, Channel, OutboundMessage, Recipient
from digibel.notifications.numbers import display
from digibel.notifications.owners import PlainTexts, Script
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Role
from digibel.requests.judging import judge_request
from digibel.requests.models import HelpRequest
from digibel.scheduling import announcing, offers, openings, readiness, timers, visits, worklist
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.locks import lock_request, lock_visit
from digibel.scheduling.models import LIVE_OFFERS, Offer, OfferStatus, Visit, VisitStatus
from digibel.scheduling.moves import move

FOR_CLIENT = frozenset({"announce", "client_reminder", "new_word", "nobody_comes", "client_visit_cancelled"})
# A text that says a visit is off stays true when it is off.
SAYS_IT_IS_OFF = frozenset({"visit_cancelled", "nobody_comes", "client_visit_cancelled"})


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

    def script(self, call: CallTask) -> Script:
        language = language_of(call.recipient, call.organisation) if call.recipient else call.organisation.language
        phone = display(call.organisation.phone)
        return Script(
            language=language,
            sentences=phrasebook.render("voicemail", language, organisation=call.organisation.name, phone=phone),
            outcomes=("reached", "no_answer", "wrong_number"),
        )

    def reach_changed(self, recipient: Recipient) -> None:
        """STOP ends what a volunteer was asked, at once; nobody waits for their answer any more."""
        if recipient.stopped_at is None:
            return
        for offer in Offer.objects.live().filter(volunteer__recipient=recipient).order_by("pk"):
            readiness.end_offer(offer, by=Actor.volunteer(offer.volunteer), reason="stopped")

    def _offer(self, message: OutboundMessage) -> Offer:
        return Offer.objects.select_related("request__client__recipient", "request__organisation").get(
            pk=message.subject_id
        )


class VisitTexts(PlainTexts):
    """Everything around a visit, to the volunteer and to the client."""

    def still_true(self, message: OutboundMessage) -> bool:
        visit = Visit.objects.select_related("client").get(pk=message.subject_id)
        key = message.kind.partition(".")[2]
        if key in FOR_CLIENT and (visit.client.gone_at is not None or message.recipient.stopped_at is not None):
            return False
        if key in SAYS_IT_IS_OFF:
            return visit.status in {VisitStatus.CANCELLED, VisitStatus.MISSED}
        if key == "checkout_missing":
            return visit.status == VisitStatus.UNDER_WAY
        if key == "stay_home":
            return visit.status == VisitStatus.BOOKED and visit.held_back_at is not None
        if key in {"reminder_day", "reminder_hour", "client_reminder"}:
            return visit.status == VisitStatus.BOOKED and visit.starts_at > clock.now() and visit.held_back_at is None
        return visit.status == VisitStatus.BOOKED and visit.starts_at > clock.now()

    def left(self, message: OutboundMessage) -> None:
        if message.kind == "visit.announce":
            worklist.rewrite(
                Visit.objects.select_related("request__client__recipient").get(pk=message.subject_id).request
            )

    def undelivered(self, message: OutboundMessage) -> None:
        """A voice takes over from the text."""
        visit = Visit.objects.select_related("request__organisation", "request__client__recipient").get(
            pk=message.subject_id
        )
        to_client = message.recipient.kind == Recipient.Kind.CLIENT
        open_call(
            "visit.announce" if message.kind == "visit.announce" else "visit.undelivered",
            visit,
            organisation=message.organisation,
            recipient=message.recipient,
            due_at=clock.now(),
            owner=Role.INTAKE if to_client else Role.COORDINATOR,
            urgent=visit.starts_at - clock.now() <= clock.NEAR,
        )
        worklist.rewrite(visit.request)

    def script(self, call: CallTask) -> Script:
        visit = Visit.objects.select_related("client__recipient", "volunteer__recipient", "request__organisation").get(
            pk=call.subject_id
        )
        key = CALL_SCRIPTS.get(call.kind.partition(".")[2], "confirm_call")
        if through_reception(visit, call):
            key = "reception_call"
        to_volunteer = call.recipient_id == visit.volunteer.recipient_id
        language = language_of(visit.volunteer.recipient if to_volunteer else visit.client.recipient, call.organisation)
        values = self._values(visit, call, language)
        if to_volunteer:
            key = "report_call"
            values["client"] = visit.client.first_name
        sentences = phrasebook.render(key, language, **{name: values[name] for name in phrasebook.placeholders(key)})
        return Script(language=language, sentences=sentences, outcomes=CALL_OUTCOMES.get(call.kind, USUAL_OUTCOMES))

    def _values(self, visit: Visit, call: CallTask, language: str) -> dict[str, str]:
        day = languages.day_in_words(visit.starts_at, language)
        return {
            "organisation": call.organisation.name,
            "phone": display(call.organisation.phone),
            "client": visit.client.called,
            "name": visit.volunteer.first_name,
            "volunteer": visit.volunteer.first_name,
            "word": visit.word,
            "day": day,
            "old": day,
            "about": languages.about(visit.starts_at, language),
            "topic": self._topic(visit, language),
        }

    def _topic(self, visit: Visit, language: str) -> str:
        tasks = judge_request(visit.request).sendable
        return offers.topic(tasks, language) if tasks else phrasebook.topic_fallback(language)

    def hold(self, call: CallTask) -> None:
        lock_visit(call.subject_id)

    def reach_changed(self, recipient: Recipient) -> None:
        """A client is reached in another way from now on: what they have not heard yet takes that way."""
        coming = Visit.objects.filter(client__recipient=recipient, status=VisitStatus.BOOKED).order_by("pk")
        for visit in coming.values_list("pk", flat=True):
            announcing.announce_again(lock_visit(visit))

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        visit = Visit.objects.select_related("request__organisation", "request__client__recipient").get(
            pk=call.subject_id
        )
        deed = getattr(self, f"_after_{call.kind.partition('.')[2]}", None)
        if deed is not None:
            deed(visit, call, outcome, by)
        worklist.rewrite(visit.request)

    def _after_announce(self, visit: Visit, call: CallTask, outcome: str, by: Actor) -> None:
        if outcome in {CallTask.Outcome.REACHED, CallTask.Outcome.POSTED} and passes_reception(visit, call):
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
            # Confirming is saying the word, and a reception never hears it.
            channel=Channel.WORKER
            if visit.client.trusted_worker_phone and not visit.client.reception
            else Channel.CALL,
        )


def through_reception(visit: Visit, call: CallTask) -> bool:
    """Whether it is a reception that is rung, and not the client."""
    return call.channel == Channel.WORKER and visit.client.reception and call.recipient_id == visit.client.recipient_id


def passes_reception(visit: Visit, call: CallTask) -> bool:
    """Rung to the reception, or posted to where the reception opens the door: either way the word was left out."""
    return through_reception(visit, call) or (call.channel == Channel.LETTER and visit.client.reception)


class AlarmTexts(PlainTexts):
    """To whoever is on duty: true as long as the alarm stands."""

    def still_true(self, message: OutboundMessage) -> bool:
        return CallTask.objects.open().filter(subject_id=message.subject_id, kind__in=ALARM_CALLS).exists()


ALARM_CALLS = ("visit.alarm", "visit.nobody_home", "visit.not_ok", "visit.confirm", "visit.cancelled", "fraud.now")
USUAL_OUTCOMES = ("reached", "no_answer", "other_moment", "wrong_number")
CALL_SCRIPTS = {
    "announce": "announce_call",
    "confirm": "confirm_call",
    "cancelled": "cancel_call",
    "follow_up": "follow_up_call",
    "new_word": "new_word_call",
    "undelivered": "undelivered_call",
    "report": "report_call",
    "not_ok": "report_call",
    "alarm": "report_call",
}
CALL_OUTCOMES = {
    "visit.follow_up": ("works", "fails", "refer", "no_answer"),
    "visit.cancelled": ("reached", "no_answer", "wrong_number"),
    "visit.alarm": ("reached", "no_answer"),
    "visit.report": ("reached", "no_answer"),
    "visit.not_ok": ("reached", "no_answer"),
    "visit.late": ("reached", "no_answer"),
    "visit.nobody_home": ("reached", "no_answer"),
    "visit.door_changed": ("reached", "no_answer"),
    "visit.stricter": ("reached", "no_answer"),
    "visit.new_word": ("reached", "no_answer"),
    "visit.phone_lost": ("reached", "no_answer"),
}


class ClientTexts(PlainTexts):
    """What a person talks over with a client, and no script can know: why money or papers keep coming back (rule E9)."""

    def script(self, call: CallTask) -> Script:
        language = language_of(call.recipient, call.organisation) if call.recipient else call.organisation.language
        return Script(language=language, sentences="", outcomes=("reached", "no_answer", "wrong_number"))


class RequestTexts(PlainTexts):
    """Calls about a request before there is a visit: the client's own yes."""

    def script(self, call: CallTask) -> Script:
        request = HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=call.subject_id)
        language = language_of(request.client.recipient, request.organisation)
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
            openings.close(request, closing="withdrawn", by=by)  # type: ignore[arg-type]
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
