"""How long somebody is in: until the end of the day, or an hour after they walked away. And where else they are in.

Times are the machine's, also in the demo, whose clock jumps.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from digibel.organisations import opensessions
from digibel.organisations.models import Staff
from digibel.sealing.index import blind_index
from digibel.unwritable import where_possible

logger = logging.getLogger(__name__)

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
BEGUN, SEEN, DEVICE, TWO, HALF = "begun", "seen", "device", "two", "half"
NOTED_EACH: Final = 60
"""Seconds: that somebody is there is written once a minute, not with each page."""
HALF_LASTS: Final = 300
"""Seconds between the password and the second step."""
# Pages that ask by themselves: an empty chair in front of the screen is not at work.
ASK_BY_THEMSELVES: Final = ("desk:today_news", "desk:inbox_length")
BESIDE: Final = "/beside"
"""How the addresses end at which a page asks who else has it open."""
BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


class KeptSessions(SessionMiddleware):
    """Where nothing can be written, a page that only reads comes all the same. That somebody was there is not noted."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        answer = response
        with where_possible():
            answer = super().process_response(request, response)
        return answer


class EndingSessions:
    """Ends what has lasted too long, before anybody reads who is in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Before the session is read: most pages without a cookie need none.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and BEGUN in request.session:
            self._look(request)
        response = self.get_response(request)
        return _whole_page_out(request) if _was_sent_to_log_in(request, response) else response

    def _look(self, request: HttpRequest) -> None:
        now, session = time.time(), request.session
        idle = now - session[SEEN] > settings.DIGIBEL_IDLE_MINUTES * 60
        if idle or now - session[BEGUN] > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif now - session[SEEN] > NOTED_EACH and not _asks_by_itself(request.path):
            session[SEEN] = now


def _was_sent_to_log_in(request: HttpRequest, response: HttpResponse) -> bool:
    asks = "HX-Request" in request.headers and _asks_by_itself(request.path)
    return asks and response.status_code == 302 and not request.user.is_authenticated


def _whole_page_out(request: HttpRequest) -> HttpResponse:
    """A page that asks by itself, and whose reader is out: names and addresses leave the screen, not only the part that asked."""
    page = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
    return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('desk:login')}?{urlencode({'next': page})}"})


def _asks_by_itself(path: str) -> bool:
    return path.endswith(BESIDE) or path in map(reverse, ASK_BY_THEMSELVES)


def come_in(request: HttpRequest, staff: Staff, *, two: bool) -> None:
    """A session of its own, under a new number. `two`: after two steps."""
    request.session.pop(HALF, None)
    login(request, staff, backend=BACKEND)
    now = time.time()
    told = {BEGUN: now, SEEN: now, DEVICE: device(request.headers.get("User-Agent", "")), TWO: two}
    request.session.update(told)
    logger.info("let in", extra={"staff": staff.pk, "steps": 2 if two else 1})


def leave(request: HttpRequest) -> None:
    if isinstance(request.user, Staff):
        logger.info("left", extra={"staff": request.user.pk})
    logout(request)


def begin_half(request: HttpRequest, staff: Staff, *, next_page: str) -> None:
    """The password was right. Nobody is in before the second step."""
    request.session.flush()
    logger.info("half in", extra={"staff": staff.pk})
    request.session[HALF] = {"staff": str(staff.pk), "at": time.time(), "next": next_page}


def half(request: HttpRequest) -> tuple[Staff, str] | None:
    """Who is between the two steps, and where they were going."""
    told = request.session.get(HALF)
    if told is None or time.time() - told["at"] > HALF_LASTS:
        return None
    staff = Staff.objects.filter(pk=told["staff"], is_active=True).select_related("organisation").first()
    return (staff, told["next"]) if staff else None


def has_two(request: HttpRequest) -> bool:
    return bool(request.session.get(TWO))


def note_two(request: HttpRequest) -> None:
    """They just set up their second step, and used it: a session of one step becomes one of two, under a new number."""
    request.session.cycle_key()
    request.session[TWO] = True


@dataclass(frozen=True)
class Open:
    """One browser in which somebody is in. `handle` names it on the page and opens nothing."""

    handle: str
    device: str
    begun: datetime | None
    seen: datetime | None
    this: bool


def open_of(staff: Staff, request: HttpRequest) -> list[Open]:
    """This one first, then the latest."""
    found = [_told(number, kept, request) for number, kept in opensessions.of(staff)]
    return sorted(found, key=lambda one: (not one.this, -(one.seen.timestamp() if one.seen else 0)))


def end(staff: Staff, handle: str) -> int:
    """The browser of that session is out with its next click. Only one's own."""
    return opensessions.end(staff, which=lambda number: _handle(number) == handle)


def end_others(staff: Staff, request: HttpRequest) -> int:
    return opensessions.end(staff, which=lambda number: number != request.session.session_key)


def device(agent: str) -> str:
    """What a browser says of itself, down to two words: enough to know one's own again."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if re.search(mark, agent)), "")
    return ", ".join(filter(None, (browser, system)))


def _told(key: str, data: dict[str, Any], request: HttpRequest) -> Open:
    this = key == request.session.session_key
    return Open(_handle(key), data.get(DEVICE, ""), _moment(data.get(BEGUN)), _moment(data.get(SEEN)), this)


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _handle(key: str) -> str:
    return blind_index(key, purpose="session")[:32]
