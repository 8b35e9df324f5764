"""What one organisation says about matching: when somebody is on duty, and what it finds important."""

import uuid
from dataclasses import dataclass
from datetime import date, time

import numpy as np

from digibel import clock
from digibel.organisations.duty import Roster
from digibel.organisations.models import Organisation
from digibel.scheduling.matching.models import CRITERIA, MatchWeights
from digibel.scheduling.matching.moments import QUARTERS_A_DAY, Numbers, Slots

Weights = dict[str, int]


@dataclass(frozen=True)
class House:
    """`duty`: for each weekday and quarter of it whether somebody answers the telephone. `closures`: first and last day
    (ordinals), and whether there is a stand-in."""

    duty: Numbers
    closures: tuple[tuple[int, int, bool], ...]
    weights: Weights

    def covers(self, slots: Slots) -> Numbers:
        """For each quarter whether somebody is on duty at its beginning; the first closure of a day decides for it, and without
        one nobody is on a public holiday."""
        covered = self.duty[slots.weekday, slots.of_day].copy()
        holidays = [day for day in np.unique(slots.day) if clock.is_public_holiday(date.fromordinal(int(day)))]
        covered[np.isin(slots.day, holidays)] = False
        for first, last, stand_in in reversed(self.closures):
            covered[(slots.day >= first) & (slots.day <= last)] = stand_in
        return covered


def read_house(organisation_id: uuid.UUID) -> House:
    roster = Roster.of(Organisation(pk=organisation_id))
    duty = np.zeros((7, QUARTERS_A_DAY), dtype=bool)
    quarters = [time(quarter // 4, quarter % 4 * 15) for quarter in range(QUARTERS_A_DAY)]
    for row in roster.hours:
        duty[row.weekday] |= [row.start <= quarter < row.end for quarter in quarters]
    closures = (
        (one.first_day.toordinal(), one.last_day.toordinal(), one.stand_in is not None) for one in roster.closures
    )
    return House(duty, tuple(closures), read_weights(organisation_id))


def read_weights(organisation_id: uuid.UUID) -> Weights:
    """Those the organisation chose, or the defaults."""
    row = MatchWeights.objects.filter(organisation=organisation_id).values(*CRITERIA).first()
    return dict(row) if row else dict(CRITERIA)
