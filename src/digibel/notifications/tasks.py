"""What the queue calls. Ids in, one call, a log line; errors keep their class and nothing of what they quote."""

from contextlib import suppress
from datetime import timedelta

from digibel.notifications import hands, inbound, outbox, parts, receipts, watching
from digibel.notifications.steps import TaskFailed, each, quietly

LOST = timedelta(seconds=30)
TOO_OFTEN = timedelta(minutes=10)


def sweep_outbox() -> int:
    return quietly(outbox.sweep)


def route_text(message_id: str) -> str:
    outcome = quietly(lambda: inbound.route_text(message_id))
    quietly(outbox.sweep)
    return outcome


def pick_up_lost() -> None:
    """Every minute: texts a crash left half-way, texts whose wake-up was lost, and what has become due."""
    each(
        outbox.free_stuck,
        receipts.apply_all_early,
        parts.give_up_waiting,
        _route_lost,
        outbox.sweep,
        hands.look_again,
        watching.watch,
    )


def _route_lost() -> None:
    for message_id in inbound.unrouted(older_than=LOST):
        # One text that breaks must not keep the others waiting.
        with suppress(TaskFailed):
            route_text(str(message_id))
    # Tried just now, also after a night without a worker: whatever is left breaks each time.
    for message_id in inbound.unrouted(older_than=TOO_OFTEN):
        inbound.give_to_a_person(message_id)
