"""The story of one request, newest first: what was done, who was asked and what they said, texts, calls, and what comes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel.audit.models import Event, EventQuerySet, kind_of
from digibel.desk import actors, offerwords, visitdeeds, words
from digibel.desk.visitstory import DEEDS as VISIT_DEEDS
from digibel.desk.visitstory import STATUSES, Happening
from digibel.desk.visitstory import TEXTS as VISIT_TEXTS
from digibel.notifications.models import CallTask, OutboundMessage, Recipient
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling.models import Move, Offer, OfferStatus, Visit, VisitStatus

# A deed by its verb in the audit: the bell or the drawing beside it, and the words.
DEEDS: dict[str, tuple[str, str, words.Words]] = {
    **{verb: told for verb, told in VISIT_DEEDS.items() if verb.startswith("visit.")},
    "request.logged": ("", "phone", _("Logged")),
    "request.offered": ("", "people", _("Volunteers asked")),
    "request.two_go_chosen": ("", "people", _("Chosen whether one goes or two")),
    "request.in_one_go": ("", "people", _("To be visited in one go with somebody of the same home")),
    "request.apart": ("", "people", _("Visited on their own after all")),
    "request.referred": ("", "ticket", _("Slip handed out")),
    "request.arrived": ("done", "", _("They got to the place")),
    "request.not_arrived": ("wait", "", _("They did not get to the place")),
    "request.assigned": ("", "people", _("Given to a colleague, or to nobody in particular")),
    "request.seat_given_back": ("", "ticket", _("The seat at the place was given back")),
    "request.goes_along": ("", "people", _("Somebody is asked to go along")),
    "request.slip_texted": ("", "sms", _("Slip sent as a text")),
    "request.slip_to_read": ("", "phone", _("Slip to be read out on the telephone")),
    "request.moments_changed": ("", "calendar", _("Other moments noted")),
    "request.split": ("", "ticket", _("Split: a part goes to staff")),
    "request.judged_again": ("", "shield", _("Judged again: a rule became stricter")),
    "request.overruled": ("", "check", _("The coordinator lets a volunteer go all the same")),
    "series.planned": ("", "calendar", _("A series of visits agreed")),
    "series.ended": ("done", "", _("The series has ended")),
    "request.closed": ("done", "", _("Closed")),
    "consent.given": ("done", "", _("Their own yes, spoken")),
    "client.away": ("later", "", _("Away for a while: everything cancelled")),
    "client.staff_first": ("wait", "", _("For staff first: nobody goes there yet")),
    "client.released": ("done", "", _("Staff let a volunteer go there")),
    "client.gone_undone": ("done", "", _("Not moved, not died: open again")),
    "client.corrected": ("", "person", _("What we know of them was corrected")),
    "client.back": ("done", "", _("Back home")),
    "client.gone": ("later", "", _("Moved or died: everything is silent")),
}
ANSWERS: dict[str, words.Words] = {
    OfferStatus.DECLINED: _("%(name)s said no"),
    OfferStatus.EXPIRED: _("%(name)s did not answer in time"),
    OfferStatus.WITHDRAWN: _("Offer to %(name)s taken back"),
}
UNMADE: dict[str, words.Words] = {
    VisitStatus.CANCELLED: _("Visit by %(name)s cancelled"),
    VisitStatus.MISSED: _("Visit by %(name)s did not take place"),
}
TEXTS: dict[str, words.Words] = VISIT_TEXTS | {
    "offer_one": _("the offer"),
    "offer_many": _("the offer"),
    "accepted": _("the booking"),
    "accepted_sms_only": _("the booking"),
    "reminder_day": _("reminder of the day before"),
    "reminder_hour": _("reminder of the hour before"),
    "goes_ahead": _("it goes ahead"),
    "client_visit_cancelled": _("the visit is cancelled"),
    "checkout_missing": _("did you forget OUT?"),
    "slip": _("where they are helped"),
}
CLOSINGS: dict[str, words.Words] = {
    "solved": _("solved"),
    "referred": _("referred"),
    "withdrawn": _("withdrawn by the client"),
    "not_digital": _("does not want to go digital"),
    "unreachable": _("could not be reached"),
    "gone": _("moved or died"),
}


MOST_LOOKS = 12
SHOWN_ON: dict[str, words.Words] = {
    "letter": _("on a letter"),
    "day": _("on the day's paper"),
    "text": _("in a text to a volunteer without internet"),
}


@dataclass(frozen=True)
class Look:
    """Somebody saw the address; `how` says where, if it was not on the page."""

    event: Event
    by: str
    how: words.Words = ""


def of(request: HelpRequest, visits: Sequence[Visit], offers: Sequence[Offer]) -> list[Happening]:
    """Seven queries, whatever happened. `visits` and `offers` are all of this request, with their volunteers."""
    events = [event for event in _events(request, visits) if event.verb in DEEDS]
    by = actors.names([event.actor for event in events], request.organisation)
    subjects = [request.pk, *(visit.pk for visit in visits), *(offer.pk for offer in offers)]
    found = [_deed(event, by[event.actor], offers) for event in events]
    found += _moves(visits, offers)
    found += _texts(subjects)
    found += _calls(subjects)
    return sorted(found, key=lambda one: one.when, reverse=True)


def looks(request: HelpRequest, visits: Sequence[Visit]) -> list[Look]:
    """The last times that somebody saw the address of this client: on a page, a card, paper, or in a text."""
    events = list(_about(request, visits).filter(verb="address.shown").newest_first()[:MOST_LOOKS])
    by = actors.names([event.actor for event in events], request.organisation)
    return [Look(event, by[event.actor], SHOWN_ON.get(str(event.facts.get("on", "")), "")) for event in events]


def _about(request: HelpRequest, visits: Sequence[Visit]) -> EventQuerySet:
    ids = [str(visit.pk) for visit in visits]
    return Event.objects.filter(
        Q(subject_kind=kind_of(HelpRequest), subject_id=str(request.pk))
        | Q(subject_kind=kind_of(Client), subject_id=str(request.client_id))
        | Q(subject_kind=kind_of(Visit), subject_id__in=ids)
    )


def _events(request: HelpRequest, visits: Sequence[Visit]) -> Iterable[Event]:
    """Deeds to this request since it was logged; what was done to the client before belongs to another story."""
    return _about(request, visits).filter(at__gte=request.logged_at).newest_first()


def _deed(event: Event, by: str, offers: Sequence[Offer]) -> Happening:
    bell, icon, title = DEEDS[event.verb]
    facts = event.facts
    if event.verb == "request.offered":
        # By name: those of one wave are asked at the same moment, and databases return them in any order.
        names = sorted(offer.volunteer.first_name for offer in offers if offer.wave == facts.get("wave"))
        title = gettext("Wave %(number)s: %(names)s") % {"number": facts.get("wave"), "names": ", ".join(names)}
    if event.verb == "request.closed":
        title = gettext("Closed: %(as)s") % {"as": CLOSINGS.get(str(facts.get("closing")), "")}
    reason = visitdeeds.REASONS.get(str(facts.get("reason", "")), "")
    why = offerwords.why_this_wave(offers, facts.get("wave")) if event.verb == "request.offered" else ""
    return Happening(event.at, title, ", ".join(filter(None, [by, str(reason), why])) + ".", bell=bell, icon=icon)


def _moves(visits: Sequence[Visit], offers: Sequence[Offer]) -> list[Happening]:
    names: dict[UUID, str] = {visit.pk: visit.volunteer.first_name for visit in visits}
    names |= {offer.pk: offer.volunteer.first_name for offer in offers}
    told = {"offer": ANSWERS, "visit": UNMADE}
    icons = {"offer": "sms", "visit": "calendar"}
    moves = Move.objects.filter(subject_id__in=names, became__in=[*ANSWERS, *UNMADE])
    return [
        Happening(
            move.at,
            str(told[move.subject_kind][move.became]) % {"name": names[move.subject_id]},
            str(visitdeeds.REASONS.get(move.reason, "")),
            icon=icons[move.subject_kind],
        )
        for move in moves
        if move.became in told[move.subject_kind]
    ]


def _texts(subjects: Sequence[UUID]) -> list[Happening]:
    """Texts to the client and about visits; offers are told as waves, and only where one did not arrive."""
    texts = OutboundMessage.objects.filter(subject_id__in=subjects).select_related("recipient")
    return [
        _text(message)
        for message in texts
        if message.recipient.kind != Recipient.Kind.STAFF
        and (message.subject_kind != "offer" or message.status == "on_list")
    ]


def _text(message: OutboundMessage) -> Happening:
    """What it was for and what became of it. Its words may hold the codeword or the link of a card: they stay where they are."""
    to_client = message.recipient.kind == Recipient.Kind.CLIENT
    title = gettext("Text to the client") if to_client else gettext("Text to the volunteer")
    about = TEXTS.get(message.kind.partition(".")[2], "")
    told = f"{about}: {STATUSES[message.status]}." if about else f"{STATUSES[message.status]}."
    return Happening(message.status_at, title, told, icon="sms")


def _calls(subjects: Sequence[UUID]) -> list[Happening]:
    calls = CallTask.objects.filter(subject_id__in=subjects).exclude(done_at=None)
    return [
        Happening(call.done_at, words.errand(call.kind).what, f"{words.OUTCOMES[call.outcome]}.", icon="phone")
        for call in calls
        if call.done_at and call.outcome != CallTask.Outcome.NOT_NEEDED
    ]
