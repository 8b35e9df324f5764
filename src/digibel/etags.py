"""Nobody's change lost in another's: what is shown has a tag, and who changes it says which one they saw (RFC 9110, 13.1.1)."""

import hashlib
from collections.abc import Collection
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Header
from pydantic import BaseModel

from digibel.problems import Problem

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` of what was seen. Needed: without it 428, with another one than today's 412.",
    ),
]


class NotSaidWhich(Problem):
    code = "precondition_required"
    status = 428
    message = "Say which version you saw: read it first, and send its ETag as If-Match."


class ChangedSince(Problem):
    code = "changed_since"
    status = 412
    message = "It has changed since you read it. Read it again, and decide again."


def tag(shown: BaseModel, *, without: Collection[str] = ()) -> str:
    """The same for the same facts, whoever reads them and in whatever language: leave out what depends on that."""
    told = shown.model_dump_json(by_alias=True, exclude=set(without))
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


def told_more(request: HttpRequest) -> None:
    """This answer tells what its tag leaves out: it is sent whole, whatever the program has."""
    request.tells_more = True  # type: ignore[attr-defined]


def spare(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer, or 304 without it where the program says that it has this one (RFC 9110, 13.1.2)."""
    has, today = request.headers.get("If-None-Match"), response.headers.get("ETag")
    if request.method != "GET" or response.status_code != 200 or has is None or today is None:
        return response
    seen = {one.strip().removeprefix("W/") for one in has.split(",")}
    if getattr(request, "tells_more", False) or not {today, "*"} & seen:
        return response
    return HttpResponse(status=304, headers={"ETag": today})


def check(if_match: str | None, today: str) -> None:
    """Call it behind the lock. Raises `NotSaidWhich`, `ChangedSince`."""
    if not if_match or not if_match.strip():
        raise NotSaidWhich
    seen = {one.strip() for one in if_match.split(",")}
    if today not in seen and seen != {"*"}:
        raise ChangedSince
