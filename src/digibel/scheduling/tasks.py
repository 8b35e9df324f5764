"""What the queue calls by itself: every minute, every hour, every night."""

import logging
import uuid

from digibel.audit.chain import seal_chain
from digibel.directory import locating
from digibel.notifications.steps import each, quietly
from digibel.notifications.tasks import pick_up_lost
from digibel.organisations import once
from digibel.scheduling import checked, clockwork, invitations, promises
from digibel.scheduling.asking import learning
from digibel.scheduling.hooks import keeping as hooks
from digibel.scheduling.hooks import sending
from digibel.scheduling.matching import snapshot
from digibel.scheduling.planning import plans
from digibel.volunteers import availability, pagelinks
from digibel.volunteers.owncalendar import keeping

logger = logging.getLogger(__name__)


def every_minute() -> None:
    each(clockwork.tick, pick_up_lost, invitations.free_stuck, invitations.sweep, sending.wake)


def sweep_invitations() -> int:
    return quietly(invitations.sweep)


def sweep_hooks() -> int:
    return quietly(sending.sweep)


def every_hour() -> None:
    each(keeping.sweep, seal_chain)


def every_night() -> int:
    """Learn from the offers; work out everything anew. Whatever does not hold is told by reference. Returns how many."""
    broken: list[promises.Finding] = []
    each(
        learning.learn_anew,
        snapshot.drop_old_changes,
        availability.forget_past,
        pagelinks.forget_closed,
        once.forget_old,
        hooks.forget_old,
        locating.locate_places,
        lambda: broken.extend(_broken_promises()),
    )
    return len(broken)


def _broken_promises() -> list[promises.Finding]:
    broken = [finding for finding in promises.check() if not finding.holds]
    for finding in broken:
        logger.error("promise broken: %s", finding)
    checked.note(len(broken))
    return broken


def make_plan(plan_id: str) -> None:
    """Of more requests than a page can wait for."""
    quietly(lambda: plans.make_waiting(uuid.UUID(plan_id)))
