"""The keys of persons: made, read, wrapped anew, destroyed.

A key is committed in its own database at once, whatever becomes of the deed around it. So make it before the person is
written (a key too many harms nobody), and destroy it before the person's rows are cleared (what a crash then leaves
behind cannot be read, and the next run clears it).
"""

import logging
from collections.abc import Iterable
from functools import partial
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError, connections, transaction

from digibel import clock
from digibel.sealing import masters
from digibel.sealing.cache import KeyCache
from digibel.sealing.errors import Erased, KeyMissing
from digibel.sealing.models import DestroyedKey, PersonKey
from digibel.sealing.router import KEYS

logger = logging.getLogger(__name__)

AT_ONCE = 500

cache = KeyCache(size=4096, seconds=60)


def new_key() -> UUID:
    """Make the key of one person and store it; the id goes in the person's `key_id`."""
    key_id, person_key = uuid4(), AESGCM.generate_key(bit_length=256)
    master_id, wrapped = masters.wrap(person_key, key_id=key_id)
    PersonKey.objects.create(id=key_id, wrapped=wrapped, master_id=master_id, created_at=clock.now())
    cache.put(key_id, AESGCM(person_key))
    return key_id


def cipher_of(key_id: UUID) -> AESGCM:
    """What seals and opens this person's texts. Raises `Erased`, or `KeyMissing` if nothing is known of this key."""
    try:
        cipher = cache.get(key_id)
    except KeyError:
        found = _load([key_id])
        if key_id not in found:
            raise KeyMissing() from None
        cipher = found[key_id]
    if cipher is None:
        raise Erased()
    return cipher


def is_erased(key_id: UUID) -> bool:
    try:
        cipher_of(key_id)
    except Erased:
        return True
    return False


def prefetch(key_ids: Iterable[UUID]) -> None:
    """Read the keys of a page of people with one query, before the page reads their texts one by one."""
    unknown = [key_id for key_id in dict.fromkeys(key_ids) if key_id not in cache]
    for start in range(0, len(unknown), AT_ONCE):
        _load(unknown[start : start + AT_ONCE])


def _load(key_ids: list[UUID]) -> dict[UUID, AESGCM | None]:
    """The ciphers of these keys, None where destroyed; a key that is not known at all is left out."""
    found: dict[UUID, AESGCM | None] = {}
    for key in PersonKey.objects.alive().filter(pk__in=key_ids):
        found[key.pk] = AESGCM(_open(key))
    missing = [key_id for key_id in key_ids if key_id not in found]
    if missing:
        found |= dict.fromkeys(destroyed_among(missing))
    for key_id, cipher in found.items():
        cache.put(key_id, cipher)
    return found


def _open(key: PersonKey) -> bytes:
    return masters.unwrap(bytes(key.wrapped), key_id=key.pk, master_id=key.master_id)


def destroy(*key_ids: UUID) -> None:
    """Erase people: their texts can never be read again, here or in any backup. Doing it twice does no harm.

    Other processes may still read for as long as they remember a key, which is a minute. Traces of a wrapped key may stay on
    the disk (free pages, the log of the database); they open with the master key only, so the next `rewrap_all`, and
    dropping the old master key after it, takes away the last of them.
    """
    connection = connections[KEYS]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
    with transaction.atomic(using=KEYS):
        now = clock.now()
        DestroyedKey.objects.bulk_create([DestroyedKey(id=key_id, at=now) for key_id in key_ids], ignore_conflicts=True)
        doomed = PersonKey.objects.filter(pk__in=key_ids)
        doomed.update(wrapped=b"", master_id="")
        doomed.delete()
        transaction.on_commit(partial(cache.drop, key_ids), using=KEYS)
        transaction.on_commit(_sweep_traces, using=KEYS)
    cache.drop(key_ids)


def _sweep_traces() -> None:
    """Have the database let go of the deleted rows now instead of some day. Best effort: the rows are gone already."""
    connection = connections[KEYS]
    statements = {
        "sqlite": "PRAGMA wal_checkpoint(TRUNCATE)",
        "postgresql": f"VACUUM {connection.ops.quote_name(PersonKey._meta.db_table)}",
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(statements[connection.vendor])
    except DatabaseError as error:
        logger.warning("traces of destroyed keys not swept", extra={"error": type(error).__name__})


def destroyed_among(key_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these keys that were destroyed. After a restore: whose rows must be cleared again."""
    return set(DestroyedKey.objects.filter(pk__in=list(key_ids)).values_list("pk", flat=True))


def refuse_destroyed(key_id: UUID) -> None:
    """Look in the ledger, not in what this process remembers. Raises `Erased`."""
    if destroyed_among([key_id]):
        cache.put(key_id, None)
        raise Erased


def replay_destructions() -> int:
    """Destroy again what the ledger says, after keys came back from an older copy. Returns how many had come back."""
    back = list(PersonKey.objects.filter(pk__in=DestroyedKey.objects.values("pk")).values_list("pk", flat=True))
    destroy(*back)
    return len(back)


def rewrap_all() -> int:
    """Wrap every key with the newest master key, while everybody goes on reading. Returns how many it were.

    Without downtime: first give every process both master keys, the old one in front; then the new one in front; then run
    this; then take the old one out.
    """
    newest, count = masters.masters()[0].id, 0
    while waiting := list(PersonKey.objects.exclude(master_id=newest).order_by("pk")[:AT_ONCE]):
        count += sum(_rewrap(key) for key in waiting)
    return count


def _rewrap(key: PersonKey) -> int:
    """Returns 0 where the key was destroyed, or wrapped by somebody else, in the meantime."""
    master_id, wrapped = masters.wrap(_open(key), key_id=key.pk)
    unchanged = PersonKey.objects.filter(pk=key.pk, master_id=key.master_id)
    return unchanged.update(wrapped=wrapped, master_id=master_id)
