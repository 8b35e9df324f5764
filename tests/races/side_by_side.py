"""Several processes, each with connections of its own, that begin at the same instant."""

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

# Forked, and not spawned: a child takes milliseconds, has the databases and the clock of the test, and nothing open.
FORK = multiprocessing.get_context("fork")
PATIENCE = 120


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of these at the same instant. Returns what each returned, in order; whatever one raised fails the test."""
    # What a child inherits open, it would close for its parent too.
    connections.close_all()
    start, answers = FORK.Barrier(len(jobs)), FORK.Queue()
    processes = [FORK.Process(target=_work, args=(number, job, start, answers)) for number, job in enumerate(jobs)]
    for process in processes:
        process.start()
    told = dict(answers.get(timeout=PATIENCE) for _ in processes)
    for process in processes:
        process.join(PATIENCE)
    broken = [answer for is_broken, answer in told.values() if is_broken]
    assert broken == [], "\n".join(broken[:2])
    return [told[number][1] for number in range(len(jobs))]


def _work(number: int, job: Callable[[], Any], start: Any, answers: Any) -> None:
    try:
        # Connected before the signal, so that the race is about the deed and not about who connects first.
        connections["default"].ensure_connection()
        start.wait(PATIENCE)
        answers.put((number, (False, job())))
    except BaseException:
        answers.put((number, (True, traceback.format_exc())))
    finally:
        connections.close_all()
