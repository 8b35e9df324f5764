"""How an organisation asks volunteers by itself: how many at once, and when the next ones."""

from decimal import Decimal
from enum import StrEnum


class Asking(StrEnum):
    """The ways; what each does is in `scheduling/asking/policy.py`. BY_HAND is no way that could be set: a person chose."""

    HAZARD = "hazard"
    ONE_BY_ONE = "one_by_one"
    WAVES = "waves"
    BROADCAST = "broadcast"
    BY_HAND = "by_hand"


# Whoever is asked more often than this stops answering, whatever an organisation would like.
MOST_A_WEEK = 5
H_RANGE = (Decimal("0.25"), Decimal("1.50"))
AUTOMATIC = (Asking.HAZARD, Asking.ONE_BY_ONE, Asking.WAVES, Asking.BROADCAST)
