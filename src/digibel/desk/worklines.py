"""The worklist as it stands on the page: next actions of requests, errands of their own, and texts that wait for a person."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel import clock, languages
from digibel.desk import colleagues, complaintlines, conversations, desksessions, errands, kits, persons, words
from digibel.desk.errands import Errand
from digibel.notifications.models import CallTask, Channel
from digibel.organisations.models import Organisation, Role, Staff
from digibel.scheduling import handovers, worklist
from digibel.scheduling.models import Complaint, Concern, Offer, Visit, VisitStatus
from digibel.sealing import keys
from digibel.volunteers.models import Applicant

MORNING, EVENING = time(9), time(18)
# Where a step is done that needs no call: by the kind of the next action. All others are on the visit's page.
ON_REQUEST = {
    "own_yes",
    "staff_first",
    "check_referral",
    "ask_arrival",
    "away",
    "new_moments",
    "next_visit",
    "goes_along",
}
ON_MATCH = {"choose", "nobody", "await_answers"}


# No list to do is longer: what is due first stands first, and a page with more is slow to come and read by nobody.
MOST_LINES = 100


@dataclass(frozen=True)
class Line:
    """One line: what the part `work_row.html` draws, and `owner` and `at` to sort it out by."""

    at: datetime
    owner: str
    bell: str
    name: str
    place: str
    what: words.Words
    verb: words.Words
    url: str
    why: str = ""
    late: str = ""
    tag: words.Words = ""
    tag_kind: str = ""
    alert: bool = False
    post: bool = False
    mine: bool = False

    @property
    def due(self) -> datetime:
        return self.at

    def is_due(self, now: datetime) -> bool:
        """Today or earlier, and ours to do: what only waits for somebody's answer is not."""
        return self.alert or (self.owner != Role.CLOCK and clock.local(self.at).date() <= clock.local(now).date())

    @property
    def by(self) -> words.Words:
        return words.ROLES.get(self.owner, self.owner)


@dataclass
class Group:
    title: words.Words
    rows: list[Line] = field(default_factory=list)
    now: datetime | None = None


@dataclass(frozen=True)
class Hour:
    hour: int
    count: int
    now: bool
    past: bool


def lines(organisation: Organisation, staff: Staff, now: datetime) -> list[Line]:
    """Everything that has to be done at this organisation, alarms first, then by the moment it is due."""
    rows = worklist.rows(organisation, now=now)
    calls = list(CallTask.objects.of(organisation).open().select_related("recipient", "organisation"))
    with_row = {row.call.pk for row in rows if row.call is not None}
    apart = errands.with_subjects(call for call in calls if call.pk not in with_row)
    visits = _visits_of_open_requests(organisation)
    asked = _asked(organisation)
    keys.prefetch([row.request.client.key_id for row in rows] + [visit.volunteer.key_id for visit in visits.values()])
    names = colleagues.names(organisation)
    found = [_of_row(row, visits.get(row.request.pk), asked.get(row.request.pk, 0), names, staff, now) for row in rows]
    found += [of_errand(errand, staff, now) for errand in apart]
    found += [_of_complaint(one, url, staff, now) for one, url in complaintlines.due(organisation, staff)]
    found += [_of_concern(one, staff, now) for one in _undecided(organisation)]
    found += [_of_applicant(one, staff, now) for one in _applicants(organisation)]
    found += [_of_session(line, staff, now) for line in desksessions.to_do(organisation, now)]
    found += [_of_kit(line, staff, now) for line in kits.overdue(organisation, clock.local(now).date())]
    found += [_of_text(talk, now) for talk in conversations.waiting(organisation)]
    return sorted(found, key=lambda line: (not line.alert, line.at, line.name))


def _visits_of_open_requests(organisation: Organisation) -> dict[uuid.UUID, Visit]:
    """The latest visit of each open request that has one."""
    visits = (
        Visit.objects.of(organisation)
        .filter(request__closed_at=None, goes_with=None)
        .exclude(status__in=[VisitStatus.CANCELLED, VisitStatus.MISSED])
        .select_related("volunteer")
        .order_by("booked_at")
    )
    return {visit.request_id: visit for visit in visits}


def _asked(organisation: Organisation) -> dict[uuid.UUID, int]:
    """How many volunteers are thinking about each request."""
    live = Offer.objects.live().filter(request__organisation=organisation).order_by()
    return dict(live.values_list("request_id").annotate(count=Count("pk")))


