"""What goes along with every task of the queue, beside what it is told, so that no task needs to know of it: the trace."""

import logging
import time
from typing import Any, Final

from django.conf import settings

from digibel import tracing

logger = logging.getLogger(__name__)

BEGAN: Final = "began"


def send_along(task: dict[str, Any], **_: Any) -> None:
    """By whoever queues it."""
    if told := tracing.parent():
        task[tracing.HEADER] = told


def take_up(task: dict[str, Any], **_: Any) -> None:
    """In the worker. A task of the schedule, or one that was queued by a version before this, begins a trace."""
    tracing.take_up(tracing.read(task.pop(tracing.HEADER, "")))
    task[BEGAN] = time.monotonic()


def leave(task: dict[str, Any], **_: Any) -> None:
    """Done, well or not. What it was told and what it said is nobody's to read in the log."""
    if settings.DIGIBEL_LOG_REQUESTS:
        took = round((time.monotonic() - task[BEGAN]) * 1000)
        logger.info("worked", extra={"task": str(task["func"]), "well": bool(task.get("success")), "ms": took})
    tracing.leave()
