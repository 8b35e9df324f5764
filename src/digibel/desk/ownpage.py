"""What stands on a volunteer's own page: what is coming (never with whom or where exactly), their time, and what came of it."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Sum

from digibel import clock, places
from digibel.desk import freetime
from digibel.desk.freetime import FreeTime
from digibel.scheduling import whynot
from digibel.scheduling.models import FollowUp, Visit, VisitStatus
from digibel.scheduling.paid import Payment
from digibel.volunteers.models import OwnPageLink, Volunteer

MOST_COMING = 20


def context(link: OwnPageLink, page: FreeTime, language: str) -> dict[str, Any]:
    volunteer = link.volunteer
    return {
        **page.context(),
        "volunteer": volunteer,
        "organisation": link.organisation,
        "coming": _coming(volunteer, language),
        "visited": _visited(volunteer),
        "paid": _paid(volunteer),
        "still_works": FollowUp.objects.filter(visit__volunteer=volunteer, outcome="works").count(),
        "asked": whynot.asked_lately(volunteer),
        "why_not": [whynot.in_words(code, count) for code, count in whynot.why_not(volunteer)],
        "year": clock.today().year,
    }


def free_time(link: OwnPageLink, deed: str = "", data: Any = None) -> FreeTime:
    return freetime.of(link.volunteer, deed, data)


def _coming(volunteer: Volunteer, language: str) -> list[dict[str, Any]]:
    """When, and in which municipality: the card says more, and has a link of its own."""
    visits = Visit.objects.standing().by(volunteer).filter(ends_at__gte=clock.now()).select_related("client")
    return [
        {"starts_at": one.starts_at, "place": places.name(one.client.postcode, language)}
        for one in visits.order_by("starts_at")[:MOST_COMING]
    ]


def _visited(volunteer: Volunteer) -> dict[str, Any]:
    """Of this calendar year."""
    done = Visit.objects.by(volunteer).filter(status=VisitStatus.DONE, starts_at__year=clock.today().year)
    spent = done.aggregate(spent=Sum(F("checked_out_at") - F("checked_in_at")))["spent"] or timedelta()
    return {"count": done.count(), "hours": round(spent.total_seconds() / 3600)}


def _paid(volunteer: Volunteer) -> Any:
    paid = Payment.objects.filter(volunteer=volunteer, year=clock.today().year)
    return paid.aggregate(sum=Sum("amount"))["sum"] or 0