def _of_row(
    row: worklist.Row, visit: Visit | None, asked: int, names: dict[uuid.UUID, str], staff: Staff, now: datetime
) -> Line:
    """`names`: of those who work here. What somebody follows through is theirs, whichever role its next step needs."""
    with_whom = names.get(row.request.assigned_to_id) if row.request.assigned_to_id else None
    request, step = row.request, words.step(row.request.next_kind, row.call.kind if row.call is not None else "")
    taken = row.alarm and row.call is not None and bool(row.call.acknowledged_by)
    post = row.alarm and row.call is not None and not taken
    due = request.next_due or now
    return Line(
        at=due,
        owner=request.next_owner,
        bell=_bell(row.alarm, request.next_owner, due, now),
        name=request.client.called,
        place=words.place_and_reference(words.place_name(request.client.postcode), request.reference),
        what=step.what,
        verb=words.RING if taken else step.verb,
        url=_url_of(row, visit, post),
        why=" ".join(filter(None, _why(row, visit, asked))),
        late=words.how_late(due, now) if request.next_owner != Role.CLOCK else "",
        tag=_("taken") if taken else _("alarm") if row.alarm else _with(with_whom),
        tag_kind="wait" if taken else "alarm" if row.alarm else "",
        alert=row.alarm,
        post=post,
        mine=row.alarm or (request.assigned_to_id == staff.pk if with_whom else request.next_owner == staff.role),
    )


def _with(name: str | None) -> str:
    return gettext("with %(name)s") % {"name": name} if name else ""


def _of_complaint(complaint: Complaint, url: str, staff: Staff, now: datetime) -> Line:
    due = complaint.due_at or now
    return Line(
        at=due,
        owner=complaint.owner,
        bell=_bell(False, complaint.owner, due, now),
        name=complaint.client.called,
        place=words.place_name(complaint.client.postcode),
        what=complaintlines.what(complaint),
        verb=_("Answer"),
        url=url,
        late=words.how_late(due, now),
        tag=_("complaint"),
        tag_kind="wait",
        mine=complaint.owner == staff.role,
    )


def _bell(alarm: bool, owner: str, due: datetime, now: datetime) -> str:
    if alarm:
        return "alarm"
    if owner == Role.CLOCK:
        return "wait"
    return "you" if clock.local(due).date() <= clock.local(now).date() else "later"


def _url_of(row: worklist.Row, visit: Visit | None, post: bool) -> str:
    """The one right page for the next action."""
    request, call = row.request, row.call
    if call is not None and post:
        return reverse("desk:take_alarm", args=[call.pk])
    if call is not None:
        return call_url(call)
    if request.next_kind == "refer":
        return reverse("desk:slip", args=[request.reference])
    if request.next_kind in ON_MATCH:
        return reverse("desk:match_request", args=[request.reference])
    if request.next_kind in ON_REQUEST or visit is None:
        return reverse("desk:request", args=[request.reference])
    return reverse("desk:visit_desk", args=[visit.pk])


def call_url(call: CallTask) -> str:
    """A letter is printed; everything else is rung."""
    if call.channel == Channel.LETTER and call.kind == "visit.announce":
        return reverse("desk:letter", args=[call.subject_id])
    if call.kind == handovers.ASKED:
        return reverse("desk:handover", args=[call.subject_id])
    return reverse("desk:call", args=[call.pk])


def _why(row: worklist.Row, visit: Visit | None, asked: int) -> Iterable[str]:
    request = row.request
    if row.alarm:
        wants = row.call is not None and row.call.kind == words.RING_ME
        yield str(words.ERRANDS[words.RING_ME if wants else "visit.alarm"].why)
    if visit is not None:
        yield visit_in_words(visit)
    else:
        yield words.task_names([task.slug for task in request.tasks.all()]) + "."
    if request.next_kind == "await_answers" and asked:
        yield gettext("%(count)d asked.") % {"count": asked}
    if row.call is not None:
        yield attempt_in_words(row.call)
    if request.next_kind in {"own_yes", "announce", "confirm", "follow_up"}:
        yield in_language(request.client.speaks)


def visit_in_words(visit: Visit) -> str:
    return f"{visit.volunteer.first_name}, {languages.day_and_time(visit.starts_at, words.desk_language())}."


