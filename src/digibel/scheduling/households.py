"""Two people of one home, each with a request of their own, visited in one go: which request goes with which.

One of the two is the first: volunteers are asked for it, with the time of both, and it is visited first. The second is visited
right after it by the same volunteer. The first is the one with the lower id, so that both are locked in the order of everybody.
Nothing is read for a request that goes alone.
"""

import uuid
from datetime import timedelta

from django.db.models import Q, QuerySet, Subquery

from digibel.requests.models import Client, HelpRequest
from digibel.scheduling.models import Visit, VisitQuerySet, VisitStatus

FIRST, SECOND = 1, 2


def other_of(request: HelpRequest) -> HelpRequest | None:
    """The other request that is visited in one go with this one."""
    if request.household is None:
        return None
    related = HelpRequest.objects.select_related("client__recipient", "organisation")
    return related.filter(household=request.household).exclude(pk=request.pk).first()


def first_of(request: HelpRequest) -> HelpRequest | None:
    """The request for which volunteers are asked, where this one is visited right after it."""
    return other_of(request) if request.household_turn == SECOND else None


def along_with(request: HelpRequest) -> HelpRequest | None:
    """The request that is asked for together with this one."""
    return other_of(request) if request.household_turn == FIRST else None


def length(request: HelpRequest) -> timedelta:
    """How long a volunteer is asked to be there: for both, where two are visited in one go."""
    second = along_with(request)
    return timedelta(minutes=request.minutes + (second.minutes if second is not None else 0))


def clients_of(request: HelpRequest) -> list[Client]:
    """Whom a volunteer who is asked for this request visits."""
    second = along_with(request)
    return [request.client] if second is None else [request.client, second.client]


def visit_beside(visit: Visit) -> Visit | None:
    """The visit to the other of the two, as it is booked."""
    if visit.request.household is None:
        return None
    return _related().filter(_in_the_same(visit), volunteer=visit.volunteer_id, status=VisitStatus.BOOKED).first()


def leave(request: HelpRequest) -> list[HelpRequest]:
    """The two are no longer visited in one go. Returns the other, whose next action may be a different one by that.

    The caller holds both, as whoever holds the second does (`locks`).
    """
    if request.household is None:
        return []
    left = [one for one in (other_of(request),) if one is not None]
    HelpRequest.objects.filter(household=request.household).update(household=None, household_turn=None)
    for one in (request, *left):
        one.household = one.household_turn = None
    return left


def in_order(request_id: "uuid.UUID | Subquery") -> QuerySet[HelpRequest]:
    """This request, and before it the first of the two where it is the second: in the order in which they are locked."""
    second = HelpRequest.objects.filter(pk=request_id, household_turn=SECOND).values("household")[:1]
    first = HelpRequest.objects.filter(household_turn=FIRST, household=Subquery(second)).values("pk")[:1]
    return HelpRequest.objects.filter(Q(pk=request_id) | Q(pk=Subquery(first))).order_by("pk")


def firsts_of(requests: QuerySet[HelpRequest]) -> QuerySet[HelpRequest, uuid.UUID]:
    """The ids of the firsts of those of these requests that are a second."""
    seconds = requests.filter(household_turn=SECOND).values("household")
    return HelpRequest.objects.filter(household_turn=FIRST, household__in=seconds).values_list("pk", flat=True)


def _in_the_same(visit: Visit) -> Q:
    return Q(request__household=visit.request.household) & ~Q(request=visit.request_id)


def _related() -> VisitQuerySet:
    return Visit.objects.select_related(
        "request__organisation", "request__client__recipient", "client__recipient", "volunteer__recipient", "offer"
    )
