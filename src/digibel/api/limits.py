"""How often a key may ask: so many times a minute, counted by each web process for itself.

The headers are those of the IETF draft "RateLimit header fields for HTTP"; `Retry-After` is RFC 9110.
"""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from digibel.organisations.models import ApiKey
from digibel.problems import TooOften

SECONDS = 60


def count(request: HttpRequest, key: ApiKey) -> None:
    """One more. Raises `TooOften` for the first that is too many, and for all after it until the minute is over."""
    most = settings.DIGIBEL_API_CALLS_A_MINUTE
    # The machine's own time: a demo's clock that jumps gives nobody more.
    begun, gone = divmod(time.time(), SECONDS)
    slot, left = f"api:{key.pk}:{int(begun)}", SECONDS - int(gone)
    cache.add(slot, 0, timeout=2 * SECONDS)
    asked = cache.incr(slot)
    request.api_rate = (most, max(most - asked, 0), left)  # type: ignore[attr-defined]
    if asked > most:
        raise TooOften(seconds=left)


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """How much is left, on every answer to a known key."""
    rate = getattr(request, "api_rate", None)
    if rate is None:
        return
    most, remaining, left = rate
    response["RateLimit-Policy"] = f'"key";q={most};w={SECONDS}'
    response["RateLimit"] = f'"key";r={remaining};t={left}'
    if response.status_code == TooOften.status:
        response["Retry-After"] = str(left)
