"""Fills an empty house with three organisations, their people, and the stories of the last weeks."""

import heapq
import itertools
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django_q.models import OrmQ

from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.demo import cast, stories
from digibel.demo.stage import Stage
from digibel.directory.loading import load_known_places
from digibel.organisations import keys as api_keys
from digibel.organisations.models import DutyHours, Organisation, Staff
from digibel.organisations.scopes import EVERY_SCOPE
from digibel.scheduling import clockwork
from digibel.volunteers import pool, readiness
from digibel.volunteers.models import Absence, Requirement, Volunteer
from digibel.volunteers.requirements import RULES, Rule

# Early enough for every story, at an hour when nobody is woken.
FIRST_DAY = -17
IN_THE_POOL_FOR = timedelta(days=200)
# From the first day of the stories: the reminder goes out on the way, and the card of a visit to come says so.
QUESTIONS_LAST = timedelta(days=40)
# What somebody who has only just come has signed already.
FIRST_PAPERS = frozenset({Requirement.INFORMATION_NOTE, Requirement.ADULT})


def is_done() -> bool:
    return Organisation.objects.exists()


def seed(now: datetime) -> bool:
    """Make the demo's people and let them live until `now`. All of it or nothing; False where somebody works already."""
    if is_done():
        return False
    stage = Stage(now)
    with transaction.atomic():
        with clock.travel(stage.at(FIRST_DAY, "09:00")):
            load_known_places()
            _add_organisations(stage)
            _add_volunteers(stage)
        _play(stage)
    # Their wake-ups for the worker are for deeds that are done.
    OrmQ.objects.all().delete()
    return True


def _play(stage: Stage) -> None:
    """All stories at once, each going on at the moment it asked for, with the time in between lived through."""
    here, order = stage.at(FIRST_DAY, "09:00"), itertools.count()
    waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
    for story in stories.ALL:
        _go_on(story(stage), waiting, order)
    while waiting:
        moment, _, going = heapq.heappop(waiting)
        here = _pass_time(here, moment)
        with clock.travel(here):
            _go_on(going, waiting, order)
    _pass_time(here, stage.now)


def _go_on(
    story: Iterator[datetime], waiting: list[tuple[datetime, int, Iterator[datetime]]], order: Iterator[int]
) -> None:
    moment = next(story, None)
    if moment is not None:
        heapq.heappush(waiting, (moment, next(order), story))


def _pass_time(here: datetime, until: datetime) -> datetime:
    if until <= here:
        return here
    with clock.travel(here):
        return clockwork.live_through(until)


def _add_organisations(stage: Stage) -> None:
    told = cast.organisations()
    places = itertools.count(1)
    # One slow hash for all of them: their password is the same.
    password = make_password(told["password"])
    for part in told["organisations"]:
        fields = {name: part[name] for name in ("slug", "name", "phone", "sms_number", "language", "postcode")}
        organisation = Organisation.objects.create(**fields)
        stage.organisations[organisation.slug] = organisation
        stage.staff[organisation.slug] = []
        for one in part["staff"]:
            person = _add_staff(organisation, one, cast.staff_mobile(next(places)), password)
            stage.staff[organisation.slug].append(person)
            if one.get("on_duty"):
                _set_duty(person, told["duty"]["start"], told["duty"]["end"])
        api_keys.make_key(organisation, name="demo", scopes=EVERY_SCOPE, secret=part["key"])


def _add_staff(organisation: Organisation, told: dict[str, str], mobile: str, password: str) -> Staff:
    person = Staff.objects.create_user(
        email_of(told["name"], organisation.slug),
        organisation=organisation,
        name=told["name"],
        role=told["role"],
        language=told["language"],
        mobile=mobile,
    )
    person.password = password
    person.save(update_fields=["password"])
    return person


def email_of(name: str, slug: str) -> str:
    return f"{name.lower()}@{slug}.example"


def _set_duty(person: Staff, start: time, end: time) -> None:
    DutyHours.objects.bulk_create(
        DutyHours(staff=person, organisation=person.organisation, weekday=day, start=start, end=end) for day in range(7)
    )


def _add_volunteers(stage: Stage) -> None:
    for part in cast.volunteers():
        volunteer = pool.add_volunteer(
            number=part.number, languages=part.facts["speaks"], hours=part.hours, facts=part.facts, by=SYSTEM
        )
        stage.volunteers[part.key] = volunteer
        for slug in part.organisations:
            _make_ready(volunteer, stage.organisations[slug], part.remarks)
        if "paused" in part.remarks:
            pool.pause(volunteer, by=SYSTEM)
        if "away" in part.remarks:
            Absence.objects.create(volunteer=volunteer, first_day=stage.day(-3), last_day=stage.day(10))


def _make_ready(volunteer: Volunteer, organisation: Organisation, remarks: frozenset[str]) -> None:
    today = clock.today()
    for requirement in FIRST_PAPERS if "new" in remarks else Requirement.values:
        over = requirement == Requirement.INSURANCE and "insurance_over" in remarks
        since = today - IN_THE_POOL_FOR
        until = today - timedelta(days=3) if over else _runs_out(requirement, remarks)
        readiness.note(
            volunteer, organisation, requirement, since=since, until=until, by=SYSTEM, **_kept(RULES[requirement])
        )


def _kept(rule: Rule) -> dict[str, str]:
    """What is written down beside the dates, invented."""
    return {"version": {"version": "2026-1"}, "reference": {"reference": "DEMO-2026"}}.get(rule.keeps, {})


def _runs_out(requirement: str, remarks: frozenset[str]) -> date | None:
    """The demo's papers count long, but for who has to answer the five questions again soon."""
    soon = requirement == Requirement.QUESTIONS and "questions_soon" in remarks
    if not soon:
        return RULES[requirement].ends(clock.today())
    return clock.today() + QUESTIONS_LAST
