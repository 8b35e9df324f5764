"""The bells of a visit: nobody has said that it suits the client, or IN, or UIT (rule E6); and its card closes."""

from datetime import datetime, timedelta

from digibel.scheduling import policies, timers, worklist
from digibel.scheduling.models import Visit

CHECK_IN_WITHIN = timedelta(minutes=20)
CHECK_OUT_NUDGE = timedelta(minutes=15)
CHECK_OUT_ALARM = timedelta(minutes=30)


def start(visit: Visit) -> None:
    moments = [
        *([("confirm_by", worklist.confirm_due(visit))] if visit.goes_with_id is None else []),
        ("check_in_late", visit.starts_at + CHECK_IN_WITHIN),
        ("check_out_nudge", visit.ends_at + CHECK_OUT_NUDGE),
        ("check_out_alarm", visit.ends_at + CHECK_OUT_ALARM),
        ("card_closes", policies.card_closes_at(visit)),
    ]
    timers.start_timers(visit.pk, moments)


def restart(visit: Visit) -> None:
    """It stands at another moment: the bells are those of that moment."""
    timers.drop_timers(visit.pk)
    start(visit)
    if visit.confirmed_at is not None:
        timers.drop_timers(visit.pk, "confirm_by")


def ring_without_out(visit: Visit, until: datetime) -> None:
    """It lasts until then: from there on UIT is missed."""
    timers.set_timer("check_out_nudge", visit.pk, until + CHECK_OUT_NUDGE)
    timers.set_timer("check_out_alarm", visit.pk, until + CHECK_OUT_ALARM)
