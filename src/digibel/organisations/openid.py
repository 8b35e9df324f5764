"""Coming in by the log-in of another house, such as a municipality's: OpenID Connect, code flow with PKCE.

Which houses there are stands in the operator's file (`DIGIBEL_LOGINS_FILE`). Authlib does what the standard asks for: state, nonce,
PKCE, and the signature, issuer, audience and hour of the ID token. We read who it is, and keep nothing else that is told.

Source: OpenID Connect Core 1.0; RFC 7636.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from digibel.problems import Problem
from requests import RequestException

SECONDS: Final = 10
SIGNED_BY: Final = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Public keys alone: a token that our own secret could have signed proves nothing. EdDSA is Ed25519 before RFC 9864."""
FACTS: Final = {"slug", "name", "issuer", "client_id", "client_secret_file"}
MORE: Final = {"organisations", "two_steps"}
WRONG: Final = (OAuthError, JoseError, RequestException, RuntimeError, ValueError, KeyError, TypeError)
"""What Authlib and its parts raise on whatever another house, or somebody who plays it, may answer."""


class NotLetIn(Problem):
    code = "not_let_in"
    message = "{house} did not let you in, or does not answer. Try again, or come in with your password."


@dataclass(frozen=True, slots=True)
class House:
    """One that may let people in. `organisations`: slugs, none for all. `two_steps`: it asks for two itself, says the operator."""

    slug: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    organisations: frozenset[str] = frozenset()
    two_steps: bool = False

    def serves(self, organisation_slug: str) -> bool:
        return not self.organisations or organisation_slug in self.organisations


def houses() -> Mapping[str, House]:
    """By slug, in the order of the file. Raises `OSError` or `ValueError` where the file cannot be right."""
    return _houses(settings.DIGIBEL_LOGINS_FILE)


def go_there(request: HttpRequest, house: House, back: str, **more: str) -> HttpResponse:
    """To its page, from which it sends people back to `back`, an address of ours in full. Raises `NotLetIn`."""
    try:
        response: HttpResponse = _client(house).authorize_redirect(request, back, **more)
    except WRONG:
        raise NotLetIn(house=house.name) from None
    return response


def who_came_back(request: HttpRequest, house: House) -> str:
    """What the house calls whoever it let in: `sub`, which is theirs for ever. Raises `NotLetIn`."""
    must_be = {
        "iss": {"essential": True, "value": house.issuer},
        "aud": {"essential": True, "value": house.client_id},
        "nonce": {"essential": True},
    }
    try:
        client = _client(house)
        client.load_server_metadata()["id_token_signing_alg_values_supported"] = list(SIGNED_BY)
        token = client.authorize_access_token(request, claims_options=must_be)
        subject = token["userinfo"]["sub"]
    except JoseError:
        # Perhaps signed with a new key under the name of the old one, or without any: Authlib asks for keys anew only where it
        # meets a name that it does not know. Whoever tries again is read with the keys of that moment.
        _client.cache_clear()
        raise NotLetIn(house=house.name) from None
    except WRONG:
        raise NotLetIn(house=house.name) from None
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise NotLetIn(house=house.name)
    return subject


@cache
def _client(house: House) -> DjangoOAuth2App:
    """What a house says of itself (its addresses and keys) is asked once, and its keys again when they change."""
    told = {"scope": "openid", "code_challenge_method": "S256", "default_timeout": SECONDS}
    return OAuth().register(
        house.slug,
        client_id=house.client_id,
        client_secret=house.client_secret,
        server_metadata_url=f"{house.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs=told,
    )


@cache
def _houses(path: str) -> Mapping[str, House]:
    rows = tomllib.loads(Path(path).read_text(encoding="utf-8"))["login"] if path else []
    found = [_house(row, Path(path).parent) for row in rows]
    if len({house.slug for house in found}) < len(found):
        raise ValueError("two log-ins have one slug")
    return {house.slug: house for house in found}


def _house(row: dict[str, Any], folder: Path) -> House:
    if strange := sorted(row.keys() - FACTS - MORE):
        raise ValueError(f"a log-in has no {', '.join(strange)}")
    if missing := sorted(FACTS - row.keys()):
        raise ValueError(f"a log-in needs {', '.join(missing)}")
    _check_issuer(row["issuer"])
    secret = (folder / row["client_secret_file"]).read_text(encoding="utf-8").strip()
    told = {name: row[name] for name in ("slug", "name", "issuer", "client_id")}
    organisations = frozenset(row.get("organisations", ()))
    return House(
        **told, client_secret=secret, organisations=organisations, two_steps=row.get("two_steps", False) is True
    )


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise ValueError("the issuer of a log-in begins with https://")
