"""Who may open a page of the desk: somebody who is logged in, for their own organisation."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from digibel.desk import sessions
from digibel.desk.answers import go_on
from digibel.organisations import secondsteps
from digibel.organisations.models import Organisation, Staff
from digibel.organisations.permissions import check_may


class StaffRequest(HttpRequest):
    """A request of which we know who asks, and for which organisation."""

    user: Staff
    organisation: Organisation


class StaffView(Protocol):
    def __call__(self, request: StaffRequest, /, *args: Any, **kwargs: Any) -> HttpResponse: ...


def staff_page(view: StaffView) -> Callable[..., HttpResponse]:
    """For logged-in staff only; the view finds `request.user` and `request.organisation`.

    To look is what every page asks; a page that does something asks for its own deed as well. Whoever must have a second step
    and came in without one gets no further than the page where it is set up.
    """
    return _page(view, "look")


def network_page(view: StaffView) -> Callable[..., HttpResponse]:
    """For the network administrator, who opens none of the others."""
    return _page(view, "run_network")


def _page(view: StaffView, deed: str) -> Callable[..., HttpResponse]:

    @login_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = cast(StaffRequest, request)
        if secondsteps.is_wanted() and not sessions.has_two(request):
            return go_on("desk:own_account")
        check_may(known.user, deed)
        known.organisation = known.user.organisation
        return view(known, *args, **kwargs)

    return opened