def attempt_in_words(call: CallTask) -> str:
    if not call.tries:
        return ""
    return gettext("Attempt %(number)d.") % {"number": call.tries + 1}


def in_language(codes: Sequence[str]) -> str:
    names = words.language_names(list(codes)[:1])
    return gettext("Speaks %(language)s.") % {"language": names} if names else ""


def of_errand(errand: Errand, staff: Staff, now: datetime, *, rung_by: str = "") -> Line:
    """A call as a line, on today's list or on the list of calls. `rung_by`: who has it before them now."""
    call, named = errand.call, words.errand(errand.about)
    alarm = call.kind in words.ALARMS
    taken = alarm and bool(call.acknowledged_by)
    why = [
        _asks(errand) or str(named.why),
        visit_in_words(errand.visit) if errand.visit else "",
        attempt_in_words(call),
    ]
    if errand.client is not None and not errand.to_volunteer:
        why.append(in_language(errand.client.speaks))
    letter = call.channel == Channel.LETTER and call.kind == "visit.announce"
    return Line(
        at=call.due_at,
        owner=call.owner,
        bell=_bell(alarm, call.owner, call.due_at, now),
        name=errand.name,
        place=_place_of(errand),
        what=named.what,
        verb=_("Print the letter")
        if letter
        else words.LOOK
        if call.kind == handovers.ASKED
        else _("I take it")
        if alarm and not taken
        else words.RING,
        url=reverse("desk:take_alarm", args=[call.pk]) if alarm and not taken else call_url(call),
        why=" ".join(filter(None, why)),
        late=words.how_late(call.due_at, now),
        tag=rung_by or _tag_of(call, alarm, taken),
        tag_kind="wait" if taken or rung_by else "alarm" if alarm else "",
        alert=alarm,
        post=alarm and not taken,
        mine=alarm or call.owner == staff.role,
    )


def _asks(errand: Errand) -> str:
    """What they want of their own data, and by when it must be answered."""
    if errand.asked is None:
        return ""
    until = gettext("Answer before %(day)s.") % {"day": date_format(errand.asked.due_on, "j F")}
    return f"{capfirst(str(persons.RIGHTS[errand.asked.right]))}. {until}"


def _place_of(errand: Errand) -> str:
    reference = errand.request.reference if errand.request else ""
    client = errand.client if not errand.to_volunteer else None
    where = words.place_name(client.postcode) if client else gettext("volunteer") if errand.volunteer else ""
    return words.place_and_reference(where, reference)


def _tag_of(call: CallTask, alarm: bool, taken: bool) -> words.Words | Promise:
    if taken:
        return _("taken")
    if alarm:
        return _("alarm")
    if call.urgent:
        return _("urgent")
    return words.CHANNELS[call.channel] if call.channel in {Channel.LETTER, Channel.WORKER} else ""


def _undecided(organisation: Organisation) -> list[Concern]:
    open_ones = Concern.objects.of(organisation).open().select_related("volunteer", "visit__request")
    found = list(open_ones)
    keys.prefetch([one.volunteer.key_id for one in found])
    return found


def _of_concern(one: Concern, staff: Staff, now: datetime) -> Line:
    """A client reported something: the volunteer waits at home until a coordinator has decided."""
    return Line(
        at=one.reported_at,
        owner=Role.COORDINATOR,
        bell="you",
        name=f"{one.volunteer.first_name} {one.volunteer.family_name[:1]}".strip(),
        place=words.place_and_reference(gettext("volunteer"), one.visit.request.reference),
        what=_("A client reported something: talk, and decide"),
        verb=_("Decide"),
        url=reverse("desk:concern", args=[one.pk]),
        why=" ".join(f"{words.WORRIES[worry]}." for worry in one.worries),
        late=words.how_late(one.reported_at, now),
        tag=_("pausing"),
        tag_kind="wait",
        mine=staff.role == Role.COORDINATOR,
    )


def _applicants(organisation: Organisation) -> list[Applicant]:
    found = list(Applicant.objects.of(organisation).open())
    keys.prefetch([one.key_id for one in found])
    return found


