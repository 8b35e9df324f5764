"""The API's doors to requests: the list, and one of them. `scheduling.api` adds what can be done with them."""

import re
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import WithJsonSchema

from digibel import cursors, etags
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import ApiKey, Organisation
from digibel.organisations.scopes import Scope
from digibel.problems import NotFound
from digibel.requests import intake, shapes
from digibel.requests.models import HelpRequest, NextActionKind, RequestQuerySet

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


NEWEST_FIRST = ("-logged_at", "-reference")
Limit = Annotated[int, Query(ge=1, le=100, description="So many at once.")]
After = Annotated[str | None, Query(description="The `next_cursor` of the page before; left out, the first page.")]


class ApiRequest(HttpRequest):
    """A request by a program, which showed the key of its organisation."""

    auth: ApiKey


def salt(request: ApiRequest, name: str) -> str:
    """Whose list it is: a cursor of another list, or of another organisation's, is none."""
    return f"{name}:{request.auth.organisation_id}"


def find(request: ApiRequest, reference: str) -> HelpRequest:
    """The request with this reference, of the key's own organisation; anybody else's is not found."""
    if not REFERENCE.fullmatch(reference):
        raise NotFound
    return intake.find(request.auth.organisation, reference)


@help_requests.get("", response=shapes.RequestPage)
def list_requests(
    request: ApiRequest,
    state: Literal["open", "closed", "all"] = "open",
    next_kind: Annotated[NextActionKind | None, Query(alias="next", description="What has to happen next.")] = None,
    postcode: Annotated[str | None, Query(max_length=4)] = None,
    limit: Limit = 50,
    cursor: After = None,
    offset: Annotated[int, Query(ge=0, le=FURTHEST, deprecated=True, description="Use `cursor`.")] = 0,
) -> shapes.RequestPage:
    """Requests of the key's organisation, newest first, without names or addresses."""
    found = _asked_for(request.auth.organisation, state, next_kind, postcode)
    count, end = found.count(), offset + limit
    related = found.select_related("client", "split_from").prefetch_related("tasks")
    if offset and not cursor:
        page, following = list(related.order_by(*NEWEST_FIRST)[offset:end]), None
    else:
        page, following = cursors.page(
            related, by=NEWEST_FIRST, limit=limit, after=cursor, salt=salt(request, "requests")
        )
    return shapes.RequestPage(
        requests=[shapes.row(one) for one in page],
        count=count,
        next_cursor=following,
        next_offset=end if end < count and not cursor else None,
    )


def _asked_for(
    organisation: Organisation, state: str, next_kind: NextActionKind | None, postcode: str | None
) -> RequestQuerySet:
    wanted: dict[str, Any] = {} if state == "all" else {"closed_at__isnull": state == "open"}
    if next_kind is not None:
        wanted["next_kind"] = next_kind
    if postcode is not None:
        wanted["client__postcode"] = postcode.replace("\x00", "")
    return HelpRequest.objects.of(organisation).filter(**wanted)


@help_requests.get("/{reference}", response=shapes.RequestDetail)
def show_request(request: ApiRequest, response: HttpResponse, reference: Reference) -> shapes.RequestDetail:
    """One request with its client. Whoever reads it is written in the audit.

    The client and their words need a key that may read clients (`clients:read`) too.
    """
    found = find(request, reference)
    may_see = request.auth.may(Scope.CLIENTS_READ)
    shown = shapes.detail(found, shapes.reader(), with_client=may_see)
    response["ETag"] = shapes.version_of(shown)
    if not may_see:
        return shown
    etags.told_more(request)
    record(
        "address.shown",
        found.client,
        by=Actor.api(request.auth),
        organisation_id=found.organisation_id,
        request=found.pk,
    )
    return shown
