"""What was refused is written down, a line each: who tried which door, how often. Never whom it was about: the door is named, not
its address. OWASP ASVS 4.0.3, 7.1.3 and 7.2.2.
"""

import logging
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from digibel.desk.middleware import door, method
from digibel.organisations.logins import trace
from digibel.organisations.models import ApiKey, Staff
from digibel.unwritable import where_possible

logger = logging.getLogger(__name__)

# What is another organisation's is "not found", never "forbidden": who looks for it stands here too.
NOTED: Final = frozenset({400, 401, 403, 404, 405, 413, 415, 429})


class Noted:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in NOTED:
            with where_possible():
                _note(request, response.status_code)
        return response


def _note(request: HttpRequest, status: int) -> None:
    """Addresses where nothing is are tried by the thousand, by programs that look for other houses' mistakes: no line."""
    if request.resolver_match is None and status == 404:
        return
    told = {"status": status, "method": method(request), "door": door(request), **_who(request)}
    logger.info("refused", extra=told)


def _who(request: HttpRequest) -> dict[str, UUID | str]:
    """A colleague or a program; of a stranger only the trace of where they came from."""
    key, staff = getattr(request, "auth", None), getattr(request, "user", None)
    if isinstance(key, ApiKey):
        return {"api_key": key.pk}
    return {"staff": staff.pk} if isinstance(staff, Staff) else {"stranger": trace(request)}
