"""Who asks: a program that shows the key of its organisation, in either of two headers."""

from django.http import HttpRequest
from ninja.security import APIKeyHeader, HttpBearer

from digibel.organisations.keys import find_key
from digibel.organisations.models import ApiKey


class BearerKey(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        return find_key(token.strip()) if token.strip() else None


class HeaderKey(APIKeyHeader):
    param_name = "X-API-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        return find_key(key.strip()) if key and key.strip() else None
