"""How long the volunteer of a booked visit is on the way, measured again once the door is somewhere else."""

from datetime import datetime

from digibel import clock
from digibel.scheduling import elsewhere
from digibel.scheduling.matching.ranking import travel_time
from digibel.scheduling.models import Visit
from digibel.volunteers.models import Volunteer


def measure_again(visit: Visit) -> bool:
    """Keep the way there and back free, as far as the volunteer's other visits leave room for it.

    False: they do not leave enough, and only a person can say what now. The caller holds the visit's request; `visit` knows
    its client as they are now.
    """
    # Nobody books them on the way while we look.
    volunteer = Volunteer.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.volunteer_id)
    travel = travel_time(volunteer, visit.request)
    leaves, returns = visit.starts_at - travel, visit.ends_at + travel
    free_from, free_until = _free_around(visit)
    visit.busy_from, visit.busy_until = max([leaves, *free_from]), min([returns, *free_until])
    Visit.objects.filter(pk=visit.pk).update(
        busy_from=visit.busy_from, busy_until=visit.busy_until, changed_at=clock.now()
    )
    return (visit.busy_from, visit.busy_until) == (leaves, returns)


def _free_around(visit: Visit) -> tuple[list[datetime], list[datetime]]:
    """Until when the volunteer is busy before this visit, and from when after it: each way of theirs included."""
    others = elsewhere.stretches(visit.volunteer, but=visit)
    before = [returns for _, returns in others if returns <= visit.starts_at]
    after = [leaves for leaves, _ in others if leaves >= visit.ends_at]
    return before, after
