"""Passkeys (WebAuthn) as the second step: the key signs for our address alone, so that a copy of our page gets nothing.

What is sent to the browser and comes back is JSON as the specification writes it; fido2 reads, compares and verifies it.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations import secondsteps, waychanges
from digibel.organisations.models import Passkey, Staff
from digibel.problems import Problem

MOST: Final = 8
State = dict[str, Any]


class NoSuchKey(Problem):
    code = "no_such_key"
    message = "This passkey was not accepted. Try again, or use a code."


class EnoughKeys(Problem):
    code = "enough_keys"
    message = "You have eight passkeys. Remove one that you do not use first."


def are_possible() -> bool:
    """Browsers make them for a name, and over https (or at `localhost`): not for an address in numbers."""
    host = urlsplit(settings.DIGIBEL_PUBLIC_URL).hostname or ""
    return host == "localhost" or (settings.SESSION_COOKIE_SECURE and not host.replace(".", "").isdigit())


def begin_adding(staff: Staff) -> tuple[str, State]:
    """What the browser needs to make one, as JSON; and what we must remember until it has."""
    if staff.passkeys.count() >= MOST:
        raise EnoughKeys
    # The key keeps no name and no address of theirs: only a number, and what the app's own list needs to show.
    user = PublicKeyCredentialUserEntity(id=staff.pk.bytes, name="Digibel", display_name="Digibel")
    options, state = _server().register_begin(user, _known(staff), user_verification=PREFERRED)
    return json.dumps(dict(options)["publicKey"]), state


def add(staff: Staff, state: State, answer: str) -> list[str]:
    """The new key counts from now on. Spare codes where there were none, for this one look."""
    made = _read(lambda: _server().register_complete(state, RegistrationResponse.from_dict(json.loads(answer))))
    public = made.credential_data
    with transaction.atomic():
        locked = secondsteps.lock(staff)
        told = {"credential": _trace(public.credential_id), "public": bytes(public), "uses": made.counter}
        try:
            with transaction.atomic():
                Passkey.objects.create(staff=locked, **told)
        except IntegrityError:
            raise NoSuchKey from None
        record("staff.passkey_added", locked, by=Actor.staff(locked), organisation_id=locked.organisation_id)
        waychanges.tell(locked, "passkey_added")
        return secondsteps.spare_codes_if_none(locked)


def begin_asking(staff: Staff) -> tuple[str, State]:
    options, state = _server().authenticate_begin(_known(staff), user_verification=PREFERRED)
    return json.dumps(dict(options)["publicKey"]), state


@transaction.atomic
def accept(staff: Staff, state: State, answer: str) -> None:
    """One of their keys signed what we asked. Raises `NoSuchKey`: also where a key counts backwards, as a copy of it would."""
    locked = secondsteps.lock(staff)
    response = _read(lambda: AuthenticationResponse.from_dict(json.loads(answer)))
    known = _read(lambda: _server().authenticate_complete(state, _known(locked), response))
    key = Passkey.objects.get(staff=locked, credential=_trace(known.credential_id))
    counted = response.response.authenticator_data.counter
    if counted <= key.uses and (counted or key.uses):
        raise NoSuchKey
    key.uses = counted
    key.save(update_fields=["uses"])


@transaction.atomic
def remove(staff: Staff, key_id: str) -> None:
    """Not theirs, or gone already, is fine."""
    locked = secondsteps.lock(staff)
    theirs = {str(pk) for pk in staff.passkeys.values_list("pk", flat=True)}
    if key_id in theirs and Passkey.objects.filter(pk=key_id).delete()[0]:
        secondsteps.check_one_stays(locked)
        record("staff.passkey_removed", locked, by=Actor.staff(locked), organisation_id=locked.organisation_id)
        waychanges.tell(locked, "passkey_removed")


PREFERRED: Final = UserVerificationRequirement.PREFERRED


def _server() -> Fido2Server:
    public = urlsplit(settings.DIGIBEL_PUBLIC_URL)
    house = PublicKeyCredentialRpEntity(name="Digibel", id=public.hostname)
    origin = f"{public.scheme}://{public.netloc}"
    return Fido2Server(house, verify_origin=lambda told: told == origin)


def _known(staff: Staff) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(key.public)) for key in staff.passkeys.order_by("since", "pk")]


def _trace(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _read(reading: Callable[[], Any]) -> Any:
    """Whatever a browser, or somebody who is none, sends instead of an answer is no key of theirs."""
    try:
        return reading()
    except Exception:
        raise NoSuchKey from None
