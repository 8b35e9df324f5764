"""Which scope each operation asks of a key. None: any living key; the catalogue says nothing of anybody."""

from digibel.organisations.scopes import Scope

NEEDS: dict[str, Scope | None] = {
    "list_tasks": None,
    "judge_tasks": None,
    "suggest_tasks": None,
    "list_requests": Scope.REQUESTS_READ,
    "show_request": Scope.REQUESTS_READ,
    "log_request": Scope.REQUESTS_WRITE,
    "rank_candidates": Scope.OFFERS_READ,
    "send_offers": Scope.OFFERS_WRITE,
    "list_visits": Scope.VISITS_READ,
}
