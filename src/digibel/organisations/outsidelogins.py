"""Whom another house may let in as whom here. An account is tied to a log-in by its owner, never by what that house says of names
or addresses: an address is given to a colleague when somebody leaves, and some houses let people write their own.
"""

from django.db import IntegrityError, transaction

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations import links, openid, secondsteps, waychanges
from digibel.organisations.accounts import LinkOver
from digibel.organisations.models import OutsideLogin, Staff
from digibel.organisations.openid import House
from digibel.problems import Conflict
from digibel.sealing.index import blind_index


class TiedAlready(Conflict):
    code = "tied_already"
    message = "This log-in belongs to another account here, or your account has another one of that house. Remove that one first."


class LastWayIn(Conflict):
    code = "last_way_in"
    message = "You come in with this alone. Ask for a link to choose a password first, then remove this."


def of(staff: Staff) -> list[House]:
    """The houses that may let people of their organisation in."""
    return [house for house in openid.houses().values() if house.serves(staff.organisation.slug)]


def whose(house: House, subject: str) -> Staff | None:
    """Who this is here: nobody where the account is closed, or where the house no longer serves their organisation."""
    rows = OutsideLogin.objects.select_related("staff__organisation")
    tied = rows.filter(subject=_trace(house, subject), staff__is_active=True).first()
    return tied.staff if tied and house.serves(tied.staff.organisation.slug) else None


@transaction.atomic
def tie(staff: Staff, house: House, subject: str) -> None:
    """Said again, it is nothing."""
    locked = secondsteps.lock(staff)
    told = {"house": house.slug, "subject": _trace(house, subject)}
    if locked.outside_logins.filter(**told).exists():
        return
    try:
        with transaction.atomic():
            OutsideLogin.objects.create(staff=locked, **told)
    except IntegrityError:
        raise TiedAlready from None
    record("staff.outside_login_added", locked, by=Actor.staff(locked), organisation_id=locked.organisation_id)
    waychanges.tell(locked, "outside_added")


@transaction.atomic
def accept_link(staff: Staff, link_digest: str, house: House, subject: str) -> None:
    """By whoever holds a link to choose a password, and has this instead: it opens nothing any more."""
    locked = secondsteps.lock(staff)
    if not links.spend(locked, link_digest):
        raise LinkOver
    links.end(locked)
    tie(locked, house, subject)


@transaction.atomic
def untie(staff: Staff, slug: str) -> None:
    """Not theirs, or gone already, is fine. Also of a house that stands in the file no more."""
    locked = secondsteps.lock(staff)
    if not locked.outside_logins.filter(house=slug).delete()[0]:
        return
    if not locked.has_usable_password() and not locked.outside_logins.exists():
        raise LastWayIn
    record("staff.outside_login_removed", locked, by=Actor.staff(locked), organisation_id=locked.organisation_id)
    waychanges.tell(locked, "outside_removed")


def _trace(house: House, subject: str) -> str:
    """It may be a number of their payroll: only its keyed trace is kept."""
    return blind_index(f"{house.issuer} {subject}", purpose="outside login")
