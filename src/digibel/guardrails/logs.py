"""What is logged passes the gate as well: somebody else's library may quote a text in its error, or a header."""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from digibel import tracing
from digibel.guardrails.secrets import mask

OURS = "digibel."
HOUSE = str(Path(__file__).parents[1])
# What a record has of itself; everything else was given with `extra`.
OWN = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


class MaskedFormatter(logging.Formatter):
    """As the plain formatter, with every secret masked, also in a traceback; then the ids and codes given with `extra`, and the
    trace if one is going on.

    One line, whatever was quoted in it: nobody writes a second one into our log. Only a traceback has lines of its own.
    """

    def __init__(self, format: str) -> None:
        super().__init__(format)

    def formatMessage(self, record: logging.LogRecord) -> str:
        given = "".join(f" {name}={_on_one_line(str(value))}" for name, value in (_given(record) | _trace()).items())
        return _on_one_line(mask(super().formatMessage(record))) + given

    def formatException(self, ei: Any) -> str:
        return mask(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return mask(super().formatStack(stack_info))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at (RFC 3339, UTC), level, logger, message, trace_id, and the ids and codes given with `extra`.

    Of an error its class and where it happened. Never its words: databases quote values in theirs.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        told |= _given(record) | _trace()
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
            told["where"] = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])]
        return json.dumps(told, ensure_ascii=False)


def place_of(error: BaseException) -> str:
    """Where it happened: the innermost of our own lines, else the last one. Never its words: databases quote values in theirs."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = next(
        (frame for frame in reversed(frames) if frame.filename.startswith(HOUSE)), frames[-1] if frames else None
    )
    return f"{ours.filename}:{ours.lineno}" if ours else "?"


def _given(record: logging.LogRecord) -> dict[str, Any]:
    """Of our own lines: what another library gives along may be a whole request, with the secret in its address."""
    if not record.name.startswith(OURS):
        return {}
    return {name: _plain(value) for name, value in vars(record).items() if name not in OWN}


def _trace() -> dict[str, str]:
    """Not masked: it is drawn by chance, and one in five hundred looks like a secret."""
    trace = tracing.current()
    return {"trace_id": trace.hex} if trace else {}


def _plain(value: Any) -> Any:
    """An id of ours is let through whatever its digits look like; as text it may be somebody else's key."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, UUID) else mask(str(value))


def _on_one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
