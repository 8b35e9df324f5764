"""What people receive: every text message, call script and letter of Digibel, in ten languages.

The texts are data, one TOML file per language; `kinds.toml` says for whom each text is, what it needs and how long it may be.

    render("reminder_hour", "nl", client="Anna", time="14u", word="tulp")

`render` is strict: a key or a value that is missing, and a value too many, raise `PhrasebookError`. What it gives for a text
message fits the telephone: letters outside the GSM alphabet are folded ("Zoë" becomes "Zoe"), except in Arabic.
Scripts and letters keep their letters and have one sentence on each line.
"""

from digibel.notifications.phrasebook.book import (
    Kind,
    PhrasebookError,
    answers,
    is_reviewed,
    keys,
    kind,
    placeholders,
    render,
    template,
)
from digibel.notifications.phrasebook.doorwords import codewords, codewords_for
from digibel.notifications.phrasebook.folding import fold
from digibel.notifications.phrasebook.wording import distance, door, either, numbered, spoken, topic_fallback

__all__ = [
    "Kind",
    "PhrasebookError",
    "answers",
    "codewords",
    "codewords_for",
    "distance",
    "door",
    "either",
    "fold",
    "is_reviewed",
    "keys",
    "kind",
    "numbered",
    "placeholders",
    "render",
    "spoken",
    "template",
    "topic_fallback",
]
