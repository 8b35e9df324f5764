"""A state that many tests of a file look at: built once, and undone after the last. What a test does, it undoes itself inside it.

No test with real transactions may stand in such a file: it would empty the tables under the others.
"""

import copy
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TypeVar

from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

World = TypeVar("World")

WORDS = random.Random()
# An ordinary Tuesday, half past ten in the morning in Brussels: everybody is awake and no holiday is near.
NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


def built_once(blocker: DjangoDbBlocker, build: Callable[[], World]) -> Iterator[World]:
    """For a fixture of a file: `yield from built_once(django_db_blocker, build)`."""
    with blocker.unblock(), ExitStack() as stack:
        for alias in connections:
            atomic = transaction.atomic(using=alias)
            # As in a test of Django's: a verb that wants to be outermost may be inside.
            atomic._from_testcase = True  # type: ignore[attr-defined]
            stack.enter_context(atomic)
            stack.callback(transaction.set_rollback, True, using=alias)
        # The same codewords whichever test of the file is the first.
        WORDS.seed(build.__module__)
        made = build()
        for alias in connections:
            # What waits for the end of this transaction would wait in every test.
            connections[alias].run_on_commit.clear()
        yield made


def a_copy(world: World) -> World:
    """Of its own for each test, which may change what it holds in its hands."""
    return copy.deepcopy(world)
