"""What stops at once: a yes that is taken back, and what is kept but not used any more (GDPR art. 7.3, 18 and 21)."""

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls
from digibel.notifications.models import CallTask, OutboundMessage, Recipient, Restriction
from digibel.organisations.models import Organisation
from digibel.privacy import rights
from digibel.privacy.errors import VisitUnderWay, WhyRestricted
from digibel.privacy.models import Outcome, Right
from digibel.requests import intake
from digibel.requests.models import Client, Closing, HelpRequest
from digibel.scheduling import beats, handovers, openings, readiness, timers, worklist
from digibel.scheduling.models import Visit, VisitStatus
from digibel.sealing import ledger
from digibel.volunteers.models import Volunteer


@transaction.atomic
def withdraw_consent(client: Client, *, by: Actor, close: bool = False) -> None:
    """The client takes back their yes. Offers, visits to come and calls end now; everybody concerned hears it, kindly.

    What is open waits for a new yes of the client's own, or is closed (`close`). A visit under way goes on to its end: they are
    together at the table, and either can end it.
    """
    ledger.note(ledger.What.NO_YES, client.pk, value=int(close))
    client.consents.filter(withdrawn_at=None).update(withdrawn_at=clock.now())
    for request in openings.lock_requests(client):
        going_on, had_visit = _end(request, by=by, reason="yes_withdrawn")
        # After a visit nothing is left to ask a new yes for.
        if (close or had_visit) and not going_on:
            worklist.close(request, closing=Closing.WITHDRAWN)
            closing = Closing.WITHDRAWN
            record("request.closed", request, by=by, organisation_id=request.organisation_id, closing=closing)
        else:
            worklist.rewrite(request)
    record("consent.withdrawn", client, by=by, organisation_id=client.organisation_id)
    rights.answer_all(client, Right.WITHDRAWAL, outcome=Outcome.DONE, by=by)


@transaction.atomic
def restrict_client(client: Client, why: str, *, by: Actor) -> None:
    """Keep what we know and do nothing with it: no search, no visit, no text, no call, until somebody lifts it."""
    _check_why(why)
    if client.visits.filter(status=VisitStatus.UNDER_WAY).exists():
        raise VisitUnderWay
    ledger.note(ledger.What.KEPT, client.pk, value=Restriction.values.index(why))
    requests = openings.lock_requests(client)
    for request in requests:
        _end(request, by=by, reason="client_kept")
    _restrict(client.recipient, why)
    for request in requests:
        request.client.recipient.refresh_from_db(fields=["restricted_at"])
        worklist.rewrite(request)
    record("person.restricted", client, by=by, organisation_id=client.organisation_id, why=why)
    rights.answer_all(client, Right.RESTRICTION, Right.OBJECTION, outcome=Outcome.DONE, by=by)


@transaction.atomic
def restrict_volunteer(volunteer: Volunteer, why: str, *, by: Actor, at: Organisation) -> None:
    """The same for a volunteer: they pause, and hear nothing from us."""
    _check_why(why)
    rights.check_sends(at, volunteer)
    if Visit.objects.by(volunteer).filter(status=VisitStatus.UNDER_WAY).exists():
        raise VisitUnderWay
    keep_volunteer(volunteer, why, by=by)
    record("person.restricted", volunteer, by=by, organisation_id=at.pk, why=why)
    rights.answer_all(volunteer, Right.RESTRICTION, Right.OBJECTION, outcome=Outcome.DONE, by=by)


def keep_volunteer(volunteer: Volunteer, why: str, *, by: Actor) -> None:
    """What follows of it: they pause, and nothing is sent to them."""
    ledger.note(ledger.What.KEPT, volunteer.pk, value=Restriction.values.index(why))
    readiness.pause(volunteer, by=by)
    _restrict(volunteer.recipient, why)


@transaction.atomic
def lift(person: Client | Volunteer, *, by: Actor, at: Organisation) -> None:
    """It may be used again; the coordinator has told them so before (art. 18.3). A volunteer goes on pausing."""
    if isinstance(person, Volunteer):
        rights.check_sends(at, person)
    ledger.take_back(ledger.What.USED, person.pk)
    Recipient.objects.filter(pk=person.recipient_id).update(restricted_at=None, restricted_why="")
    person.recipient.restricted_at = None
    if isinstance(person, Client):
        for request in openings.lock_requests(person):
            if not intake.has_own_yes(person):
                openings.ask_own_yes(request)
            openings.watch_moments(request)
            beats.look_again(request)
            worklist.rewrite(request)
        for visit in person.visits.of_firsts().filter(
            status=VisitStatus.DONE, followed_up_at=None, follow_up_due__isnull=False, request__closed_at=None
        ):
            timers.set_timer("follow_up", visit.pk, max(clock.now(), visit.follow_up_due or clock.now()))
    record("restriction.lifted", person, by=by, organisation_id=at.pk)


def _check_why(why: str) -> None:
    if why not in Restriction.values:
        raise WhyRestricted


def _restrict(recipient: Recipient, why: str) -> None:
    recipient.restricted_at, recipient.restricted_why = clock.now(), why
    Recipient.objects.filter(pk=recipient.pk).update(restricted_at=recipient.restricted_at, restricted_why=why)
    outbox.withdraw(OutboundMessage.objects.filter(recipient=recipient))
    # What they asked about their own data is still answered.
    calls = CallTask.objects.open().filter(recipient=recipient).exclude(kind=rights.CALL)
    calls.update(done_at=clock.now(), outcome=CallTask.Outcome.NOT_NEEDED)


def _end(request: HelpRequest, *, by: Actor, reason: str) -> tuple[bool, bool]:
    """End what can end. Whether a visit is under way, and whether one is over that nobody has followed up."""
    openings.end_everything(request, by=by, reason=reason)
    handovers.withdraw(request, by=by)
    going_on = had_visit = False
    for visit in Visit.objects.filter(request=request):
        going_on |= visit.status == VisitStatus.UNDER_WAY
        if visit.status == VisitStatus.DONE:
            had_visit |= visit.followed_up_at is None and visit.goes_with_id is None
            drop_calls(visit)
            timers.drop_timers(visit.pk)
    return going_on, had_visit
