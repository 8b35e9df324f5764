"""Scenes that many stories have in common. Each is a generator of moments that returns what it brought about."""

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta

from digibel.audit.actors import Actor
from digibel.demo.stage import Stage, Window
from digibel.notifications.models import Channel
from digibel.requests.models import HelpRequest
from digibel.scheduling import reports
from digibel.scheduling.models import Visit

# What a client can do without us: by far not, nearly, quite.
NOT_YET = {"alone": 0, "dares": 0, "knows_whom": 1}
NEARLY = {"alone": 1, "dares": 2, "knows_whom": 2}
ON_THEIR_OWN = {"alone": 2, "dares": 2, "knows_whom": 2}

Scene = Generator[datetime, None, Visit]


def booked(stage: Stage, request: HelpRequest, volunteer: str, *others: str) -> Scene:
    """From a request that was just logged: offers a quarter of an hour later, and a yes twenty minutes after that."""
    yield request.logged_at + timedelta(minutes=15)
    stage.offer(request, volunteer, *others)
    yield request.logged_at + timedelta(minutes=35)
    stage.answers(volunteer, "yes", "offer.accepted")
    return stage.visit(request)


def confirmed(stage: Stage, key: str, logged: datetime, window: Window, volunteer: str, *others: str) -> Scene:
    """Logged, offered, accepted, and the client says that it suits: by text, or when somebody rings with the word."""
    yield logged
    request, *_ = stage.log(key, window)
    visit = yield from booked(stage, request, volunteer, *others)
    yield logged + timedelta(minutes=55)
    if visit.client.recipient.channel == Channel.SMS:
        stage.says(visit.client, "1", "visit.confirmed")
    else:
        stage.rings("visit.announce", visit, "reached")
    return stage.visit(request)


def visited(
    stage: Stage,
    key: str,
    logged: datetime,
    window: Window,
    volunteer: str,
    *,
    report: str = "visit.reported",
    before: Mapping[str, int] | None = None,
) -> Scene:
    """The visit has been: IN, UIT, and one answer to whether all was right (none where `report` is empty).

    `before`: what the client could do alone until then, told on the card.
    """
    visit = yield from confirmed(stage, key, logged, window, volunteer)
    yield visit.starts_at + timedelta(minutes=4)
    stage.answers(volunteer, "in", "visit.begun")
    yield visit.ends_at - timedelta(minutes=6)
    stage.answers(volunteer, "out", "visit.ended")
    if report:
        yield visit.ends_at
        stage.says(visit.volunteer, "1", report)
    if before:
        reports.report(stage.visit(visit.request), by=Actor.volunteer(visit.volunteer), all_right=True, autonomy=before)
    return stage.visit(visit.request)
