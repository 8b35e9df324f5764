"""The link to a volunteer's own page: a secret address that opens nothing else, for thirty days or until a telephone is lost."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from digibel import clock, linkkeys
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.organisations.models import Organisation
from digibel.volunteers.errors import LinkClosed, NoLetters, NoSuchLink
from digibel.volunteers.models import OwnPageLink, Volunteer

OPEN_FOR = timedelta(days=30)


def open_page(volunteer: Volunteer, organisation: Organisation) -> str:
    """A new token, told once and kept nowhere. `organisation` is whose telephone the page names."""
    token = linkkeys.drawn()
    OwnPageLink.objects.create(
        volunteer=volunteer,
        organisation=organisation,
        digest=linkkeys.digest(token),
        opens_until=clock.now() + OPEN_FOR,
    )
    return token


def address(token: str) -> str:
    return f"{settings.DIGIBEL_PUBLIC_URL}/me/{token}"


def find_page(token: str) -> OwnPageLink:
    """Raises `NoSuchLink` for one that was never ours or was revoked, `LinkClosed` for one that is over."""
    related = OwnPageLink.objects.select_related("volunteer__recipient", "organisation")
    link = related.filter(digest=linkkeys.digest(token)).first() if linkkeys.may_be_one(token) else None
    if link is None:
        raise NoSuchLink
    if clock.now() >= link.opens_until or link.volunteer.left_at is not None:
        raise LinkClosed
    return link


@transaction.atomic
def send_page(
    volunteer: Volunteer, organisation: Organisation, *, by: Actor, not_before: datetime | None = None
) -> OutboundMessage:
    """Text the link. Raises `NoLetters` where there is no internet on the telephone."""
    if volunteer.sms_only or volunteer.left_at is not None:
        raise NoLetters
    link = address(open_page(volunteer, organisation))
    text = outbox.queue_message(
        volunteer.recipient,
        "plain.page_link",
        organisation=organisation,
        subject=volunteer,
        not_before=not_before,
        link=link,
    )
    record("volunteer.page_sent", volunteer, by=by, organisation_id=organisation.pk)
    return text


def close_pages(volunteer: Volunteer | None = None) -> int:
    """A telephone is lost; or a copy of the data came back (None), with links that were closed since: nobody can tell which."""
    links = OwnPageLink.objects.all() if volunteer is None else OwnPageLink.objects.filter(volunteer=volunteer)
    return links.delete()[0]


def forget_closed() -> int:
    """Every night. A day later than they close, so that an old link says that it has closed."""
    return OwnPageLink.objects.filter(opens_until__lt=clock.now() - timedelta(days=1)).delete()[0]
