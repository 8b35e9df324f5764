"""The volunteer's card: a link without a login that opens on acceptance and closes 24 hours after check-out."""

import hashlib
import hmac
from datetime import timedelta

from django.conf import settings

from digibel import clock
from digibel.scheduling.errors import CardClosed, NoSuchCard
from digibel.scheduling.models import Visit, VisitStatus

CLOSES_AFTER = timedelta(hours=24)
# After a visit that was never checked out, the card closes by itself.
CLOSES_AT_LAST = timedelta(hours=48)
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
