"""What the queue calls by itself, every night."""

from digibel.notifications.steps import quietly
from digibel.reports import closing


def close_quarters() -> int:
    return quietly(closing.close_quarters)
