"""What somebody sees when a page is not there, or when we broke something: no trace, no detail, one thing to do."""

from django.http import HttpRequest, HttpResponse
from django.template import loader

from digibel.desk.middleware import problem_page
from digibel.problems import NotFound, Problem


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
    return HttpResponse(loader.render_to_string("desk/broken.html"), status=500)


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits. Named in the settings as `CSRF_FAILURE_VIEW`."""
    return problem_page(request, PageTooOld())
