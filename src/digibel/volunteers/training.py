"""The training: modules, sessions, and who was there. All modules that are asked for, attended, and the requirement is met."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation
from digibel.volunteers import asking, readiness
from digibel.volunteers.errors import NoSuchModule, NotYet
from digibel.volunteers.models import Attendance, Requirement, TrainingSession, Volunteer
from digibel.volunteers.requirements import RULES


@dataclass(frozen=True, slots=True)
class Module:
    """`minutes` is how long it usually takes."""

    asked: bool
    minutes: int
    names: Mapping[str, str]


_FILE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
MODULES: Final[Mapping[str, Module]] = {code: Module(**facts) for code, facts in _FILE.items()}
# Marks a requirement that was met by sessions: only such a one is taken back when a session turns out to be a mistake.
FROM_SESSIONS: Final = "sessions"
ASKED: Final = tuple(code for code, module in MODULES.items() if module.asked)


@transaction.atomic
def add_session(organisation: Organisation, *, module: str, day: date, place: str, by: Actor) -> TrainingSession:
    if module not in MODULES:
        raise NoSuchModule
    session = TrainingSession.objects.create(
        organisation=organisation, module=module, day=day, place=secrets.mask(place.strip())[:80]
    )
    record("training.planned", session, by=by, organisation_id=organisation.pk, module=module, day=day)
    return session


@transaction.atomic
def note_attendance(session: TrainingSession, volunteers: Iterable[Volunteer], *, by: Actor) -> list[Volunteer]:
    """Exactly these were there. Returns those for whom the training is complete with it, who had it not yet.

    Who was ticked by mistake is taken off; if the training is then incomplete, it ends today.
    """
    locked = TrainingSession.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=session.pk)
    if locked.day > clock.today():
        raise NotYet
    there = {one.pk: one for one in volunteers}
    before = set(locked.attendances.values_list("volunteer_id", flat=True))
    locked.attendances.filter(volunteer_id__in=before - there.keys()).delete()
    Attendance.objects.bulk_create(Attendance(session=locked, volunteer_id=pk) for pk in there.keys() - before)
    record(
        "training.attended",
        locked,
        by=by,
        organisation_id=locked.organisation_id,
        module=locked.module,
        came=len(there.keys() - before),
        taken_off=len(before - there.keys()),
    )
    changed = Volunteer.objects.select_related("recipient").filter(pk__in=before ^ there.keys())
    return [one for one in changed.order_by("pk") if _follow(one, locked.organisation, by=by)]


def attended(volunteer: Volunteer, organisation: Organisation) -> dict[str, date]:
    """The last day on which each module was attended at this organisation."""
    rows = Attendance.objects.filter(volunteer=volunteer, session__organisation=organisation)
    return dict(rows.values_list("session__module").annotate(last=Max("session__day")).order_by())


def attended_by(volunteer_ids: Iterable[UUID], organisation: Organisation) -> dict[UUID, set[str]]:
    """The modules of several, in one query."""
    found: dict[UUID, set[str]] = {pk: set() for pk in volunteer_ids}
    rows = Attendance.objects.filter(volunteer_id__in=found, session__organisation=organisation)
    for volunteer_id, module in rows.values_list("volunteer_id", "session__module"):
        found[volunteer_id].add(module)
    return found


def _follow(volunteer: Volunteer, organisation: Organisation, *, by: Actor) -> bool:
    """Bring the requirement in line with what was attended. Whether it is newly met."""
    days = attended(volunteer, organisation)
    row = volunteer.readiness.filter(organisation=organisation, requirement=Requirement.TRAINING).first()
    met = row is not None and not row.exempt and row.holds_on(clock.today())
    if not all(module in days for module in ASKED):
        if row is not None and met and row.version == FROM_SESSIONS:
            yesterday = clock.today() - timedelta(days=1)
            readiness.end(volunteer, organisation, Requirement.TRAINING, last_day=yesterday, by=by)
        return False
    asked = [days[module] for module in ASKED]
    since, until = max(asked), RULES[Requirement.TRAINING].ends(min(asked))
    if until is not None and until < clock.today():
        return False
    if row is not None and met and (row.until is None or (until is not None and row.until >= until)):
        return False
    readiness.note(
        volunteer, organisation, Requirement.TRAINING, since=since, until=until, version=FROM_SESSIONS, by=by
    )
    if not met:
        asking.ask_if_needed(volunteer, organisation, by=by)
    return not met
