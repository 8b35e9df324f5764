"""Keys of programs: made once and shown once, found again by their hash, open for what they were made for and no longer."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets as guarded
from digibel.organisations.models import ApiKey, Organisation
from digibel.organisations.scopes import Scope
from digibel.problems import Problem
from digibel.unwritable import where_possible

LONGEST_LIFE: Final = timedelta(days=2 * 366)


class NoName(Problem):
    code = "no_name"
    message = "Give the key a name: the program that will use it."


class NothingToDo(Problem):
    code = "nothing_to_do"
    message = "Choose at least one thing that the key may do."


class WrongEnd(Problem):
    code = "wrong_end"
    message = "Choose a last day from today on, within two years."


@transaction.atomic
def open_key(
    organisation: Organisation, *, name: str, scopes: Collection[Scope], expires_on: date, by: Actor
) -> tuple[ApiKey, str]:
    """A new key, and its secret for this one look. Open through `expires_on`. Raises `NoName`, `NothingToDo`, `WrongEnd`."""
    name = guarded.mask(" ".join(name.split()))[:60]
    if not name:
        raise NoName
    if not scopes:
        raise NothingToDo
    if not clock.today() <= expires_on <= clock.today() + LONGEST_LIFE:
        raise WrongEnd
    key, secret = make_key(organisation, name=name, scopes=scopes, expires_on=expires_on)
    record("key.made", key, by=by, organisation_id=organisation.pk, scopes=key.scopes, until=expires_on)
    return key, secret


@transaction.atomic
def end_key(key: ApiKey, *, by: Actor) -> None:
    """Nobody gets in with it any more, from this moment. Ended already is fine."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        record("key.ended", key, by=by, organisation_id=key.organisation_id)
    key.refresh_from_db()


def make_key(
    organisation: Organisation,
    *,
    name: str,
    scopes: Collection[Scope] = (),
    expires_on: date | None = None,
    secret: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not kept. `secret` is given only by the demo, so that its keys stay the same."""
    secret = secret or f"dgb_{secrets.token_urlsafe(30)}"
    fields = {"organisation": organisation, "name": name, "prefix": secret[:8], "expires_on": expires_on}
    key, _ = ApiKey.objects.update_or_create(digest=_digest(secret), defaults={**fields, "scopes": sorted(scopes)})
    return key, secret


def find_key(secret: str) -> ApiKey | None:
    """The living key with this secret. Compared by hash, so timing tells nothing of the secret."""
    today = clock.today()
    living = ApiKey.objects.filter(Q(expires_on=None) | Q(expires_on__gte=today), revoked_at=None)
    return living.select_related("organisation").filter(digest=_digest(secret)).first()


def note_use(key: ApiKey) -> None:
    """Used today: a day is enough to see which keys nobody needs, and is one write a day."""
    today = clock.today()
    if key.last_used_on != today:
        with where_possible():
            ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
        key.last_used_on = today


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
