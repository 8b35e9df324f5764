"""The volunteer's card: a link without a login that opens on acceptance and closes 24 hours after check-out."""

import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.notifications.recipients import language_of
from digibel.scheduling.errors import CardClosed, MoveNotAllowed, NoSuchCard
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Visit, VisitStatus

CLOSES_AFTER = timedelta(hours=24)
# After a visit that was never checked out, the card closes by itself.
CLOSES_AT_LAST = timedelta(hours=48)
WITH_LINK = ("visit.accepted", "visit.reminder_day", "visit.address_changed")
ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 16  # of 56 letters: 92 bits, and short enough for one text


def token(visit: Visit) -> str:
    """The secret of the link, worked out anew whenever a text needs it and stored nowhere. A new version revokes the old."""
    message = f"card:{visit.pk}:{visit.card_version}".encode()
    number = int.from_bytes(hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256))
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def link(visit: Visit) -> str:
    return f"{settings.DIGIBEL_PUBLIC_URL}/visit/{token(visit)}"


def open_card(token: str) -> Visit:
    """The visit behind this link. Raises `NoSuchCard` for a link that is no link of ours, `CardClosed` for one that was."""
    related = Visit.objects.select_related("request__organisation", "client__recipient", "volunteer__recipient")
    visit = related.filter(card_digest=digest(token)).first() if 0 < len(token) <= 64 else None
    if visit is None:
        raise NoSuchCard
    if not is_open(visit):
        raise CardClosed
    return visit


def is_open(visit: Visit) -> bool:
    if visit.status in {VisitStatus.CANCELLED, VisitStatus.MISSED}:
        return False
    closes = visit.checked_out_at + CLOSES_AFTER if visit.checked_out_at else visit.ends_at + CLOSES_AT_LAST
    return clock.now() < closes


@transaction.atomic
def revoke(visit: Visit, *, by: Actor) -> None:
    """A telephone is lost: the old link opens nothing any more, and no text that holds it leaves. No new one is sent."""
    locked = lock_visit(visit.pk)
    if not is_open(locked):
        raise CardClosed
    locked.card_version += 1
    locked.card_digest = digest(token(locked))
    locked.save(update_fields=["card_version", "card_digest"])
    outbox.withdraw(OutboundMessage.objects.about(locked).filter(kind__in=WITH_LINK))
    record("card.revoked", locked, by=by, organisation_id=locked.request.organisation_id, version=locked.card_version)
    visit.card_version, visit.card_digest = locked.card_version, locked.card_digest


@transaction.atomic
def send_link(visit: Visit, *, by: Actor) -> None:
    """Text the volunteer when, the word and the link once more: they lost the text, or have their telephone back."""
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.BOOKED or locked.starts_at <= clock.now():
        raise MoveNotAllowed(was=locked.status)
    organisation, recipient = locked.request.organisation, locked.volunteer.recipient
    outbox.queue_message(
        recipient,
        "visit.reminder_day",
        organisation=organisation,
        subject=locked,
        near=locked.starts_at,
        client=locked.client.first_name,
        moment=languages.day_and_time(locked.starts_at, language_of(recipient, organisation)),
        word=locked.word,
        link="" if locked.volunteer.sms_only else link(locked),
    )
    record("card.sent", locked, by=by, organisation_id=locked.request.organisation_id, version=locked.card_version)
