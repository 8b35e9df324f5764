"""The pool as a list: filtered by what can be seen of a volunteer, with their readiness for one organisation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from digibel import clock
from digibel.desk import words
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber
from digibel.organisations.models import Organisation
from digibel.scheduling.errors import NumberSetAside
from digibel.sealing import keys
from digibel.sealing.index import fold
from digibel.volunteers.models import Readiness, Requirement, Volunteer, VolunteerQuerySet
from digibel.volunteers.readiness import missing_on
from digibel.volunteers.reminders import AHEAD


@dataclass(frozen=True)
class PoolLine:
    volunteer: Volunteer
    name: str
    place: str
    speaks: str
    skills: str
    bell: str
    state: words.Words
    why: str
    soon: tuple[tuple[words.Words, date], ...] = ()


def search(
    organisation: Organisation,
    *,
    name: str = "",
    postcode: str = "",
    language: str = "",
    skill: str = "",
    state: str = "",
    sort: str = "",
) -> list[Volunteer]:
    """Everybody who has not left and fits. `state`: ready, not_ready, soon (something runs out within thirty days) or paused.
    `sort`: by postcode and then the newest first, or newest, or name.

    Names are sealed, so they are opened only when somebody looks for one, or wants them in that order.
    """
    found = _in_state(Volunteer.objects.filter(left_at=None), organisation, state).select_related("recipient")
    if postcode:
        found = found.filter(postcode=postcode)
    fitting = [
        one
        for one in found.order_by(*([] if sort == "newest" else ["postcode"]), "-joined_on", "pk")
        if (not language or language in one.speaks) and (not skill or skill in one.skills)
    ]
    fitting = _named(fitting, name) if name.strip() else fitting
    return _by_name(fitting) if sort == "name" else fitting


def _in_state(found: VolunteerQuerySet, organisation: Organisation, state: str) -> VolunteerQuerySet:
    if state == "paused":
        return found.exclude(paused_at=None)
    if state == "soon":
        return found.filter(pk__in=_runs_out(organisation).values("volunteer"))
    if state not in {"ready", "not_ready"}:
        return found
    ready = _ready_ids(organisation)
    awake = found.filter(paused_at=None)
    return awake.filter(pk__in=ready) if state == "ready" else awake.exclude(pk__in=ready)


def _runs_out(organisation: Organisation) -> QuerySet[Readiness]:
    today = clock.today()
    return Readiness.objects.filter(organisation=organisation, until__gte=today, until__lte=today + AHEAD)


def _ready_ids(organisation: Organisation) -> list[UUID]:
    today = clock.today()
    rows = Readiness.objects.filter(organisation=organisation, since__lte=today)
    met: dict[UUID, set[str]] = {}
    for volunteer_id, requirement in rows.filter(Q(until=None) | Q(until__gte=today)).values_list(
        "volunteer_id", "requirement"
    ):
        met.setdefault(volunteer_id, set()).add(requirement)
    return [volunteer_id for volunteer_id, requirements in met.items() if requirements == set(Requirement.values)]


def _by_name(volunteers: list[Volunteer]) -> list[Volunteer]:
    keys.prefetch([one.key_id for one in volunteers])
    return sorted(volunteers, key=lambda one: fold(f"{one.first_name} {one.family_name}"))


def _named(volunteers: list[Volunteer], name: str) -> list[Volunteer]:
    """By telephone number, or by the beginning of every word of a name."""
    try:
        index = numbers.index(numbers.parse(name))
    except NotANumber:
        index = ""
    if index:
        return [one for one in volunteers if one.recipient.number_index == index]
    keys.prefetch([one.key_id for one in volunteers])
    wanted = fold(name).split()
    return [one for one in volunteers if _has_name(one, wanted)]


def _has_name(volunteer: Volunteer, wanted: list[str]) -> bool:
    words_of_name = fold(f"{volunteer.first_name} {volunteer.family_name}").replace("-", " ").split()
    return all(any(word.startswith(part) for word in words_of_name) for part in wanted)


def as_lines(organisation: Organisation, volunteers: Iterable[Volunteer]) -> list[PoolLine]:
    listed = list(volunteers)
    keys.prefetch([one.key_id for one in listed])
    rows: dict[UUID, list[Readiness]] = {one.pk: [] for one in listed}
    for row in Readiness.objects.filter(organisation=organisation, volunteer__in=rows):
        rows[row.volunteer_id].append(row)
    return [_line(one, rows[one.pk]) for one in listed]


def _line(volunteer: Volunteer, rows: list[Readiness]) -> PoolLine:
    missing = missing_on(rows, clock.today())
    bell, state, why = _state_of(volunteer, missing)
    return PoolLine(
        volunteer=volunteer,
        name=f"{volunteer.first_name} {volunteer.family_name}".strip(),
        place=f"{volunteer.postcode} {words.place_name(volunteer.postcode)}",
        speaks=words.language_names(volunteer.speaks),
        skills=words.skill_names(volunteer.skills),
        bell=bell,
        state=state,
        why=why,
        soon=_soon(rows),
    )


def _soon(rows: Iterable[Readiness]) -> tuple[tuple[words.Words, date], ...]:
    """What runs out within thirty days, the first to go first."""
    today = clock.today()
    ending = [(row.until, row.requirement) for row in rows if row.until and today <= row.until <= today + AHEAD]
    return tuple((words.REQUIREMENTS[requirement], until) for until, requirement in sorted(ending))


def _state_of(volunteer: Volunteer, missing: list[str]) -> tuple[str, words.Words, str]:
    if volunteer.paused_at is not None:
        return "later", words.POOL["paused"], ""
    if volunteer.recipient.stopped_at is not None:
        return "later", words.POOL["stopped"], ""
    if volunteer.recipient.number_is_wrong:
        return "alarm", words.POOL["wrong_number"], ""
    if missing:
        return "wait", words.POOL["not_ready"], ", ".join(str(words.REQUIREMENTS[one]) for one in missing)
    return "done", words.POOL["ready"], ""


def reached(volunteer: Volunteer) -> Volunteer:
    """Whom a text reaches. Raises `NumberSetAside` where somebody else may have the telephone."""
    if volunteer.recipient.number_is_wrong:
        raise NumberSetAside
    return volunteer
