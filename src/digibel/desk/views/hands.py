"""Texts that a worker sends from their own telephone: take one, send it with the link or the QR code, type in the answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import actors
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.guardrails import secrets
from digibel.notifications import hands as verbs
from digibel.notifications import outbox
from digibel.notifications.errors import NoReply, TextNoLongerTrue
from digibel.notifications.models import BY_HAND, MessageStatus, OutboundMessage
from digibel.notifications.numbers import display
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound
from digibel.requests.models import Client
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

ANSWERED_WITHIN = timedelta(days=3)
MOST_SENT = 20


@dataclass(frozen=True)
class Line:
    """One text: `mine` has the words and how to send them, `taken` the name of a colleague who is sending it."""

    message: OutboundMessage
    name: str
    urgent: bool
    taken: str
    mine: bool

    @property
    def number(self) -> str:
        return display(self.message.recipient.number)

    @property
    def link(self) -> str:
        """Understood by both kinds of telephone: `?` for one of them, `&` for the other."""
        return f"sms:{self.message.recipient.number}?&body={quote(self.message.body)}"

    @property
    def qr(self) -> SafeString:
        """For a camera of a telephone beside this screen. segno writes an SVG of its own making; the text is only in its dots."""
        code = segno.make(f"SMSTO:{self.message.recipient.number}:{self.message.body}", error="l", micro=False)
        return SafeString(code.svg_inline(svgclass=None, lineclass=None, omitsize=True, border=2))


@staff_page
@require_GET
def hands(request: StaffRequest) -> HttpResponse:
    organisation, now, me = request.organisation, clock.now(), str(Actor.staff(request.user))
    texts = verbs.to_send(organisation)
    sent = _sent(organisation)
    called = _names([*texts, *sent], organisation)
    takers = actors.names({one.taken_by for one in texts if one.taken_by}, organisation)
    lines = [_line(one, called[one.pk], takers, me) for one in texts]
    context = {
        "lines": lines,
        "sent": [(one, called[one.pk], uuid.uuid4()) for one in sent],
        "later": verbs.of(organisation).count() - len(texts),
        "held": outbox.held_since() is not None,
        "section": "hands",
        "now": now,
    }
    return render(request, "desk/hands.html", context)


@staff_page
@require_POST
def hands_deed(request: StaffRequest, text_id: uuid.UUID, deed: str) -> HttpResponse:
    """Take it, say that it went or did not, or type in what came back."""
    check_may(request.user, "answer")
    deeds: dict[str, Callable[[StaffRequest, OutboundMessage], None]] = {
        "take": _take,
        "sent": _sent_by_me,
        "failed": _failed,
        "reply": _reply,
    }
    if deed not in deeds:
        raise NotFound
    own = OutboundMessage.objects.filter(organisation=request.organisation, gateway=BY_HAND)
    deeds[deed](request, own.select_related("recipient", "organisation").get(pk=text_id))
    return go_on("desk:hands")


def _take(request: StaffRequest, message: OutboundMessage) -> None:
    def take() -> None:
        if verbs.take(message, by=Actor.staff(request.user)).status != MessageStatus.QUEUED:
            raise TextNoLongerTrue

    do(request, take, _("Yours. Send it, then say here that it went."))


def _sent_by_me(request: StaffRequest, message: OutboundMessage) -> None:
    still_true: list[bool] = []
    done = do(
        request,
        lambda: still_true.append(verbs.note_sent(message, by=Actor.staff(request.user))),
        _("Noted: it went."),
    )
    if done and not all(still_true):
        messages.warning(
            request, _("Meanwhile what it says is no longer so. Ring them and tell: it is on the list of calls.")
        )


def _failed(request: StaffRequest, message: OutboundMessage) -> None:
    do(
        request,
        lambda: verbs.note_failed(message, by=Actor.staff(request.user)),
        _("Noted. It is on the list of calls now."),
    )


def _reply(request: StaffRequest, message: OutboundMessage) -> None:
    text = request.POST.get("text", "")

    def note() -> None:
        try:
            reply_id = uuid.UUID(request.POST.get("reply", ""))
        except ValueError:
            raise NoReply from None
        verbs.note_reply(message, text, reply_id=reply_id, by=Actor.staff(request.user))

    if do(request, note, _("Noted. Digibel reads it as it reads every text.")) and secrets.holds_secret(text):
        messages.warning(request, _("It held a code or a number. We hid it and kept nothing."))


def _line(message: OutboundMessage, name: str, takers: dict[str, str], me: str) -> Line:
    now = clock.now()
    taken = verbs.is_taken(message, now)
    mine = taken and message.taken_by == me
    return Line(
        message, name, verbs.is_urgent(message, now), takers[message.taken_by] if taken and not mine else "", mine
    )


def _sent(organisation: Organisation) -> list[OutboundMessage]:
    """To whom somebody texted by hand lately: their answers come to that telephone."""
    since = clock.now() - ANSWERED_WITHIN
    sent = OutboundMessage.objects.filter(
        organisation=organisation, gateway=BY_HAND, status=MessageStatus.SENT, sent_at__gte=since
    )
    newest: dict[uuid.UUID, OutboundMessage] = {}
    for one in sent.select_related("recipient").order_by("-sent_at"):
        newest.setdefault(one.recipient_id, one)
    return list(newest.values())[:MOST_SENT]


def _names(texts: list[OutboundMessage], organisation: Organisation) -> dict[uuid.UUID, str]:
    """What to call whoever gets each of these: a client of one's own, a volunteer, else the number."""
    recipients = [one.recipient_id for one in texts]
    volunteers = {one.recipient_id: one for one in Volunteer.objects.filter(recipient__in=recipients)}
    clients = {one.recipient_id: one for one in Client.objects.of(organisation).filter(recipient__in=recipients)}
    keys.prefetch([one.key_id for one in volunteers.values()] + [one.key_id for one in clients.values()])
    keys.prefetch([one.key_id for one in texts])
    named: dict[uuid.UUID, str] = {}
    for one in texts:
        volunteer, client = volunteers.get(one.recipient_id), clients.get(one.recipient_id)
        if volunteer is not None:
            named[one.pk] = f"{volunteer.first_name} {volunteer.family_name[:1]}".strip()
        else:
            named[one.pk] = client.called if client is not None else display(one.recipient.number)
    return named
