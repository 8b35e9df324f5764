"""LDC De Lindeboom, Jette."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from digibel.demo.stage import Stage
from digibel.demo.stories import scenes
from digibel.directory.models import HelpPlace
from digibel.organisations.models import Role
from digibel.requests.models import Closing
from digibel.scheduling import followups, openings, series
from digibel.scheduling.desksessions import making, signing

Moments = Iterator[datetime]


def guido(stage: Stage) -> Moments:
    """A tablet that acts strange, a landline, four floors and a dog: booked, and a voice must bring the word."""
    yield stage.at(-1, "16:10")
    request, *_ = stage.log("guido", stage.window(2, "14:00", "16:30"))
    yield stage.ago(70)
    stage.offer(request, "els", "joris")
    yield stage.ago(25)
    stage.answers("els", "yes", "offer.accepted")


def maria(stage: Stage) -> Moments:
    """The visit is over, the volunteer is in, and nobody said UIT: the alarm."""
    begins = stage.quarter(-105)
    yield from scenes.confirmed(
        stage, "maria", stage.at(-2, "10:05"), (begins, begins + timedelta(minutes=75)), "karim"
    )
    yield begins + timedelta(minutes=3)
    stage.answers("karim", "in", "visit.begun")


def jeanne(stage: Stage) -> Moments:
    """Under way at this moment: the first of a series."""
    begins = stage.quarter(-20)
    visit = yield from scenes.confirmed(
        stage, "jeanne", stage.at(-3, "14:00"), (begins, begins + timedelta(minutes=75)), "ahmed"
    )
    by = stage.by(visit.request.organisation, Role.INTAKE)
    series.plan(visit.request, goal=stage.questions["jeanne"]["goal"], visits=5, by=by)
    yield begins + timedelta(minutes=4)
    stage.answers("ahmed", "in", "visit.begun")


def roger(stage: Stage) -> Moments:
    """Later today, and everybody knows."""
    begins = stage.quarter(90)
    yield from scenes.confirmed(
        stage, "roger", stage.at(-2, "15:20"), (begins, begins + timedelta(minutes=60)), "samira"
    )


def roza(stage: Stage) -> Moments:
    """Three volunteers have a question on their telephone, with one moment: a bare yes is enough."""
    yield stage.ago(85)
    request, *_ = stage.log("roza", stage.window(1, "14:00", "16:00"))
    yield stage.ago(20)
    stage.offer(request, "lotte", "joris", "hatice")


def hendrik(stage: Stage) -> Moments:
    """The same with three moments: a yes must say which."""
    yield stage.ago(140)
    windows = (stage.window(1, "09:30", "12:00"), stage.window(2, "14:00", "16:00"), stage.window(3, "10:00", "12:00"))
    request, *_ = stage.log("hendrik", *windows)
    yield stage.ago(45)
    stage.offer(request, "ahmed", "luc")


def simonne(stage: Stage) -> Moments:
    """Her daughter rang: her own yes is missing."""
    yield stage.ago(50)
    stage.log("simonne", stage.window(2, "10:00", "12:00"))


def albert(stage: Stage) -> Moments:
    """Just logged: volunteers are to be chosen."""
    yield stage.ago(35)
    stage.log("albert", stage.window(1, "10:00", "12:00"), stage.window(2, "14:00", "17:00"))


def lea(stage: Stage) -> Moments:
    """Should have been chosen for yesterday: late."""
    yield stage.at(-1, "15:30")
    stage.log("lea", stage.window(3, "09:30", "12:00"), stage.window(4, "13:30", "16:00"))


def abdi(stage: Stage) -> Moments:
    """One volunteer speaks his language, and she could not: nobody is left to ask."""
    yield stage.at(-1, "11:00")
    request, *_ = stage.log("abdi", stage.window(2, "10:00", "12:00"))
    yield stage.at(-1, "11:20")
    stage.offer(request, "hodan")
    yield stage.at(-1, "12:02")
    stage.answers("hodan", "no", "offer.declined")


def yvonne(stage: Stage) -> Moments:
    """Announced by text; she has not answered yet."""
    yield stage.at(-1, "09:40")
    request, *_ = stage.log("yvonne", stage.window(3, "14:00", "16:00"))
    yield from scenes.booked(stage, request, "pieter", "lotte")


def gerard(stage: Stage) -> Moments:
    """Unconfirmed, and it is the next visit but one: at noon of the working day before, the volunteer must stay at home."""
    yield stage.at(-2, "11:30")
    request, *_ = stage.log("gerard", stage.window(1, "10:00", "12:00"))
    yield from scenes.booked(stage, request, "willy")


def louis(stage: Stage) -> Moments:
    """The visit has been, and the volunteer has not told how it went."""
    logged, window = stage.at(-4, "09:15"), stage.window(-2, "14:00", "16:00")
    yield from scenes.visited(stage, "louis", logged, window, "ahmed", report="")


def nora(stage: Stage) -> Moments:
    """A week later: does it still work?"""
    begins = stage.week_ago("10:00")
    window = begins, begins + timedelta(hours=2)
    yield from scenes.visited(stage, "nora", stage.at(-12, "13:40"), window, "els")


def hilde(stage: Stage) -> Moments:
    """Solved: it still worked a week later."""
    visit = yield from scenes.visited(
        stage, "hilde", stage.at(-14, "10:10"), stage.window(-12, "14:00", "16:00"), "lotte", before=scenes.NOT_YET
    )
    yield stage.at(-4, "10:40")
    followups.note(
        visit, "works", by=stage.by(visit.request.organisation, Role.COORDINATOR), autonomy=scenes.ON_THEIR_OWN
    )


def oscar(stage: Stage) -> Moments:
    """Yesterday's visit, told to be all right: quiet until a week has passed."""
    logged, window = stage.at(-3, "10:30"), stage.window(-1, "11:00", "13:00")
    yield from scenes.visited(stage, "oscar", logged, window, "joris")


def marcel(stage: Stage) -> Moments:
    """No thank you: a no is an answer too."""
    yield stage.at(-4, "14:10")
    request, *_ = stage.log("marcel", stage.window(0, "14:00", "16:00"))
    yield stage.at(-3, "09:20")
    openings.close(request, closing=Closing.WITHDRAWN, by=stage.by(request.organisation, Role.INTAKE))


def desk(stage: Stage) -> Moments:
    """A desk every week from the week after next; one volunteer said on the telephone that he comes."""
    yield stage.ago(8)
    organisation = stage.organisations["lindeboom"]
    by = stage.by(organisation, Role.MATCHER)
    place = HelpPlace.objects.active().somewhere().filter(postcode="1090").order_by("slug")[0]
    first = stage.day(12)
    session, *_ = making.make(
        organisation,
        place=place,
        day=first,
        start=time(14),
        end=time(16),
        seats=2,
        until=first + timedelta(days=7),
        by=by,
    )
    signing.sign_up(session, stage.volunteers["pieter"], by=by)


STORIES = (
    *(guido, maria, jeanne, roger, roza, hendrik, simonne, albert, lea),
    *(abdi, yvonne, gerard, louis, nora, hilde, oscar, marcel, desk),
)
