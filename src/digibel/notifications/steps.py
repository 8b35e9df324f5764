"""What is done step after step, or row after row, where one that breaks is to keep none of the others from being done.

Told of an error is its class alone: its text may quote somebody, and the queue stores what it sees.
"""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)
T = TypeVar("T")
Row = TypeVar("Row")


class TaskFailed(Exception):
    """Stands in for an error whose text may quote personal data."""


def each(*steps: Callable[[], object]) -> None:
    """Do all of these. Where some broke it fails in the end, by the first of them, so that it is seen."""
    failed: list[TaskFailed] = []
    for step in steps:
        try:
            quietly(step)
        except TaskFailed as one:
            failed.append(one)
    if failed:
        raise failed[0]


def one_by_one(rows: Iterable[Row], deed: Callable[[Row], object], *, what: str) -> int:
    """Do it for each of these, each in a transaction of its own. One that breaks is told, and tried again when somebody looks next.

    `what` they are, for the log: "timer". Returns for how many it did something.
    """
    count = 0
    for row in list(rows):
        try:
            count += bool(deed(row))
        except Exception as error:
            key = getattr(row, "pk", row)
            logger.error("%s failed", what, extra={"id": str(key), "error": type(error).__name__})
    return count


def quietly(work: Callable[[], T]) -> T:
    try:
        return work()
    except TaskFailed:
        raise
    except Exception as error:
        step = getattr(work, "__qualname__", type(work).__name__)
        logger.error("task failed", extra={"step": step, "error": type(error).__name__})
        failed = TaskFailed(type(error).__name__)
    raise failed
