"""A message spoken by the machine, for who does not read: made when asked for, handed over, and kept nowhere.

With espeak-ng (GPL, a Debian package) where it is installed; without it nothing is offered. The words go in by a pipe, so that they
stand in no list of processes and in no file.
"""

import shutil
import subprocess
from typing import Final

from digibel.problems import Problem

PROGRAM: Final = "espeak-ng"
VOICES: Final = {"fr": "fr-fr", "en": "en-gb", "es": "es", "pt": "pt"}
# Words a minute: slower than usual, for somebody who writes a word down meanwhile.
PACE: Final = 135
SECONDS: Final = 20


class NoVoice(Problem):
    code = "no_voice"
    status = 503
    message = "This machine cannot speak now. Read the words out yourself."


def is_there() -> bool:
    return shutil.which(PROGRAM) is not None


def speak(text: str, language: str) -> bytes:
    """`text` as a WAV file. Raises `NoVoice` where there is none, or it breaks down."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise NoVoice
    command = [program, "-v", VOICES.get(language, language), "-s", str(PACE), "--stdin", "--stdout"]
    try:
        made = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        # What it says may quote the words.
        made = None
    if made is None or not made.stdout.startswith(b"RIFF"):
        raise NoVoice
    return made.stdout
