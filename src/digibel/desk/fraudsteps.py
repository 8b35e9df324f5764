"""What is shown while somebody is being robbed: whom to ring in which order, what to leave alone, and the words to say."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from digibel import clock, languages
from digibel.desk import words
from digibel.organisations import duty, numbers
from digibel.organisations.models import Organisation, Staff
from digibel.organisations.numbers import Number
from digibel.scheduling import fraud


@dataclass(frozen=True)
class Ring:
    """One call to make. No number: it stands on something the client has."""

    who: str
    how: str
    value: str = ""
    href: str = ""


def of(organisation: Organisation, *, client_language: str) -> dict[str, Any]:
    """In the order of guardrail row 44, in the language of the page; the words to say in the client's."""
    reader = words.desk_language()
    found = {number.slug: number for number in numbers.of(organisation)}
    on_duty: Staff | None = duty.on_duty(organisation, clock.now())
    return {
        "rings": [
            _ring(found["card-stop"], reader, _("They block the card. The client speaks.")),
            Ring(
                _("Their own bank"), _("The number is on the card or on a statement, never in a message or an e-mail.")
            ),
            _ring(found["police"], reader, _("Also when nothing seems to be gone yet.")),
        ],
        "later": [
            (
                _("Forward the suspicious message to"),
                found["suspicious"].value(reader),
                found["suspicious"].href(reader),
            ),
            (_("Report it, once it is calm"), found["report-fraud"].value(reader), found["report-fraud"].href(reader)),
        ],
        "danger": (found["emergency"].value(reader), found["emergency"].href(reader)),
        "oldest": min((one.checked_on for one in found.values() if one.checked_on), default=None),
        "checked": all(found[slug].checked_on is not None for slug in ("card-stop", "police")),
        "say": fraud.to_say(organisation, client_language).splitlines(),
        "say_lang": client_language,
        "say_rtl": languages.LANGUAGES[client_language].right_to_left,
        "on_duty": on_duty,
        "organisation": organisation,
    }


def _ring(number: Number, reader: str, how: str) -> Ring:
    return Ring(number.name(reader), how, number.value(reader), number.href(reader))
