"""A refusal becomes a page that says what to do, in the reader's language. Nothing is half-saved: views are atomic verbs."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from digibel import sheets, tracing
from digibel.desk.gate import masked
from digibel.guardrails import secrets
from digibel.problems import NotFound, Problem
from digibel.sealing.reading import erased_shown_as
from digibel.sentences import sentence

logger = logging.getLogger(__name__)

ERASED = gettext_lazy("erased person")


class CompressedFiles(GZipMiddleware):
    """Styles, scripts and icons travel compressed, on a third of the bytes. A page never does: with what a stranger makes it
    repeat, its length would tell of what else stands on it (BREACH)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            return response
        return super().process_response(request, response)


METHODS: Final = ("GET", "HEAD", "POST")
# Asked every few seconds, by machines.
NOT_TOLD: Final = frozenset({"healthz", "readyz", "metrics"})


class Traced:
    """All that a request leads to belongs to one trace: that of whoever asks if they name one, else a new one. The answer names it.

    With `DIGIBEL_LOG_REQUESTS` there is a line for each.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        with tracing.under(_trace_named(request)):
            response = self.get_response(request)
            response["traceresponse"] = tracing.parent()
            if settings.DIGIBEL_LOG_REQUESTS and door(request) not in NOT_TOLD:
                took = round((time.monotonic() - started) * 1000)
                told = {"status": response.status_code, "method": method(request), "door": door(request), "ms": took}
                logger.info("answered", extra=told)
        return response


def _trace_named(request: HttpRequest) -> uuid.UUID | None:
    """Whoever asks chooses these digits. What could be an account number is not taken up: it would stand in the log (rule E4)."""
    trace = tracing.read(request.headers.get(tracing.HEADER, ""))
    return trace if trace and secrets.mask(trace.hex) == trace.hex else None


def door(request: HttpRequest) -> str:
    """The name of a page or an operation, for the log. Never its address: of a card, a calendar or a password that is the secret
    itself, and elsewhere it says who was looked at."""
    return request.resolver_match.view_name if request.resolver_match else "?"


def method(request: HttpRequest) -> str:
    """Somebody may write anything there."""
    return request.method if request.method in {*METHODS, "PUT", "DELETE"} else "?"


LARGEST: Final = sheets.MOST_BYTES + 400_000
"""Bytes: a list, and the form around it. With less than `FILE_UPLOAD_MAX_MEMORY_SIZE` no list of people ever lies on a disk."""
WITH_ENDS_OF_THEIR_OWN: Final = ("/api/", "/gateways/", "/telephone/")


class KeptByNobody:
    """There are people on our pages: no proxy and no browser keeps one, and whoever sits down next sees none with the button
    "back". An answer that may be kept says so itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class ThreeMethods:
    """A page is read or posted to. What else programs may do, each operation of the API says itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in METHODS or request.path.startswith("/api/"):
            return self.get_response(request)
        return HttpResponseNotAllowed(METHODS)


class NothingEndless:
    """Whoever has a form of ours, also that of the log-in, could send along a file that fills the disk: it would be kept before
    anybody looks at the form. What says that it is larger than any list is not read; what does not say its size is empty to us."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        if told.isdecimal() and int(told) > LARGEST and not request.path.startswith(WITH_ENDS_OF_THEIR_OWN):
            return problem_page(request, sheets.too_large())
        return self.get_response(request)


# What another house sends along is drawn by chance and read once: masked, one in a thousand would not come in. It is on no page.
FROM_ANOTHER_HOUSE: Final = re.compile(r"/login/with/[-\w]+/back\Z")
# A provider's calls are signed as they stand: a few signatures in a thousand look like a secret, and would fit no more.
FROM_A_GATEWAY: Final = re.compile(r"/gateways/[-\w]+/(inbound|receipts)\Z")


class MaskedAddresses:
    """What is typed in a field that is searched with stands in the address, and from there on the page, in links and in the
    guard's notes: it passes the gate before anybody reads it (rule E4). Telephone numbers and ids are what they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("QUERY_STRING") and not FROM_A_GATEWAY.match(request.path):
            typed = {text for name, values in request.GET.lists() for text in (name, *values)}
            unsafe = {text: hidden for text in typed if (hidden := masked(text)) != text}
            if unsafe:
                safe = _replaced(request.GET, unsafe)
                request.META["QUERY_STRING"] = safe.urlencode()
                if not FROM_ANOTHER_HOUSE.match(request.path):
                    request.GET = safe  # type: ignore[assignment]
        return self.get_response(request)


def _replaced(asked: QueryDict, unsafe: dict[str, str]) -> QueryDict:
    """What was asked, with each name and value that must not stay replaced."""
    safe = QueryDict(mutable=True)
    for name, values in asked.lists():
        safe.setlist(unsafe.get(name, name), [unsafe.get(value, value) for value in values])
    return safe


class ProblemPages:
    """Refusals as pages; and a page about somebody who was erased since stays whole, and says so where the name was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with erased_shown_as(ERASED):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ObjectDoesNotExist):
            error = NotFound()
        if not isinstance(error, Problem):
            return None
        return problem_page(request, error)


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """One page for every refusal; a fragment where htmx asked for one."""
    template = "desk/parts/problem.html" if getattr(request, "htmx", False) else "desk/problem.html"
    context = {"problem": problem, "sentence": sentence(problem), "status": problem.status}
    response = render(request, template, context, status=problem.status)
    if getattr(request, "htmx", False):
        # The part that asked stays as it is; the sentence stands where notices stand.
        response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML"
    return response
