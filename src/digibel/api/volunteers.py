"""The pool for programs: who is in it and when they are free. Never a telephone number of a volunteer, nor where they live."""

import re
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, time
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field, WithJsonSchema

from digibel import clock, cursors, etags, languages
from digibel.audit.actors import Actor
from digibel.etags import IfMatch
from digibel.guardrails import catalogue
from digibel.organisations.models import Organisation
from digibel.organisations.once import IdempotencyKey, once
from digibel.places import travel
from digibel.problems import Invalid, NotFound, Problem
from digibel.requests.api import After, ApiRequest, Limit, salt
from digibel.requests.errors import Missing, NotOneOf
from digibel.requests.shapes import Told, one_of, some_of, text
from digibel.scheduling import availability as promised
from digibel.sealing import keys
from digibel.sealing.reading import unsealed_or_none
from digibel.volunteers import availability
from digibel.volunteers.importing import cells
from digibel.volunteers.models import Readiness, Requirement, Volunteer
from digibel.volunteers.pool import enrol, same_in_the_pool
from digibel.volunteers.readiness import missing_on

volunteers = Router(tags=["Volunteers"])

SPEAKS = [code for code in languages.SPOKEN if code != "other"]
SKILLS = list(catalogue.SKILLS)
GENDERS = ("", "woman", "man")

# An hour of every week has no offset, as the format "time" of JSON Schema (RFC 3339, "full-time") would need.
CLOCK_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"
ClockTime = Annotated[time, WithJsonSchema({"type": "string", "pattern": CLOCK_TIME})]

VolunteerId = Annotated[UUID, Path(description="From GET /volunteers, or from a candidate.")]


class VolunteerDetail(BaseModel):
    """One of the pool, which all organisations share. The name is empty once they were erased."""

    id: UUID
    first_name: str
    postcode: str
    speaks: list[str] = Field(description="Language codes, best first.")
    skills: list[str]
    weekly_limit: int = Field(description="Visits a week they want at most.")
    joined_on: date
    paused: bool
    paused_until: date | None
    missing: list[Requirement] = Field(description="What they lack to be sent by the key's organisation today.")


class VolunteersShown(BaseModel):
    volunteers: list[VolunteerDetail]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


