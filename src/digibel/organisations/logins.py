"""Wrong tries to log in, as the guard keeps them: enough to lock a door, nothing that was typed at it.

Two counts. An account is shut after a few tries, from wherever they come. An address is shut only after many more, as a whole
centre may sit behind one: enough for everybody's Monday, too few to go through the accounts one by one.
"""

import ipaddress
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Sum
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from digibel.guardrails.secrets import mask
from digibel.organisations.models import Staff, email_trace
from digibel.sealing.index import blind_index, harmless_id

logger = logging.getLogger(__name__)

LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")
HEADERS = ("axes_user_agent", "axes_http_accept", "axes_path_info")


def counted_as(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The name under which wrong tries are counted. What is no address may be a password in the wrong field: only its trace."""
    told = credentials or request.POST
    typed = told.get("email") or told.get("username")
    if typed is None:
        return None
    typed = typed.strip().casefold()
    return harmless_id(typed, purpose="login") if "@" in typed else blind_index(typed, purpose="login")


def came_from(request: HttpRequest) -> str:
    """Behind a proxy of ours the last entry of what it passed on; else who is on the line."""
    passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(passed_on))
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))


def trace(request: HttpRequest) -> str:
    """Of where somebody came from, for the log: one word for one address, from which nobody reads the address. Letters alone, as
    figures might be a code of somebody and would be hidden."""
    return blind_index(came_from(request), purpose="asked from")[:12].translate(LETTERS)


def is_shut(request: HttpRequest, staff: Staff) -> bool:
    """Whether nobody gets in here just now: this account, or this address, had too many wrong tries."""
    return not AxesProxyHandler.is_allowed(request, {"email": staff.email})


def count_wrong(request: HttpRequest, staff: Staff) -> None:
    """A second step that was wrong counts like a wrong password."""
    user_login_failed.send(__name__, credentials={"email": staff.email}, request=request)


def was_shut(request: HttpRequest) -> bool:
    """Whether the guard stopped this try, or shut the door after it. We answer with a page of our own: it would put a bare line."""
    shut = bool(getattr(request, "axes_locked_out", False))
    request.axes_locked_out = False  # type: ignore[attr-defined]
    return shut


class Guard(AxesDatabaseHandler):
    """The guard of django-axes, which would keep every field of the form, and headers as they came."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        return tried_lately(ip_address=came_from(request)) >= settings.DIGIBEL_TRIES_OF_ONE_ADDRESS

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        if request is None:
            return
        for name in HEADERS:
            setattr(request, name, mask(getattr(request, name, "")))
        with _nothing_typed(request):
            super().user_login_failed(sender, credentials, request, **kwargs)
        logger.info("kept out", extra={"staff": _whose(credentials), "stranger": trace(request)})


def _whose(credentials: Mapping[str, Any]) -> UUID | None:
    """Whose door it is: nobody's, for most of what is typed there."""
    typed = str(credentials.get("email") or credentials.get("username") or "")
    known = Staff.objects.filter(email_index=email_trace(typed)).exclude(email_index="").first()
    return known.pk if known else None


def tried_lately(**whose: str) -> int:
    """How often something wrong was typed in the last quarter of an hour: at all doors, by everybody, or as `whose` says."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    lately = AccessAttempt.objects.filter(attempt_time__gte=since, **whose)
    return lately.aggregate(wrong=Sum("failures_since_start"))["wrong"] or 0


@contextmanager
def _nothing_typed(request: HttpRequest) -> Iterator[None]:
    get, post = request.GET, request.POST
    request.GET = request.POST = QueryDict()
    try:
        yield
    finally:
        request.GET, request.POST = get, post
