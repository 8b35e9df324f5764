"""What stands on a volunteer's own page: what is coming (never with whom or where exactly), their time, and what came of it."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Sum

from digibel import clock, languages, places
from digibel.desk import freetime
from digibel.desk.freetime import FreeTime
from digibel.notifications import phrasebook
from digibel.privacy import leaving
from digibel.scheduling import calendars, elsewhere, whynot
from digibel.scheduling.desksessions.models import COMING
from digibel.scheduling.models import FollowUp, Seat, SeatStatus, Visit, VisitStatus
from digibel.scheduling.paid import Payment
from digibel.volunteers.models import OwnPageLink, Volunteer

MOST_COMING, MOST_GOOD = 20, 5


def context(link: OwnPageLink, page: FreeTime, language: str) -> dict[str, Any]:
    volunteer = link.volunteer
    return {
        **page.context(),
        "volunteer": volunteer,
        "organisation": link.organisation,
        "coming": _coming(volunteer, language),
        "desks": _desks(volunteer, language),
        "visited": _visited(volunteer),
        "paid": _paid(volunteer),
        **_still_works(volunteer, language),
        "asked": whynot.asked_lately(volunteer),
        "why_not": [whynot.in_words(code, count) for code, count in whynot.why_not(volunteer)],
        "year": clock.today().year,
        "promises_something": bool(elsewhere.starts(volunteer)),
        "leaving": leaving.wish_to_leave(volunteer).first(),
    }


def free_time(link: OwnPageLink, deed: str = "", data: Any = None) -> FreeTime:
    return freetime.of(link.volunteer, deed, data)


def _coming(volunteer: Volunteer, language: str) -> list[dict[str, Any]]:
    """When, and in which municipality: the card says more, and has a link of its own."""
    visits = Visit.objects.standing().by(volunteer).filter(ends_at__gte=clock.now()).select_related("client", "request")
    return [
        {"starts_at": one.starts_at, "place": places.name(one.postcode, language)}
        for one in visits.order_by("starts_at")[:MOST_COMING]
    ]


def _desks(volunteer: Volunteer, language: str) -> list[dict[str, Any]]:
    """Desk sessions to come that they have to do with: what they were asked, where they are expected, where they wait."""
    shown = (SeatStatus.ASKED, *COMING, SeatStatus.DECLINED, SeatStatus.LEFT)
    seats = Seat.objects.by(volunteer).filter(status__in=shown, session__starts_at__gt=clock.now())
    standing = seats.filter(session__called_off_at=None).select_related("session__place")
    return [
        {
            "id": one.pk,
            "status": one.status,
            "is_coming": one.status in COMING,
            "starts_at": one.session.starts_at,
            "ends_at": one.session.ends_at,
            "where": f"{one.session.place.name_in(language)}, {places.name(one.session.place.postcode, language)}",
        }
        for one in standing.order_by("session__starts_at")[:MOST_COMING]
    ]


def _still_works(volunteer: Volunteer, language: str) -> dict[str, Any]:
    """What people said a week later: how often it still worked, and of what, newest first. Never who."""
    told = FollowUp.objects.filter(visit__volunteer=volunteer, outcome="works")
    newest = told.order_by("-made_at").select_related("visit").prefetch_related("visit__request__tasks")
    return {
        "still_works": told.count(),
        "good": [{"day": one.visit.starts_at, "topic": _topic(one.visit, language)} for one in newest[:MOST_GOOD]],
    }


def _topic(visit: Visit, language: str) -> str:
    """As in their calendar; in a word for all where a language has none for each."""
    if language not in languages.DESK_LANGUAGES:
        return phrasebook.topic_fallback(language)
    return calendars.topic(tuple(task.slug for task in visit.request.tasks.all()), language)


def _visited(volunteer: Volunteer) -> dict[str, Any]:
    """Of this calendar year."""
    done = Visit.objects.by(volunteer).filter(status=VisitStatus.DONE, starts_at__year=clock.today().year)
    spent = done.aggregate(spent=Sum(F("checked_out_at") - F("checked_in_at")))["spent"] or timedelta()
    at_desks = Seat.objects.by(volunteer).filter(status=SeatStatus.CAME, session__starts_at__year=clock.today().year)
    spent += timedelta(minutes=at_desks.aggregate(minutes=Sum("minutes"))["minutes"] or 0)
    return {"count": done.count(), "desks": at_desks.count(), "hours": round(spent.total_seconds() / 3600)}


def _paid(volunteer: Volunteer) -> Any:
    paid = Payment.objects.filter(volunteer=volunteer, year=clock.today().year)
    return paid.aggregate(sum=Sum("amount"))["sum"] or 0
