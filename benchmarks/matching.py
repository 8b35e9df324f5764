"""Row 1: one request against 10,000 volunteers of one city. The ten best with reasons, and the reason for each who is skipped.

    .venv/bin/python benchmarks/matching.py [how many]

The rivals run in the same process and take turns: the rules with the ORM (everything prefetched, and a loop), and one SQL query
written by hand, which puts those who can in one order (asked longest ago) and gives no reason to anybody. One line for each
figure: medians and ratios.
"""

import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from common.measuring import medians, say, scratch_home

scratch_home()

from common.pools import fill  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from digibel import clock, places  # noqa: E402
from digibel.places import travel  # noqa: E402
from digibel.requests.models import HelpRequest  # noqa: E402
from digibel.scheduling.matching import ranking  # noqa: E402
from digibel.scheduling.matching.ranking import Ranking  # noqa: E402
from digibel.volunteers.models import Requirement, Volunteer  # noqa: E402

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
WEEK_AGO = NOW - timedelta(days=7)
TOP = 10


def by_arrays(known: Ranking) -> tuple[list[Any], dict[str, int]]:
    """Over the remembered pool. Whoever is skipped has their reasons in the answer's arrays; they are counted here."""
    found = ranking.rank_pool(known.pool, known.question)
    rows = found.weighed.order.rows[:TOP]
    return [(found.pool.id_of(row), tuple(found.in_favour(place))) for place, row in enumerate(rows)], found.counts


def by_objects(request: HelpRequest) -> tuple[list[Any], dict[Any, str]]:
    """What one would write first: everything prefetched, and a loop. Fewer conditions than ours, and no order but the way."""
    people = Volunteer.objects.filter(left_at=None).select_related("recipient")
    people = people.prefetch_related("readiness", "hours", "absences", "offers", "visits")
    best, skipped = [], {}
    for one in people:
        reason = _reason(one, request)
        if reason:
            skipped[one.pk] = reason
        else:
            best.append((travel.fastest(one.postcode, request.client.postcode, one.modes), str(one.pk)))
    return sorted(best)[:TOP], skipped


def _reason(one: Any, request: HelpRequest) -> str:
    if not travel.reaches(one, request.client.postcode):
        return "too_far"
    if one.paused_at or one.recipient.stopped_at:
        return "paused"
    if not set(one.speaks) & set(request.client.speaks):
        return "no_language"
    if "video-call" not in one.skills:
        return "no_skill"
    if sum(offer.created_at >= WEEK_AGO for offer in one.offers.all()) >= one.offers_limit:
        return "too_many_offers"
    [window] = request.windows.all()
    start, day = clock.local(window.starts_at), clock.local(window.starts_at).date()
    papers = [row for row in one.readiness.all() if row.organisation_id == request.organisation_id]
    if sum(row.holds_on(day) for row in papers) < len(Requirement.values):
        return "not_ready"
    if any(row.first_day <= day <= row.last_day for row in one.absences.all()):
        return "absent"
    if any(visit.status == "booked" and visit.busy_from < window.ends_at for visit in one.visits.all()):
        return "busy"
    free = (row.weekday == day.weekday() and row.start <= start.time() < row.end for row in one.hours.all())
    return "" if any(free) else "no_moment"


SQL = """
SELECT v.id FROM volunteers_volunteer v JOIN notifications_recipient r ON r.id = v.recipient_id
WHERE v.left_at IS NULL AND v.paused_at IS NULL AND r.stopped_at IS NULL AND v.postcode IN ({near})
  AND EXISTS (SELECT 1 FROM json_each(v.speaks) WHERE value = 'nl')
  AND EXISTS (SELECT 1 FROM json_each(v.skills) WHERE value = 'video-call')
  AND (SELECT COUNT(*) FROM volunteers_readiness d WHERE d.volunteer_id = v.id AND d.organisation_id = %s
       AND d.since <= '2026-09-16' AND (d.until IS NULL OR d.until >= '2026-09-16')) = 8
  AND (SELECT COUNT(*) FROM scheduling_offer o WHERE o.volunteer_id = v.id AND o.created_at >= %s) < v.offers_limit
  AND EXISTS (SELECT 1 FROM volunteers_availablehours h WHERE h.volunteer_id = v.id AND h.weekday = 2
       AND h.start < '17:00' AND h."end" > '14:00')
  AND NOT EXISTS (SELECT 1 FROM volunteers_absence a WHERE a.volunteer_id = v.id
       AND a.first_day <= '2026-09-16' AND a.last_day >= '2026-09-16')
  AND NOT EXISTS (SELECT 1 FROM scheduling_visit s WHERE s.volunteer_id = v.id AND s.status = 'booked'
       AND s.busy_from < '2026-09-16 15:00' AND s.busy_until > '2026-09-16 12:00')
ORDER BY (SELECT MAX(o.created_at) FROM scheduling_offer o WHERE o.volunteer_id = v.id), v.id LIMIT 10
"""


def by_sql(request: HelpRequest) -> list[Any]:
    near = [place.postcode for place in places.brussels() if places.distance_between(place.postcode, "1090") <= 8]
    with connection.cursor() as cursor:
        cursor.execute(
            SQL.format(near=", ".join(["%s"] * len(near))),
            [*near, request.organisation_id.hex, f"{WEEK_AGO:%Y-%m-%d %H:%M:%S}"],
        )
        return list(cursor.fetchall())


def floor(known: Ranking) -> list[Any]:
    """The bytes that say who somebody is for this request, read once."""
    pool = known.pool
    return [column.max() for column in (pool.reach, pool.flags, pool.well, pool.skills, pool.hours, pool.asked)]


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with clock.travel(NOW):
        request = fill(size, random.Random(1))
        known = ranking.rank(request)
        ways: dict[str, Callable[[], object]] = {
            "arrays": lambda: by_arrays(known),
            "arrays, with the query that looks what changed": lambda: ranking.rank(request).counts,
            "the bytes read once": lambda: floor(known),
            "one SQL query": lambda: by_sql(request),
            "ORM and a loop": lambda: by_objects(request),
        }
        took = medians(ways, rounds=5)
        with CaptureQueriesContext(connection) as queries:
            ranking.rank_pool(known.pool, known.question)
            before = len(queries)
            ranking.rank(request)
    say("matching", f"volunteers ({len(known):,} can go)", size)
    for name, seconds in took.items():
        say("matching", name, f"{seconds * 1000:,.2f} ms")
    say("matching", "ORM and a loop / arrays", took["ORM and a loop"] / took["arrays"], ">= 1,000")
    say("matching", "one SQL query / arrays", took["one SQL query"] / took["arrays"], ">= 40")
    say("matching", "arrays / the bytes read once", took["arrays"] / took["the bytes read once"])
    say("matching", "queries beside the moments and tasks of the request", len(queries) - before - 2, "<= 1")


if __name__ == "__main__":
    main()
