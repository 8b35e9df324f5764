"""Somebody we know rang and nobody answered: who has a visit today is rung back first."""

from datetime import time, timedelta

from digibel import clock
from digibel.notifications.calls import open_call
from digibel.notifications.missed import KIND
from digibel.notifications.models import Recipient
from digibel.scheduling import worklist
from digibel.scheduling.models import Visit, VisitQuerySet


def handle(recipient: Recipient) -> bool:
    """Open an urgent call where they have a visit today that stands. True: it is open."""
    visit = _today(recipient).select_related("request__organisation", "request__client__recipient").first()
    if visit is None:
        return False
    to_client = recipient.kind == Recipient.Kind.CLIENT
    open_call(
        "visit.call_me" if to_client else KIND,
        visit if to_client else recipient,
        organisation=visit.request.organisation,
        recipient=recipient,
        due_at=clock.now(),
        urgent=True,
    )
    worklist.rewrite(visit.request)
    return True


def _today(recipient: Recipient) -> VisitQuerySet:
    theirs = Visit.objects.filter(client__recipient=recipient) | Visit.objects.filter(volunteer__recipient=recipient)
    morning = clock.at(clock.today(), time())
    today = theirs.standing().filter(starts_at__gte=morning, starts_at__lt=morning + timedelta(days=1))
    return today.order_by("starts_at")
