"""Which gateway sends now. One that fails rests for a while and the next in order takes over; then it is tried again."""

from datetime import datetime, timedelta

from digibel import clock
from digibel.notifications import gateways
from digibel.notifications.errors import GatewayError
from digibel.notifications.models import GatewayState

FAILURES_BEFORE_REST = 3
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=15)


def ready() -> str | None:
    """The name of the first gateway in order that is not resting; None: all of them rest."""
    now_resting = resting()
    return next((name for name in gateways.in_order() if name not in now_resting), None)


def resting() -> set[str]:
    return set(GatewayState.objects.filter(resting_until__gt=clock.now()).values_list("name", flat=True))


def note_success(name: str) -> None:
    """It took a text: whatever was wrong is over."""
    GatewayState.objects.filter(name=name, failures__gt=0).update(failures=0, rests=0, resting_until=None, trouble="")


def note_failure(name: str, error: GatewayError) -> None:
    """Count it; after a few in a row, or where it cannot work at all, it rests. Within the transaction that puts the text back.

    A text's own fault says nothing against the gateway.
    """
    if error.permanent:
        return
    GatewayState.objects.get_or_create(name=name)
    state = GatewayState.objects.select_for_update().get(name=name)
    state.failures += 1
    state.trouble = error.code
    if error.down or state.failures >= FAILURES_BEFORE_REST:
        state.resting_until = _rest_from(clock.now(), state)
        state.rests += 1
    state.save()


def _rest_from(moment: datetime, state: GatewayState) -> datetime:
    """Twice as long each time. Texts that were under way when it began to rest fail too, and make it no longer."""
    if state.resting_until is not None and state.resting_until > moment:
        state.rests -= 1
        return state.resting_until
    rest: timedelta = min(FIRST_REST * 2 ** min(state.rests, 10), LONGEST_REST)
    return moment + rest
