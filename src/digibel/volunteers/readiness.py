"""Ready to be sent, for one insuring organisation, on one day: every requirement met and not run out."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation, Staff
from digibel.volunteers import errors, reminders
from digibel.volunteers.models import ExemptionReason, Readiness, Requirement, Volunteer
from digibel.volunteers.requirements import RULES, months_later

ALL = frozenset(Requirement.values)
# Longer than this nobody is "for a while" without it.
LONGEST_EXEMPTION = 6  # months
LONGEST_AHEAD = timedelta(days=366 * 5)


def missing_on(rows: Iterable[Readiness], day: date) -> list[str]:
    """The requirements that these rows do not meet on that day, in the order of the law's own list."""
    met = {row.requirement for row in rows if row.holds_on(day)}
    return [requirement for requirement in Requirement.values if requirement not in met]


def missing(volunteer: Volunteer, organisation: Organisation, day: date) -> list[str]:
    return missing_on(volunteer.readiness.filter(organisation=organisation), day)


def check_paper(requirement: str, since: date, until: date | None, reference: str) -> None:
    """Refuse what cannot be: met in the future, ended before it began, without its end or its reference, never answered."""
    if requirement == Requirement.QUESTIONS:
        raise errors.OnlyByAnswering
    if RULES[requirement].keeps == "reference" and not reference.strip():
        raise errors.ReferenceMissing
    if since > clock.today():
        raise errors.NotYet
    if until is None and RULES[requirement].must_end:
        raise errors.MustEnd
    if until is not None and not since <= until <= since + LONGEST_AHEAD:
        raise errors.WrongEnd


@transaction.atomic
def note(
    volunteer: Volunteer,
    organisation: Organisation,
    requirement: str,
    *,
    since: date,
    until: date | None,
    by: Actor,
    version: str = "",
    reference: str = "",
) -> Readiness:
    """Write down that a requirement is met, from a day until a day. Only the dates are kept, never the paper itself."""
    fields = {
        "since": since,
        "until": until,
        "version": secrets.mask(version)[:20],
        "reference": secrets.mask(reference)[:40],
    }
    facts = {"since": since, "until": until, "version": fields["version"]}
    return _write(volunteer, organisation, requirement, "readiness.noted", fields, facts, by=by)


@transaction.atomic
def exempt(
    volunteer: Volunteer,
    organisation: Organisation,
    requirement: str,
    *,
    until: date,
    reason: str,
    granted_by: Staff,
) -> Readiness:
    """Let somebody go without a requirement until that day, on the word of a member of staff. It ends by itself."""
    if not RULES[requirement].exempt or reason not in ExemptionReason.values:
        raise errors.NoExemption
    today = clock.today()
    if not today <= until <= months_later(today, LONGEST_EXEMPTION):
        raise errors.ExemptionTooLong
    row = volunteer.readiness.filter(organisation=organisation, requirement=requirement).first()
    if row is not None and not row.exempt and row.holds_on(today) and (row.until is None or row.until >= until):
        raise errors.InOrderAlready
    fields = {"since": today, "until": until, "exempt": reason, "granted_by": granted_by}
    facts = {"until": until, "reason": reason}
    by = Actor.staff(granted_by)
    return _write(volunteer, organisation, requirement, "readiness.exempted", fields, facts, by=by)


def end(volunteer: Volunteer, organisation: Organisation, requirement: str, *, last_day: date, by: Actor) -> None:
    """A requirement is met until that day and no longer. `scheduling` re-opens the visits this touches.

    Raises `EndsAlready` where it counts no longer than that as it is: only renewing, with what that asks, makes it longer.
    """
    rows = volunteer.readiness.filter(organisation=organisation, requirement=requirement)
    if not rows.filter(Q(until=None) | Q(until__gte=last_day)).update(until=last_day):
        raise errors.EndsAlready
    reminders.settle(volunteer, organisation, requirement)
    record(
        "readiness.ended", volunteer, by=by, organisation_id=organisation.pk, requirement=requirement, until=last_day
    )


def _write(
    volunteer: Volunteer,
    organisation: Organisation,
    requirement: str,
    verb: str,
    fields: Mapping[str, object],
    facts: Mapping[str, object],
    *,
    by: Actor,
) -> Readiness:
    """The one row of this requirement, as it is now; how it was before stands in the audit."""
    blank = {"version": "", "reference": "", "exempt": "", "granted_by": None}
    row, _ = Readiness.objects.update_or_create(
        volunteer=volunteer, organisation=organisation, requirement=requirement, defaults={**blank, **fields}
    )
    reminders.settle(volunteer, organisation, requirement)
    record(verb, volunteer, by=by, organisation_id=organisation.pk, requirement=requirement, **facts)
    return row
