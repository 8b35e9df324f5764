"""How a request stands: the sentence above its page, its steps, and the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk import words, worklines
from digibel.notifications.models import CallTask
from digibel.organisations.models import Role
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import STANDING_VISITS, Visit, VisitStatus
from digibel.scheduling.worklist import CALLS_FOR

HEADINGS: dict[str, words.Words] = {
    "own_yes": _("%(name)s has not said yes yet"),
    "staff_first": _("Staff look first at %(name)s"),
    "refer": _("This is not for a volunteer: refer %(name)s"),
    "check_referral": _("Did the slip help %(name)s?"),
    "ask_arrival": _("Did %(name)s get to the place?"),
    "new_moments": _("%(name)s needs new moments"),
    "choose": _("%(name)s waits for a volunteer"),
    "await_answers": _("Volunteers are asked to go to %(name)s"),
    "goes_along": _("%(name)s is visited in one go with somebody of the same home"),
    "nobody": _("Nobody found yet for %(name)s"),
    "away": _("%(name)s is away for now"),
    "restricted": _("What we know of %(name)s is kept and not used"),
    "announce": _("%(name)s does not know yet who comes"),
    "confirm": _("%(name)s has not confirmed the visit yet"),
    "visit": _("%(volunteer)s goes to %(name)s"),
    "check_out": _("%(volunteer)s is with %(name)s now"),
    "next_visit": _("%(name)s waits for the next visit of the series"),
    "alarm": _("We do not know where %(volunteer)s is"),
    "report": _("How was it at %(name)s?"),
    "follow_up": _("Does it still work for %(name)s?"),
}
CLOSED: dict[str, words.Words] = {
    "solved": _("%(name)s has been helped"),
    "referred": _("%(name)s has been referred"),
    "withdrawn": _("%(name)s no longer asks for it"),
    "not_digital": _("%(name)s does not want to go digital"),
    "unreachable": _("%(name)s could not be reached"),
    "gone": _("%(name)s has moved or died: everything is silent"),
}
GONE: dict[str, words.Words] = {
    "died": _("%(name)s has died: everything is silent"),
    "moved": _("%(name)s has moved: everything is silent"),
}


@dataclass(frozen=True)
class NextStep:
    """What comes next, and where it is done. A deed of its own (`post`) is a form; everything else is a link."""

    what: words.Words
    verb: words.Words
    url: str
    bell: str
    due: datetime
    late: str
    owner: words.Words
    post: bool = False


def heading(request: HelpRequest, visit: Visit | None) -> str:
    closed = GONE.get(request.client.gone_as, CLOSED["gone"]) if request.closed_as == "gone" else ""
    said = _open_heading(request, visit) if request.is_open else closed or CLOSED[request.closed_as]
    volunteer = visit.volunteer.first_name if visit else gettext("the volunteer")
    return str(said) % {"name": request.client.called, "volunteer": volunteer}


def _open_heading(request: HelpRequest, visit: Visit | None) -> words.Words:
    if request.next_kind == "alarm" and (call := _call(request, visit)) is not None and call.kind == words.RING_ME:
        return _("Ring %(volunteer)s now: something is not right")
    return HEADINGS[request.next_kind]


def next_step(request: HelpRequest, visit: Visit | None) -> NextStep | None:
    """None for a request that is closed."""
    if not request.is_open or request.next_due is None:
        return None
    call, now = _call(request, visit), clock.now()
    step = words.step(request.next_kind, call.kind if call is not None else "")
    url, post = _where(request, visit, call)
    by_clock = request.next_owner == Role.CLOCK
    return NextStep(
        what=step.what,
        verb=_verb(request, step.verb),
        url=url,
        bell="alarm" if request.next_kind == "alarm" else "wait" if by_clock else "you",
        due=request.next_due,
        late="" if by_clock else words.how_late(request.next_due, now),
        owner=words.ROLES[request.next_owner],
        post=post,
    )


def _verb(request: HelpRequest, verb: words.Words) -> words.Words:
    own: dict[str, words.Words] = {"away": _("Back home"), "check_referral": _("It helped: close")}
    return own.get(request.next_kind, verb)


def _where(request: HelpRequest, visit: Visit | None, call: CallTask | None) -> tuple[str, bool]:
    """The page (or the deed of this page) where the next action is done."""
    kind, reference = request.next_kind, request.reference
    if call is not None:
        return worklines.call_url(call), False
    if kind == "refer":
        return reverse("desk:slip", args=[reference]), False
    if kind in {"choose", "nobody", "await_answers"}:
        return reverse("desk:match_request", args=[reference]), False
    if kind in {"away", "check_referral"}:
        return reverse("desk:request_deed", args=[reference, "back" if kind == "away" else "landed"]), True
    if kind == "next_visit":
        return reverse("desk:request_deed", args=[reference, "next-visit"]), True
    if kind == "ask_arrival":
        return "#seats", False
    if visit is not None:
        return reverse("desk:visit_desk", args=[visit.pk]), False
    return {"own_yes": "#own-yes", "staff_first": "#staff-first", "goes_along": "#one-go"}.get(kind, "#moments"), False


def _call(request: HelpRequest, visit: Visit | None) -> CallTask | None:
    """The open call that belongs to the next action."""
    subjects = [request.pk, *([visit.pk] if visit else [])]
    kinds = CALLS_FOR.get(request.next_kind, ())
    found = CallTask.objects.open().filter(kind__in=kinds, subject_id__in=subjects)
    return min(found, key=lambda call: kinds.index(call.kind), default=None)


def latest_visit(visits: Sequence[Visit]) -> Visit | None:
    """The visit that counts now: the last one booked that was not called off; of two who go together, the first's."""
    firsts = [visit for visit in visits if visit.goes_with_id is None]
    counting = [visit for visit in firsts if visit.status not in {VisitStatus.CANCELLED, VisitStatus.MISSED}]
    return max(counting, key=lambda visit: visit.booked_at, default=None)