@volunteers.get("", response=VolunteersShown)
def list_volunteers(
    request: ApiRequest,
    state: Literal["active", "paused", "all"] = "all",
    postcode: Annotated[str | None, Query(max_length=4)] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> VolunteersShown:
    """Everybody who has not left, the longest in the pool first."""
    found = Volunteer.objects.filter(left_at=None)
    if state != "all":
        found = found.filter(paused_at__isnull=state == "active")
    if postcode is not None:
        found = found.filter(postcode=postcode.replace("\x00", ""))
    listed, following = cursors.page(
        found, by=("joined_on", "id"), limit=limit, after=cursor, salt=salt(request, "volunteers")
    )
    return VolunteersShown(volunteers=_shown(listed, request.auth.organisation), next_cursor=following)


@volunteers.get("/{volunteer_id}", response=VolunteerDetail)
def show_volunteer(request: ApiRequest, volunteer_id: VolunteerId) -> VolunteerDetail:
    return _shown([_find(volunteer_id)], request.auth.organisation)[0]


def _find(volunteer_id: UUID) -> Volunteer:
    return Volunteer.objects.get(pk=volunteer_id, left_at=None)


def _shown(listed: Sequence[Volunteer], organisation: Organisation) -> list[VolunteerDetail]:
    keys.prefetch([one.key_id for one in listed])
    papers: dict[uuid.UUID, list[Readiness]] = {one.pk: [] for one in listed}
    for row in Readiness.objects.filter(organisation=organisation, volunteer__in=papers):
        papers[row.volunteer_id].append(row)
    return [_volunteer(one, papers[one.pk]) for one in listed]


def _volunteer(volunteer: Volunteer, papers: Iterable[Readiness]) -> VolunteerDetail:
    return VolunteerDetail(
        id=volunteer.pk,
        first_name=unsealed_or_none(volunteer, "first_name") or "",
        postcode=volunteer.postcode,
        speaks=volunteer.speaks,
        skills=volunteer.skills,
        weekly_limit=volunteer.weekly_limit,
        joined_on=volunteer.joined_on,
        paused=volunteer.paused_at is not None,
        paused_until=volunteer.paused_until,
        missing=[Requirement(one) for one in missing_on(papers, clock.today())],
    )


# Coming into the pool.


class HoursTold(Told):
    """Every week on this day, in Brussels time."""

    weekday: int = Field(ge=0, le=6, description="0 is Monday.")
    start: str = Field(json_schema_extra={"pattern": CLOCK_TIME})
    end: str = Field(json_schema_extra={"pattern": CLOCK_TIME})


class VolunteerTold(Told):
    """Papers are noted by a coordinator before anybody is sent."""

    first_name: str = text(cells.LONGEST_NAME, needed=True)
    family_name: str = text(cells.LONGEST_NAME)
    phone: str = Field(description="A mobile, as people write it. One number, one volunteer.")
    postcode: str = Field(json_schema_extra={"pattern": "^[1-9][0-9]{3}$"})
    speaks: list[str] = some_of(SPEAKS, 6, description="Language codes, best first.")
    skills: list[str] = some_of(SKILLS, len(SKILLS), [])
    modes: list[str] = some_of(travel.MODES, len(travel.MODES), [], "How they travel; empty: nobody asked.")
    gender: str = one_of(GENDERS, "", "Some clients ask for a woman or a man.")
    sms_only: bool = Field(False, description="No internet on the telephone: everything by text.")
    hours: list[HoursTold] = Field([], max_length=availability.MOST_STRETCHES)


@volunteers.post("", response={201: VolunteerDetail, 200: VolunteerDetail})
def add_volunteer(
    request: ApiRequest, told: VolunteerTold, idempotency_key: IdempotencyKey = None
) -> Status[VolunteerDetail]:
    """Somebody new in the pool. Nobody is sent before their papers are in order.

    Who is there already with all of these facts is shown (200 instead of 201): two organisations may tell of the same person.
    """
    facts = _facts(told)
    number, hours = facts.pop("phone"), _hours(told.hours)
    there: list[str] = []

    def add() -> list[str]:
        there.extend(str(one.pk) for one in same_in_the_pool(number, facts))
        return there or [str(enrol(number=number, hours=hours, facts=facts, by=Actor.api(request.auth)).pk)]

    done = once(request.auth.organisation, "add_volunteer", idempotency_key, told, add)
    [shown] = _shown([_find(UUID(done.made[0]))], request.auth.organisation)
    return Status(200 if done.again or there else 201, shown)


def _facts(told: VolunteerTold) -> dict[str, Any]:
    """The fields of a volunteer. Raises `Invalid` with all that does not fit."""
    refused: dict[str, list[Problem]] = {}
    facts: dict[str, Any] = {"sms_only": told.sms_only}
    readers = {"first_name": cells.name, "family_name": cells.family_name}
    for name, read in {**readers, "phone": cells.number, "postcode": cells.postcode}.items():
        try:
            facts[name] = read(" ".join(getattr(told, name).replace("\x00", "").split()))
        except Problem as problem:
            refused[name] = [problem]
    for name, known in {"speaks": SPEAKS, "skills": SKILLS, "modes": list(travel.MODES)}.items():
        facts[name] = list(dict.fromkeys(getattr(told, name)))
        if not set(facts[name]) <= set(known):
            refused[name] = [NotOneOf(choices=", ".join(known))]
    if not facts["speaks"]:
        refused["speaks"] = [Missing()]
    facts["gender"] = told.gender
    if told.gender not in GENDERS:
        refused["gender"] = [NotOneOf(choices=", ".join(filter(None, GENDERS)))]
    if refused:
        raise Invalid(refused)
    return facts


def _hours(told: Sequence[HoursTold]) -> list[tuple[int, time, time]]:
    hours = [(one.weekday, clock_time(one.start), clock_time(one.end)) for one in told]
    try:
        availability.check_week(hours)
    except Problem as problem:
        raise Invalid({"hours": [problem]}) from None
    return hours


class NotATime(Problem):
    code = "not_a_time"
    message = "Write the time as hours and minutes, for example 09:30."


def clock_time(told: str) -> time:
    """As people write it, or as we tell it: a week that was read can be sent back."""
    with suppress(ValueError):
        if re.fullmatch(CLOCK_TIME, told, re.ASCII):
            return time.fromisoformat(told)
    raise Invalid({"hours": [NotATime()]})


# When they are free.


class HoursShown(BaseModel):
    weekday: int
    start: ClockTime
    end: ClockTime


class AwayShown(BaseModel):
    id: int
    first_day: date
    last_day: date


class ExtraShown(BaseModel):
    id: int
    day: date
    start: ClockTime
    end: ClockTime


class AvailabilityShown(BaseModel):
    """Their week, in Brussels time; the days they are away; when they are free beside it; weekdays that are off for now."""

    week: list[HoursShown]
    away: list[AwayShown]
    extra: list[ExtraShown]
    weekdays_off: list[int]


class WeekTold(Told):
    week: list[HoursTold] = Field(max_length=availability.MOST_STRETCHES)


class AwayTold(Told):
    first_day: Annotated[date, Field(strict=False)]
    last_day: Annotated[date, Field(strict=False, description="Included.")]


class ExtraTold(Told):
    day: Annotated[date, Field(strict=False)]
    start: str = Field(json_schema_extra={"pattern": CLOCK_TIME})
    end: str = Field(json_schema_extra={"pattern": CLOCK_TIME})


@volunteers.get("/{volunteer_id}/availability", response=AvailabilityShown)
def show_availability(request: ApiRequest, response: HttpResponse, volunteer_id: VolunteerId) -> AvailabilityShown:
    return _told(response, _find(volunteer_id))


@volunteers.put("/{volunteer_id}/availability", response=AvailabilityShown)
def replace_week(
    request: ApiRequest, response: HttpResponse, volunteer_id: VolunteerId, told: WeekTold, if_match: IfMatch = None
) -> AvailabilityShown:
    """These are their hours from now on. Days away and extra hours stay; what is booked stays."""
    with transaction.atomic():
        volunteer = Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer_id, left_at=None)
        etags.check(if_match, etags.tag(_availability(volunteer)))
        availability.set_week(volunteer, _hours(told.week), by=Actor.api(request.auth))
    return _told(response, volunteer)


