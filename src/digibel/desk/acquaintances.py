"""Do we know them? Clients of this organisation at the same number or with the same name, each told apart in a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from digibel.desk import words
from digibel.languages import day
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber
from digibel.organisations.models import Organisation
from digibel.requests.intake import clients_alike, known_clients
from digibel.requests.models import Client, HelpRequest
from digibel.sealing import keys


@dataclass(frozen=True)
class Acquaintance:
    """`same` says what is the same: "phone", "name", or "alike" for a name that sounds so nearby.

    Somebody who has gone is shown, and cannot be chosen.
    """

    client: Client
    same: str
    earlier: str
    chosen: bool = False

    @property
    def name(self) -> str:
        return f"{self.client.first_name} {self.client.family_name}".strip()

    @property
    def place(self) -> str:
        return words.place_name(self.client.postcode)


def look_up(
    organisation: Organisation,
    *,
    phone: str,
    name: str,
    family_name: str = "",
    postcode: str = "",
    chosen: object = None,
) -> list[Acquaintance]:
    """At most eight, those at the same number first. Says nothing of the street."""
    by_phone = known_clients(organisation, phone=number) if (number := _e164(phone)) else []
    by_name = [one for one in known_clients(organisation, name=name) if one not in by_phone] if name.strip() else []
    found = [(client, "phone") for client in by_phone] + [(client, "name") for client in by_name]
    known = [client for client, _ in found]
    alike = clients_alike(organisation, family_name=family_name, postcode=postcode)
    found += [(client, "alike") for client in alike if client not in known]
    keys.prefetch([client.key_id for client, _ in found])
    earlier = _earlier([client for client, _ in found])
    return [Acquaintance(one, same, earlier.get(one.pk, ""), one.pk == chosen) for one, same in found[:8]]


def of_client(client: Client) -> Acquaintance:
    return Acquaintance(client, "", _earlier([client]).get(client.pk, ""), chosen=True)


def _e164(phone: str) -> str:
    try:
        return numbers.parse(phone) if phone.strip() else ""
    except NotANumber:
        return ""


def _earlier(clients: Sequence[Client]) -> dict[object, str]:
    """The latest request of each: "26-0377, video calling, tue 3/3"."""
    requests = HelpRequest.objects.filter(client__in=clients).prefetch_related("tasks").order_by("logged_at")
    return {
        one.client_id: f"{one.reference}, {words.task_names([task.slug for task in one.tasks.all()])}, "
        f"{day(one.logged_at, words.desk_language())}"
        for one in requests
    }
