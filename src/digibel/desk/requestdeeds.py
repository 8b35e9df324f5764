"""What can be done to a request on its own page: one small verb each, with who may."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from digibel.audit.actors import Actor
from digibel.desk import alonglines, clientdeeds, seriespage, words
from digibel.desk.forms.intake import IntakeForm, told_of
from digibel.organisations.models import Staff
from digibel.requests import errors, intake
from digibel.requests.drafts import read_draft
from digibel.requests.models import Closing, HelpRequest
from digibel.scheduling import accompanying, arrivals, assigning, onego, openings, rejudging
from digibel.scheduling.errors import NotAColleague, NotAgreed

Posted = Mapping[str, str]
Verb = Callable[[HelpRequest, Posted, Actor], None]
CLOSINGS = (Closing.WITHDRAWN, Closing.SOLVED, Closing.REFERRED, Closing.NOT_DIGITAL, Closing.UNREACHABLE)


@dataclass(frozen=True)
class Deed:
    """`permission` as in `organisations.permissions`; `done` is told on the next page."""

    permission: str
    verb: Verb
    done: words.Words


def _to_client(verb: clientdeeds.Verb) -> Verb:
    """What concerns the person is done to the person, from whichever page."""
    return lambda request, posted, by: verb(request.client, posted, by)


def landed(request: HelpRequest, posted: Posted, by: Actor) -> None:
    openings.close(request, closing=Closing.REFERRED, by=by)


def arrived(request: HelpRequest, posted: Posted, by: Actor) -> None:
    arrivals.note(request, posted.get("referral", ""), came=True, by=by)


def not_arrived(request: HelpRequest, posted: Posted, by: Actor) -> None:
    arrivals.note(request, posted.get("referral", ""), came=False, by=by)


def seat_back(request: HelpRequest, posted: Posted, by: Actor) -> None:
    arrivals.give_back(request, posted.get("referral", ""), by=by)


def along(request: HelpRequest, posted: Posted, by: Actor) -> None:
    start = alonglines.moment(posted.get("day", ""), posted.get("hour", ""))
    accompanying.ask(request, posted.get("referral", ""), start=start, by=by)


def overrule(request: HelpRequest, posted: Posted, by: Actor) -> None:
    rejudging.overrule(request, reason=posted.get("reason", ""), by=by)


def one_go(request: HelpRequest, posted: Posted, by: Actor) -> None:
    """With the request of somebody else of this organisation; both have said that they want it."""
    if not posted.get("agreed"):
        raise NotAgreed
    onego.visit_both(request, intake.find(request.organisation, posted.get("with", "")), by=by)


def each_alone(request: HelpRequest, posted: Posted, by: Actor) -> None:
    onego.visit_each(request, by=by)


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


def assign(request: HelpRequest, posted: Posted, by: Actor) -> None:
    assigning.assign([request.pk], chosen_colleague(posted), organisation=request.organisation, by=by)


def chosen_colleague(posted: Posted) -> Staff | None:
    """Nobody where nothing was chosen. Raises `NotAColleague` for what is no account."""
    told = posted.get("to", "")
    if not told:
        return None
    try:
        return Staff.objects.get(pk=UUID(told))
    except (ValueError, Staff.DoesNotExist):
        raise NotAColleague from None


DEEDS: dict[str, Deed] = {
    **{name: Deed(one.permission, _to_client(one.verb), one.done) for name, one in clientdeeds.DEEDS.items()},
    "landed": Deed("refer", landed, _("Closed: the referral has helped.")),
    "arrived": Deed("refer", arrived, _("Noted. In two weeks somebody asks whether it helped.")),
    "not-arrived": Deed("refer", not_arrived, _("Noted. Make another slip, or let somebody go along.")),
    "seat-back": Deed("refer", seat_back, _("The seat is given back.")),
    "along": Deed("refer", along, _("Noted. It is a request of its own: now choose who goes along.")),
    "overrule": Deed("overrule", overrule, _("Noted, with your reason: a volunteer may go. The search can begin.")),
    "series": Deed("log", seriespage.plan, _("The series is noted.")),
    "end-series": Deed("stop", seriespage.end, _("The series has ended. A week after the last visit somebody asks.")),
    "next-visit": Deed("offer", seriespage.ask_next, _("The next visit is asked for.")),
    "one-go": Deed("match", one_go, _("The two are visited in one go: volunteers are asked for both.")),
    "each-alone": Deed("match", each_alone, _("Each is visited on their own after all.")),
    "assign": Deed("assign", assign, _("Noted who follows it through.")),
    "close": Deed("stop", close, _("Closed. Everybody concerned is told.")),
}
