"""Maison de Quartier Le Tilleul, Molenbeek."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from digibel.demo.stage import Stage
from digibel.demo.stories import scenes
from digibel.organisations.models import Role
from digibel.requests.models import Closing
from digibel.scheduling import followups, openings

Moments = Iterator[datetime]


def fadma(stage: Stage) -> Moments:
    """Her daughter rang; she speaks Tarifit and reads nothing. Split: video calls for a woman volunteer, the form for the CPAS."""
    yield stage.at(-2, "09:50")
    windows = stage.window(2, "10:00", "12:00"), stage.window(3, "14:00", "17:00")
    calling, form = stage.log("fadma", *windows)
    yield stage.at(-2, "11:15")
    stage.rings("request.own_yes", calling, "reached")
    yield stage.at(-2, "11:30")
    stage.refer(form)
    yield stage.ago(15)
    stage.offer(calling, "yasmina", "loubna")


def josette(stage: Stage) -> Moments:
    """The nurse rang: her own yes is missing."""
    yield stage.ago(65)
    stage.log("josette", stage.window(1, "14:00", "17:00"))


def fernand(stage: Stage) -> Moments:
    """The tax return is nothing for a volunteer: a slip is to be made."""
    yield stage.at(-1, "10:15")
    stage.log("fernand", always_home=True)


def lucette(stage: Stage) -> Moments:
    """Fraud, perhaps at this very moment: a quarter of an hour, not a day."""
    yield stage.ago(12)
    stage.log("lucette", always_home=True)


def mireille(stage: Stage) -> Moments:
    """Two moments to choose from, and an answer that books nothing: a person looks at "yes, but"."""
    yield stage.ago(95)
    request, *_ = stage.log("mireille", stage.window(1, "14:00", "17:00"), stage.window(2, "09:30", "12:00"))
    yield stage.ago(30)
    stage.offer(request, "claire", "rosalie", "mihaela")
    yield stage.ago(18)
    stage.says(stage.volunteers["claire"], "oui, mais pas avant 15h", "")


def ibrahim(stage: Stage) -> Moments:
    """Tomorrow, confirmed; his texts are in Arabic."""
    logged, window = stage.at(-2, "13:30"), stage.window(1, "11:00", "13:00")
    yield from scenes.confirmed(stage, "ibrahim", logged, window, "hamid")


def selma(stage: Stage) -> Moments:
    """Announced in Turkish; she has not answered yet."""
    yield stage.at(-1, "13:15")
    request, *_ = stage.log("selma", stage.window(4, "10:00", "12:00"))
    yield from scenes.booked(stage, request, "mustafa")


def georgette(stage: Stage) -> Moments:
    """No telephone at all: the visit is on a letter, and a letter takes five working days."""
    yield stage.at(-1, "11:00")
    request, *_ = stage.log("georgette", stage.window(8, "14:00", "17:00"))
    yield from scenes.booked(stage, request, "arben")


def samuel(stage: Stage) -> Moments:
    """Reached through a worker he trusts, for his own yes and for the word."""
    yield stage.at(-4, "09:30")
    request, *_ = stage.log("samuel", stage.window(4, "13:30", "16:00"))
    yield stage.at(-4, "10:00")
    stage.rings("request.own_yes", request, "reached")
    yield stage.ago(100)
    stage.offer(request, "joao")
    yield stage.ago(80)
    stage.answers("joao", "yes", "offer.accepted")


def rachid(stage: Stage) -> Moments:
    """The volunteer says that something was not right: a talk today."""
    logged, window = stage.at(-3, "15:10"), stage.window(-1, "14:00", "16:00")
    visit = yield from scenes.visited(stage, "rachid", logged, window, "yasmina", report="")
    yield visit.ends_at
    stage.says(stage.volunteers["yasmina"], "2", "visit.reported")


def paulette(stage: Stage) -> Moments:
    """Referred, and the slip has landed."""
    yield stage.at(-7, "10:20")
    request, *_ = stage.log("paulette", always_home=True)
    yield stage.at(-7, "10:40")
    stage.refer(request)
    yield stage.at(-2, "16:20")
    openings.close(request, closing=Closing.REFERRED, by=stage.by(request.organisation, Role.COORDINATOR))


def denise(stage: Stage) -> Moments:
    """Solved: it still worked a week later."""
    visit = yield from scenes.visited(
        stage, "denise", stage.at(-13, "09:40"), stage.window(-11, "10:00", "12:00"), "hamid", before=scenes.NOT_YET
    )
    yield stage.at(-3, "11:05")
    followups.note(visit, "works", by=stage.by(visit.request.organisation, Role.COORDINATOR), autonomy=scenes.NEARLY)


def monique(stage: Stage) -> Moments:
    """A volunteer wants no more texts, and a person sees it."""
    yield stage.at(-2, "17:05")
    stage.answers("monique", "stop", "stopped")
    yield stage.at(-2, "17:05") + timedelta(minutes=1)


STORIES = (
    *(fadma, josette, fernand, lucette, mireille, ibrahim, selma, georgette),
    *(samuel, rachid, paulette, denise, monique),
)
