"""Letters on one A4, in the reader's own language, out of the phrasebook: large type, a drawing to each line."""

from typing import Any

from digibel import clock, languages, places
from digibel.desk import words
from digibel.notifications import phrasebook
from digibel.notifications.numbers import display
from digibel.notifications.recipients import language_of
from digibel.scheduling import announcing, pairs
from digibel.scheduling.models import Visit

# What stands on each line of the letter, in every language.
LINES = (
    "title",
    "greeting",
    "who",
    "day",
    "about",
    "word",
    "says",
    "not_heard",
    "never",
    "does_not_suit",
    "complain",
    "signed",
)
ICONS = {"who": "person", "day": "calendar", "about": "clock"}


def announcement(visit: Visit) -> dict[str, Any]:
    """Who comes, when, and the word. The word is also apart, to be set large."""
    language = _language(visit)
    organisation, client = visit.request.organisation, visit.client
    values = {
        **announcing.announcement(visit),
        "client": client.called,
        "organisation": organisation.name,
        "phone": display(organisation.phone),
    }
    told = dict(zip(LINES, phrasebook.render("announce_letter", language, **values).splitlines(), strict=True))
    if (other := pairs.second_of(visit)) is not None:
        names = {"volunteer": visit.volunteer.first_name, "other": other.volunteer.first_name}
        told["who"] = phrasebook.render("two_come", language, **names)
    box = f" / {client.box}" if client.box else ""
    town = places.name(client.postcode, language)
    return {
        **told,
        "lang": language,
        "dir": "rtl" if languages.LANGUAGES[language].right_to_left else "ltr",
        "organisation": organisation.name,
        "date": clock.today(),
        "address": [client.called, f"{client.street} {client.house_number}{box}", f"{client.postcode} {town}"],
        "facts": [(icon, told[name]) for name, icon in ICONS.items()],
        "word_label": told["word"].replace(visit.word, "").strip(),
        "codeword": visit.word,
        **(_without_word(language) if client.reception else {}),
    }


def spoken(visit: Visit) -> tuple[str, str]:
    """What the letter says, to be heard, and its language."""
    told = announcement(visit)
    return "\n".join(filter(None, (told[name] for name in LINES))) or "", told["lang"]


def _without_word(language: str) -> dict[str, str]:
    """Post for somebody in a care home passes the reception, which knows the appointment and never the word."""
    return {"word": "", "says": "", "codeword": "", "word_label": phrasebook.render("word_by_voice", language)}


def language_name(visit: Visit) -> str:
    """The letter's language, as the reader of the page calls it."""
    return words.language_names([_language(visit)])


def _language(visit: Visit) -> str:
    return language_of(visit.client.recipient, visit.request.organisation)