def is_standing(visit: Visit | None) -> bool:
    return visit is not None and visit.status in STANDING_VISITS


def steps(request: HelpRequest, visit: Visit | None, *, for_volunteers: bool) -> list[dict[str, Any]]:
    """Call, visit, practice, a week later; or call, slip, landed, where nothing is for a volunteer."""
    rows = _of_visit(request, visit) if for_volunteers else _of_referral(request)
    done = [row for row in rows if row[1]]
    now = len(done) if request.is_open else -1
    return [
        {"title": title, "note": note, "state": "done" if is_done else "now" if at == now else "soon"}
        for at, (title, is_done, note) in enumerate(rows)
    ]


def _of_visit(request: HelpRequest, visit: Visit | None) -> list[tuple[str, bool, str]]:
    report = getattr(visit, "report", None) if visit else None
    follow_up = getattr(visit, "follow_up", None) if visit else None
    left = visit is not None and visit.status == VisitStatus.DONE
    return [
        (gettext("Call"), True, _day(request.logged_at)),
        (gettext("Visit"), left, f"{_day(visit.starts_at)}, {visit.volunteer.first_name}" if visit else ""),
        (gettext("Practised"), report is not None or follow_up is not None, ""),
        (gettext("A week later"), follow_up is not None, _day(visit.follow_up_due) if left and visit else ""),
    ]


def _of_referral(request: HelpRequest) -> list[tuple[str, bool, str]]:
    referred = request.referrals.first()
    return [
        (gettext("Call"), True, _day(request.logged_at)),
        (gettext("Slip"), referred is not None, _day(referred.made_at) if referred else ""),
        (gettext("Has it helped?"), request.closed_as in {"referred", "solved"}, ""),
    ]


def _day(moment: datetime | None) -> str:
    return date_format(clock.local(moment), "j F") if moment else ""
