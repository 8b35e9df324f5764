"""Commands that read lines: a program may ask one, wait for its answer, and ask the next."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from digibel.jsonlines import LONG, answer_lines, answer_many_lines

MANY = 3_000
HERE = os.getpid()
# A command on all cores, as a program would run it.
COMMAND = """
import json, sys
from digibel.jsonlines import answer_many_lines
answer_many_lines(json.loads, sys.stdin.buffer, sys.stdout, cores=2)
"""


class Wire(io.StringIO):
    """Where answers go. `arrived`: what has left the command so far."""

    arrived = ""

    def flush(self) -> None:
        self.arrived = self.getvalue()


def _counted(line: str) -> dict[str, Any]:
    if line == "no":
        raise ValueError("That is no number.")
    return {"line": line, "is_elsewhere": os.getpid() != HERE}


def _only_here(line: str) -> dict[str, Any]:
    if os.getpid() != HERE:
        os._exit(1)
    return {"line": line}


def _long(path: Path) -> Path:
    lines = [b"no", b"\xff", b"", b"a\r", *(b"line %d" % number for number in range(MANY))]
    path.write_bytes(b"\n".join(lines))
    assert path.stat().st_size > LONG
    return path


def test_each_answer_leaves_before_the_next_line_is_waited_for() -> None:
    wire, seen = Wire(), []

    def asked() -> Any:
        for line in (b"one\n", b"two\n"):
            seen.append(wire.arrived)
            yield line

    answer_lines(lambda line: {"line": line}, asked(), wire)
    assert seen == ["", '{"line": "one"}\n']
    assert wire.arrived.endswith('{"line": "two"}\n')


def test_a_long_input_is_answered_elsewhere_in_the_same_order(tmp_path: Path) -> None:
    alone, shared = io.StringIO(), io.StringIO()
    with _long(tmp_path / "lines").open("rb") as lines:
        answer_lines(_counted, lines, alone)
    with (tmp_path / "lines").open("rb") as lines:
        answer_many_lines(_counted, lines, shared, cores=2)
    assert shared.getvalue().count('"is_elsewhere": true') > MANY // 2
    assert shared.getvalue().replace("true", "false") == alone.getvalue()


@pytest.mark.parametrize("written", [b"", b"\n", b"one", b"one\n", b"one\n\ntwo"])
def test_few_lines_are_answered_alike_on_one_core_and_on_two(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(written)
    answers = []
    for cores in (1, 2):
        with (tmp_path / "lines").open("rb") as lines:
            out = io.StringIO()
            answer_many_lines(_counted, lines, out, cores=cores)
            answers.append(out.getvalue())
    assert answers[0] == answers[1]


def test_no_answer_is_lost_when_the_other_processes_end(tmp_path: Path) -> None:
    out = io.StringIO()
    with _long(tmp_path / "lines").open("rb") as lines:
        answer_many_lines(_only_here, lines, out, cores=2)
    assert len(out.getvalue().splitlines()) == MANY + 4


def test_whoever_waits_is_answered_after_one_line_and_after_many() -> None:
    burst = b'{"many": 1}\n' * MANY
    with subprocess.Popen([sys.executable, "-c", COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as command:
        assert command.stdin
        assert command.stdout
        for asked, answers in ((b'{"one": 1}\n', 1), (burst, MANY), (b'{"one": 1}\n', 1)):
            command.stdin.write(asked)
            command.stdin.flush()
            assert [command.stdout.readline() for _ in range(answers)] == asked.splitlines(keepends=True)
        command.stdin.close()
        assert command.wait(10) == 0


@pytest.mark.parametrize("ask", [answer_lines, answer_many_lines])
def test_the_mark_that_windows_puts_before_a_file_is_no_letter(tmp_path: Path, ask: Any) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"\xef\xbb\xbfja\r\n\xef\xbb\xbf\n")
    wire = Wire()
    with path.open("rb") as lines:
        ask(lambda line: {"line": line}, lines, wire)
    assert wire.arrived == '{"line": "ja"}\n{"line": "\ufeff"}\n'


@pytest.mark.parametrize(
    ("how", "status", "answered"),
    [
        ("<&-", 0, ""),
        ("</dev/null >&-", 0, ""),
        ("< <(yes ja | head -50000) | head -1", 141, '{"encoding": "gsm7", "units": 2, "segments": 1}\n'),
    ],
)
def test_nothing_to_read_and_nobody_who_reads_is_no_failure(how: str, status: int, answered: str) -> None:
    shell = f"{sys.executable} manage.py count_segments {how}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert (done.returncode, done.stdout, done.stderr) == (status, answered, "")
