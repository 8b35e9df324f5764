from typing import Any

from django.core.management.base import BaseCommand

from digibel.scheduling import promises


class Command(BaseCommand):
    help = (
        "Works out from the live database whether the house keeps its promises: one line each, with references to "
        "whatever breaks one. Ends with exit code 1 if one is broken."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for finding in promises.check():
            self.stdout.write(str(finding))
            broken += not finding.holds
        if broken:
            raise SystemExit(1)
