"""The small numbers beside the names in the menu."""

from digibel import clock
from digibel.notifications import gateways
from digibel.notifications.models import BY_HAND, CallTask, InboundMessage, OutboundMessage
from digibel.organisations.models import Organisation
from digibel.requests.models import HelpRequest, NextActionKind


def waiting(organisation: Organisation) -> dict[str, int]:
    """What waits for somebody now, by page."""
    open_requests = HelpRequest.objects.of(organisation).open()
    by_hand = {"hands": _hands(organisation)} if gateways.is_used(BY_HAND) else {}
    return by_hand | {
        "match": open_requests.filter(next_kind__in=[NextActionKind.CHOOSE, NextActionKind.NOBODY]).count(),
        "inbox": InboundMessage.objects.filter(organisation=organisation, status=InboundMessage.Status.INBOX).count(),
        "calls": CallTask.objects.of(organisation).open().filter(due_at__lte=clock.now()).count(),
    }


def _hands(organisation: Organisation) -> int:
    due = OutboundMessage.objects.due_by(clock.now()).for_hands()
    return due.filter(organisation=organisation).count()
