"""A message spoken by the machine."""

import os
import subprocess

import pytest

from digibel.languages import LANGUAGES
from digibel.notifications import voice

in_ci = os.environ.get("CI") == "true"
there = pytest.mark.skipif(not voice.is_there() and not in_ci, reason="espeak-ng is not installed")


@there
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_voice(language):
    assert len(voice.speak("Digibel", language)) > 4000


@pytest.fixture
def program(monkeypatch):
    """What the machine was told, and what it answers."""
    told = {}

    def run(command, **options):
        told.update(command=command, options=options)
        return subprocess.CompletedProcess(command, 0, stdout=told.get("answer", b"RIFF..."))

    monkeypatch.setattr(voice.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(voice.subprocess, "run", run)
    return told


def test_the_words_are_in_no_command_line_and_no_file(program):
    assert voice.speak("Het woord is TULP", "nl") == b"RIFF..."
    assert (program["options"]["input"], "TULP" in " ".join(program["command"])) == (b"Het woord is TULP", False)
    assert program["command"][-2:] == ["--stdin", "--stdout"]


def test_what_is_no_sound_is_not_handed_over(program):
    program["answer"] = b"error: Het woord is TULP"
    with pytest.raises(voice.NoVoice) as refusal:
        voice.speak("Het woord is TULP", "nl")
    assert (refusal.value.__cause__, refusal.value.__context__) == (None, None)


@pytest.mark.parametrize("error", [OSError(), subprocess.TimeoutExpired("x", 1), subprocess.CalledProcessError(1, "x")])
def test_a_machine_that_breaks_down_says_so(program, monkeypatch, error):
    def broken(*args, **options):
        raise error

    monkeypatch.setattr(voice.subprocess, "run", broken)
    with pytest.raises(voice.NoVoice):
        voice.speak("x", "nl")


def test_without_the_program_there_is_no_voice(monkeypatch):
    monkeypatch.setattr(voice.shutil, "which", lambda name: None)
    assert voice.is_there() is False
    with pytest.raises(voice.NoVoice):
        voice.speak("x", "nl")
