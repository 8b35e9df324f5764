from typing import Any

from django.core.management.base import BaseCommand

from digibel.privacy import sweeping


class Command(BaseCommand):
    help = "Forgets now what the table of retention says is over; the queue does it every night by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        for line, count in sweeping.sweep().items():
            self.stdout.write(f"{line}: {count}")
