"""What an operator may have set up wrongly about keys, said before anything is sealed with them."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks

from digibel.sealing.masters import decode
from digibel.sealing.router import KEYS

MAKE_ONE = "Make a key with `openssl rand -base64 32`."
# Thirty-two random bytes hold about thirty different ones; fewer than this was typed by somebody.
FEWEST_DIFFERENT = 16


@checks.register(checks.Tags.security)
def check_keys(**kwargs: Any) -> list[checks.CheckMessage]:
    return [*_check_master_keys(), *_check_index_key(), *_check_keys_apart()]


def _check_master_keys() -> Iterator[checks.CheckMessage]:
    keys = getattr(settings, "DIGIBEL_MASTER_KEYS", [])
    if not keys:
        hint = f"{MAKE_ONE} Keep a copy on paper: without it nobody's data can be read."
        yield checks.Error("DIGIBEL_MASTER_KEYS is empty: nothing can be sealed.", hint=hint, id="sealing.E001")
    for position, key in enumerate(keys, start=1):
        yield from _check_key(
            key, f"Key {position} of DIGIBEL_MASTER_KEYS", unusable="sealing.E002", guessable="sealing.E003"
        )


def _check_index_key() -> Iterator[checks.CheckMessage]:
    key = getattr(settings, "DIGIBEL_INDEX_KEY", "")
    yield from _check_key(key, "DIGIBEL_INDEX_KEY", unusable="sealing.E004", guessable="sealing.E005")
    if key and key in getattr(settings, "DIGIBEL_MASTER_KEYS", []):
        message = "DIGIBEL_INDEX_KEY is also a master key."
        yield checks.Error(message, hint=f"Each key has one use. {MAKE_ONE}", id="sealing.E007")


def _check_key(key: str, name: str, *, unusable: str, guessable: str) -> Iterator[checks.CheckMessage]:
    try:
        raw = decode(key)
    except ValueError as error:
        yield checks.Error(f"{name} is unusable: {error}.", hint=MAKE_ONE, id=unusable)
        return
    if len(set(raw)) < FEWEST_DIFFERENT and not (settings.DEBUG or settings.DIGIBEL_DEMO):
        yield checks.Error(f"{name} is not random: anybody could guess it.", hint=MAKE_ONE, id=guessable)


def _check_keys_apart() -> Iterator[checks.CheckMessage]:
    places = [_place(settings.DATABASES[name]) for name in ("default", KEYS) if name in settings.DATABASES]
    if len(set(places)) < 2:
        yield checks.Error(
            "The keys are not in a database of their own: a backup of the data would hold them, and undo every erasure.",
            hint="Give DIGIBEL_KEYS_DATABASE_URL another file or database than DIGIBEL_DATABASE_URL.",
            id="sealing.E006",
        )


def _place(database: dict[str, Any]) -> tuple[str, str, str]:
    return str(database.get("HOST", "")), str(database.get("PORT", "")), str(database.get("NAME", ""))
