"""Where everything begins: the first organisation, and somebody who looks after the network and opens all other accounts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify

from digibel.audit.actors import SYSTEM
from digibel.notifications import numbers
from digibel.organisations import accounts, secondchance
from digibel.organisations.models import Organisation, Role
from digibel.places import postcodes
from digibel.problems import Problem


class Command(BaseCommand):
    help = "Opens an account for a network administrator, with the organisation where they work if it is not there yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="its name")
        parser.add_argument("--phone", default="", help="the number that people are told to ring")
        parser.add_argument("--sms-number", default="", help="the number that its texts come from")
        parser.add_argument("--postcode", default="")
        parser.add_argument("--language", default="nl", choices=("nl", "fr", "en"))
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = self._open(options)
        except Problem as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{path}\nOpen this page of your Digibel and choose a password: once, within three days.")

    @transaction.atomic
    def _open(self, told: dict[str, Any]) -> str:
        slug = slugify(told["organisation"])[:50]
        house = Organisation.objects.filter(slug=slug).first() or self._found(slug, told)
        made = accounts.add_staff(
            house, name=told["name"], email=told["email"], role=Role.NETWORK, language=told["language"], by=SYSTEM
        )
        return secondchance.path(made, accounts.give_link(made, by=SYSTEM))

    def _found(self, slug: str, told: dict[str, Any]) -> Organisation:
        if not slug or not postcodes.is_known(told["postcode"]):
            raise CommandError("A new organisation needs a name in letters, and the --postcode where it is.")
        return accounts.add_organisation(
            slug=slug,
            name=told["organisation"],
            phone=numbers.parse(told["phone"]),
            sms_number=numbers.parse(told["sms_number"]),
            language=told["language"],
            postcode=told["postcode"],
            by=SYSTEM,
        )
