"""What an offer will say to each volunteer, and how many text messages that takes: shown before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from digibel import places
from digibel.guardrails.judgement import VolunteerTask
from digibel.languages import day_and_time
from digibel.notifications import phrasebook, segments
from digibel.notifications.recipients import language_of
from digibel.requests.models import HelpRequest
from digibel.scheduling.matching.ranking import Candidate
from digibel.scheduling.offers import LONGEST_AREA, door, spoken, topic

# Somebody who has another offer open reads a letter before each number; which one is only known when it is sent.
SOME_LETTER = "B"


@dataclass(frozen=True)
class OfferText:
    language: str
    body: str
    segments: int


def of(request: HelpRequest, candidate: Candidate, tasks: Sequence[VolunteerTask]) -> OfferText:
    """The text as `scheduling.offers` will write it; a test keeps the two alike."""
    volunteer = candidate.volunteer
    language = language_of(volunteer.recipient, request.organisation)
    letter = SOME_LETTER if candidate.has_open_offer else ""
    moments = [day_and_time(start, language) for start in candidate.moments]
    values = {
        "letter": letter,
        "area": places.name(request.postcode, language)[:LONGEST_AREA],
        "distance": phrasebook.distance(candidate.km, language),
        "languages": spoken(request, volunteer, language),
        "topic": topic(tuple(tasks), language),
        "door": door(request, language),
    }
    if len(moments) == 1:
        body = phrasebook.render("offer_one", language, **values, windows=moments[0])
    else:
        windows = phrasebook.numbered(moments, language, letter)
        body = phrasebook.render("offer_many", language, **values, windows=windows, example=f"{letter}2")
    return OfferText(language, body, segments.count(body).segments)
