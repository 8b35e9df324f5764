"""What time brings: every minute somebody looks which moments have come, in order, and what they mean."""

from datetime import datetime, time, timedelta

from django.db.models import Min

from digibel import clock
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.notifications.steps import each
from digibel.scheduling import (
    alarms,
    availability,
    cards,
    followups,
    fraud,
    offers,
    openings,
    readiness,
    rejudging,
    reports,
    series,
    timers,
    visits,
    worklist,
    wrongnumbers,
)
from digibel.scheduling.desksessions import asking, signing
from digibel.scheduling.timers import Bell
from digibel.volunteers import reminders

BELLS: dict[str, Bell] = {
    "offer_expires": offers.expire,
    "next_wave": offers.next_wave,
    "moments_over": openings.moments_over,
    "confirm_by": visits.hold_back,
    "unconfirmed": visits.still_unconfirmed,
    "check_in_late": alarms.no_check_in,
    "check_out_nudge": alarms.nudge,
    "check_out_alarm": alarms.no_check_out,
    "alarm_climbs": alarms.climb,
    "card_closes": cards.close,
    "fraud_climbs": fraud.climb,
    "report_missing": reports.report_missing,
    "follow_up": followups.ask,
    "next_visit": series.ask_next,
    "number_wrong": wrongnumbers.follow,
    "session_ask": asking.ask_by_itself,
    "session_seat_free": signing.move_up,
    "session_begins": signing.begin,
}


def tick() -> None:
    """Ring what is due, look who may still be sent for what, say what runs out, hand over what is late.

    Safe to run twice, late, or in many places.
    """
    each(
        _ring_due,
        availability.end_pauses,
        readiness.reopen_all_unready,
        rejudging.rejudge_due,
        reminders.remind_due,
        worklist.hand_over_late,
    )


def _ring_due() -> None:
    timers.ring_due(BELLS)


def next_moment() -> datetime | None:
    """The next moment at which something will happen by itself."""
    texts = OutboundMessage.objects.for_networks().aggregate(due=Min("not_before"))["due"]
    moments = [moment for moment in (timers.next_due(), texts) if moment is not None]
    return min(moments, default=None)


def live_through(until: datetime) -> datetime:
    """Let time pass until `until`, through every due moment and the beginning of every day, in order: ring, send, and look again.

    What has a day and no row, as a rule that becomes stricter, a paper that runs out or a pause that ends, is seen as it begins.
    For the demo and tests.
    """
    here = clock.now()
    while True:
        with clock.travel(here):
            tick()
            outbox.free_stuck()
            outbox.sweep()
            moments = [next_moment(), clock.at(clock.today() + timedelta(days=1), time())]
        moment = min(filter(None, moments))
        if moment > until:
            return until
        here = max(moment, here + timedelta(seconds=1))
