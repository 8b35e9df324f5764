"""No password that others can guess: looked up without a network, in lists that ship with the house.

Leaked passwords, names and words, with capitals, figures and signs as people put them in: zxcvbn counts how many guesses it
takes. Loading its lists costs 12 MB and half a second, only in the process in which somebody chooses a password.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from digibel.organisations.models import Staff

ENOUGH: Final = 3
"""Of zxcvbn's 0 to 4: a hundred million guesses or more, each as slow as scrypt."""
READ: Final = 72
"""What stands behind these letters is not looked at: it only makes it longer, and slow to judge."""


class Guessable:
    """A validator as Django calls them (AUTH_PASSWORD_VALIDATORS)."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        from zxcvbn import zxcvbn

        known = [*_words(), *_about(user)]
        if zxcvbn(password[:READ], user_inputs=known)["score"] < ENOUGH:
            sentence = gettext(
                "This one is easily guessed: it stands in a list of stolen passwords, or is made of words and figures that are. "
                "Take four words that do not belong together."
            )
            raise ValidationError(sentence, code="password_guessable")

    def get_help_text(self) -> str:
        return gettext(
            "Not one that stands in a list of stolen passwords, nor a name or a word with a figure behind it."
        )


@cache
def _words() -> tuple[str, ...]:
    path = Path(__file__).with_name("guessed.toml")
    return tuple(tomllib.loads(path.read_text("utf-8"))["words"].split())


def _about(user: Staff | None) -> list[str]:
    """What anybody at the centre could guess of this one."""
    if user is None:
        return []
    told = f"{user.name} {user.email} {user.organisation.name} {user.organisation.postcode}".casefold()
    return [word for word in re.split(r"[\W_]+", told) if len(word) > 2]
