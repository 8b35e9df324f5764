"""What the queue calls by itself, every night and every hour."""

from digibel.notifications.steps import quietly
from digibel.privacy import sweeping


def forget() -> dict[str, int]:
    return quietly(sweeping.sweep)


def forget_addresses() -> dict[str, int]:
    return quietly(lambda: sweeping.sweep("addresses"))
