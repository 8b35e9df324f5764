"""The link to the five questions: a secret address without a log-in, that says nothing of who it was made for."""

from datetime import timedelta

from django.conf import settings

from digibel import clock, linkkeys
from digibel.organisations.models import Organisation
from digibel.volunteers.errors import LinkClosed, NoSuchLink
from digibel.volunteers.models import QuestionLink, Volunteer

OPEN_FOR = timedelta(days=60)


def open_link(volunteer: Volunteer, organisation: Organisation) -> QuestionLink:
    """The link of this volunteer, open for sixty days from now. One that had closed opens under a new address."""
    until = clock.now() + OPEN_FOR
    start = {"digest": linkkeys.digest(_token(volunteer, organisation, 1)), "opens_until": until}
    link, is_new = QuestionLink.objects.get_or_create(volunteer=volunteer, organisation=organisation, defaults=start)
    if not is_new:
        link.version += not is_open(link)
        link.digest, link.opens_until = linkkeys.digest(token(link)), until
        link.save(update_fields=["version", "digest", "opens_until"])
    return link


def address_now(volunteer: Volunteer, organisation: Organisation) -> str:
    """The address that is open already; nothing is opened, and nothing means there is none."""
    link = QuestionLink.objects.filter(volunteer=volunteer, organisation=organisation).first()
    return address(link) if link is not None and is_open(link) else ""


def address(link: QuestionLink) -> str:
    return f"{settings.DIGIBEL_PUBLIC_URL}/questions/{token(link)}"


def token(link: QuestionLink) -> str:
    return _token(link.volunteer, link.organisation, link.version)


def is_open(link: QuestionLink) -> bool:
    return clock.now() < link.opens_until and link.volunteer.left_at is None


def find_link(token: str) -> QuestionLink:
    """The link with this token. Raises `NoSuchLink` for one that was never ours, `LinkClosed` for one that is over."""
    related = QuestionLink.objects.select_related("volunteer__recipient", "organisation")
    link = related.filter(digest=linkkeys.digest(token)).first() if linkkeys.may_be_one(token) else None
    if link is None:
        raise NoSuchLink
    if not is_open(link):
        raise LinkClosed
    return link


def _token(volunteer: Volunteer, organisation: Organisation, version: int) -> str:
    return linkkeys.worked_out(f"questions:{volunteer.pk}:{organisation.pk}:{version}")
