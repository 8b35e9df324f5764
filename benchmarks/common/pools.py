"""A city of volunteers in the database, and a country of them in arrays."""

import random
import uuid
from datetime import datetime, timedelta

import numpy as np

import cast
from digibel import clock, places
from digibel.notifications.models import Recipient
from digibel.organisations.models import Organisation
from digibel.requests.models import HelpRequest
from digibel.scheduling.matching import pool as columns
from digibel.scheduling.matching.moments import Numbers, micros
from digibel.scheduling.matching.pool import Pool, Ragged, arranged
from digibel.scheduling.models import Offer, Visit
from digibel.sealing import keys
from digibel.volunteers.models import Absence, AvailableHours, Readiness, Requirement, Volunteer

LANGUAGES = ["nl", "fr", "en", "ar", "tr", "es", "pl", "ro"]
MODES = [[], ["transit"], ["foot"], ["bicycle"], ["transit", "bicycle"], ["car"]]


def fill(size: int, dice: random.Random) -> HelpRequest:
    """So many volunteers in Brussels, each with papers, hours, offers and visits; and the request to rank."""
    house = cast.organisation()
    request, others = cast.request(house), cast.request(house)
    people = _people(size, dice)
    _papers(people, house, dice)
    _past(people, others, dice)
    found = HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=request.pk)
    return found


def _people(size: int, dice: random.Random) -> list[Volunteer]:
    key, today = keys.new_key(), clock.today()
    recipients = [
        Recipient(
            kind=Recipient.Kind.VOLUNTEER,
            key_id=key,
            number="+32470000000",
            number_index=f"{number:064x}",
            languages=["nl"],
        )
        for number in range(size)
    ]
    Recipient.objects.bulk_create(recipients, batch_size=500)
    postcodes = [one.postcode for one in places.brussels()]
    people = [
        Volunteer(
            recipient=recipient,
            key_id=key,
            first_name="Els",
            postcode=dice.choice(postcodes),
            modes=dice.choice(MODES),
            reach_minutes=dice.choice([None, 30, 45, 60]),
            reach_km=dice.choice([3, 5, 8, 12]),
            speaks=dice.sample(LANGUAGES, dice.randrange(1, 4)),
            skills=dice.sample(cast.SKILLS, dice.randrange(3, 9)),
            gender=dice.choice(["woman", "man", ""]),
            weekly_limit=dice.choice([1, 2, 3]),
            joined_on=today,
            paused_at=clock.now() if dice.random() < 0.05 else None,
        )
        for recipient in recipients
    ]
    Volunteer.objects.bulk_create(people, batch_size=500)
    return people


def _papers(people: list[Volunteer], house: Organisation, dice: random.Random) -> None:
    since = clock.today() - timedelta(days=100)
    papers, hours, absences = [], [], []
    for one in people:
        lacking = dice.choice(Requirement.values) if dice.random() < 0.15 else ""
        papers += [
            Readiness(volunteer=one, organisation=house, requirement=requirement, since=since)
            for requirement in Requirement.values
            if requirement != lacking
        ]
        for weekday in dice.sample(range(7), dice.randrange(1, 6)):
            start = dice.choice([9, 12, 13, 17])
            hours.append(
                AvailableHours(
                    volunteer=one,
                    weekday=weekday,
                    start=f"{start:02d}:00",
                    end=f"{start + dice.randrange(2, 5):02d}:00",
                )
            )
        if dice.random() < 0.05:
            absences.append(Absence(volunteer=one, first_day=clock.today(), last_day=clock.today() + timedelta(days=9)))
    Readiness.objects.bulk_create(papers, batch_size=2000)
    AvailableHours.objects.bulk_create(hours, batch_size=2000)
    Absence.objects.bulk_create(absences, batch_size=2000)


def _past(people: list[Volunteer], request: HelpRequest, dice: random.Random) -> None:
    offers, visits, now = [], [], clock.now()
    for one in people:
        for _ in range(dice.randrange(6)):
            at = now - timedelta(hours=dice.randrange(24 * 60))
            offers.append(
                Offer(request=request, volunteer=one, windows=[], status="expired", created_at=at, expires_at=at)
            )
        if dice.random() < 0.2:
            start = now + timedelta(hours=dice.randrange(24 * 7))
            visits.append(_done(request, one, start))
    Offer.objects.bulk_create(offers, batch_size=2000)
    Visit.objects.bulk_create(visits, batch_size=2000)


def _done(request: HelpRequest, one: Volunteer, start: datetime) -> Visit:
    """Done, for one request has one standing visit, and two thousand requests would say nothing here."""
    end = start + timedelta(hours=1)
    return Visit(
        request=request,
        client=request.client,
        volunteer=one,
        key_id=request.key_id,
        status="done",
        starts_at=start,
        ends_at=end,
        busy_from=start,
        busy_until=end,
        booked_at=start,
        changed_at=start,
    )


def country(size: int, organisation: uuid.UUID, seed: int = 1) -> Pool:
    """So many volunteers over all postcodes of Belgium, in arrays and nowhere else."""
    dice = np.random.default_rng(seed)
    hours = np.zeros((size, 7, 12), dtype=np.uint8)
    hours[:, :, 4:9] = dice.integers(0, 2, (size, 7, 1), dtype=np.uint8) * 255
    asked = np.full((size, columns.ASKED_KEPT), columns.NEVER, dtype=np.int64)
    asked[:, 0] = micros(clock.now()) - dice.integers(0, 60 * 86_400_000_000, size)
    ready = np.zeros((size, len(columns.REQUIREMENTS), 2), dtype=np.int32)
    ready[:, :, 1] = columns.FOR_GOOD
    flags = columns.STAIRS_OK | columns.DOG_OK | columns.SMOKE_OK | columns.PAUSED * (dice.random(size) < 0.05)
    return arranged(
        {
            "ids": np.frombuffer(dice.bytes(16 * size), dtype="S16"),
            "place": dice.integers(0, len(columns.PLACES), size).astype(np.uint16),
            "modes": dice.integers(0, 16, size).astype(np.uint8),
            "by_minutes": dice.random(size) < 0.5,
            "reach": dice.choice([5, 10, 15, 30], size).astype(np.uint16),
            "little": _bits(dice, size, 8, 0.1),
            "well": _bits(dice, size, 8, 0.25),
            "native": _bits(dice, size, 8, 0.1),
            "skills": _bits(dice, size, 22, 0.4),
            "flags": flags.astype(np.uint8),
            "weekly_limit": dice.integers(1, 4, size).astype(np.uint8),
            "offers_limit": np.full(size, 5, dtype=np.uint8),
            "hours": hours,
            "asked": asked,
            "live": np.zeros(size, dtype=np.uint8),
        },
        visits=_nothing(3),
        absences=_nothing(2),
        extra=_nothing(2),
        ready={organisation: ready},
    )


def _bits(dice: np.random.Generator, size: int, count: int, chance: float) -> Numbers:
    found = np.zeros(size, dtype=np.uint32)
    for place in range(count):
        found |= (dice.random(size) < chance).astype(np.uint32) << np.uint32(place)
    return found


def _nothing(width: int) -> Ragged:
    return Ragged(np.zeros(0, dtype=np.int64), np.zeros((0, width), dtype=np.int64))
