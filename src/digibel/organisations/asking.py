"""A coordinator chooses how volunteers are asked: in which way, how often in a week, and with how much hope."""

from decimal import Decimal

from django.db import transaction

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import Organisation
from digibel.organisations.ways import AUTOMATIC, H_RANGE, MOST_A_WEEK
from digibel.problems import Problem


class NotAWayToAsk(Problem):
    code = "not_a_way_to_ask"
    message = "Choose one of the ways of asking that stand on the page."


class NotThatOften(Problem):
    code = "not_that_often"
    message = "Choose a number of offers a week from one to five. Whoever is asked more often stops answering."


class NotSuchAHope(Problem):
    code = "not_such_a_hope"
    message = "Choose how many acceptances should be in sight: a number from 0.25 to 1.50."


@transaction.atomic
def choose_asking(organisation: Organisation, *, way: str, a_week: int | None, h: Decimal | None, by: Actor) -> None:
    """From now on volunteers are asked in this way; offers that are open stay as they are."""
    if way not in AUTOMATIC:
        raise NotAWayToAsk
    if a_week is None or not 1 <= a_week <= MOST_A_WEEK:
        raise NotThatOften
    if h is None or not h.is_finite() or not H_RANGE[0] <= h <= H_RANGE[1]:
        raise NotSuchAHope
    told = {"asking": way, "asked_a_week": a_week, "asking_h": h.quantize(Decimal("0.01"))}
    Organisation.objects.filter(pk=organisation.pk).update(**told)
    for name, value in told.items():
        setattr(organisation, name, value)
    record(
        "organisation.asking_chosen",
        organisation,
        by=by,
        organisation_id=organisation.pk,
        way=way,
        a_week=a_week,
        h=str(h),
    )
