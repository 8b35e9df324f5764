"""What every page of the desk knows: who is logged in, what waits, and whether the worker is there."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from digibel import clock
from digibel.desk import counts, undoing
from digibel.notifications import gateways
from digibel.notifications.models import BY_HAND
from digibel.organisations.models import Staff
from digibel.organisations.permissions import may
from digibel.upkeep import troubles


def desk(request: HttpRequest) -> dict[str, Any]:
    staff = getattr(request, "user", None)
    context: dict[str, Any] = {
        "phones_exist": gateways.is_used("simulator"),
        "hands_exist": gateways.is_used(BY_HAND),
        "read_only": settings.DIGIBEL_READ_ONLY,
        "demo_time": clock.now() if settings.DIGIBEL_DEMO else None,
    }
    if isinstance(staff, Staff) and staff.is_authenticated:
        context |= {
            "worker_silent": troubles.worker_silent() and not settings.DIGIBEL_READ_ONLY,
            "network_only": not may(staff, "look"),
        }
        if not context["network_only"]:
            context["nav_counts"] = counts.waiting(staff.organisation)
            context["undo"] = undoing.offered(request)
    return context
