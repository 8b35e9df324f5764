"""An organisation with people at every point of the way: followed up, visited, waiting, closed, asked by call and by letter."""

from datetime import timedelta

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import calls, outbox
from digibel.notifications.models import CallTask
from digibel.organisations.models import Organisation
from digibel.requests.models import HelpRequest
from digibel.scheduling import clockwork, followups, inside, openings, reports
from digibel.scheduling.models import Visit


def went(request: HelpRequest) -> Visit:
    """Els comes at the moment that was asked for, stays an hour, and reports."""
    els = cast.volunteer(request.organisation)
    visit = cast.booked(request, els)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=Actor.volunteer(els))
    with clock.travel(visit.starts_at + timedelta(minutes=50)):
        visit = inside.check_out(visit, by=Actor.volunteer(els))
        reports.report(visit, by=SYSTEM, all_right=True, autonomy={"alone": 0, "dares": 1})
        outbox.sweep()
    return visit


def followed_up(request: HelpRequest, outcome: str = "works") -> Visit:
    visit = went(request)
    with clock.travel(visit.starts_at + timedelta(days=8)):
        clockwork.tick()
        followups.note(visit, outcome, by=SYSTEM, autonomy={"alone": 2, "dares": 1})
        outbox.sweep()
    return visit


def heard_by_call(request: HelpRequest) -> None:
    """They know who comes; the visit stands."""
    visit = cast.booked(request, cast.volunteer(request.organisation))
    [call] = CallTask.objects.open().filter(kind="visit.announce", subject_id=visit.pk)
    calls.note_outcome(call, CallTask.Outcome.REACHED, by=SYSTEM)


def lives(organisation: Organisation) -> dict[str, HelpRequest]:
    """One client for each way that a request can be at the end of a quarter; their requests by what became of them."""
    jette = {"postcode": "1090", "speaks": ["nl"]}
    found = {
        "works": cast.request(organisation, client=jette, tasks=["video-call"]),
        "visited": cast.request(organisation, client={"postcode": "1020", "speaks": ["fr"]}, tasks=["wifi-connect"]),
        "withdrawn": cast.request(organisation, client={"postcode": "1000", "speaks": ["fr"]}),
        "by_call": cast.request(organisation, client={"postcode": "1090", "channel": "call", "phone": "+3224271122"}),
        "referred": cast.request(organisation, client=jette, tasks=["video-call"]),
    }
    followed_up(found["works"])
    followed_up(found["referred"], "refer")
    went(found["visited"])
    heard_by_call(found["by_call"])
    openings.close(found["withdrawn"], closing="withdrawn", by=SYSTEM)
    return found
