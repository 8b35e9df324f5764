"""Complaints: written down with a day, answered by a coordinator, ended with an outcome. Never just put aside.

A first answer comes within five working days and the end within thirty days, which is what a centre promises its people.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation, Role, Staff
from digibel.problems import Conflict, Problem
from digibel.requests.models import Client
from digibel.requests.rectifying import lock_client
from digibel.scheduling import concerns
from digibel.scheduling.models import Complaint, Visit, VisitStatus
from digibel.scheduling.reports import call_volunteer

ANSWER_WITHIN = 5
END_WITHIN = timedelta(days=30)
LONGEST = 2000


class NothingSaid(Problem):
    code = "nothing_said"
    message = "Write down what they say, in a few words."


class NoSuchKind(Problem):
    code = "no_such_kind"
    message = "Choose what it is about."


class SaidTooMuch(Problem):
    code = "said_too_much"
    message = "This is too long: at most {most} characters."


class NoAnswerWritten(Problem):
    code = "no_answer_written"
    message = "Write down what you answered, in a few words."


class ComplaintEnded(Conflict):
    code = "complaint_ended"
    message = "This complaint has ended. Write down a new one for something new."


class WhichVisit(Problem):
    code = "which_visit"
    message = "Say at which visit it was, or that it was at none: whoever came pauses until you have talked."


class NotOneOfUs(Problem):
    code = "not_one_of_us"
    message = "Choose a colleague of this organisation, or nobody."


class AboutYourself(Conflict):
    code = "about_yourself"
    status = 403
    message = (
        "This complaint is about you: a colleague answers it. Is there no other coordinator, whoever looks after the network "
        "makes one."
    )


@transaction.atomic
def note(
    client: Client,
    *,
    kind: str,
    text: str,
    by: Actor,
    visit: Visit | None = None,
    at_no_visit: bool = False,
    about: Staff | None = None,
) -> Complaint:
    """Write it down; the coordinator's from now on. `visit` is one of this client's; about money it is asked for, or that it was
    `at_no_visit`. `about` is one of us, who neither reads nor answers it.

    About money, codes or a card it is the client's word, as in a follow-up (guardrail E8): the volunteer pauses until a person
    decides, others take over their visits, and somebody talks to them the same day; unless what we know of the client is kept
    and not used, when the coordinator who decides finds out with the client what may be said.
    """
    said = _said(text)
    if kind not in Complaint.Kind.values:
        raise NoSuchKind
    if about is not None and about.organisation_id != client.organisation_id:
        raise NotOneOfUs
    if kind == Complaint.Kind.MONEY and visit is None and not at_no_visit and _was_visited(client):
        raise WhichVisit
    if kind == Complaint.Kind.MONEY and visit is not None:
        concerns.raise_concern(visit, ["money"], by=by)
        if client.recipient.restricted_at is None:
            call_volunteer(visit, urgent=True)
    locked, now = lock_client(client), clock.now()
    complaint = Complaint.objects.create(
        organisation=locked.organisation,
        client=locked,
        key_id=locked.key_id,
        visit=visit,
        kind=kind,
        text=said,
        made_at=now,
        noted_by=str(by),
        about_staff=about,
        owner=Role.COORDINATOR,
        due_at=answer_due(now),
    )
    record("complaint.noted", complaint, by=by, organisation_id=locked.organisation_id, kind=kind)
    return complaint


@transaction.atomic
def answer(complaint: Complaint, *, text: str, by: Actor, outcome: str = "") -> None:
    """What was answered, added to what was answered before. With an outcome it ends."""
    locked = Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
    if locked.ended_at is not None:
        raise ComplaintEnded
    if locked.about_staff is not None and str(by) == str(Actor.staff(locked.about_staff)):
        raise AboutYourself
    if outcome and outcome not in Complaint.Outcome.values:
        raise NoSuchKind
    now = clock.now()
    if not text.strip():
        raise NoAnswerWritten
    locked.answer = "\n\n".join(filter(None, [locked.answer, _said(text)]))
    locked.answered_at = locked.answered_at or now
    locked.due_at = None if outcome else end_due(locked.made_at)
    locked.ended_at, locked.outcome = (now, outcome) if outcome else (None, "")
    locked.save()
    record("complaint.answered", locked, by=by, organisation_id=locked.organisation_id, outcome=outcome)


def waiting_for_another() -> list[Organisation]:
    """Where an open complaint is about the only coordinator: nobody there may read it, until whoever looks after the network names
    another one."""
    answering = Staff.objects.filter(role=Role.COORDINATOR, is_active=True, organisation=OuterRef("organisation"))
    about_one = Complaint.objects.open().exclude(about_staff=None)
    unread = about_one.exclude(Exists(answering.exclude(pk=OuterRef("about_staff"))))
    return list(Organisation.objects.filter(pk__in=unread.values("organisation")).order_by("name"))


def _was_visited(client: Client) -> bool:
    return client.visits.filter(status__in=[VisitStatus.UNDER_WAY, VisitStatus.DONE]).exists()


def end_open(client: Client, *, by: Actor) -> None:
    """They are forgotten, and an older copy of the data knows a complaint as open: it ends, and its words stay unread."""
    for complaint in client.complaints.open().select_for_update(of=("self",)):
        outcome = Complaint.Outcome.WITHDRAWN
        ended = Complaint.objects.filter(pk=complaint.pk)
        ended.update(due_at=None, ended_at=clock.now(), outcome=outcome)
        record("complaint.answered", complaint, by=by, organisation_id=complaint.organisation_id, outcome=outcome)


def answer_due(made_at: datetime) -> datetime:
    """The evening of the fifth working day after it was made."""
    day, left = clock.local(made_at).date(), ANSWER_WITHIN
    while left:
        day += timedelta(days=1)
        left -= clock.is_working_day(day)
    return clock.at(day, time(17))


def end_due(made_at: datetime) -> datetime:
    return clock.at(clock.local(made_at).date() + END_WITHIN, time(17))


def _said(text: str) -> str:
    said = secrets.mask(text.replace("\x00", "").strip())
    if not said:
        raise NothingSaid
    if len(said) > LONGEST:
        raise SaidTooMuch(most=LONGEST)
    return said
