"""The account at the aggregator, from the settings."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings

PORT = 2775
TLS_PORT = 3550


@dataclass(frozen=True, slots=True)
class Account:
    host: str
    port: int
    tls: bool
    user: str
    # Eight octets at most (SMPP 3.4, 5.2.2).
    password: str
    # E.164: what the telephones show, and where their owners' answers go.
    sender: str


def account() -> Account:
    """Raises `ValueError` where the address is none."""
    url = urlsplit(settings.DIGIBEL_SMPP_URL)
    tls = url.scheme == "smpps"
    return Account(
        host=url.hostname or "",
        port=url.port or (TLS_PORT if tls else PORT),
        tls=tls,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        sender=settings.DIGIBEL_SMPP_SENDER,
    )


def what_is_missing() -> list[str]:
    """In sentences, for the operator."""
    missing = []
    if not _is_address(settings.DIGIBEL_SMPP_URL):
        missing.append("Set DIGIBEL_SMPP_URL: smpp://user:password@host:port, or smpps:// for TLS.")
    if not settings.DIGIBEL_SMPP_SENDER.removeprefix("+").isdigit():
        missing.append("Set DIGIBEL_SMPP_SENDER to the number that people answer to, as +32460000001.")
    return missing


def _is_address(told: str) -> bool:
    try:
        url = urlsplit(told)
        return url.scheme in {"smpp", "smpps"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return False
