"""One person under two rows, before anybody has made them one: a program that adds a client anew with every question it logs.

For what must count a person and not a row (rule E9, and who decides about money). Nothing is made one by this: only a person
decides that (`scheduling.merging`).
"""

import copy
import uuid

from digibel.notifications import numbers
from digibel.organisations.models import Organisation
from digibel.requests.drafts import ClientDraft
from digibel.requests.models import Client
from digibel.sealing.index import fold, name_tokens
from digibel.sealing.reading import unsealed_or_none


def one_at_a_time(organisation_id: uuid.UUID) -> None:
    """Hold what counts a person in this organisation, before anything else; in a transaction.

    Of two deeds at one moment neither sees what the other is about to write, and only together do two corrections make two rows
    one person, or a third problem. So whoever changes by what people are known, or asks what is counted, waits for who does so.
    """
    Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=organisation_id)


def rows_alike(client: Client) -> list[Client]:
    """This client, and the organisation's others of the very same name at the same number, or at the same door without one."""
    called = _name(client)
    tokens = name_tokens(called, client.organisation_id)
    if not tokens:
        return [client]
    found = Client.objects.filter(organisation=client.organisation_id, merged_into=None).exclude(pk=client.pk)
    found = found.filter(recipient__number_index=client.recipient.number_index)
    for token in tokens:
        found = found.filter(name_tokens__token=token)
    others = found.select_related("recipient").order_by("created_at", "pk")
    return [client, *(one for one in others if _name(one) == called and _reached_alike(one, client))]


def rows_alike_once(client: Client, draft: ClientDraft) -> list[Client]:
    """The same, as it will be once the draft is written. Nothing is written by this."""
    told = copy.copy(client)
    told.recipient = copy.copy(client.recipient)
    told.recipient.number_index = numbers.index(draft.phone)
    for name in ("first_name", "family_name", "postcode", "street", "house_number"):
        setattr(told, name, getattr(draft, name))
    return rows_alike(told)


def _reached_alike(one: Client, other: Client) -> bool:
    return bool(other.recipient.number_index) or _door(one) == _door(other)


def _name(client: Client) -> str:
    first, family = (unsealed_or_none(client, name) or "" for name in ("first_name", "family_name"))
    return fold(f"{first} {family}").strip()


def _door(client: Client) -> tuple[str, str, str]:
    street, number = (unsealed_or_none(client, name) or "" for name in ("street", "house_number"))
    return client.postcode, fold(street), fold(number)
