"""Links behind which somebody chooses their password: an invitation that a person hands over, or a second chance by mail."""

import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from digibel import clock
from digibel.linkkeys import digest
from digibel.organisations.models import AccountLink, Staff

LASTS: Final = {AccountLink.Kind.GIVEN: timedelta(days=3), AccountLink.Kind.MAILED: timedelta(hours=1)}


@transaction.atomic
def open_link(staff: Staff, kind: AccountLink.Kind = AccountLink.Kind.GIVEN) -> str:
    """The secret of a new link, which is not kept. The one before it opens nothing any more; a person's ends the mailed one too."""
    if kind == AccountLink.Kind.GIVEN:
        end(staff)
    secret, now = secrets.token_urlsafe(32), clock.now()
    told = {"digest": digest(secret), "made_at": now, "ends_at": now + LASTS[kind]}
    AccountLink.objects.update_or_create(staff=staff, kind=kind, defaults=told)
    return secret


def opens(staff: Staff, secret: str) -> bool:
    """Whether this is a link of that account, whose hour has not come. By its hash, so timing tells nothing of the secret."""
    return staff.is_active and _living(staff, digest(secret)).exists()


def use(staff: Staff, secret: str) -> bool:
    """Spend it. Of two who hold it at the same instant, one does."""
    return spend(staff, digest(secret))


def spend(staff: Staff, link_digest: str) -> bool:
    """The same, by its hash: where the secret itself is not to be kept between two pages."""
    return _living(staff, link_digest).delete()[0] == 1


def end(staff: Staff) -> bool:
    """All of theirs. Whether there was one."""
    return AccountLink.objects.filter(staff=staff).delete()[0] > 0


def _living(staff: Staff, link_digest: str) -> QuerySet[AccountLink]:
    return AccountLink.objects.filter(staff=staff, digest=link_digest, ends_at__gt=clock.now())
