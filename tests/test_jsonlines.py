"""Commands that read lines: a program may ask one, wait for its answer, and ask the next."""

import io
from typing import Any

from digibel.jsonlines import answer_lines


class Wire(io.StringIO):
    """Where answers go. `arrived`: what has left the command so far."""

    arrived = ""

    def flush(self) -> None:
        self.arrived = self.getvalue()


def test_each_answer_leaves_before_the_next_line_is_waited_for() -> None:
    wire, seen = Wire(), []

    def asked() -> Any:
        for line in (b"one\n", b"two\n"):
            seen.append(wire.arrived)
            yield line

    answer_lines(lambda line: {"line": line}, asked(), wire)
    assert seen == ["", '{"line": "one"}\n']
    assert wire.arrived.endswith('{"line": "two"}\n')
