"""Events are brought to the programs that want to hear them: at least once, those about one request in their order.

As with texts: written with the deed (`triggers`), sent after the commit, tried again when nobody took it. Whoever sends says so
first, for as long as sending can take; after a crash in between it is brought again, with the same id. Signed as Standard Webhooks
1.0 says (standardwebhooks.com), for which every language has a library.
"""

import hashlib
import hmac
import logging
import random
import time
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django_q.tasks import async_task

from digibel import clock, outside, tracing
from digibel.audit.models import Event
from digibel.scheduling.hooks import keeping, telling
from digibel.scheduling.hooks.models import Delivery, DeliveryStatus
from digibel.sealing.reading import unsealed_or_none

logger = logging.getLogger(__name__)

# Longer than `outside.post` can take: so long nobody else brings it.
MINE: Final = timedelta(minutes=1)
BACK_OFF: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=4)
# The waits between them add up to two days: over a weekend somebody looks.
MOST_TRIES: Final = 20
# Seconds, well below the `timeout` of Q_CLUSTER.
SWEEP_TAKES: Final = 30


def wake() -> None:
    """Every minute: if something is due, somebody sweeps."""
    if _due().exists():
        async_task("digibel.scheduling.tasks.sweep_hooks")


def sweep() -> int:
    """Bring what is due until nothing more is, one from each hook by turns. Returns how many arrived. Safe in many places at once.

    A hook that did not take one is left alone until somebody sweeps again, so that one that is slow keeps no other waiting.
    """
    until, count = time.monotonic() + SWEEP_TAKES, 0
    waiting = list(_due().order_by().values_list("hook", flat=True).distinct())
    random.shuffle(waiting)
    while waiting and time.monotonic() < until:
        waiting = [hook_id for hook_id in waiting if time.monotonic() < until and _bring_next(hook_id)]
        count += len(waiting)
    if waiting:
        wake()
    return count


def _due() -> QuerySet[Delivery]:
    """What may leave now: of each stream what is first, as what comes after it waits for it."""
    waiting = Delivery.objects.filter(status=DeliveryStatus.WAITING)
    before = waiting.filter(hook=OuterRef("hook"), stream=OuterRef("stream"), event_id__lt=OuterRef("event_id"))
    return waiting.filter(hook__ended_at=None, not_before__lte=clock.now()).exclude(Exists(before))


def _bring_next(hook_id: UUID) -> bool:
    """Whether one arrived."""
    delivery = _due().filter(hook=hook_id).select_related("hook").order_by("event_id").first()
    # A trace of its own: programs of two organisations must not see that they were told by one sweep.
    with tracing.under(None):
        return delivery is not None and _claim(delivery) and _brought(delivery)


def _brought(delivery: Delivery) -> bool:
    try:
        trouble = _bring(delivery)
    except outside.NotReached as problem:
        trouble = problem.code
    if trouble:
        _not_taken(delivery, trouble)
        return False
    return _end(delivery, DeliveryStatus.DELIVERED)


def _claim(delivery: Delivery) -> bool:
    """Ours for so long, and no longer: a crash leaves it waiting."""
    unchanged = Delivery.objects.filter(
        pk=delivery.pk, status=DeliveryStatus.WAITING, tries=delivery.tries, not_before=delivery.not_before
    )
    delivery.tries, delivery.not_before = delivery.tries + 1, clock.now() + MINE
    return unchanged.update(tries=delivery.tries, not_before=delivery.not_before) == 1


def _bring(delivery: Delivery) -> str:
    """What went wrong, or nothing. Raises `outside.NotReached`."""
    hook = delivery.hook
    event = Event.objects.filter(pk=delivery.event_id).first()
    address, secret = unsealed_or_none(hook, "address"), unsealed_or_none(hook, "secret")
    if event is None or address is None or secret is None:
        return "gone"
    [told] = telling.shown(hook.organisation_id, [event])
    body = told.model_dump_json().encode()
    status = outside.post(address, body, headers=_headers(told.id, body, secret))
    return "" if 200 <= status < 300 else f"answer_{status}"


def _headers(id: str, body: bytes, secret: str) -> dict[str, str]:
    # The machine's own time: who hears it compares it with theirs.
    at = str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{sign(secret, id=id, at=at, body=body)}",
        **tracing.headers(),
    }


def sign(secret: str, *, id: str, at: str, body: bytes) -> str:
    """HMAC-SHA256 in base64. With what the id and the moment are signed too, nobody can play an old one again as a new one."""
    key = b64decode(secret.removeprefix(keeping.MARK))
    return b64encode(hmac.new(key, b".".join([id.encode(), at.encode(), body]), hashlib.sha256).digest()).decode()


def _not_taken(delivery: Delivery, trouble: str) -> None:
    logger.warning("event not taken", extra={"delivery_id": delivery.pk, "trouble": trouble})
    if delivery.tries >= MOST_TRIES or trouble == "gone":
        _end(delivery, DeliveryStatus.GIVEN_UP, trouble)
        return
    wait = min(BACK_OFF * 2 ** (delivery.tries - 1), LONGEST_WAIT)
    _mine(delivery).update(not_before=clock.now() + wait, trouble=trouble)


def _end(delivery: Delivery, status: DeliveryStatus, trouble: str = "") -> bool:
    return _mine(delivery).update(status=status, done_at=clock.now(), trouble=trouble) == 1


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """As we claimed it: what somebody sent again meanwhile, or claimed after us, is theirs to write."""
    return Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.WAITING, tries=delivery.tries)
