"""What somebody did a moment ago and can still take back: noted in their own session, by ids and codes only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from digibel import clock
from digibel.desk.together import WAITS

IN_SESSION = "undo"


@dataclass(frozen=True)
class Offer:
    """A sentence that says what was done, and where to press."""

    text: str
    url: str


@dataclass(frozen=True)
class Noted:
    """`deed`: one of `together.UNDO`. `what` was done to, as its verb of taking back reads it."""

    deed: str
    what: list[str]
    in_time: bool


NOTHING = Noted("texts", [], in_time=False)


def remember(request: HttpRequest, deed: str, what: Sequence[str], said: str) -> None:
    request.session[IN_SESSION] = {
        "id": str(uuid.uuid4()),
        "deed": deed,
        "what": list(what),
        "until": (clock.now() + WAITS).isoformat(),
        "said": said,
    }


def offered(request: HttpRequest) -> Offer | None:
    """Only while there is time; the page is not asked to count down."""
    noted = _noted(request)
    if not noted or _is_over(noted):
        return None
    return Offer(noted["said"], reverse("desk:undo", args=[noted["id"]]))


def taken(request: HttpRequest, undo_id: uuid.UUID) -> Noted:
    """Exactly this deed, once: a page that was left open takes nothing later back."""
    noted = _noted(request)
    if noted.get("id") != str(undo_id):
        return NOTHING
    del request.session[IN_SESSION]
    return Noted(noted["deed"], noted["what"], in_time=not _is_over(noted))


def _is_over(noted: dict[str, Any]) -> bool:
    return datetime.fromisoformat(noted["until"]) <= clock.now()


def _noted(request: HttpRequest) -> dict[str, Any]:
    """Nothing where the version before this one noted it: its ten seconds are over."""
    noted = request.session.get(IN_SESSION) or {}
    return noted if "deed" in noted else {}
