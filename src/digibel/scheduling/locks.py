"""One order of locks for every deed, so that no two of them ever wait for each other: the request, then what belongs to it.

On SQLite a write transaction has the whole database to itself, and these are plain reads.
"""

import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, Subquery

from digibel.requests.models import Client, HelpRequest
from digibel.requests.rectifying import lock_client
from digibel.scheduling import households
from digibel.scheduling.models import DeskSession, Offer, Visit

Held = TypeVar("Held")


def lock_request(request_id: uuid.UUID) -> HelpRequest:
    """The request, freshly read, with its client and organisation. Call it in a transaction, before anything else.

    Where it is visited right after another one, that one is held first. Held and read are two questions: of one that waited
    for a merge, a single one would still look for the client of before it, and find no request at all.
    """
    hold_request(request_id)
    return HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=request_id)


def hold_request(request_id: uuid.UUID) -> None:
    """The lock of `lock_request` alone, for who reads the request with something else that they lock next."""
    if transaction.get_connection().features.has_select_for_update:
        _hold(request_id)


def lock_around(subject_id: uuid.UUID) -> None:
    """The request that this is, or that this offer or visit belongs to; or the desk session. Anything else needs no lock."""
    if not transaction.get_connection().features.has_select_for_update:
        return
    requests = HelpRequest.objects.filter(pk=subject_id).values_list("pk")
    of_offer = Offer.objects.filter(pk=subject_id).values_list("request_id")
    of_visit = Visit.objects.filter(pk=subject_id).order_by().values_list("request_id")
    for (request_id,) in requests.union(of_offer, of_visit):
        _hold(request_id)
    list(DeskSession.objects.select_for_update(no_key=True).filter(pk=subject_id).order_by().values_list("pk"))


def _hold(request_id: uuid.UUID | Subquery) -> None:
    list(households.in_order(request_id).select_for_update(of=("self",), no_key=True).only("pk"))


def lock_session(session_id: uuid.UUID) -> DeskSession:
    """The desk session, freshly read. As with a request: first this, then its seats, then the volunteer."""
    related = DeskSession.objects.select_related("organisation", "place")
    return related.select_for_update(of=("self",), no_key=True).get(pk=session_id)


def lock_visit(visit_id: uuid.UUID) -> Visit:
    """The visit, freshly read, with everybody concerned, behind the lock of its request."""
    if transaction.get_connection().features.has_select_for_update:
        _hold(Subquery(Visit.objects.filter(pk=visit_id).order_by().values("request_id")[:1]))
    related = Visit.objects.select_related(
        "request__organisation", "request__client__recipient", "client__recipient", "volunteer__recipient", "offer"
    )
    return related.select_for_update(of=("self",)).get(pk=visit_id)


class LoggedMeanwhile(Exception):
    """A request was logged between the locks of the requests and that of their client: both are taken anew."""


def until_all_are_held(hold: Callable[[], Held]) -> Held:
    """What `hold` takes. After `LoggedMeanwhile` all is let go: nobody waits for a request with a client in hand."""
    while True:
        try:
            with transaction.atomic():
                return hold()
        except LoggedMeanwhile:
            continue


def lock_requests(client: Client, *, alike: Callable[[], Iterable[Client]] = tuple) -> list[HelpRequest]:
    """The open requests of this client, and then the client, in one order for everybody; each with this very client.

    One that was logged between the two is among them: whoever logs holds the client. Where a deed judges the rows `alike` too,
    what they ask is held with these from the beginning; it is not returned.
    """
    return until_all_are_held(partial(_requests_then_client, client, alike))


def _requests_then_client(client: Client, alike: Callable[[], Iterable[Client]]) -> list[HelpRequest]:
    asked = HelpRequest.objects.open().filter(client__in=[client, *alike()])
    before_them = list(households.firsts_of(asked))
    related = HelpRequest.objects.filter(Q(pk__in=asked.values("pk")) | Q(pk__in=before_them))
    related = related.select_related("organisation").order_by("pk").select_for_update(of=("self",), no_key=True)
    held = list(related)
    lock_client(client)
    now = HelpRequest.objects.open().filter(client__in=[client, *alike()])
    if now.exclude(pk__in=[request.pk for request in held]).exists():
        raise LoggedMeanwhile
    theirs = [request for request in held if request.client_id == client.pk and request.is_open]
    for request in theirs:
        request.client = client
    return theirs
