"""Who can be reached, and how."""

import uuid
from collections.abc import Sequence

from django.db.models import F, QuerySet

from digibel.languages import best_language
from digibel.notifications import numbers
from digibel.notifications.errors import NoTextsThere
from digibel.notifications.models import Channel, Recipient
from digibel.organisations.models import Organisation, Staff


def add_recipient(
    kind: str, *, key_id: uuid.UUID, number: str, languages: Sequence[str], channel: str = Channel.SMS
) -> Recipient:
    """A new recipient. `number` is as people write it, or empty where the channel needs none."""
    e164 = numbers.parse(number) if number.strip() else ""
    if channel == Channel.SMS and not numbers.is_textable(e164):
        raise NoTextsThere
    return Recipient.objects.create(
        kind=kind,
        key_id=key_id,
        number=e164,
        number_index=numbers.index(e164),
        languages=list(languages),
        channel=channel,
    )


def known_at(index: str) -> QuerySet[Recipient]:
    """Whom a text from this number can be of, by the trace of it: not somebody of whom we know that a stranger answers there."""
    here = Recipient.objects.filter(number_index=index).exclude(number_index="")
    return here.exclude(wrong_index=F("number_index")).order_by("pk")


def with_number(e164: str) -> list[Recipient]:
    """Everybody at this number: a couple or a centre may share one."""
    return list(Recipient.objects.filter(number_index=numbers.index(e164)).order_by("pk")) if e164 else []


def of_staff(staff: Staff) -> Recipient:
    """The recipient of somebody's alarms, made when first needed and kept in step with their mobile."""
    index = numbers.index(staff.mobile)
    recipient, _ = Recipient.objects.get_or_create(
        kind=Recipient.Kind.STAFF,
        key_id=staff.mobile_key_id,
        defaults={"number": staff.mobile, "number_index": index, "languages": [staff.language]},
    )
    if recipient.number_index != index:
        recipient.number, recipient.number_index = staff.mobile, index
        recipient.save(update_fields=["number", "number_index"])
    return recipient


def language_of(recipient: Recipient, organisation: Organisation) -> str:
    """The first of their languages that we have texts in, else the organisation's."""
    return best_language(recipient.languages, fallback=organisation.language)
