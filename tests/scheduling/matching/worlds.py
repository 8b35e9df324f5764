"""Random pools and requests, made anew from a number: people stay, everything about them changes."""

import random
from datetime import date, datetime, time, timedelta
from typing import Any

import cast
from digibel import clock
from digibel.organisations.models import Closure, DutyHours, Staff
from digibel.requests.models import HelpRequest, RequestTask, TimeWindow
from digibel.scheduling import elsewhere
from digibel.scheduling.matching.models import CRITERIA, MatchChoice, MatchWeights
from digibel.scheduling.models import DeskSession, Offer, Preference, Seat, Visit
from digibel.volunteers.models import (
    Absence,
    AvailableHours,
    BusyTime,
    ExtraHours,
    Readiness,
    Requirement,
    Volunteer,
    WeekdayOff,
)

POSTCODES = ["1090", "1080", "1000", "1170", "1780", "9000"]
LANGUAGES = ["nl", "fr", "ar", "tr"]
SKILLS = ["tablet", "look-first", "video-call", "wifi"]
# Some tasks of the catalogue, each with another skill or none.
TASKS = ["video-call", "wifi-connect", "look-first"]
ANSWERS = ["queued", "sent", "declined", "expired", "withdrawn"]


class World:
    """An organisation with one request, another request of the same client, and a dozen volunteers."""

    def __init__(self, size: int = 12) -> None:
        self.house = cast.organisation()
        self.other_house = cast.organisation("De Sleutel", sms_number="+32460000009")
        self.desk = cast.place()
        self.request = cast.request(self.house)
        self.elsewhere = cast.request(self.other_house)
        self.same_client = HelpRequest.objects.create(
            **{
                field.attname: getattr(self.request, field.attname)
                for field in HelpRequest._meta.concrete_fields
                if field.attname not in {"id", "reference", "in_own_words"}
            },
            reference="26-9999",
        )
        self.volunteers = [cast.volunteer(name=f"V{number}") for number in range(size)]

    def shuffle(self, seed: int, now: datetime, *, night: bool) -> HelpRequest:
        """Everything anew; the request as it is then."""
        dice = random.Random(seed)
        Offer.objects.all().delete()
        week = (Absence, AvailableHours, BusyTime, ExtraHours, WeekdayOff)
        for model in (*week, Visit, DeskSession, Preference, Readiness, MatchWeights, MatchChoice, Closure):
            model._default_manager.all().delete()
        self._house(dice, now)
        for volunteer in self.volunteers:
            self._volunteer(dice, volunteer, now, night=night)
        return self._request(dice, now, night=night)

    def _house(self, dice: random.Random, now: datetime) -> None:
        DutyHours.objects.all().delete()
        fatima = Staff.objects.filter(organisation=self.house).first()
        assert fatima is not None
        for day in range(7):
            start = dice.choice([0, 0, 9, 13])
            DutyHours.objects.create(
                staff=fatima, organisation=self.house, weekday=day, start=time(start), end=time(23, 59)
            )
        if dice.random() < 0.3:
            day = clock.local(now).date() + timedelta(days=dice.randrange(4))
            stand_in = dice.choice([None, fatima])
            Closure.objects.create(organisation=self.house, first_day=day, last_day=day, stand_in=stand_in)
        if dice.random() < 0.7:
            weights = {name: dice.randrange(11) for name in CRITERIA}
            MatchWeights.objects.create(organisation=self.house, changed_at=now, changed_by="-", **weights)

    def _volunteer(self, dice: random.Random, one: Volunteer, now: datetime, *, night: bool) -> None:
        maybe = lambda chance: dice.random() < chance  # noqa: E731
        speaks = dice.sample(LANGUAGES, dice.randrange(2, 5))
        facts: dict[str, Any] = {
            "postcode": dice.choice(POSTCODES[:4] * 3 + POSTCODES),
            "modes": dice.sample(["foot", "bicycle", "transit", "car"], dice.randrange(4)),
            "reach_minutes": dice.choice([None, 20, 45, 90, 120]),
            "reach_km": dice.choice([3, 8, 12, 60]),
            "speaks": speaks,
            "language_levels": {
                code: dice.choice(["basic", "good", "good", "native"]) for code in speaks if maybe(0.6)
            },
            "skills": [skill for skill in SKILLS if maybe(0.85)],
            "gender": dice.choice(["woman", "man", ""]),
            "stairs_ok": maybe(0.9),
            "dog_ok": maybe(0.9),
            "smoke_ok": maybe(0.9),
            "weekly_limit": dice.choice([0, 1, 2, 2, 5]),
            "offers_limit": dice.choice([0, 2, 5, 5, 5, 5]),
            "paused_at": now if maybe(0.05) else None,
            "left_at": now if maybe(0.05) else None,
        }
        Volunteer.objects.filter(pk=one.pk).update(**facts)
        one.recipient.__class__.objects.filter(pk=one.recipient_id).update(stopped_at=now if maybe(0.05) else None)
        self._week(dice, one, night=night)
        self._exceptions(dice, one, clock.local(now).date(), night=night)
        self._papers(dice, one, now)
        self._past(dice, one, now)

    def _week(self, dice: random.Random, one: Volunteer, *, night: bool) -> None:
        hours = []
        for weekday in range(7):
            for _ in range(dice.choice([0, 1, 1, 1, 2])):
                first = dice.randrange(0, 4) if night else dice.randrange(8, 15)
                last = min(23, first + dice.randrange(2, 9))
                start, end = time(first, dice.choice([0, 0, 10, 30])), time(last, dice.choice([0, 15, 50, 59]))
                if start < end:
                    hours.append(AvailableHours(volunteer=one, weekday=weekday, start=start, end=end))
        AvailableHours.objects.bulk_create(hours)

    def _exceptions(self, dice: random.Random, one: Volunteer, today: date, *, night: bool) -> None:
        for weekday in range(7):
            if dice.random() < 0.1:
                WeekdayOff.objects.create(volunteer=one, weekday=weekday)
        for hour in range(96):
            if dice.random() < 0.02:
                start = clock.at(today, time.min) + timedelta(hours=hour, minutes=dice.choice([0, 20]))
                BusyTime.objects.create(volunteer=one, starts_at=start, ends_at=start + timedelta(minutes=70))
        for day in range(4):
            if dice.random() < 0.2:
                first = dice.randrange(0, 4) if night else dice.randrange(8, 20)
                start, end = (
                    time(first, dice.choice([0, 10, 30])),
                    time(first + dice.randrange(1, 4), dice.choice([0, 50])),
                )
                ExtraHours.objects.create(volunteer=one, day=today + timedelta(days=day), start=start, end=end)

    def _papers(self, dice: random.Random, one: Volunteer, now: datetime) -> None:
        today = clock.local(now).date()
        rows = []
        for house in (self.house, self.other_house):
            lacking = dice.choice(Requirement.values) if dice.random() < 0.1 else None
            for requirement in Requirement.values:
                until = today + timedelta(days=dice.randrange(5)) if dice.random() < 0.02 else None
                if requirement != lacking:
                    rows.append(
                        Readiness(
                            volunteer=one,
                            organisation=house,
                            requirement=requirement,
                            since=today - timedelta(days=9),
                            until=until,
                        )
                    )
        Readiness.objects.bulk_create(rows)
        if dice.random() < 0.2:
            first = today + timedelta(days=dice.randrange(4))
            Absence.objects.create(volunteer=one, first_day=first, last_day=first + timedelta(days=dice.randrange(3)))

    def _past(self, dice: random.Random, one: Volunteer, now: datetime) -> None:
        for _ in range(dice.choice([0, 0, 1, 2, 4])):
            self._offer(dice, one, self.elsewhere, now)
        if dice.random() < 0.1:
            self._offer(dice, one, self.request, now)
        if dice.random() < 0.2:
            Preference.objects.create(client=self.request.client, volunteer=one, again=dice.random() < 0.8)
        for _ in range(dice.choice([0, 0, 1, 2])):
            self._visit(dice, one, now)
        if dice.random() < 0.3:
            self._seat(dice, one, now)

    def _offer(self, dice: random.Random, one: Volunteer, request: HelpRequest, now: datetime) -> None:
        status = dice.choice(ANSWERS)
        open_ones = Offer.objects.live().filter(volunteer=one)
        if status in ("queued", "sent") and open_ones.exists():
            status = "expired"
        at = now - timedelta(minutes=dice.randrange(60 * 24 * 40))
        Offer.objects.create(
            request=request, volunteer=one, windows=[], status=status, created_at=at, expires_at=at, letter="A"
        )

    def _visit(self, dice: random.Random, one: Volunteer, now: datetime) -> None:
        request = dice.choice([self.request, self.elsewhere, self.same_client])
        standing = request is not self.request and not Visit.objects.standing().filter(request=request).exists()
        start = (now + timedelta(hours=dice.randrange(96))).replace(minute=dice.choice([0, 10, 45]))
        Visit.objects.create(
            request=request,
            client=request.client,
            volunteer=one,
            key_id=request.key_id,
            status="booked" if standing else "done",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            busy_from=start - timedelta(minutes=20),
            busy_until=start + timedelta(minutes=80),
            booked_at=now,
            changed_at=now,
        )

    def _seat(self, dice: random.Random, one: Volunteer, now: datetime) -> None:
        """At a desk of the other organisation, unless they are somewhere else then."""
        start = (now + timedelta(hours=dice.randrange(96))).replace(minute=dice.choice([0, 15]))
        busy_from, busy_until = start - timedelta(minutes=20), start + timedelta(minutes=140)
        if elsewhere.is_anywhere(one, busy_from, busy_until):
            return
        session, _ = DeskSession.objects.get_or_create(
            organisation=self.other_house,
            place=self.desk,
            starts_at=start,
            defaults={"ends_at": start + timedelta(hours=2), "seats": 20, "made_at": now, "changed_at": now},
        )
        number = session.signed.count() + 1
        times = {"busy_from": busy_from, "busy_until": busy_until, "created_at": now}
        Seat.objects.create(session=session, volunteer=one, status="taken", seat_number=number, **times)

    def _request(self, dice: random.Random, now: datetime, *, night: bool) -> HelpRequest:
        request = HelpRequest.objects.get(pk=self.request.pk)
        request.always_home = dice.random() < 0.2
        request.minutes = dice.choice([15, 30, 50, 60])
        request.asked_since = now - timedelta(days=dice.randrange(40)) if dice.random() < 0.3 else None
        request.device = dice.choice(["", "tablet", "tv", "other"])
        request.save()
        if request.asked_since is not None:
            # Whoever tells other moments ends what is open (`openings.search_at`): no open offer is older than they are.
            Offer.objects.live().filter(request=request, created_at__lt=request.asked_since).update(status="withdrawn")
        request.windows.all().delete()
        request.tasks.all().delete()
        for number, day in enumerate(sorted(dice.sample(range(5), dice.randrange(1, 5)))):
            first = dice.randrange(0, 4) if night else dice.randrange(8, 16)
            there = clock.local(now).date() + timedelta(days=day)
            start = clock.at(there, time(first, dice.choice([0, 0, 20])))
            end = start + timedelta(minutes=dice.choice([50, 120, 240, 360]))
            away = request.always_home and number % 2 == 0
            TimeWindow.objects.create(request=request, starts_at=start, ends_at=end, away=away)
        for position, slug in enumerate(dice.sample(TASKS, dice.randrange(1, 3))):
            RequestTask.objects.create(
                request=request, slug=slug, position=position, verdict="allowed", catalogue_version="1"
            )
        if dice.random() < 0.2:
            MatchChoice.objects.create(request=request, interpreter=True, chosen_at=now, chosen_by="-")
        self._client(dice, request)
        return HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=request.pk)

    def _client(self, dice: random.Random, request: HelpRequest) -> None:
        facts = {
            "postcode": dice.choice(POSTCODES[:4]),
            "speaks": dice.sample(LANGUAGES, dice.randrange(1, 3)),
            "wish": dice.choice(["", "", "", "woman"]),
            "floor": dice.choice([None, 0, 3]),
            "lift": dice.random() < 0.5,
            "dog": dice.random() < 0.2,
            "smoke": dice.random() < 0.2,
        }
        type(request.client).objects.filter(pk=request.client_id).update(**facts)
