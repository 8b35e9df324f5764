"""One JSON object per line of input: the shape that all commands which read lines share."""

import json
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final, TextIO

from digibel.problems import Problem

Answer = dict[str, Any]

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode


def answer_lines(
    answer: Callable[[str], Answer], stdin: BinaryIO | TextIO | None = None, stdout: TextIO | None = None
) -> None:
    """Read lines, write one object for each, in order, in its place.

    Each answer leaves before the next line is waited for, so that a program may ask line by line. Bytes that are no UTF-8 are
    replaced, never fatal. A line that makes no sense (`ValueError` or `Problem`) gives
    `{"error": sentence}`. Only a newline ends a line: other characters that Unicode calls a line break belong to the text.
    """
    source = stdin if stdin is not None else sys.stdin.buffer
    out = stdout if stdout is not None else sys.stdout
    for raw in source:
        text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw
        out.write(_ENCODE(_answer_one(answer, text.rstrip("\n").removesuffix("\r"))) + "\n")
        out.flush()


def _answer_one(answer: Callable[[str], Answer], line: str) -> Answer:
    try:
        return answer(line)
    except (ValueError, Problem) as refusal:
        return {"error": str(refusal)}
