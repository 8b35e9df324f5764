"""When the data cannot be reached or written: a full disk, a database that is away, a file that is spoilt, reading alone.

What was asked may be right, and is not done; nothing is half-saved. Whoever asked is told to ring and to write on paper, a
gateway to come again, a program to try again later.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, Error, IntegrityError, NotSupportedError

from digibel.problems import Problem

# Here what was asked is at fault, or our own statement.
NOT_THE_DATABASE = (IntegrityError, DataError, NotSupportedError)
RETRY_AFTER = 30
"""Seconds."""


class NotNow(Problem):
    """The answer to whatever would have had to be written."""

    code = "not_now"
    status = 503
    message = (
        "Nothing can be noted at this moment, and nothing of what you sent was kept. Is it urgent? Ring. Write it on paper, and "
        "repeat it here in a while."
    )


def is_of_the_database(error: BaseException | None) -> bool:
    """Whether it went wrong because of the state of the database, and not because of what was asked.

    A table or column that is not there is a deployment that is half done: it passes too.
    """
    return isinstance(error, Error) and not isinstance(error, NOT_THE_DATABASE)


@contextmanager
def where_possible() -> Iterator[None]:
    """For what is noted beside a look: where nothing can be written, the look goes on without it. Outside transactions."""
    try:
        yield
    except Error as error:
        if not is_of_the_database(error):
            raise
