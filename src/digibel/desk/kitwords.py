"""What a kit is called, on the card of a volunteer too."""

from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.scheduling.models import Kit

KINDS: dict[str, words.Words] = {
    "hotspot": _("mobile hotspot"),
    "card_reader": _("card reader"),
    "tablet": _("tablet"),
    "keyboard": _("large keyboard"),
}


def name_of(kit: Kit) -> str:
    return f"{KINDS[kit.kind]} {kit.number}"
