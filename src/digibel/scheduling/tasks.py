"""What the queue calls every minute."""

from digibel.notifications.tasks import pick_up_lost, quietly
from digibel.scheduling import clockwork


def every_minute() -> None:
    quietly(clockwork.tick)
    pick_up_lost()