def _of_applicant(one: Applicant, staff: Staff, now: datetime) -> Line:
    """Somebody put themselves forward as a volunteer: they are rung within the week."""
    due = one.due_at or now
    return Line(
        at=due,
        owner=Role.COORDINATOR,
        bell=_bell(False, Role.COORDINATOR, due, now),
        name=one.first_name,
        place=words.place_name(one.postcode),
        what=_("Wants to be a volunteer: ring, and decide"),
        verb=words.RING,
        url=reverse("desk:applicant", args=[one.pk]),
        late=words.how_late(due, now),
        mine=staff.role == Role.COORDINATOR,
    )


def _of_session(line: desksessions.Line, staff: Staff, now: datetime) -> Line:
    """A desk session is near with an empty seat, or is over and nobody has noted who was there."""
    session = line.session
    over = session.ends_at <= now
    due = session.ends_at if over else session.starts_at - desksessions.LOOK_BEFORE
    return Line(
        at=due,
        owner=Role.MATCHER,
        bell=_bell(False, Role.MATCHER, due, now),
        name=session.place.name_in(words.desk_language()),
        place=words.place_name(session.place.postcode),
        what=_("Desk session: note who was there") if over else _("Desk session: a seat is empty"),
        verb=_("Note it") if over else words.LOOK,
        url=reverse("desk:desk_session", args=[session.pk]),
        why=f"{languages.day_and_time(session.starts_at, words.desk_language())}. {line.state}.",
        late=words.how_late(due, now) if over else "",
        mine=staff.role in {Role.MATCHER, Role.COORDINATOR},
    )


def _of_kit(line: kits.LoanLine, staff: Staff, now: datetime) -> Line:
    """It should have been back yesterday, or earlier: the volunteer is rung."""
    due = clock.at(line.loan.last_day + timedelta(days=1), MORNING)
    return Line(
        at=due,
        owner=Role.INTAKE,
        bell="you",
        name=line.who,
        place=words.place_and_reference(gettext("volunteer"), line.loan.visit.request.reference),
        what=_("Not back: %(kit)s") % {"kit": line.kit},
        verb=words.RING,
        url=reverse("desk:visit_desk", args=[line.loan.visit_id]),
        why=f"{line.when}.",
        late=words.how_late(due, now),
        mine=staff.role in {Role.INTAKE, Role.COORDINATOR},
    )


def _of_text(talk: conversations.Waiting, now: datetime) -> Line:
    return Line(
        at=talk.message.received_at,
        owner=Role.INTAKE,
        bell="you",
        name=talk.name,
        place=str(talk.who),
        what=gettext("Text: “%(text)s”") % {"text": talk.text[:80]},
        verb=_("Answer"),
        url=reverse("desk:inbox") + f"#text-{talk.message.pk}",
        why=str(talk.why),
        mine=True,
    )


def grouped(found: Sequence[Line], now: datetime) -> list[Group]:
    """Now, before noon, this afternoon, this evening, later, and what waits for somebody else. Empty groups are left out."""
    today = clock.local(now).date()
    noon, evening = clock.at(today, time(12)), clock.at(today, EVENING)
    titled = {
        "now": Group(_("Now")),
        "noon": Group(_("Before noon")),
        "afternoon": Group(_("This afternoon")),
        "evening": Group(_("This evening")),
        "later": Group(_("Later")),
        "waiting": Group(_("Waiting for somebody else")),
    }
    for line in found:
        titled[_group_of(line, now, noon, evening)].rows.append(line)
    groups = [group for group in titled.values() if group.rows]
    later = next((group for group in groups if group is not titled["now"]), None)
    if later is not None and titled["now"].rows:
        later.now = now
    return groups


def _group_of(line: Line, now: datetime, noon: datetime, evening: datetime) -> str:
    if line.owner == Role.CLOCK and not line.alert:
        return "waiting"
    if line.at <= now or line.alert:
        return "now"
    if line.at < noon:
        return "noon"
    if line.at < evening:
        return "afternoon"
    return "evening" if clock.local(line.at).date() == clock.local(now).date() else "later"


def hours(found: Iterable[Line], now: datetime) -> list[Hour]:
    """Today hour by hour, from eight to six or wider where something is due: how many steps each hour holds."""
    today, this_hour = clock.local(now).date(), clock.local(now).hour
    due = [clock.local(line.at).hour for line in found if clock.local(line.at).date() == today]
    first, last = min([8, this_hour, *due]), max([18, this_hour, *due])
    return [Hour(hour, due.count(hour), hour == this_hour, hour < this_hour) for hour in range(first, last + 1)]
