"""Who keeps the machine running hears what is wrong: once, again after a day, and when it is over. By mail and by text.

Straight to the mail server and the gateway, past outbox and database: those may be what is wrong. What was told lies in a file
of the home, and where the disk is full in this process alone.
"""

import json
import logging
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext, override

from digibel.notifications import gateways
from digibel.notifications.models import BY_HAND
from digibel.upkeep.troubles import WORDS

logger = logging.getLogger(__name__)

AGAIN_AFTER = 24 * 3600.0
LONGEST_TEXT = 300
"""Characters of a text: two segments with letters of any alphabet hold less, and the mail has all."""


@dataclass
class Told:
    """When each trouble was told last, by kind: seconds since 1970."""

    path: Path
    at: dict[str, float] = field(default_factory=dict)

    @classmethod
    def remembered(cls, path: Path) -> "Told":
        with suppress(OSError, ValueError, AttributeError, TypeError):
            return cls(path, {str(kind): float(at) for kind, at in json.loads(path.read_text()).items()})
        return cls(path)

    def note(self, at: dict[str, float]) -> None:
        self.at = at
        with suppress(OSError):
            self.path.write_text(json.dumps(at))


def tell(found: Iterable[str], told: Told) -> list[str]:
    """Tell what is new, what has lasted a day, and what is over. Returns the sentences that were told to somebody.

    What nobody could be told, because neither mail nor text left, is told with the next look.
    """
    now, there = time.time(), list(found)
    due = [kind for kind in there if now - told.at.get(kind, 0.0) >= AGAIN_AFTER]
    over = [kind for kind in told.at if kind not in there]
    if not due and not over:
        return []
    with override(settings.DIGIBEL_ALERT_LANGUAGE):
        sentences = [str(WORDS[kind]) for kind in due]
        sentences += [gettext("Over: {trouble}").format(trouble=WORDS[kind]) for kind in over if kind in WORDS]
        if not _reach_somebody(sentences):
            return []
    told.note({kind: now if kind in due else told.at[kind] for kind in there})
    return sentences


def _reach_somebody(sentences: list[str]) -> bool:
    """By every way there is; true where at least one worked."""
    mailed, texted = _mail(sentences), [_text(number, sentences) for number in settings.DIGIBEL_ALERT_SMS]
    return mailed or any(texted)


def _mail(sentences: list[str]) -> bool:
    if not settings.DIGIBEL_MAIL or not settings.DIGIBEL_ALERT_MAIL:
        return False
    where = settings.DIGIBEL_PUBLIC_URL
    subject = f"Digibel: {sentences[0]}"[:120]
    body = "\n".join([*(f"- {sentence}" for sentence in sentences), "", where, ""])
    mail = EmailMessage(subject, body, settings.DIGIBEL_MAIL_FROM, settings.DIGIBEL_ALERT_MAIL)
    try:
        return bool(mail.send())
    except Exception as error:
        logger.error("alert not mailed", extra={"error": type(error).__name__})
        return False


def _text(number: str, sentences: list[str]) -> bool:
    """Over the first gateway that takes it."""
    text = f"Digibel: {' '.join(sentences)}"[:LONGEST_TEXT]
    for name in gateways.in_order():
        if name == BY_HAND:
            continue
        try:
            gateways.gateway(name).send(message_id=uuid.uuid4(), to=number, text=text)
        except Exception as error:
            logger.error("alert not texted", extra={"gateway": name, "error": type(error).__name__})
        else:
            return True
    return False
