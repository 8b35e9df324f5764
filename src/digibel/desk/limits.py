"""How often a page without a log-in may be asked, so that nobody drains it: counted in memory by each web process."""

import time

from django.core.cache import cache
from django.http import HttpRequest

from digibel.organisations.logins import came_from
from digibel.problems import TooOften
from digibel.sealing.index import blind_index

SECONDS = 60
# A household, a library or a centre behind one address; and everybody together, as an address that is passed on can be invented.
MOST_OF_ONE = 30
MOST_OF_ALL = 600


def count(request: HttpRequest, page: str, *, one: int = 0) -> None:
    """One more. Raises `TooOften` until the minute is over. Of the address only a keyed trace is held, and that for a minute.

    `one` is how often one address may ask where that is less than usual.
    """
    begun, gone = divmod(time.time(), SECONDS)
    trace = blind_index(came_from(request), purpose="asked from")
    for who, most in ((trace, one or MOST_OF_ONE), ("all", MOST_OF_ALL)):
        slot = f"{page}:{who}:{int(begun)}"
        cache.add(slot, 0, timeout=2 * SECONDS)
        if cache.incr(slot) > most:
            raise TooOften(seconds=SECONDS - int(gone))
