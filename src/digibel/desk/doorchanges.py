"""What is no longer at the door as it was when the volunteer said yes."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from digibel.audit.models import Event
from digibel.requests import rectifying
from digibel.requests.models import Client

# What a volunteer who said yes on other facts must see, in the words of the card.
AT_THE_DOOR: dict[str, Promise] = {
    "street": _("the address"),
    "house_number": _("the address"),
    "box": _("the address"),
    "postcode": _("the address"),
    "bell": _("the bell"),
    "door_note": _("at the door"),
    "floor": _("the floor"),
    "lift": _("the lift"),
    "dog": _("the dog"),
    "smoke": _("the smoke"),
    "speaks": _("the language"),
}


def at_the_door_since(client: Client, moment: datetime) -> str:
    """ "the address, the dog": what is no longer as it was when the volunteer said yes; nothing where all is the same."""
    events = Event.objects.about(client).filter(verb=rectifying.CORRECTED, at__gt=moment)
    changed = {name for event in events for name in event.facts["fields"]}
    return ", ".join(dict.fromkeys(str(label) for name, label in AT_THE_DOOR.items() if name in changed))
