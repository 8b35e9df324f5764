"""The second step of coming in, after the password: the digits of an app, a passkey, or a spare code from paper.

Whoever set up an app or a passkey comes in with it. Whether everybody must is `DIGIBEL_TWO_STEPS`.
"""

import hashlib
import secrets
import time
import unicodedata
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations import opensessions, sixdigits, waychanges
from digibel.organisations.models import CodeApp, Organisation, Passkey, SpareCode, Staff
from digibel.problems import Conflict, Problem

SPARE: Final = 10
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""


class WrongDigits(Problem):
    code = "wrong_digits"
    message = "These digits do not fit. Wait for the next ones, and look at the clock of the telephone."


class LastStep(Conflict):
    code = "last_step"
    message = "Here everybody comes in with two steps. Set up another one first, then remove this."


class NothingBegun(Conflict):
    code = "nothing_begun"
    message = "Setting up the app was not begun, or it was done already. Begin again."


def is_wanted() -> bool:
    """Whether everybody here must have one. Asked at every page, so it asks nothing of the database."""
    return bool(settings.DIGIBEL_TWO_STEPS)


def exist(staff: Staff) -> bool:
    """Whether this account has a second step. Spare codes alone are none."""
    apps = CodeApp.objects.filter(staff=staff, confirmed_at__isnull=False)
    return apps.exists() or Passkey.objects.filter(staff=staff).exists()


def who_has(organisation: Organisation) -> set[UUID]:
    apps = CodeApp.objects.filter(staff__organisation=organisation, confirmed_at__isnull=False)
    keys = Passkey.objects.filter(staff__organisation=organisation)
    return {*apps.values_list("staff", flat=True), *keys.values_list("staff", flat=True)}


@transaction.atomic
def begin_app(staff: Staff) -> CodeApp:
    """A new secret for an app; the one that counts goes on counting until `confirm_app`."""
    lock(staff)
    CodeApp.objects.filter(staff=staff, confirmed_at=None).delete()
    return CodeApp.objects.create(staff=staff, secret=sixdigits.new_secret())


def begun_app(staff: Staff) -> CodeApp | None:
    return CodeApp.objects.filter(staff=staff, confirmed_at=None).first()


@transaction.atomic
def confirm_app(staff: Staff, typed: str) -> list[str]:
    """The app makes our digits, so it counts from now on, alone. Spare codes where there were none, for this one look."""
    locked = lock(staff)
    begun = begun_app(locked)
    if begun is None:
        raise NothingBegun
    step = sixdigits.step_of(begun.secret, _plain(typed), at=time.time())
    if step is None:
        raise WrongDigits
    CodeApp.objects.filter(staff=locked, confirmed_at__isnull=False).delete()
    begun.confirmed_at, begun.last_step = clock.now(), step
    begun.save(update_fields=["confirmed_at", "last_step"])
    record("staff.code_app_set", locked, by=Actor.staff(locked), organisation_id=locked.organisation_id)
    waychanges.tell(locked, "app_set")
    return spare_codes_if_none(locked)


@transaction.atomic
def new_spare_codes(staff: Staff) -> list[str]:
    """Ten new ones, for this one look; those before them open nothing any more."""
    locked = lock(staff)
    waychanges.tell(locked, "spare_made")
    return _make_spare_codes(locked)


def spare_codes_if_none(locked: Staff) -> list[str]:
    return [] if locked.spare_codes.exists() else _make_spare_codes(locked)


@transaction.atomic
def take(staff: Staff, typed: str) -> bool:
    """Whether this is the app's code of now, or a spare one. Each counts once, also when it comes twice at the same instant."""
    locked = lock(staff)
    plain = _plain(typed)
    return _take_digits(locked, plain) or _take_spare(locked, plain)


@transaction.atomic
def remove_app(staff: Staff) -> None:
    locked = lock(staff)
    if CodeApp.objects.filter(staff=locked, confirmed_at__isnull=False).delete()[0]:
        check_one_stays(locked)
        record("staff.code_app_removed", locked, by=Actor.staff(locked), organisation_id=locked.organisation_id)
        waychanges.tell(locked, "app_removed")


def check_one_stays(locked: Staff) -> None:
    """After one was removed, and before that is kept. Without any, spare codes are nothing."""
    if exist(locked):
        return
    if is_wanted():
        raise LastStep
    forget(locked)


@transaction.atomic
def drop(staff: Staff, *, by: Actor) -> None:
    """Without any second step from now on: the telephone is gone, and so is the paper. Whoever is in is out."""
    locked = lock(staff)
    opensessions.end(locked)
    if forget(locked):
        record("staff.second_steps_dropped", locked, by=by, organisation_id=locked.organisation_id)
        waychanges.tell(locked, "dropped")


def forget(staff: Staff) -> int:
    """How many rows went. Within the transaction of whoever closes or forgets the account."""
    return sum(rows.filter(staff=staff).delete()[0] for rows in (CodeApp.objects, Passkey.objects, SpareCode.objects))


def lock(staff: Staff) -> Staff:
    """First, in every verb about somebody's way in."""
    return Staff.objects.select_for_update(of=("self",)).exclude(email_index="").get(pk=staff.pk)


def _take_digits(staff: Staff, typed: str) -> bool:
    app = CodeApp.objects.filter(staff=staff, confirmed_at__isnull=False).first()
    step = sixdigits.step_of(app.secret, typed, at=time.time()) if app else None
    if app is None or step is None or step <= app.last_step:
        return False
    app.last_step = step
    app.save(update_fields=["last_step"])
    return True


def _take_spare(staff: Staff, typed: str) -> bool:
    if not SpareCode.objects.filter(staff=staff, digest=_digest(staff, typed)).delete()[0]:
        return False
    left = staff.spare_codes.count()
    record("staff.spare_code_used", staff, by=Actor.staff(staff), organisation_id=staff.organisation_id, left=left)
    waychanges.tell(staff, "spare_used")
    return True


def _make_spare_codes(staff: Staff) -> list[str]:
    SpareCode.objects.filter(staff=staff).delete()
    codes = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(SPARE)]
    SpareCode.objects.bulk_create(SpareCode(staff=staff, digest=_digest(staff, code)) for code in codes)
    record("staff.spare_codes_made", staff, by=Actor.staff(staff), organisation_id=staff.organisation_id)
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def _digest(staff: Staff, code: str) -> str:
    """Twelve letters drawn by chance are 59 bits: nobody finds them from a plain hash, and each account has another."""
    return hashlib.sha256(f"{staff.pk}:{code}".encode("utf-8", "replace")).hexdigest()


def _plain(typed: str) -> str:
    """As people copy it: with blanks and dashes, in capitals, in the numerals of their own keyboard."""
    letters = (letter for letter in typed[:80].casefold() if letter.isalnum())
    return "".join(str(digit) if (digit := unicodedata.digit(letter, -1)) >= 0 else letter for letter in letters)
