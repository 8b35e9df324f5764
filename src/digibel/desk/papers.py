"""The papers of one volunteer for one organisation, as the pages and the printed file show them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from digibel import clock
from digibel.audit.models import Event
from digibel.desk import actors, words
from digibel.organisations.models import Organisation
from digibel.volunteers import training
from digibel.volunteers.models import Readiness, Requirement, Volunteer
from digibel.volunteers.reminders import AHEAD
from digibel.volunteers.requirements import RULES, Rule


@dataclass(frozen=True)
class Paper:
    """One requirement, met on that day or not. `soon`: it runs out within thirty days."""

    requirement: str
    label: words.Words
    rule: Rule
    row: Readiness | None
    met: bool
    soon: bool
    exempt: words.Words
    article: str


def of(volunteer: Volunteer, organisation: Organisation) -> list[Paper]:
    """Every requirement, in the law's own order."""
    related = volunteer.readiness.filter(organisation=organisation).select_related("granted_by")
    rows = {row.requirement: row for row in related}
    return [_paper(requirement, rows.get(requirement)) for requirement in Requirement.values]


def one(volunteer: Volunteer, organisation: Organisation, requirement: str) -> Paper:
    return next(paper for paper in of(volunteer, organisation) if paper.requirement == requirement)


def _paper(requirement: str, row: Readiness | None) -> Paper:
    today = clock.today()
    met = row is not None and row.holds_on(today)
    ends_soon = row is not None and row.until is not None and row.until <= today + AHEAD
    return Paper(
        requirement=requirement,
        label=words.REQUIREMENTS[requirement],
        rule=RULES[requirement],
        row=row,
        met=met,
        soon=met and ends_soon,
        exempt=words.EXEMPTIONS[row.exempt] if row is not None and row.exempt else "",
        article=RULES[requirement].article[words.desk_language()],
    )


@dataclass(frozen=True)
class Attended:
    name: str
    asked: bool
    day: date | None


def modules(volunteer: Volunteer, organisation: Organisation) -> list[Attended]:
    """Every module, and the last day it was attended."""
    days, reader = training.attended(volunteer, organisation), words.desk_language()
    return [Attended(module.names[reader], module.asked, days.get(code)) for code, module in training.MODULES.items()]


def suggested_end(requirement: str, row: Readiness | None) -> date | None:
    """How long it usually counts, from today; what has not run out yet goes on from its last day."""
    rule, today = RULES[requirement], clock.today()
    goes_on = row is not None and row.until is not None and not row.exempt and today <= row.until <= today + AHEAD
    return rule.ends(row.until + timedelta(days=1) if goes_on and row and row.until else today)


DEEDS = {
    "readiness.noted": words.NOTED,
    "readiness.exempted": words.EXEMPTED,
    "readiness.ended": words.ENDED,
}
MOST_SHOWN = 200


def history(volunteer: Volunteer, organisation: Organisation) -> list[dict[str, Any]]:
    """Everything that was ever noted about readiness, oldest first, out of the audit: what, when, by whom, which version."""
    events = list(
        Event.objects.about(volunteer)
        .filter(organisation_id=organisation.pk, verb__in=DEEDS)
        .order_by("at", "pk")[:MOST_SHOWN]
    )
    who = actors.names((event.actor for event in events), organisation)
    return [
        {
            "at": event.at,
            "who": who[event.actor],
            "what": DEEDS[event.verb],
            "label": words.REQUIREMENTS.get(event.facts.get("requirement", ""), ""),
            "since": _day(event.facts.get("since")),
            "until": _day(event.facts.get("until")),
            "version": _version(event.facts.get("version") or ""),
            "reason": words.EXEMPTIONS.get(event.facts.get("reason", ""), ""),
        }
        for event in events
    ]


def _version(version: str) -> words.Words:
    return words.FROM_SESSIONS if version == training.FROM_SESSIONS else version


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
