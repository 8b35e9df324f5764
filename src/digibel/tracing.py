"""One id for all that follows from one request: the trace of W3C Trace Context (https://www.w3.org/TR/trace-context/).

It comes in with a request, or is drawn here; it stands in every line of the log, goes along with tasks of the queue and texts in
the outbox, and on to gateways and programs. It is drawn by chance and says nothing of anybody. What it does not do: ADR 22.
"""

import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

HEADER: Final = "traceparent"
# Version, trace, span of whoever calls, flags. A later version may say more behind these, version ff is none.
FORM: Final = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class _Going:
    """What is going on, inside what else: a task that runs at once, in the middle of the request that queued it."""

    trace: uuid.UUID
    around: "_Going | None"


_going: ContextVar[_Going | None] = ContextVar("going", default=None)


def read(header: str) -> uuid.UUID | None:
    """The trace that a `traceparent` names; None for what is none, or none of this standard."""
    told = FORM.fullmatch(header)
    if told is None or (told[1] == "00" and told[3] is not None):
        return None
    return uuid.UUID(told[2])


def current() -> uuid.UUID | None:
    going = _going.get()
    return going.trace if going else None


def take_up(trace: uuid.UUID | None) -> None:
    """From here on everything belongs to this trace, or to a new one, until `leave`."""
    _going.set(_Going(trace or uuid.uuid4(), _going.get()))


def leave() -> None:
    going = _going.get()
    _going.set(going.around if going else None)


@contextmanager
def under(trace: uuid.UUID | None) -> Iterator[None]:
    """The same for a block."""
    take_up(trace)
    try:
        yield
    finally:
        leave()


def parent() -> str:
    """What goes on is told by: this trace, and a span of its own. Nothing where no trace is taken up.

    Its last flag is 0: no span is kept here, so nobody needs to keep theirs for our sake.
    """
    trace = current()
    return f"00-{trace.hex}-{secrets.token_hex(8)}-00" if trace else ""


def headers() -> dict[str, str]:
    """To send along."""
    told = parent()
    return {HEADER: told} if told else {}