@volunteers.post("/{volunteer_id}/availability/away", response={201: AvailabilityShown, 200: AvailabilityShown})
def add_away(
    request: ApiRequest,
    response: HttpResponse,
    volunteer_id: VolunteerId,
    told: AwayTold,
    idempotency_key: IdempotencyKey = None,
) -> Status[AvailabilityShown]:
    """Away on these days: nobody asks them. Refused while they go somewhere on one of them."""
    volunteer, by = _find(volunteer_id), Actor.api(request.auth)
    done = once(
        request.auth.organisation,
        f"add_away {volunteer.pk}",
        idempotency_key,
        told,
        lambda: [str(promised.be_away(volunteer, told.first_day, told.last_day, by=by).pk)],
    )
    return Status(200 if done.again else 201, _told(response, volunteer))


@volunteers.post("/{volunteer_id}/availability/extra", response={201: AvailabilityShown, 200: AvailabilityShown})
def add_extra(
    request: ApiRequest,
    response: HttpResponse,
    volunteer_id: VolunteerId,
    told: ExtraTold,
    idempotency_key: IdempotencyKey = None,
) -> Status[AvailabilityShown]:
    """Free then beside the week."""
    volunteer, by = _find(volunteer_id), Actor.api(request.auth)
    start, end = clock_time(told.start), clock_time(told.end)
    done = once(
        request.auth.organisation,
        f"add_extra {volunteer.pk}",
        idempotency_key,
        told,
        lambda: [str(availability.note_extra(volunteer, told.day, start, end, by=by).pk)],
    )
    return Status(200 if done.again else 201, _told(response, volunteer))


@volunteers.delete("/{volunteer_id}/availability/{kind}/{exception_id}", response=AvailabilityShown)
def remove_exception(
    request: ApiRequest,
    response: HttpResponse,
    volunteer_id: VolunteerId,
    kind: Literal["away", "extra"],
    exception_id: Annotated[int, Path(ge=0, le=2**62)],
) -> AvailabilityShown:
    """Take away days or hours. Gone already: 404."""
    volunteer = _find(volunteer_id)
    if not availability.forget_exception(volunteer, kind, exception_id, by=Actor.api(request.auth)):
        raise NotFound
    return _told(response, volunteer)


def _told(response: HttpResponse, volunteer: Volunteer) -> AvailabilityShown:
    shown = _availability(volunteer)
    response["ETag"] = etags.tag(shown)
    return shown


def _availability(volunteer: Volunteer) -> AvailabilityShown:
    today = clock.today()
    return AvailabilityShown(
        week=[HoursShown(weekday=d, start=s, end=e) for d, s, e in _week(volunteer)],
        away=[
            AwayShown(id=one.pk, first_day=one.first_day, last_day=one.last_day)
            for one in volunteer.absences.filter(last_day__gte=today).order_by("first_day", "pk")
        ],
        extra=[
            ExtraShown(id=one.pk, day=one.day, start=one.start, end=one.end)
            for one in volunteer.extra_hours.filter(day__gte=today).order_by("day", "start")
        ],
        weekdays_off=list(volunteer.weekdays_off.order_by("weekday").values_list("weekday", flat=True)),
    )


def _week(volunteer: Volunteer) -> list[tuple[int, time, time]]:
    return list(volunteer.hours.order_by("weekday", "start").values_list("weekday", "start", "end"))
