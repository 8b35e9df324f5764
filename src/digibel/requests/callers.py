"""Somebody rings about a client. Who is that, to this client, and may they change a request or hear the codeword?

A number proves little: it is shared, lent and imitated. So it says what may be told to whom the client named, and for all
others to ring the client.
"""

from dataclasses import dataclass

from digibel.notifications import numbers
from digibel.requests.models import Client


@dataclass(frozen=True)
class Caller:
    """`kind` is client, helper, worker, contact, money or unknown; `name` is empty for who is unknown."""

    kind: str
    name: str = ""
    may_change: bool = False
    may_hear_word: bool = False


UNKNOWN = Caller("unknown")


def who_rings(client: Client, number: str) -> list[Caller]:
    """Everybody this may be: one number can be of two people. Raises `NotANumber`. Never empty."""
    rung = numbers.parse(number)
    around = [
        (client.recipient.number, Caller("client", client.called, may_change=True, may_hear_word=True)),
        *(
            (one.phone, Caller("helper", one.name, one.may_change, one.may_hear_word))
            for one in client.named_helpers.all()
        ),
        (client.trusted_worker_phone, Caller("reception" if client.reception else "worker", client.trusted_worker)),
        (client.contact_phone, Caller("contact", client.contact_name)),
        (client.money_phone, Caller("money", client.decides_about_money)),
    ]
    return [caller for phone, caller in around if phone and phone == rung] or [UNKNOWN]
