"""The volunteer's card: a link without a login that opens on acceptance and closes 24 hours after check-out."""

import uuid

from django.conf import settings
from django.db import transaction

from digibel import clock, languages, linkkeys
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.notifications.recipients import language_of
from digibel.scheduling import policies, timers
from digibel.scheduling.errors import CardClosed, MoveNotAllowed, NoSuchCard, NumberSetAside
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import STANDING_VISITS, Visit, VisitStatus
from digibel.sealing import ledger

WITH_LINK = ("visit.accepted", "visit.reminder_day", "visit.address_changed")


def token(visit: Visit) -> str:
    """The secret of the link, worked out anew whenever a text needs it and stored nowhere. A new version revokes the old."""
    return linkkeys.worked_out(f"card:{visit.pk}:{visit.card_version}")


def link(visit: Visit) -> str:
    return f"{settings.DIGIBEL_PUBLIC_URL}/visit/{token(visit)}"


def open_card(token: str) -> Visit:
    """The visit behind this link. Raises `NoSuchCard` for a link that is no link of ours, `CardClosed` for one that was."""
    related = Visit.objects.select_related("request__organisation", "client__recipient", "volunteer__recipient")
    visit = related.filter(card_digest=linkkeys.digest(token)).first() if linkkeys.may_be_one(token) else None
    if visit is None:
        raise NoSuchCard
    if not is_open(visit):
        raise CardClosed
    return visit


def is_open(visit: Visit) -> bool:
    return policies.card_is_open(visit)


def close(visit_id: uuid.UUID) -> None:
    """The volunteer's view has closed: what we texted about it, with street and word, is no longer readable here either.

    Rung by the clock; a visit that was extended meanwhile is looked at again when its card closes.
    """
    visit = lock_visit(visit_id)
    if visit.status in STANDING_VISITS and clock.now() < policies.card_closes_at(visit):
        timers.set_timer("card_closes", visit.pk, policies.card_closes_at(visit))
        return
    scrubbed = outbox.scrub(OutboundMessage.objects.about(visit))
    if scrubbed:
        record("card.closed", visit, by=CLOCK, organisation_id=visit.request.organisation_id, texts=scrubbed)


@transaction.atomic
def revoke(visit: Visit, *, by: Actor) -> None:
    """A telephone is lost: the old link opens nothing any more, and no text that holds it leaves. No new one is sent."""
    locked = lock_visit(visit.pk)
    if not is_open(locked):
        raise CardClosed
    locked.card_version += 1
    locked.card_digest = linkkeys.digest(token(locked))
    locked.save(update_fields=["card_version", "card_digest"])
    outbox.withdraw(OutboundMessage.objects.about(locked).filter(kind__in=WITH_LINK))
    ledger.note(ledger.What.CARD, locked.pk, value=locked.card_version)
    record("card.revoked", locked, by=by, organisation_id=locked.request.organisation_id, version=locked.card_version)
    visit.card_version, visit.card_digest = locked.card_version, locked.card_digest


def replay() -> int:
    """Revoke again what was revoked since the copy was made that has come back. Returns how many cards it were."""
    return sum(_revoke_again(entry.subject_id, entry.value) for entry in ledger.standing(ledger.What.CARD))


@transaction.atomic
def _revoke_again(visit_id: uuid.UUID, version: int) -> bool:
    """The version that was revoked opens nothing; nobody is texted a new link."""
    if not Visit.objects.filter(pk=visit_id, card_version__lt=version).exists():
        return False
    locked = lock_visit(visit_id)
    locked.card_version = version
    locked.card_digest = linkkeys.digest(token(locked)) if locked.card_digest else ""
    locked.save(update_fields=["card_version", "card_digest"])
    outbox.withdraw(OutboundMessage.objects.about(locked).filter(kind__in=WITH_LINK))
    return True


@transaction.atomic
def send_link(visit: Visit, *, by: Actor) -> None:
    """Text the volunteer when, the word and the link once more: they lost the text, or have their telephone back."""
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.BOOKED or locked.starts_at <= clock.now():
        raise MoveNotAllowed(was=locked.status)
    organisation, recipient = locked.request.organisation, locked.volunteer.recipient
    if recipient.number_is_wrong:
        raise NumberSetAside
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
