"""What can be done to a client on their own page: one small verb each, with who may.

For this person only, whoever lives or telephones with them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.desk import words
from digibel.notifications import reaching
from digibel.problems import Problem
from digibel.requests import errors
from digibel.requests.models import Client, Gone
from digibel.scheduling import openings, preferences, stafffirst

Posted = Mapping[str, str]
Verb = Callable[[Client, Posted, Actor], None]
LONGEST_AWAY = timedelta(days=365)
AGAIN = {"gladly": True, "never": False, "anybody": None}


class NotADay(Problem):
    code = "not_a_day"
    message = "Choose a day that is still to come, within a year."


@dataclass(frozen=True)
class Deed:
    """`permission` as in `organisations.permissions`; `done` is told on the next page."""

    permission: str
    verb: Verb
    done: words.Words


def own_yes(client: Client, posted: Posted, by: Actor) -> None:
    language = posted.get("language", "")
    if language not in languages.SPOKEN:
        raise errors.NotOneOf(choices=", ".join(languages.SPOKEN))
    openings.note_own_yes(client, language=language, by=by)


def away(client: Client, posted: Posted, by: Actor) -> None:
    openings.note_away(client, until=_coming_day(posted.get("until", "")), by=by)


def back(client: Client, posted: Posted, by: Actor) -> None:
    openings.note_back(client, by=by)


def gone(client: Client, posted: Posted, by: Actor) -> None:
    said = posted.get("as", "")
    openings.note_gone(client, by=by, gone_as=said if said in Gone.values else "")


def right_number(client: Client, posted: Posted, by: Actor) -> None:
    reaching.note_right_number(client.recipient, by=by)


def staff_first(client: Client, posted: Posted, by: Actor) -> None:
    stafffirst.note(client, [posted.get("why", "")], by=by)


def release(client: Client, posted: Posted, by: Actor) -> None:
    stafffirst.release(client, reason=posted.get("reason", ""), by=by)


def again(client: Client, posted: Posted, by: Actor) -> None:
    said = posted.get("again", "")
    if said not in AGAIN:
        raise errors.NotOneOf(choices=", ".join(AGAIN))
    told = posted.get("volunteer", "")
    volunteer = next((one for one in preferences.known(client) if str(one.pk) == told), None)
    if volunteer is None:
        raise preferences.NeverCame
    preferences.note(client, volunteer, AGAIN[said], by=by)


def undo_gone(client: Client, posted: Posted, by: Actor) -> None:
    openings.undo_gone(client, reason=posted.get("reason", ""), by=by)


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
    "right-number": Deed("call", right_number, _("Noted: the number is right after all.")),
    "away": Deed("stop", away, _("Noted: away. Everything is cancelled, and the volunteer is told.")),
    "back": Deed("stop", back, _("Noted: back home. The search can begin anew.")),
    "gone": Deed("stop", gone, _("Everything is silent for this person. Ring the volunteer if one was coming.")),
    "staff-first": Deed(
        "stop", staff_first, _("Noted: staff first. Nobody is asked or sent, and who was to go there hears it.")
    ),
    "again": Deed("call", again, _("Noted. Nobody is asked or sent whom they never want again.")),
    "release": Deed("overrule", release, _("Noted, with your reason: a volunteer may go. The search can begin.")),
    "undo-gone": Deed(
        "stop",
        undo_gone,
        _("Undone. Every question is open again: look at what has to happen next, visits are not booked again."),
    ),
}
MISTAKES: dict[str, words.Words] = {
    "wrong_person": _("it was somebody else"),
    "misunderstood": _("it was misunderstood"),
    "wrong_button": _("the wrong button"),
}
