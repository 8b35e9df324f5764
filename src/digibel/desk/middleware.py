"""A refusal becomes a page that says what to do, in the reader's language. Nothing is half-saved: views are atomic verbs."""

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from digibel.problems import NotFound, Problem
from digibel.sentences import sentence


class ProblemPages:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
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
