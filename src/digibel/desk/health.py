"""For operators: is it alive, is it ready, how much waits. Numbers only, nothing that points at a person."""

import hmac
import math
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db import Error, connections
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse

from digibel import clock
from digibel.notifications import failing, watching
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage
from digibel.organisations import logins
from digibel.requests.models import HelpRequest
from digibel.scheduling import checked
from digibel.scheduling.hooks.models import Delivery, DeliveryStatus
from digibel.scheduling.models import Timer
from digibel.upkeep import troubles

# What a proxy adds. With any of these the caller is not who the connection comes from, and loopback proves nothing.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
PLAIN = "text/plain; charset=utf-8"

_migrated: set[str] = set()


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type=PLAIN)


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether it can do its work: 200, or 503 with what is missing."""
    checks = {**{alias: _database(alias) for alias in connections}, "worker": _worker()}
    ready = all(said.startswith("ok") for said in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _database(alias: str) -> str:
    try:
        if not _is_migrated(alias):
            return "migrations are not applied"
        return "ok, read only" if settings.DIGIBEL_READ_ONLY else "ok"
    except Error:
        return "cannot be reached"


def _is_migrated(alias: str) -> bool:
    """Looked up until it is so; then only whether the database answers, for as long as this process runs this code."""
    if alias not in _migrated:
        if not troubles.is_migrated(alias):
            return False
        _migrated.add(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def forget_migrated() -> None:
    _migrated.clear()


def _worker() -> str:
    try:
        return (
            "ok" if settings.DIGIBEL_READ_ONLY or not troubles.worker_silent() else "has not been seen for two minutes"
        )
    except Error:
        return "cannot be known"


def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges as Prometheus reads them: from this machine, or with `DIGIBEL_METRICS_TOKEN` as bearer."""
    if not may_read_metrics(request):
        return HttpResponse("Ask from this machine, or with the token.\n", status=403, content_type=PLAIN)
    lines = list(_all_written())
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def may_read_metrics(request: HttpRequest) -> bool:
    token = getattr(settings, "DIGIBEL_METRICS_TOKEN", "")
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(shown.encode(), token.encode()):
        return True
    return not any(header in request.headers for header in FORWARDED) and _is_loopback(request)


def _is_loopback(request: HttpRequest) -> bool:
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _all_written() -> Iterator[str]:
    """Without the database nothing is counted, and that is told."""
    for name, told, gauge in OF_THE_MACHINE:
        yield from _written(name, told, gauge())
    try:
        lines = [line for name, told, gauge in GAUGES for line in _written(name, told, gauge())]
    except Error:
        lines = []
    yield from _written("database_up", "1 when the database answers.", float(bool(lines)))
    yield from lines


def _written(name: str, told: str, value: float) -> Iterable[str]:
    return (
        f"# HELP digibel_{name} {told}",
        f"# TYPE digibel_{name} gauge",
        f"digibel_{name} {'NaN' if math.isnan(value) else f'{value:g}'}",
    )


def _oldest_waiting() -> float:
    """Counted from the moment a text might leave: one that waits for the morning is not late."""
    first = OutboundMessage.objects.due_by(clock.now()).for_networks().aggregate(at=Min("not_before"))["at"]
    return (clock.now() - first).total_seconds() if first else 0


def _stands_still() -> float:
    return float(bool(watching.stands_still(clock.now())))


def _inbox() -> int:
    return InboundMessage.objects.filter(status=InboundMessage.Status.INBOX).count()


def _late_next_actions() -> int:
    return HelpRequest.objects.due_by(clock.now()).count()


def _calls_due() -> int:
    return CallTask.objects.open().filter(due_at__lte=clock.now()).count()


def _events_waiting() -> int:
    return Delivery.objects.filter(status=DeliveryStatus.WAITING, hook__ended_at=None).count()


def _late_timers() -> int:
    return Timer.objects.filter(rung_at=None, due_at__lt=clock.now()).count()


def _promises_broken() -> float:
    told = checked.last()
    return told[1] if told else math.nan


def _backup_age() -> float:
    age = troubles.backup_age()
    return age.total_seconds() if age is not None else math.nan


OF_THE_MACHINE: tuple[tuple[str, str, Callable[[], float]], ...] = (
    ("backup_age_seconds", "How old the newest backup is.", _backup_age),
    (
        "disk_free_bytes",
        "What is free on the fullest disk.",
        lambda: min(troubles.free_bytes().values(), default=math.nan),
    ),
)
GAUGES: tuple[tuple[str, str, Callable[[], float]], ...] = (
    ("outbox_waiting", "Texts that have not left yet.", lambda: OutboundMessage.objects.waiting().count()),
    ("outbox_oldest_seconds", "How long the oldest text that may leave has waited.", _oldest_waiting),
    ("outbox_stands_still", "1 when texts that may leave have not left for ten minutes.", _stands_still),
    ("gateways_resting", "Gateways that failed and rest for a while.", lambda: len(failing.resting())),
    ("gateways_silent", "Gateways that nothing comes back from.", lambda: len(watching.silent(clock.now()))),
    (
        "by_hand_waiting",
        "Texts that wait for somebody's telephone.",
        lambda: OutboundMessage.objects.for_hands().count(),
    ),
    ("inbox", "Texts that wait for a person.", _inbox),
    ("calls_due", "Calls that are due.", _calls_due),
    ("requests_open", "Requests that are not closed.", lambda: HelpRequest.objects.open().count()),
    ("next_actions_late", "Open requests whose next action is past due.", _late_next_actions),
    ("timers_late", "Moments that should have rung.", _late_timers),
    ("promises_broken", "Promises that were broken at the last look, every night.", _promises_broken),
    ("worker_silent", "1 when no worker has been seen for two minutes.", lambda: float(troubles.worker_silent())),
    ("wrong_tries", "Wrong passwords and codes of the last quarter of an hour.", logins.tried_lately),
    ("events_waiting", "Events that programs have not taken yet.", _events_waiting),
)
