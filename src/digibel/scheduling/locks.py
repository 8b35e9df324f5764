"""One order of locks for every deed, so that no two of them ever wait for each other: the request, then what belongs to it.

On SQLite a write transaction has the whole database to itself, and these are plain reads.
"""

import uuid

from django.db import transaction

from digibel.requests.models import Client, HelpRequest
from digibel.requests.rectifying import lock_client
from digibel.scheduling.models import DeskSession, Offer, Visit


def lock_request(request_id: uuid.UUID) -> HelpRequest:
    """The request, freshly read, with its client and organisation. Call it in a transaction, before anything else."""
    related = HelpRequest.objects.select_related("client__recipient", "organisation")
    return related.select_for_update(of=("self",), no_key=True).get(pk=request_id)


def lock_around(subject_id: uuid.UUID) -> None:
    """The request that this is, or that this offer or visit belongs to; or the desk session. Anything else needs no lock."""
    if not transaction.get_connection().features.has_select_for_update:
        return
    requests = HelpRequest.objects.filter(pk=subject_id).values_list("pk")
    of_offer = Offer.objects.filter(pk=subject_id).values_list("request_id")
    of_visit = Visit.objects.filter(pk=subject_id).order_by().values_list("request_id")
    for (request_id,) in requests.union(of_offer, of_visit):
        HelpRequest.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=request_id)
    list(DeskSession.objects.select_for_update(no_key=True).filter(pk=subject_id).order_by().values_list("pk"))


def lock_session(session_id: uuid.UUID) -> DeskSession:
    """The desk session, freshly read. As with a request: first this, then its seats, then the volunteer."""
    related = DeskSession.objects.select_related("organisation", "place")
    return related.select_for_update(of=("self",), no_key=True).get(pk=session_id)


def lock_visit(visit_id: uuid.UUID) -> Visit:
    """The visit, freshly read, with everybody concerned, behind the lock of its request."""
    if transaction.get_connection().features.has_select_for_update:
        HelpRequest.objects.select_for_update(of=("self",), no_key=True).only("pk").get(visits=visit_id)
    related = Visit.objects.select_related(
        "request__organisation", "request__client__recipient", "client__recipient", "volunteer__recipient", "offer"
    )
    return related.select_for_update(of=("self",)).get(pk=visit_id)


def lock_requests(client: Client) -> list[HelpRequest]:
    """The open requests of this client, and then the client, in one order for everybody; each with this very client.

    One that was logged between the two is among them: whoever logs holds the client.
    """
    held: dict[uuid.UUID, HelpRequest] = {}
    _hold(client, held)
    lock_client(client)
    _hold(client, held)
    return sorted(held.values(), key=lambda request: request.pk)


def _hold(client: Client, held: dict[uuid.UUID, HelpRequest]) -> None:
    related = client.help_requests.open().select_related("organisation").order_by("pk")
    for request in related.select_for_update(of=("self",), no_key=True).exclude(pk__in=list(held)):
        request.client = client
        held[request.pk] = request
