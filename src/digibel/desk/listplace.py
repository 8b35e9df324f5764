"""Where somebody was in a list: its filter, order and page. The way back from a record leads there.

The state of a list is its address. The last one is kept in a cookie of this browser until it is closed: it works without script and
while nothing can be written, and says nothing of anybody, for a name is never in an address.
"""

import re
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

LONGEST = 300
# What our own lists write: codes and numbers. A cookie that somebody made up leads to the beginning of the list.
PLAIN = re.compile(r"[a-zA-Z0-9_=&%+.-]*")


def kept(response: HttpResponse, request: HttpRequest, query: str) -> HttpResponse:
    """`query`: of the filter, as it was understood. The page is added here."""
    match = request.resolver_match
    assert match is not None
    page = request.GET.get("page", "")
    parts = [query, f"page={page}" if page.isascii() and page.isdecimal() and page != "1" else ""]
    response.set_cookie(
        _cookie(match.view_name),
        "&".join(filter(None, parts))[:LONGEST],
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return response


def address(request: HttpRequest | None, name: str) -> str:
    """Of the list with this name, as it stood when this browser last looked at it."""
    told = request.COOKIES.get(_cookie(name), "") if request is not None else ""
    query = urlencode(parse_qsl(told)) if len(told) <= LONGEST and PLAIN.fullmatch(told) else ""
    return f"{reverse(name)}{'?' if query else ''}{query}"


def go_back(request: HttpRequest, name: str) -> HttpResponse:
    """303 to the list as it stood."""
    return HttpResponseRedirect(address(request, name), status=303)


def _cookie(name: str) -> str:
    return f"list_{name.rpartition(':')[2]}"
