"""What a key may be let into: one word per area and way. A key has those it was given, and a new one has none."""

from enum import StrEnum


class Scope(StrEnum):
    """Reading never changes anything; writing does not let anybody read."""

    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    OFFERS_READ = "offers:read"
    OFFERS_WRITE = "offers:write"
    VISITS_READ = "visits:read"
    VISITS_WRITE = "visits:write"
    FOLLOW_UPS_READ = "follow_ups:read"
    FOLLOW_UPS_WRITE = "follow_ups:write"
    VOLUNTEERS_READ = "volunteers:read"
    VOLUNTEERS_WRITE = "volunteers:write"
    AVAILABILITY_READ = "availability:read"
    AVAILABILITY_WRITE = "availability:write"
    DESK_SESSIONS_READ = "desk_sessions:read"
    DESK_SESSIONS_WRITE = "desk_sessions:write"
    PLACES_READ = "places:read"
    MESSAGES_READ = "messages:read"
    REPORTS_READ = "reports:read"
    EVENTS_READ = "events:read"

    @property
    def area(self) -> str:
        return self.value.partition(":")[0]

    @property
    def writes(self) -> bool:
        return self.value.endswith(":write")


EVERY_SCOPE = frozenset(Scope)
