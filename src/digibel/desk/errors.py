"""What somebody sees when a page is not there, or when we broke something: no trace, no detail, one thing to do."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader

from digibel.desk.middleware import door, problem_page
from digibel.guardrails.logs import place_of
from digibel.notifications import webhooks
from digibel.problems import NotFound, Problem
from digibel.sentences import sentence
from digibel.unwritable import RETRY_AFTER, NotNow, is_of_the_database

logger = logging.getLogger(__name__)

FOR_PROGRAMS = ("/gateways/", "/telephone/", "/metrics")


class PageTooOld(Problem):
    code = "page_too_old"
    status = 403
    message = (
        "This page was open for too long, or you logged in elsewhere. Go back, read the page again, and repeat it."
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, NotFound())


def broken(request: HttpRequest) -> HttpResponse:
    """Without the request and its context: whatever broke may break there again."""
    error = sys.exc_info()[1]
    if is_of_the_database(error):
        return _not_now(request)
    _write_down(request, error)
    return HttpResponse(loader.render_to_string("desk/broken.html"), status=500)


def _write_down(request: HttpRequest, error: BaseException | None) -> None:
    """The door, the class and the place. Whoever saw the page tells at what time it was."""
    told = {"error": type(error).__name__, "at": place_of(error)} if error else {}
    logger.error("page broke", extra={"door": door(request), **told})


def _not_now(request: HttpRequest) -> HttpResponse:
    """The data cannot be reached or written. To a gateway it says *come again*: a text that came in is not lost."""
    problem = NotNow()
    if request.path.startswith(FOR_PROGRAMS):
        response: HttpResponse = webhooks.problem(problem)
    else:
        is_part = request.headers.get("HX-Request") == "true"
        template = "desk/parts/problem.html" if is_part else "desk/not_now.html"
        response = HttpResponse(
            loader.render_to_string(template, {"sentence": sentence(problem)}), status=problem.status
        )
        if is_part:
            response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML"
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits. Named in the settings as `CSRF_FAILURE_VIEW`."""
    return problem_page(request, PageTooOld())
