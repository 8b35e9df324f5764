"""What a slip says, for who cannot read paper: as a text, or read out on the telephone in their own language."""

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import numbers, phrasebook
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask, MessageStatus, OutboundMessage
from digibel.notifications.numbers import display
from digibel.notifications.outbox import compose, queue_all
from digibel.notifications.owners import PlainTexts, Script, language_for
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Role
from digibel.requests import referrals, seats
from digibel.requests.errors import AlreadyClosed
from digibel.requests.models import HelpRequest, Referral
from digibel.scheduling.errors import NoSlip, NoTelephone, Restricted, SlipTexted, WantsNoTexts
from digibel.scheduling.locks import lock_request

TEXT = "slip.slip"
CALL = "slip.read_out"
MOST_TEXTS = 3
# A text in one of these states is with them, or on its way.
THERE = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED)


@transaction.atomic
def text(request: HelpRequest, *, by: Actor) -> int:
    """One text for each place of the slip; returns how many. A way that has no place is read out: it may say too much of why.

    Raises `AlreadyClosed`, `NoSlip`, `Restricted`, `NoTelephone`, `WantsNoTexts`, `SlipTexted`.
    """
    locked = lock_request(request.pk)
    places = [one for one in _open(locked) if one.place is not None][:MOST_TEXTS]
    if not places:
        raise NoSlip
    _check_reachable(locked)
    _check_textable(locked)
    if _is_texted(locked, places):
        raise SlipTexted
    queue_all([_text(locked, one) for one in places])
    record("request.slip_texted", locked, by=by, organisation_id=locked.organisation_id, places=len(places))
    return len(places)


@transaction.atomic
def read_out(request: HelpRequest, *, by: Actor) -> CallTask:
    """Somebody rings them and reads the slip. Raises `AlreadyClosed`, `NoSlip`, `Restricted`, `NoTelephone`."""
    locked = lock_request(request.pk)
    if not _open(locked):
        raise NoSlip
    _check_reachable(locked)
    call = _open_call(locked)
    record("request.slip_to_read", locked, by=by, organisation_id=locked.organisation_id)
    return call


def ways(request: HelpRequest) -> frozenset[str]:
    """How what was handed out can be told besides on paper: `text`, `read-out`. For the buttons; the verbs look again."""
    recipient, waiting = request.client.recipient, referrals.waiting(request) if request.is_open else []
    if not waiting or not recipient.number or recipient.restricted_at is not None:
        return frozenset()
    has_place = any(one.place is not None for one in waiting)
    textable = has_place and recipient.stopped_at is None and numbers.is_textable(recipient.number)
    return frozenset({"read-out", *(["text"] if textable else [])})


def _open(request: HelpRequest) -> list[Referral]:
    """What was handed out and has not been asked about, each place once, the latest first."""
    if not request.is_open:
        raise AlreadyClosed
    return referrals.waiting(request)


def _check_reachable(request: HelpRequest) -> None:
    recipient = request.client.recipient
    if recipient.restricted_at is not None:
        raise Restricted
    if not recipient.number:
        raise NoTelephone


def _check_textable(request: HelpRequest) -> None:
    recipient = request.client.recipient
    if not numbers.is_textable(recipient.number):
        raise NoTelephone
    if recipient.stopped_at is not None:
        raise WantsNoTexts


def _is_texted(request: HelpRequest, places: list[Referral]) -> bool:
    """Whether they have it: a slip that was handed out after the last text is another one."""
    texts = OutboundMessage.objects.filter(kind=TEXT, subject_id=request.pk, status__in=THERE)
    return texts.filter(created_at__gte=max(one.made_at for one in places)).exists()


def _text(request: HelpRequest, referral: Referral) -> OutboundMessage:
    recipient, organisation = request.client.recipient, request.organisation
    assert referral.place is not None
    language = language_of(recipient, organisation)
    told = (referrals.place_in_words(referral.place, language), seats.when(referral, language))
    return compose(
        recipient,
        TEXT,
        organisation=organisation,
        subject=request,
        helper=", ".join(filter(None, told)),
        phone=display(organisation.phone),
    )


def _open_call(request: HelpRequest) -> CallTask:
    return open_call(
        CALL,
        request,
        organisation=request.organisation,
        recipient=request.client.recipient,
        due_at=clock.now(),
        owner=Role.INTAKE,
    )


class SlipTexts(PlainTexts):
    """True while the question is open and they want our texts; what did not arrive is read out."""

    def still_true(self, message: OutboundMessage) -> bool:
        request = HelpRequest.objects.select_related("client__recipient").get(pk=message.subject_id)
        return request.is_open and request.client.gone_at is None and message.recipient.stopped_at is None

    def undelivered(self, message: OutboundMessage) -> None:
        request = lock_request(message.subject_id)
        if request.is_open and request.client.gone_at is None:
            _open_call(request)

    def hold(self, call: CallTask) -> None:
        lock_request(call.subject_id)

    def script(self, call: CallTask, *, language: str = "") -> Script:
        request = HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=call.subject_id)
        language = language or language_for(call)
        sentences = phrasebook.render(
            "slip_call",
            language,
            client=request.client.called,
            organisation=request.organisation.name,
            helpers="\n".join(referrals.in_words(one, language) for one in referrals.waiting(request)),
            phone=display(request.organisation.phone),
        )
        return Script(language=language, sentences=sentences, outcomes=("reached", "no_answer", "wrong_number"))
