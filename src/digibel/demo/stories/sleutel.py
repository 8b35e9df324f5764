"""Buurthuis De Sleutel, Anderlecht."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from digibel.audit.actors import Actor
from digibel.demo.stage import Stage
from digibel.demo.stories import scenes
from digibel.organisations.models import Role
from digibel.scheduling import followups, openings, visits

Moments = Iterator[datetime]


def khadija(stage: Stage) -> Moments:
    """A care home; her son decides about money, she about video calls. Booked, then in hospital: a new start is dated."""
    yield stage.at(-3, "09:30")
    calling, money = stage.log("khadija", stage.window(1, "14:00", "16:00"))
    yield stage.at(-3, "11:00")
    stage.rings("request.own_yes", calling, "reached")
    stage.refer(money)
    yield stage.at(-3, "11:20")
    stage.offer(calling, "samira", "ahmed")
    yield stage.at(-3, "11:50")
    stage.answers("samira", "yes", "offer.accepted")
    yield stage.at(-1, "15:45")
    openings.note_away(calling.client, until=stage.day(6), by=stage.by(calling.organisation, Role.INTAKE))


def agnes(stage: Stage) -> Moments:
    """Just logged."""
    yield stage.ago(25)
    stage.log("agnes", stage.window(1, "13:00", "16:00"), stage.window(3, "10:00", "12:00"))


def vasile(stage: Stage) -> Moments:
    """In two days, confirmed in Romanian."""
    logged, window = stage.at(-2, "10:50"), stage.window(2, "13:00", "16:00")
    yield from scenes.confirmed(stage, "vasile", logged, window, "mihaela")


def frieda(stage: Stage) -> Moments:
    """A week later: does it still work?"""
    begins = stage.week_ago("13:30")
    window = begins, begins + timedelta(hours=2)
    yield from scenes.visited(stage, "frieda", stage.at(-11, "09:05"), window, "an")


def etienne(stage: Stage) -> Moments:
    """He knew who would come; the volunteer cannot. Somebody tells him, and the search begins again."""
    window = stage.window(1, "13:30", "16:00")
    visit = yield from scenes.confirmed(stage, "etienne", stage.at(-2, "09:25"), window, "an")
    yield stage.ago(55)
    visits.cancel(visit, by=Actor.volunteer(visit.volunteer), reason="volunteer_cannot")


def zofia(stage: Stage) -> Moments:
    """Announced in Polish; she has not answered yet."""
    yield stage.at(-1, "10:30")
    request, *_ = stage.log("zofia", stage.window(3, "14:00", "16:00"))
    yield from scenes.booked(stage, request, "agnieszka")


def luisa(stage: Stage) -> Moments:
    """It did not last: a new visit is looked for."""
    logged, window = stage.at(-12, "14:30"), stage.window(-10, "14:00", "16:00")
    visit = yield from scenes.visited(stage, "luisa", logged, window, "claire", before=scenes.NOT_YET)
    yield stage.at(-2, "11:10")
    followups.note(visit, "fails", by=stage.by(visit.request.organisation, Role.COORDINATOR), autonomy=scenes.NOT_YET)


def firmin(stage: Stage) -> Moments:
    """It was not the decoder: somebody else should help, and a slip is to be made."""
    logged, window = stage.at(-13, "11:10"), stage.window(-10, "10:00", "12:00")
    visit = yield from scenes.visited(stage, "firmin", logged, window, "dirk")
    yield stage.at(-1, "14:25")
    followups.note(visit, "refer", by=stage.by(visit.request.organisation, Role.COORDINATOR))


def mariette(stage: Stage) -> Moments:
    """Nobody answered within the hour, so the second wave has left by itself."""
    yield stage.ago(145)
    request, *_ = stage.log("mariette", stage.window(2, "09:00", "12:00"), stage.window(3, "13:00", "16:00"))
    yield stage.ago(105)
    stage.offer(request, "dirk", "jef")


STORIES = (khadija, agnes, vasile, frieda, etienne, zofia, luisa, firmin, mariette)
