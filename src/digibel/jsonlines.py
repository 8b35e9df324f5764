"""One JSON object per line of input: the shape that all commands which read lines share."""

import codecs
import gc
import json
import multiprocessing
import os
import select
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, BinaryIO, Final, TextIO

from digibel.problems import Problem

Answer = dict[str, Any]

BLOCK: Final = 1 << 16  # bytes asked for at a time: what a pipe of Linux holds
LONG: Final = BLOCK // 4  # bytes at once that show a file rather than somebody who asks line by line
AHEAD: Final = 3  # blocks a core may be given before its first answers are written
_RARELY: Final = 50_000  # objects made between two searches for what nobody needs any more

_MARK: Final = "\ufeff"

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode


def answer_lines(
    answer: Callable[[str], Answer], stdin: BinaryIO | TextIO | None = None, stdout: TextIO | None = None
) -> None:
    """Read lines, write one object for each, in order, in its place.

    Each answer leaves before the next line is waited for, so that a program may ask line by line. Bytes that are no UTF-8 are
    replaced, never fatal, and the mark that Windows puts before a file is no letter of its first line. A line that makes no
    sense (`ValueError` or `Problem`) gives `{"error": sentence}`. Only a newline ends a line: other characters that Unicode
    calls a line break belong to the text.
    """
    source = stdin if stdin is not None else sys.stdin.buffer
    out = stdout if stdout is not None else sys.stdout
    for place, raw in enumerate(source):
        text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw
        text = text if place else text.removeprefix(_MARK)
        out.write(_ENCODE(_answer_one(answer, text.rstrip("\n").removesuffix("\r"))) + "\n")
        out.flush()


def answer_many_lines(
    answer: Callable[[str], Answer], stdin: BinaryIO, stdout: TextIO, *, cores: int | None = None
) -> None:
    """The same answers in the same order; a long input is shared out over all cores.

    `answer`: a function of a module, pure, because other processes call it. Whatever has been read is answered before more is
    waited for.
    """
    cores = cores or len(os.sched_getaffinity(0))
    descriptor = _descriptor(stdin)
    if cores < 2 or descriptor is None or "fork" not in multiprocessing.get_all_start_methods():
        answer_lines(answer, stdin, stdout)
        return
    with _Shared(answer, stdout, cores) as shared:
        for lines, is_long in _blocks(descriptor, shared.finish):
            shared.take(lines, is_long=is_long)


class _Shared:
    """Blocks of lines with several processes. The first long one starts them; until then this one answers."""

    def __init__(self, answer: Callable[[str], Answer], out: TextIO, cores: int) -> None:
        self.answer, self.out, self.cores = answer, out, cores
        self.pool: ProcessPoolExecutor | None = None
        self.waiting: deque[tuple[list[bytes], Future[str]]] = deque()

    def __enter__(self) -> "_Shared":
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def take(self, lines: list[bytes], *, is_long: bool) -> None:
        if not (is_long or self.waiting):
            self._write(_answered(self.answer, lines))
            return
        if not self.pool:
            self.pool = ProcessPoolExecutor(self.cores, multiprocessing.get_context("fork"), _tidy_rarely)
        self.waiting.append((lines, self._ask(self.pool, lines)))
        if len(self.waiting) > AHEAD * self.cores:
            self._write_next()

    def finish(self) -> None:
        """Write all answers that are still awaited."""
        while self.waiting:
            self._write_next()

    def _ask(self, pool: ProcessPoolExecutor, lines: list[bytes]) -> Future[str]:
        try:
            return pool.submit(_answered, self.answer, lines)
        except BrokenProcessPool as broken:
            lost: Future[str] = Future()
            lost.set_exception(broken)
            return lost

    def _write_next(self) -> None:
        lines, answers = self.waiting.popleft()
        try:
            written = answers.result()
        except BrokenProcessPool:
            # Somebody ended one of the processes: then this one does the work.
            written = _answered(self.answer, lines)
        self._write(written)

    def _write(self, answers: str) -> None:
        self.out.write(answers)
        self.out.flush()


def _blocks(descriptor: int, before_waiting: Callable[[], None]) -> Iterator[tuple[list[bytes], bool]]:
    """Whole lines as they arrive, and whether many arrived at once."""
    begun, first = b"", True
    while True:
        if not select.select([descriptor], [], [], 0)[0]:
            before_waiting()
        block = os.read(descriptor, BLOCK)
        if not block:
            break
        *lines, begun = (begun + block).split(b"\n")
        if lines and first:
            lines[0], first = lines[0].removeprefix(codecs.BOM_UTF8), False
        if lines:
            yield lines, len(block) >= LONG
    if begun:
        yield [begun.removeprefix(codecs.BOM_UTF8) if first else begun], False
    before_waiting()


def _descriptor(stdin: BinaryIO) -> int | None:
    """Where the operating system reads from, if it is the system that does."""
    try:
        return stdin.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _tidy_rarely() -> None:
    """What was read at the start is never looked through for leftovers, and what is made for one text holds no rings."""
    gc.freeze()
    gc.set_threshold(_RARELY)


def _answered(answer: Callable[[str], Answer], lines: Iterable[bytes]) -> str:
    texts = (line.decode("utf-8", errors="replace").removesuffix("\r") for line in lines)
    return "".join(_ENCODE(_answer_one(answer, text)) + "\n" for text in texts)


def _answer_one(answer: Callable[[str], Answer], line: str) -> Answer:
    try:
        return answer(line)
    except (ValueError, Problem) as refusal:
        return {"error": str(refusal)}
