"""What somebody did a moment ago and can still take back: noted in their own session, by ids only."""

import uuid
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


def remember(request: HttpRequest, texts: list[uuid.UUID], said: str) -> None:
    request.session[IN_SESSION] = {
        "id": str(uuid.uuid4()),
        "texts": [str(pk) for pk in texts],
        "until": (clock.now() + WAITS).isoformat(),
        "said": said,
    }


def offered(request: HttpRequest) -> Offer | None:
    """Only while there is time; the page is not asked to count down."""
    noted = _noted(request)
    if not noted or datetime.fromisoformat(noted["until"]) <= clock.now():
        return None
    return Offer(noted["said"], reverse("desk:undo", args=[noted["id"]]))


def texts_of(request: HttpRequest, undo_id: uuid.UUID) -> list[uuid.UUID]:
    """The texts of exactly this deed, once: a page that was left open takes nothing later back."""
    noted = _noted(request)
    if noted.get("id") != str(undo_id):
        return []
    del request.session[IN_SESSION]
    return [uuid.UUID(text) for text in noted["texts"]]


def _noted(request: HttpRequest) -> dict[str, Any]:
    return request.session.get(IN_SESSION) or {}
