"""STOP in whatever order its words stand, in ten languages; and what only looks like it, which stops nothing."""

from pathlib import Path

import pytest

from digibel.languages import LANGUAGES
from digibel.notifications import replies

LINES = (Path(__file__).parent / "replies" / "stops.tsv").read_text(encoding="utf-8").splitlines()[1:]
ROWS = [line.split("\t") for line in LINES]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", replies.STATES)
def test_every_form_stops_at_any_time_and_nothing_else_does(state, language):
    told = [(text, wanted == "stop") for _, lang, _, wanted, text in ROWS if lang == language]
    assert {stops for _, stops in told} == {True, False}
    stopped = {
        text: replies.read(text, state=state, language=language, windows=(2,)).intent == "stop" for text, _ in told
    }
    assert stopped == dict(told)


@pytest.mark.parametrize("state", replies.STATES)
@pytest.mark.parametrize(("language", "means"), [("pt", "stop"), ("es", "stop"), ("sq", "unclear")])
def test_pare_is_stop_to_some_and_money_to_others(state, language, means):
    assert replies.read("PARE", state=state, language=language, windows=(2,)).intent == means
