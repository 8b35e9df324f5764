import io
import json
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command


def read_replies(lines: str, *arguments: str) -> list[dict[str, object]]:
    out = io.StringIO()
    with patch("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode()))):
        call_command("read_reply", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_read_reply_prints_the_window_that_was_chosen() -> None:
    answers = read_replies("JA 2\n\nja\n", "--state", "offer", "--language", "nl", "--windows", "3")
    nothing = {"intent": "unclear", "offer": None, "choice": None, "minutes": None}
    assert answers == [{"intent": "accept", "offer": "A", "choice": 2, "minutes": None}, nothing, nothing]


def test_read_reply_fills_in_the_only_window_of_an_offer() -> None:
    answers = read_replies("ja B\nnee A\n", "--state", "offer", "--language", "nl", "--windows", "2,1")
    assert answers == [
        {"intent": "accept", "offer": "B", "choice": 1, "minutes": None},
        {"intent": "decline", "offer": "A", "choice": None, "minutes": None},
    ]


def test_read_reply_tells_the_minutes() -> None:
    answers = read_replies("retard 20\n", "--state", "booked", "--language", "fr")
    assert answers == [{"intent": "late", "offer": None, "choice": None, "minutes": 20}]


def test_read_reply_takes_a_written_newline_for_a_newline() -> None:
    answers = read_replies("ok\\nmvg\\nJan Peeters\n", "--state", "offer", "--language", "nl")
    assert answers == [{"intent": "accept", "offer": "A", "choice": 1, "minutes": None}]


@pytest.mark.parametrize("windows", ["0", "two", "1,,2", ",".join("1" * 27)])
def test_read_reply_refuses_windows_that_make_no_sense(windows: str) -> None:
    with pytest.raises(CommandError, match="how many windows each live offer has"):
        read_replies("ja\n", "--state", "offer", "--language", "nl", f"--windows={windows}")
