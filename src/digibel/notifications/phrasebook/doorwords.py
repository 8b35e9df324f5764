"""The words that prove at the door that a visitor is ours.

Easy to say and to hear over the telephone, cheerful, unlike each other, and without digits: nobody may take one for a PIN. None
is a first name. A visit keeps its word until check-out.
"""

import tomllib
from functools import cache
from pathlib import Path

from digibel.languages import LANGUAGES
from digibel.notifications.phrasebook.book import PhrasebookError


def codewords(language: str) -> tuple[str, ...]:
    """All words of a language, in small letters and in the order of codewords.toml."""
    try:
        return _lists()[language]
    except KeyError:
        raise PhrasebookError(f"There are no codewords in {language!r}.") from None


def codewords_for(*, client: str, volunteer: str) -> tuple[str, ...]:
    """The words for a visit: in the client's language, but Arabic only to a volunteer who gets Arabic texts.

    Both arguments are languages of texts. The client knows the word; the volunteer has to read it from a telephone and say it.
    """
    unreadable = LANGUAGES[client].right_to_left and not LANGUAGES[volunteer].right_to_left
    return codewords(volunteer if unreadable else client)


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    text = Path(__file__).with_name("codewords.toml").read_text(encoding="utf-8")
    return {language: tuple(words.split()) for language, words in tomllib.loads(text).items()}
