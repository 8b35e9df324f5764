"""W3C Trace Context: what is a traceparent and what is none, and what belongs together."""

import re
import threading
import uuid
from contextlib import suppress

import pytest

from digibel import tracing

TOLD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE = uuid.UUID("4bf92f35-77b3-4da6-a3ce-929d0e0e4736")


def test_the_example_of_the_standard_is_read():
    assert tracing.read(TOLD) == TRACE


def test_of_a_later_version_what_we_know_is_read():
    assert tracing.read("cc" + TOLD[2:]) == TRACE
    assert tracing.read("cc" + TOLD[2:] + "-what-the-future-says") == TRACE


NONE = {
    "nothing": "",
    "words": "hello",
    "version ff": "ff" + TOLD[2:],
    "no trace": f"00-{'0' * 32}-00f067aa0ba902b7-01",
    "no span": f"00-{TRACE.hex}-{'0' * 16}-01",
    "large letters": TOLD.upper(),
    "too short": TOLD[:-1],
    "too long": TOLD + "0",
    "more in version 00": TOLD + "-more",
    "glued": "cc" + TOLD[2:] + "more",
    "two": f"{TOLD},{TOLD}",
    "a space": f" {TOLD}",
    "a line": f"{TOLD}\n",
    "more on a line": "cc" + TOLD[2:] + "-a\nlevel=critical",
    "other digits": TOLD.replace("4bf9", "4b٣9"),
}


@pytest.mark.parametrize("told", NONE.values(), ids=NONE)
def test_what_is_no_traceparent_is_nothing(told):
    assert tracing.read(told) is None


def test_what_goes_out_is_read_by_others_with_a_span_of_its_own():
    with tracing.under(TRACE):
        one, other = tracing.parent(), tracing.headers()["traceparent"]
    assert tracing.read(one) == tracing.read(other) == TRACE
    assert re.fullmatch(f"00-{TRACE.hex}-[0-9a-f]{{16}}-00", one)
    assert one != other


def test_without_a_trace_nothing_goes_out():
    assert (tracing.current(), tracing.parent(), tracing.headers()) == (None, "", {})
    tracing.leave()
    assert tracing.current() is None


def test_what_is_inside_ends_where_it_ends():
    with tracing.under(TRACE):
        with suppress(ZeroDivisionError), tracing.under(None):
            assert tracing.current() not in (None, TRACE)
            raise ZeroDivisionError
        assert tracing.current() == TRACE
    assert tracing.current() is None


def test_each_thread_has_its_own():
    seen = []
    with tracing.under(TRACE):
        other = threading.Thread(target=lambda: seen.append(tracing.current()))
        other.start()
        other.join()
    assert seen == [None]
