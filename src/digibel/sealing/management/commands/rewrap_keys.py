from typing import Any

from django.core.management.base import BaseCommand

from digibel.sealing.keys import rewrap_all


class Command(BaseCommand):
    help = (
        "Wraps the key of every person with the newest master key (the first of DIGIBEL_MASTER_KEYS). "
        "Everybody may go on working; afterwards the old master key can be taken out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rewrap_all()} keys wrapped with the newest master key.")
