"""Nobody's change lost in another's: what is shown has a tag, and who changes it says which one they saw (RFC 9110, 13.1.1)."""

import hashlib
from collections.abc import Collection
from typing import Annotated

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


def check(if_match: str | None, today: str) -> None:
    """Call it behind the lock. Raises `NotSaidWhich`, `ChangedSince`."""
    if not if_match or not if_match.strip():
        raise NotSaidWhich
    seen = {one.strip() for one in if_match.split(",")}
    if today not in seen and seen != {"*"}:
        raise ChangedSince
