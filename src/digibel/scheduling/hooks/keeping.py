"""A hook is made, with a secret that is shown once; ended; and what did not arrive is sent again by hand."""

import secrets
from base64 import b64encode
from datetime import timedelta
from typing import Final

from django.db import transaction

from digibel import clock, outside
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets as guarded
from digibel.organisations.models import Organisation
from digibel.problems import Conflict, Problem
from digibel.scheduling.hooks.models import Delivery, DeliveryStatus, Hook
from digibel.sealing import keys

MOST: Final = 10
KEPT: Final = timedelta(days=30)
MARK: Final = "whsec_"  # of a secret, as the libraries of Standard Webhooks expect it


class NoHookName(Problem):
    code = "no_hook_name"
    message = "Give the address a name: the program that listens there."


class NoHookAddress(Problem):
    code = "no_hook_address"
    message = "This is no address that we can bring events to. It begins with https:// and has no password in it."


class TooManyHooks(Conflict):
    code = "too_many_hooks"
    message = "There are ten addresses already. End one that nobody needs any more."


class NothingToRepeat(Conflict):
    code = "nothing_to_repeat"
    message = "This one is on its way already, or the address was ended. Look at the page again."


@transaction.atomic
def make(organisation: Organisation, *, name: str, address: str, by: Actor) -> tuple[Hook, str]:
    """A new hook and its secret, for this one look. What it hears first is that it was made.

    Raises `NoHookName`, `NoHookAddress`, `TooManyHooks`.
    """
    name, address = guarded.mask(" ".join(name.split()))[:60], address.strip()
    if not name:
        raise NoHookName
    try:
        outside.check(address)
    except outside.NotReached:
        raise NoHookAddress from None
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if Hook.objects.of(organisation).count() >= MOST:
        raise TooManyHooks
    secret = MARK + b64encode(secrets.token_bytes(32)).decode()
    sealed = {"key_id": keys.new_key(), "address": address, "secret": secret}
    made = Hook.objects.create(organisation=organisation, name=name, made_at=clock.now(), **sealed)
    record("hook.made", made, by=by, organisation_id=organisation.pk)
    return made, secret


@transaction.atomic
def end(hook: Hook, *, by: Actor) -> None:
    """Nothing is brought there any more, and the address cannot be read again. Ended already is fine."""
    if Hook.objects.filter(pk=hook.pk, ended_at=None).update(ended_at=clock.now()):
        record("hook.ended", hook, by=by, organisation_id=hook.organisation_id)
        transaction.on_commit(lambda: keys.destroy(hook.key_id))


@transaction.atomic
def repeat(delivery: Delivery, *, by: Actor) -> None:
    """Bring this event there again, the same one, whether it had arrived or not. Raises `NothingToRepeat`."""
    if not _again(delivery.hook, pk=delivery.pk):
        raise NothingToRepeat
    record(
        "hook.repeated", delivery.hook, by=by, organisation_id=delivery.hook.organisation_id, event=delivery.event_id
    )


@transaction.atomic
def repeat_given_up(hook: Hook, *, by: Actor) -> int:
    """All that was given up, in its order. Returns how many; raises `NothingToRepeat`."""
    count = _again(hook, status=DeliveryStatus.GIVEN_UP)
    if not count:
        raise NothingToRepeat
    record("hook.repeated", hook, by=by, organisation_id=hook.organisation_id, events=count)
    return count


def _again(hook: Hook, **which: object) -> int:
    ended = Delivery.objects.filter(hook=hook, hook__ended_at=None, **which).exclude(status=DeliveryStatus.WAITING)
    waits = {"status": DeliveryStatus.WAITING, "done_at": None, "tries": 0, "trouble": ""}
    return ended.update(not_before=clock.now(), **waits)


def forget_old() -> int:
    """What ended a month ago, hooks and deliveries. Every night; returns how many went."""
    before = clock.now() - KEPT
    gone = Delivery.objects.filter(done_at__lt=before).delete()[0]
    return gone + Hook.objects.filter(ended_at__lt=before).delete()[0]
