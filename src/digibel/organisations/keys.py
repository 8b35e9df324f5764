"""Keys of programs: made once and shown once, found again by their hash."""

import hashlib
import secrets

from digibel.organisations.models import ApiKey, Organisation


def make_key(organisation: Organisation, *, name: str, secret: str | None = None) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not kept. `secret` is given only by the demo, so that its keys stay the same."""
    secret = secret or f"dgb_{secrets.token_urlsafe(30)}"
    key, _ = ApiKey.objects.update_or_create(
        digest=_digest(secret), defaults={"organisation": organisation, "name": name, "prefix": secret[:8]}
    )
    return key, secret


def find_key(secret: str) -> ApiKey | None:
    """The living key with this secret. Compared by hash, so timing tells nothing of the secret."""
    return ApiKey.objects.select_related("organisation").filter(digest=_digest(secret), revoked_at=None).first()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
