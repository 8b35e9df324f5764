"""What can be done to a request on its own page: one small verb each, with who may."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.desk import words
from digibel.desk.forms.intake import IntakeForm, told_of
from digibel.problems import Problem
from digibel.requests import errors
from digibel.requests.drafts import read_draft
from digibel.requests.models import Closing, HelpRequest
from digibel.scheduling import openings, rejudging

Posted = Mapping[str, str]
Verb = Callable[[HelpRequest, Posted, Actor], None]
LONGEST_AWAY = timedelta(days=365)
CLOSINGS = (Closing.WITHDRAWN, Closing.SOLVED, Closing.REFERRED, Closing.NOT_DIGITAL, Closing.UNREACHABLE)


class NotADay(Problem):
    code = "not_a_day"
    message = "Choose a day that is still to come, within a year."


@dataclass(frozen=True)
class Deed:
    """`permission` as in `organisations.permissions`; `done` is told on the next page."""

    permission: str
    verb: Verb
    done: words.Words


def own_yes(request: HelpRequest, posted: Posted, by: Actor) -> None:
    language = posted.get("language", "")
    if language not in languages.SPOKEN:
        raise errors.NotOneOf(choices=", ".join(languages.SPOKEN))
    openings.note_own_yes(request.client, language=language, by=by)


def away(request: HelpRequest, posted: Posted, by: Actor) -> None:
    openings.note_away(request.client, until=_coming_day(posted.get("until", "")), by=by)


def back(request: HelpRequest, posted: Posted, by: Actor) -> None:
    openings.note_back(request.client, by=by)


def gone(request: HelpRequest, posted: Posted, by: Actor) -> None:
    openings.note_gone(request.client, by=by)


def landed(request: HelpRequest, posted: Posted, by: Actor) -> None:
    openings.close(request, closing=Closing.REFERRED, by=by)


def overrule(request: HelpRequest, posted: Posted, by: Actor) -> None:
    rejudging.overrule(request, reason=posted.get("reason", ""), by=by)


def close(request: HelpRequest, posted: Posted, by: Actor) -> None:
    chosen = posted.get("as", "")
    if chosen not in CLOSINGS:
        raise errors.NotOneOf(choices=", ".join(CLOSINGS))
    openings.close(request, closing=Closing(chosen), by=by)


def moments(request: HelpRequest, form: IntakeForm, by: Actor) -> None:
    """Other moments suit. Raises `Invalid` with a sentence for each field of the form."""
    told = {"client": told_of(request.client), "tasks": [task.slug for task in request.tasks.all()], **form.moments()}
    draft = read_draft(told)
    openings.change_moments(request, windows=draft.windows, always_home=draft.always_home, away=draft.away, by=by)


def _coming_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotADay from None
    if not clock.today() < day <= clock.today() + LONGEST_AWAY:
        raise NotADay
    return day


DEEDS: dict[str, Deed] = {
    "own-yes": Deed("call", own_yes, _("Their own yes is noted. The search can begin.")),
    "away": Deed("stop", away, _("Noted: away. Everything is cancelled, and the volunteer is told.")),
    "back": Deed("stop", back, _("Noted: back home. The search can begin anew.")),
    "gone": Deed("stop", gone, _("Everything is silent for this person. Ring the volunteer if one was coming.")),
    "landed": Deed("refer", landed, _("Closed: the referral has helped.")),
    "overrule": Deed("overrule", overrule, _("Noted, with your reason: a volunteer may go. The search can begin.")),
    "close": Deed("stop", close, _("Closed. Everybody concerned is told.")),
}
