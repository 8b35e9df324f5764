"""What an organisation keeps beside the day's work: each page with what it is for, and the deed that opens it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.organisations.models import Staff
from digibel.organisations.permissions import may


@dataclass(frozen=True)
class Page:
    name: str
    title: words.Words
    purpose: words.Words
    deed: str = "look"


@dataclass(frozen=True)
class Shelf:
    title: words.Words
    pages: tuple[Page, ...]


SHELVES = (
    Shelf(
        _("People"),
        (
            Page("desk:concerns", _("Reported by clients"), _("Volunteers who wait for a decision."), "decide"),
            Page("desk:complaints", _("Complaints"), _("What came in, by when it is answered."), "complaints"),
            Page("desk:duty", _("On duty"), _("Who answers the telephone, hour by hour; when you are closed.")),
            Page("desk:desk_sessions", _("Desk sessions"), _("When volunteers sit at a desk, and who comes.")),
            Page("desk:kits", _("Kits"), _("What goes along to a visit: who has it, and what is not back.")),
            Page("desk:trainings", _("Trainings"), _("Dates, modules and who was there."), "train"),
            Page("desk:feeds", _("Calendars"), _("Visits in your own calendar program; renew an address.")),
            Page("desk:paid", _("Expenses of the year"), _("What was paid, and how near the ceiling."), "pay"),
        ),
    ),
    Shelf(
        _("Rules and numbers"),
        (
            Page("desk:guardrails", _("What a volunteer may do"), _("Every rule with its source; make one stricter.")),
            Page("desk:asking", _("How volunteers are asked"), _("How many at once, and how often in a week.")),
            Page("desk:gateways", _("Texts"), _("Whether they leave, and what they cost."), "texts"),
            Page("desk:numbers", _("Numbers to ring"), _("Card Stop, police, the bank: last checked when.")),
        ),
    ),
    Shelf(
        _("Privacy"),
        (
            Page("desk:privacy", _("Privacy"), _("Rights, forgetting, and what to do after a leak."), "privacy"),
            Page(
                "desk:keys", _("Keys of programs"), _("Which program may do what, until when, last used when."), "keys"
            ),
            Page("desk:hooks", _("Programs that hear"), _("Who is told what happens, and whether it arrived."), "keys"),
            Page("desk:access_list", _("Who has access"), _("To print for the data protection officer."), "see_access"),
        ),
    ),
)


def shelves_for(staff: Staff) -> list[tuple[words.Words, list[Page]]]:
    """Only what this person may open; a shelf with nothing on it is not there."""
    found = [(shelf.title, [page for page in shelf.pages if may(staff, page.deed)]) for shelf in SHELVES]
    return [(title, pages) for title, pages in found if pages]
