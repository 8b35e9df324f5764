"""Texts that nobody understood: read with the conversation beside them, answered, or turned into the deed they meant."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from digibel.audit.actors import Actor
from digibel.desk import conversations, listplace
from digibel.desk.answers import do
from digibel.desk.forms.lists import InboxFilter
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.guardrails import secrets
from digibel.notifications import answering, reaching, segments
from digibel.notifications.models import InboundMessage, Recipient
from digibel.organisations.permissions import check_may, may
from digibel.problems import NotFound, Problem
from digibel.scheduling import offers
from digibel.scheduling.models import Offer
from digibel.sentences import sentence

PER_PAGE = 15


@dataclass(frozen=True)
class Typed:
    """An answer that was refused: what was typed, and why, so that nothing is lost."""

    message_id: uuid.UUID
    text: str
    refusal: str
    status: int


@staff_page
@require_GET
def inbox(request: StaffRequest) -> HttpResponse:
    return inbox_page(request)


@staff_page
@require_POST
def inbox_answer(request: StaffRequest, message_id: uuid.UUID) -> HttpResponse:
    """A free text to whoever sent this one."""
    check_may(request.user, "answer")
    message, text = _find(request, message_id), request.POST.get("text", "")
    try:
        answering.answer(message, text, by=Actor.staff(request.user))
    except Problem as problem:
        return inbox_page(request, Typed(message_id, secrets.mask(text), sentence(problem), problem.status))
    if secrets.holds_secret(text):
        messages.warning(request, _("A code or a number was hidden in your answer. It was not sent and not kept."))
    messages.success(request, _("Your answer is on its way."))
    return listplace.go_back(request, "desk:inbox")


@staff_page
@require_POST
def inbox_deed(request: StaffRequest, message_id: uuid.UUID, deed: str) -> HttpResponse:
    """What the text meant, done by hand with the same verbs: book, decline; or only: done."""
    message = _find(request, message_id)
    deeds: dict[str, tuple[str, Callable[[StaffRequest, InboundMessage], None], str]] = {
        "done": ("answer", _put_aside, _("Put aside.")),
        "book": ("offer", _book, _("The visit is booked. Everybody who must know is told.")),
        "stranger": (
            "answer",
            _stranger,
            _("Noted: somebody else has this number. Nobody texts or rings it, and what was said to it is told anew."),
        ),
        "decline": ("offer", _decline, _("Noted: not this time.")),
    }
    if deed not in deeds:
        raise NotFound
    permission, verb, said = deeds[deed]
    check_may(request.user, permission)
    do(request, lambda: verb(request, message), said)
    return listplace.go_back(request, "desk:inbox")


@staff_page
@require_POST
def inbox_length(request: StaffRequest) -> HttpResponse:
    """How long the answer is, while it is typed. Posted, so that it stands in no address."""
    check_may(request.user, "answer")
    length = segments.count(" ".join(request.POST.get("text", "").split()))
    texts = ngettext("%(count)d text", "%(count)d texts", length.segments) % {"count": length.segments}
    return HttpResponse(_("%(units)d characters, %(texts)s") % {"units": length.units, "texts": texts})


def inbox_page(request: StaffRequest, typed: Typed | None = None) -> HttpResponse:
    form = InboxFilter(request.GET)
    talks = conversations.waiting(request.organisation, **form.wanted)
    page = Paginator(talks, PER_PAGE).get_page(request.GET.get("page"))
    conversations.add_threads(list(page.object_list), request.organisation)
    context = {
        "form": form,
        "query": form.query,
        "page": page,
        "talks": page.object_list,
        "typed": typed,
        "may_book": may(request.user, "offer"),
        "may_ask_privacy": may(request.user, "privacy"),
        "section": "inbox",
    }
    if typed:
        return render(request, "desk/inbox.html", context, status=typed.status)
    return listplace.kept(render(request, "desk/inbox.html", context), request, form.query)


def _find(request: StaffRequest, message_id: uuid.UUID) -> InboundMessage:
    own = InboundMessage.objects.select_related("recipient", "organisation").filter(organisation=request.organisation)
    return own.get(pk=message_id)


def _put_aside(request: StaffRequest, message: InboundMessage) -> None:
    answering.put_aside(message, by=Actor.staff(request.user))


@transaction.atomic
def _stranger(request: StaffRequest, message: InboundMessage) -> None:
    if message.recipient.kind not in {Recipient.Kind.CLIENT, Recipient.Kind.VOLUNTEER}:
        raise NotFound
    by = Actor.staff(request.user)
    answering.put_aside(message, by=by, outcome="stranger")
    reaching.note_wrong_number(message.recipient, by=by)


@transaction.atomic
def _book(request: StaffRequest, message: InboundMessage) -> None:
    by, choice = Actor.staff(request.user), request.POST.get("choice", "")
    answering.put_aside(message, by=by, outcome="offer.accepted")
    offers.accept(_meant(request, message), int(choice) if choice.isdecimal() else 0, by=by)


@transaction.atomic
def _decline(request: StaffRequest, message: InboundMessage) -> None:
    by = Actor.staff(request.user)
    answering.put_aside(message, by=by, outcome="offer.declined")
    offers.decline(_meant(request, message), by=by)


def _meant(request: StaffRequest, message: InboundMessage) -> Offer:
    """The offer that was pressed: one of this sender's, for a request of this organisation."""
    try:
        offer_id = uuid.UUID(request.POST.get("offer", ""))
    except ValueError:
        raise NotFound from None
    theirs = Offer.objects.filter(volunteer__recipient=message.recipient_id, request__organisation=request.organisation)
    return theirs.get(pk=offer_id)
