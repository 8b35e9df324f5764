"""Who asks: a program that shows the key of its organisation, in either of two headers, and what that key may do."""

from collections.abc import Callable

from django.http import HttpRequest
from ninja import Router
from ninja.security import APIKeyHeader, HttpBearer

from digibel.api import limits
from digibel.api.errors import ScopeMissing
from digibel.api.scopes import NEEDS
from digibel.organisations.keys import find_key, note_use
from digibel.organisations.models import ApiKey
from digibel.organisations.scopes import Scope


class BearerKey(HttpBearer):
    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        return _let_in(request, token, self.scope)


class HeaderKey(APIKeyHeader):
    param_name = "X-API-Key"

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        return _let_in(request, key or "", self.scope)


def _let_in(request: HttpRequest, secret: str, scope: Scope | None) -> ApiKey | None:
    """The key, if it lives. Raises `TooOften`, and `ScopeMissing` for what it was not made for."""
    key = find_key(secret.strip()) if secret.strip() else None
    if key is None:
        return None
    # Also whom something is refused to is written down (`desk.refusals`).
    request.auth = key  # type: ignore[attr-defined]
    limits.count(request, key)
    if scope is not None and not key.may(scope):
        raise ScopeMissing(scope=scope)
    note_use(key)
    return key


def guard(router: Router) -> Router:
    """Every operation of it asks for its own scope. One that the table does not know is a mistake that stops the start."""
    for path in router.path_operations.values():
        for operation in path.operations:
            scope = NEEDS[operation.view_func.__name__]
            wanted: list[Callable[..., object]] = [BearerKey(scope), HeaderKey(scope)]
            operation.auth_param = wanted
            operation.auth_callbacks = wanted
    return router
