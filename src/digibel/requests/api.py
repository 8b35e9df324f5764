"""The API's doors to requests: the list, and one of them. `scheduling.api` adds what can be done with them."""

import re
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import WithJsonSchema

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import ApiKey
from digibel.organisations.scopes import Scope
from digibel.problems import NotFound
from digibel.requests import intake, shapes
from digibel.requests.models import HelpRequest

REFERENCE = re.compile(r"\d{2}-\d{4,8}")
FURTHEST = 10_000_000

help_requests = Router(tags=["Help requests"], by_alias=True)

# Described only: a reference that looks different is looked for and not found, like any other.
Reference = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": "^[0-9]{2}-[0-9]{4,8}$", "description": "As it was given out: 26-0377."}
    ),
]


class ApiRequest(HttpRequest):
    """A request by a program, which showed the key of its organisation."""

    auth: ApiKey


def find(request: ApiRequest, reference: str) -> HelpRequest:
    """The request with this reference, of the key's own organisation; anybody else's is not found."""
    if not REFERENCE.fullmatch(reference):
        raise NotFound
    return intake.find(request.auth.organisation, reference)


@help_requests.get("", response=shapes.RequestPage)
def list_requests(
    request: ApiRequest,
    state: Literal["open", "closed", "all"] = "open",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=FURTHEST)] = 0,
) -> shapes.RequestPage:
    """Requests of the key's organisation, newest first, without names or addresses."""
    wanted: dict[str, Any] = {} if state == "all" else {"closed_at__isnull": state == "open"}
    found = HelpRequest.objects.of(request.auth.organisation).filter(**wanted)
    count, end = found.count(), offset + limit
    page = found.select_related("client", "split_from").prefetch_related("tasks").order_by("-logged_at", "-reference")
    return shapes.RequestPage(
        requests=[shapes.row(one) for one in page[offset:end]], count=count, next_offset=end if end < count else None
    )


@help_requests.get("/{reference}", response=shapes.RequestDetail)
def show_request(request: ApiRequest, reference: Reference) -> shapes.RequestDetail:
    """One request with its client. Whoever reads it is written in the audit.

    The client and their words need a key that may read clients (`clients:read`) too.
    """
    found = find(request, reference)
    if not request.auth.may(Scope.CLIENTS_READ):
        return shapes.detail(found, shapes.reader(), with_client=False)
    shown = shapes.detail(found, shapes.reader())
    record(
        "address.shown",
        found.client,
        by=Actor.api(request.auth),
        organisation_id=found.organisation_id,
        request=found.pk,
    )
    return shown
