"""Two people go to one visit: which visit stands beside which. Nothing is read where one person goes."""

from django.db.models import Q

from digibel.requests.models import HelpRequest
from digibel.scheduling.models import Visit, VisitQuerySet, VisitStatus

# Texts about one visit that name who goes along.
NAME_THE_OTHER = (
    "visit.go_together",
    "visit.other_cannot",
    "visit.announce_two",
    "visit.client_reminder_two",
    "visit.one_cannot",
)


def other_of(visit: Visit) -> Visit | None:
    """The visit of whoever goes along, as it stands; None where one person goes, or the other has not been found yet."""
    if not visit.request.two_go:
        return None
    if visit.goes_with_id is not None:
        return _standing().filter(pk=visit.goes_with_id).first()
    return _standing().filter(goes_with=visit.pk).first()


def waiting_of(request: HelpRequest) -> Visit | None:
    """The visit of this request to which somebody is to go along, who has not said yes yet."""
    if not request.two_go:
        return None
    return _standing().filter(request=request, needs_second=True).first()


def second_of(visit: Visit) -> Visit | None:
    """The second of this first; None for a second."""
    return other_of(visit) if visit.goes_with_id is None else None


def first_of(visit: Visit) -> Visit:
    """With whom everything that concerns the client stands."""
    if visit.goes_with_id is None:
        return visit
    return _related().get(pk=visit.goes_with_id)


def both(visit: Visit) -> list[Visit]:
    """Everybody who goes, this one first."""
    other = other_of(visit)
    return [visit] if other is None else [visit, other]


def came_without(visit: Visit) -> Visit | None:
    """The visit of the other of two, who is inside or was there, while this one never came."""
    if not visit.request.two_go:
        return None
    beside = Q(pk=visit.goes_with_id) if visit.goes_with_id is not None else Q(goes_with=visit.pk)
    return _related().filter(beside, status__in=[VisitStatus.UNDER_WAY, VisitStatus.DONE]).first()


def were_there(visit: Visit) -> list[Visit]:
    """Of a visit that is over: everybody who went, the first first."""
    return [visit, *_related().filter(goes_with=visit.pk, status=VisitStatus.DONE)]


def _standing() -> VisitQuerySet:
    return _related().standing()


def _related() -> VisitQuerySet:
    return Visit.objects.select_related(
        "request__organisation", "request__client__recipient", "client__recipient", "volunteer__recipient", "offer"
    )
