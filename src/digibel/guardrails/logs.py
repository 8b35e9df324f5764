"""What is logged passes the gate as well: somebody else's library may quote a text in its error, or a header."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from digibel.guardrails.secrets import mask

# What a record has of itself; everything else was given with `extra`.
OWN = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


class MaskedFormatter(logging.Formatter):
    """As the plain formatter, with every secret masked, also in a traceback."""

    def __init__(self, format: str) -> None:
        super().__init__(format)

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at (RFC 3339, UTC), level, logger, message, and the ids and codes given with `extra`.

    Of an error its class and where it happened. Never its words: databases quote values in theirs.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        told |= {name: _plain(value) for name, value in vars(record).items() if name not in OWN}
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
            told["where"] = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])]
        return json.dumps(told, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else mask(str(value))
