from typing import Any

from django.core.management.base import BaseCommand

from digibel.audit.actors import SYSTEM
from digibel.privacy import restoring


class Command(BaseCommand):
    help = (
        "Run it once after restoring a backup of the data, before anybody works: forgets again whom the backup has brought "
        "back, keeps every STOP and every revoked card since then, and holds all texts until a coordinator lets them leave "
        "on the page Privacy. Never restore the keys with it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(restoring.after_restore(by=SYSTEM)))
