"""Who has access to what, by category: the list that must lie ready for the data protection authority.

Act of 30 July 2018 on the protection of natural persons, art. 9: who processes data on health names the categories of persons
with access, describes their capacity, and sees that they are bound to confidentiality (guardrail E12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk import words
from digibel.notifications import gateways
from digibel.organisations.models import Organisation, Role, Staff
from digibel.organisations.permissions import DEEDS
from digibel.scheduling import policies
from digibel.scheduling.models import Visit

DEED_WORDS: dict[str, words.Words] = {
    "look": _("see the clients, requests, visits, calls and texts of the organisation"),
    "see_address": _("see an address and a number, which is recorded"),
    "log": _("log requests"),
    "call": _("ring clients and volunteers, and note what was said"),
    "refer": _("refer, with a slip"),
    "answer": _("answer texts"),
    "print": _("print the day, slips and letters"),
    "assign": _("give a request to a colleague, to follow it through"),
    "lend_kits": _("keep kits for a visit, hand them over and take them back"),
    "stop": _("stop everything for a person, and close lost cards"),
    "hand_over": _("hand a request over, and take one"),
    "match": _("choose volunteers"),
    "enrol": _("take people into the pool, also a whole list"),
    "edit_volunteer": _("put right what is known of a volunteer: languages, skills, where and how far"),
    "note_limits": _("note how far and how often a volunteer goes"),
    "note_availability": _("note when a volunteer is free"),
    "offer": _("send offers"),
    "move_visit": _("move a visit to another moment, with the same volunteer"),
    "cancel_visit": _("cancel visits"),
    "hold_sessions": _("hold desk sessions"),
    "follow_up": _("follow up a week later"),
    "correct": _("correct what happened"),
    "pause_volunteer": _("pause volunteers"),
    "complaints": _("see and answer complaints"),
    "weigh": _("say what counts in the order of candidates"),
    "choose_asking": _("choose how many volunteers are asked at once, and how often in a week"),
    "name_duty": _("note who answers the telephone, and when the house is closed"),
    "tighten": _("make a task stricter for the organisation"),
    "overrule": _("let a volunteer go after all, with a reason"),
    "decide": _("decide about a volunteer after what a client reported"),
    "ready_volunteer": _("see and note the papers of volunteers"),
    "train": _("plan trainings, and note who was there"),
    "pay": _("see and pay the expenses of volunteers"),
    "check_number": _("correct public numbers"),
    "note_kits": _("note which kits there are"),
    "note_places": _("note and correct places to refer to"),
    "calendars": _("renew the address of the calendar of all visits, and note where a volunteer's invitations go"),
    "see_access": _("see this list"),
    "see_reports": _("see the reports, and pass numbers on to funders"),
    "texts": _("see how texts leave and what they cost, and set the budget"),
    "keys": _("give programs a key, and end it"),
    "privacy": _("answer what people ask about their own data, and forget people"),
    "run_network": _("open and close organisations' accounts; see counts, and no client"),
    "release_texts": _("let texts leave after a backup was restored"),
    "forget_volunteer": _("forget a volunteer whom several organisations send"),
}


@dataclass(frozen=True)
class Person:
    name: str
    since: date | None


@dataclass(frozen=True)
class Category:
    """One role: what it may do, beside the role before it where it `adds` to that, and who has it now."""

    title: words.Words
    deeds: tuple[words.Words, ...]
    people: tuple[Person, ...]
    adds: bool


@dataclass(frozen=True)
class Program:
    name: str
    prefix: str
    since: date | None


def categories(organisation: Organisation) -> list[Category]:
    staff = sorted(organisation.staff.filter(is_active=True), key=lambda one: one.name)
    roles = [Role(value) for value, _label in Role.people()]
    found = [_category(role, before, staff) for role, before in zip(roles, [None, *roles], strict=False)]
    above = Staff.objects.filter(is_active=True, role=Role.NETWORK)
    return [*found, _category(Role.NETWORK, None, sorted(above, key=lambda one: one.name))]


def _category(role: Role, before: Role | None, staff: Sequence[Staff]) -> Category:
    mine = [deed for deed, may in DEEDS.items() if role in may and (before is None or before not in may)]
    people = tuple(Person(one.name, one.since) for one in staff if one.role == role)
    return Category(words.ROLES[role], tuple(DEED_WORDS.get(deed, deed) for deed in mine), people, before is not None)


def programs(organisation: Organisation) -> list[Program]:
    living = organisation.api_keys.filter(Q(expires_on=None) | Q(expires_on__gte=clock.today()), revoked_at=None)
    return [Program(key.name, key.prefix, key.since) for key in living.order_by("name")]


def open_cards(organisation: Organisation) -> int:
    """How many volunteers can see a client of this organisation now."""
    recent = (
        Visit.objects.of(organisation).exclude(card_digest="").filter(ends_at__gt=clock.now() - policies.LONGEST_OPEN)
    )
    related = recent.select_related("client", "volunteer")
    return len({visit.volunteer_id for visit in related if policies.card_is_open(visit)})


def gateway() -> str:
    return ", ".join(gateways.in_order())


def operators() -> list[str]:
    return list(settings.DIGIBEL_OPERATORS)
