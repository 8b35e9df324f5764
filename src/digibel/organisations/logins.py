"""Wrong tries to log in, as the guard keeps them: enough to lock a door, nothing that was typed at it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.http import HttpRequest, QueryDict

from digibel.guardrails.secrets import mask
from digibel.sealing.index import blind_index, harmless_id

HEADERS = ("axes_user_agent", "axes_http_accept", "axes_path_info")


def counted_as(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The name under which wrong tries are counted. What is no address may be a password in the wrong field: only its trace."""
    typed = (credentials or request.POST).get("email")
    if typed is None:
        return None
    return harmless_id(typed, purpose="login") if "@" in typed else blind_index(typed, purpose="login")


class Guard(AxesDatabaseHandler):
    """The guard of django-axes, which would keep every field of the form, and headers as they came."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        if request is None:
            return
        for name in HEADERS:
            setattr(request, name, mask(getattr(request, name, "")))
        with _nothing_typed(request):
            super().user_login_failed(sender, credentials, request, **kwargs)


@contextmanager
def _nothing_typed(request: HttpRequest) -> Iterator[None]:
    get, post = request.GET, request.POST
    request.GET = request.POST = QueryDict()
    try:
        yield
    finally:
        request.GET, request.POST = get, post
