"""Whom a client wants again, and whom never. Reasons are not kept.

Whoever is never to come again is neither asked nor sent there from this minute on: what they were asked ends, and a visit
booked with them is open again for others.
"""

import uuid

from django.db import transaction
from django.db.models import Q, QuerySet

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.problems import Conflict
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import openings, readiness, visits
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.models import Offer, Preference, Visit, VisitStatus
from digibel.sealing import ledger
from digibel.volunteers.models import Volunteer

REASON = "not_again"


class NeverCame(Conflict):
    code = "never_came"
    message = "This volunteer was never to go to this client. Look at the page again."


@transaction.atomic
def note(client: Client, volunteer: Volunteer, again: bool | None, *, by: Actor) -> None:
    """Gladly again, never again, or (None) as everybody else. Raises `NeverCame` for somebody whom the client has not met."""
    requests = openings.lock_requests(client)
    if not known(client).filter(pk=volunteer.pk).exists():
        raise NeverCame
    _write(client, volunteer, again, requests, by=by)


def _write(client: Client, volunteer: Volunteer, again: bool | None, requests: list[HelpRequest], *, by: Actor) -> None:
    theirs = Preference.objects.filter(client=client, volunteer=volunteer)
    if again is None:
        theirs.delete()
    else:
        Preference.objects.update_or_create(client=client, volunteer=volunteer, defaults={"again": again})
    pair = ledger.both(client.pk, volunteer.pk)
    if again is False:
        ledger.note(ledger.What.NEVER, pair)
        _keep_away(requests, volunteer, by=by)
    else:
        ledger.take_back(ledger.What.WELCOME, pair)
    record("preference.noted", client, by=by, organisation_id=client.organisation_id, again=str(again).lower())


def replay(*, by: Actor) -> int:
    """After an older copy of the data came back: who was never to come again since does not come. Returns how many."""
    pairs = [entry.subject_id for entry in ledger.standing(ledger.What.NEVER)]
    if not pairs:
        return 0
    volunteers = {one.pk: one for one in Volunteer.objects.filter(left_at=None)}
    clients = list(Client.objects.filter(gone_at=None, merged_into=None).values_list("pk", flat=True))
    met = ((pk, volunteers.get(ledger.both(pair, pk))) for pair in pairs for pk in clients)
    return sum(_keep_away_again(pk, volunteer, by=by) for pk, volunteer in met if volunteer is not None)


@transaction.atomic
def _keep_away_again(client_id: uuid.UUID, volunteer: Volunteer, *, by: Actor) -> bool:
    client = Client.objects.select_related("recipient", "organisation").get(pk=client_id)
    if Preference.objects.filter(client=client, volunteer=volunteer, again=False).exists():
        return False
    _write(client, volunteer, False, openings.lock_requests(client), by=by)
    return True


def known(client: Client) -> QuerySet[Volunteer]:
    """Who came or is to come, and whoever something was said about."""
    came = Visit.objects.filter(client=client).values("volunteer")
    said = Preference.objects.filter(client=client).values("volunteer")
    return Volunteer.objects.filter(Q(pk__in=came) | Q(pk__in=said))


def take_along(client: Client, *, to: Client) -> None:
    """Another organisation takes over: the pool is shared, and who is never to come again does not come from there either."""
    never = Preference.objects.filter(client=client, again=False)
    Preference.objects.bulk_create(
        Preference(client=to, volunteer_id=volunteer_id, again=False)
        for volunteer_id in never.values_list("volunteer_id", flat=True)
    )


def _keep_away(requests: list[HelpRequest], volunteer: Volunteer, *, by: Actor) -> None:
    """A visit that is under way goes on to its end: they are together at the table."""
    for offer in Offer.objects.live().to(volunteer).filter(request__in=requests).order_by("pk"):
        readiness.end_offer(offer, by=by, reason=REASON)
    coming = Visit.objects.filter(request__in=requests, status=VisitStatus.BOOKED, starts_at__gt=clock.now())
    for visit in coming.by(volunteer).order_by("pk"):
        try:
            visits.cancel(visit, by=by, reason=REASON)
        except MoveNotAllowed:
            # Of two, ended with the other.
            continue
