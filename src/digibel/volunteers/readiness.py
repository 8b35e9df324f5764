"""Ready to be sent, for one insuring organisation, on one day: every requirement met and not run out."""

from collections.abc import Iterable
from datetime import date

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import Organisation
from digibel.volunteers.models import Readiness, Requirement, Volunteer

ALL = frozenset(Requirement.values)


def missing_on(rows: Iterable[Readiness], day: date) -> list[str]:
    """The requirements that these rows do not meet on that day, in the order of the law's own list."""
    met = {row.requirement for row in rows if row.holds_on(day)}
    return [requirement for requirement in Requirement.values if requirement not in met]


def missing(volunteer: Volunteer, organisation: Organisation, day: date) -> list[str]:
    return missing_on(volunteer.readiness.filter(organisation=organisation), day)


def note(
    volunteer: Volunteer, organisation: Organisation, requirement: str, *, since: date, until: date | None, by: Actor
) -> Readiness:
    """Write down that a requirement is met, from a day until a day. Only the dates are kept, never the paper itself."""
    row, _ = Readiness.objects.update_or_create(
        volunteer=volunteer,
        organisation=organisation,
        requirement=requirement,
        defaults={"since": since, "until": until},
    )
    record("readiness.noted", volunteer, by=by, organisation_id=organisation.pk, requirement=requirement)
    return row


def end(volunteer: Volunteer, organisation: Organisation, requirement: str, *, last_day: date, by: Actor) -> None:
    """A requirement is met until that day and no longer. `scheduling` re-opens the visits this touches."""
    volunteer.readiness.filter(organisation=organisation, requirement=requirement).update(until=last_day)
    record("readiness.ended", volunteer, by=by, organisation_id=organisation.pk, requirement=requirement)
