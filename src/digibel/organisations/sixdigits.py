"""The six digits of an app on a telephone (RFC 4226, RFC 6238): SHA-1, half a minute each, as every such app makes them."""

import base64
import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""A telephone may be this many half minutes ahead or behind."""


def new_secret() -> str:
    """160 bits in base32, as an app takes it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def digits(secret: str, step: int) -> str:
    made = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    begin = made[-1] & 0x0F
    number = int.from_bytes(made[begin : begin + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, typed: str, *, at: float) -> int | None:
    """Which half minute these digits are of, around `at` (seconds since 1970); None: of none. All are looked at, in equal time."""
    now = int(at // SECONDS)
    steps = range(now - DRIFT, now + DRIFT + 1)
    fitting = [step for step in steps if hmac.compare_digest(digits(secret, step).encode(), typed.encode())]
    return fitting[-1] if fitting else None


def address(secret: str, *, account: str, issuer: str) -> str:
    """What the square shows to the app: otpauth://totp/…"""
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode({'secret': secret, 'issuer': issuer})}"
