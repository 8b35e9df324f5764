"""Why not me? Why a volunteer was not asked for what is open now, counted, in words about themselves and never about a client.

Some reasons would tell of a client (a dog, a wish, a language): they are one reason here, which says nothing.
"""

from collections import Counter
from datetime import timedelta

from django.utils.translation import ngettext

from digibel import clock
from digibel.requests.models import HelpRequest
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Offer
from digibel.volunteers.models import Volunteer

LATELY = timedelta(days=30)
MOST_LOOKED_AT = 12
OTHERS_FIRST = "others_first"
ELSE = "else"
# What is about the volunteer alone. Anything that is not here is `ELSE`.
OWN = {
    *("too_far", "paused", "stopped", "not_ready", "absent", "no_moment", "over_limit", "too_many_offers"),
    *("nobody_on_duty", "no_skill"),
}


def asked_lately(volunteer: Volunteer) -> int:
    return Offer.objects.to(volunteer).filter(created_at__gte=clock.now() - LATELY).count()


def why_not(volunteer: Volunteer) -> list[tuple[str, int]]:
    """For the newest open requests of the organisations that know them: the first reason as a code, and for how many."""
    houses = volunteer.readiness.values("organisation")
    requests = HelpRequest.objects.open().filter(organisation__in=houses).order_by("-pk")
    found: Counter[str] = Counter()
    for request in requests.select_related("client__recipient", "organisation")[:MOST_LOOKED_AT]:
        ranking = rank(request)
        reasons = ranking.why_not(volunteer.pk)
        code = reasons[0].code.replace("too_long", "too_far") if reasons else OTHERS_FIRST
        found[code if code in {*OWN, OTHERS_FIRST} else ELSE] += 1
    return found.most_common()


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
        ELSE: ngettext("one did not fit for another reason", "%(count)d did not fit for another reason", count),
    }[code] % {"count": count}
