"""Who may open a page of the desk: somebody who is logged in, for their own organisation."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from digibel.organisations.models import Organisation, Staff


class StaffRequest(HttpRequest):
    """A request of which we know who asks, and for which organisation."""

    user: Staff
    organisation: Organisation


class StaffView(Protocol):
    def __call__(self, request: StaffRequest, /, *args: Any, **kwargs: Any) -> HttpResponse: ...


def staff_page(view: StaffView) -> Callable[..., HttpResponse]:
    """For logged-in staff only; the view finds `request.user` and `request.organisation`."""

    @login_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = cast(StaffRequest, request)
        known.organisation = known.user.organisation
        return view(known, *args, **kwargs)

    return opened
