"""What a page does after a deed: say what happened, and go on; or say why not, and keep everything as it was."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.functional import Promise

from digibel.problems import Problem
from digibel.sentences import sentence


def unseen(response: HttpResponse) -> HttpResponse:
    """A page whose address is the key to it: no search machine lists it, and no other site hears of the address."""
    # Not "no-referrer": browsers then call the origin of the page's own forms "null".
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def go_on(to: str, *args: object) -> HttpResponse:
    """303, so that reading the page again never does the deed again."""
    return HttpResponseRedirect(resolve_url(to, *args), status=303)


def do(request: HttpRequest, deed: Callable[[], object], done: str | Promise) -> bool:
    """Do it and leave a message for the next page: `done`, or the refusal's own sentence. Whether it was done."""
    is_done = do_quietly(request, deed)
    if is_done:
        messages.success(request, str(done))
    return is_done


def do_quietly(request: HttpRequest, deed: Callable[[], object]) -> bool:
    """The same where the page itself says what was done."""
    try:
        deed()
    except Problem as problem:
        messages.error(request, sentence(problem))
        return False
    return True
