"""Why not me? Why a volunteer was not asked for what is open now, counted, in words about themselves and never about a client.

Some reasons would tell of a client (a dog, a wish, a language): they are one reason here, which says nothing.
"""

from collections import Counter
from datetime import timedelta

from django.utils.translation import ngettext

from digibel import clock
from digibel.requests.models import HelpRequest
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Offer, OfferStatus
from digibel.scheduling.offers import LOOKED_FOR
from digibel.volunteers.models import Volunteer

LATELY = timedelta(days=30)
MOST_LOOKED_AT = 12
WAS_ASKED = {"asked", "declined", "silent"}
OTHERS_FIRST = "others_first"
NOT_YET = "not_yet"
ELSE = "else"
# What is about the volunteer alone. Anything that is not here is `ELSE`.
OWN = {
    *("too_far", "paused", "stopped", "not_ready", "absent", "no_moment", "over_limit", "too_many_offers"),
    *("nobody_on_duty", "no_skill"),
}


def asked_lately(volunteer: Volunteer) -> int:
    return Offer.objects.to(volunteer).filter(created_at__gte=clock.now() - LATELY).count()


def why_not(volunteer: Volunteer) -> list[tuple[str, int]]:
    """For the newest requests that wait for a volunteer, at the organisations that know them, and for which they were not asked:
    the first reason as a code, and for how many. A visit that is booked, or over, says nothing of who could have gone."""
    houses = volunteer.readiness.values("organisation")
    waiting = HelpRequest.objects.open().filter(organisation__in=houses, next_kind__in=LOOKED_FOR)
    newest = waiting.select_related("client__recipient", "organisation").order_by("-logged_at")[:MOST_LOOKED_AT]
    return Counter(code for request in newest if (code := _why_not(volunteer, request))).most_common()


def _why_not(volunteer: Volunteer, request: HelpRequest) -> str:
    """The first reason; nothing where they were asked for it, whatever they answered."""
    codes = [reason.code.replace("too_long", "too_far") for reason in rank(request).why_not(volunteer.pk)]
    if WAS_ASKED.intersection(codes):
        return ""
    if codes:
        return codes[0] if codes[0] in OWN else ELSE
    anybody = Offer.objects.filter(request=request).exclude(status=OfferStatus.WITHDRAWN).exists()
    return OTHERS_FIRST if anybody else NOT_YET


def in_words(code: str, count: int) -> str:
    """In the language that is active now."""
    return {
        "too_far": ngettext("one was farther than you go", "%(count)d were farther than you go", count),
        "paused": ngettext("one came while you pause", "%(count)d came while you pause", count),
        "stopped": ngettext("one came after you said STOP", "%(count)d came after you said STOP", count),
        "not_ready": ngettext(
            "for one your papers are not complete", "for %(count)d your papers are not complete", count
        ),
        "absent": ngettext(
            "one came on days on which you are away", "%(count)d came on days on which you are away", count
        ),
        "no_moment": ngettext("one was at a time you are not free", "%(count)d were at times you are not free", count),
        "over_limit": ngettext("for one your week was full", "for %(count)d your week was full", count),
        "too_many_offers": ngettext(
            "one came when you had been asked often enough",
            "%(count)d came when you had been asked often enough",
            count,
        ),
        "nobody_on_duty": ngettext(
            "one was at a time nobody is on duty here", "%(count)d were at times nobody is on duty here", count
        ),
        "no_skill": ngettext("one asked for other knowledge", "%(count)d asked for other knowledge", count),
        OTHERS_FIRST: ngettext(
            "for one others stood before you: nearer, or asked longer ago",
            "for %(count)d others stood before you: nearer, or asked longer ago",
            count,
        ),
        NOT_YET: ngettext(
            "for one nobody has been asked yet: it may be you",
            "for %(count)d nobody has been asked yet: it may be you",
            count,
        ),
        ELSE: ngettext("one did not fit for another reason", "%(count)d did not fit for another reason", count),
    }[code] % {"count": count}
