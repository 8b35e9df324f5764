"""Somebody forgot their password, and mail leaves from here: a link to the address of the account, if there is one.

What is said on the page is the same for everybody, and as fast: who has an account is nobody's business. The queue carries only
the keyed trace of what was typed; the secret of the link is made in the worker, and stands in the mail alone.
"""

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, override
from django_q.tasks import async_task

from digibel import clock
from digibel.organisations import links
from digibel.organisations.models import AccountLink, Staff, email_trace

logger = logging.getLogger(__name__)

REST: Final = timedelta(minutes=10)
"""One mail to one account in this time, whoever asks for more."""


def is_possible() -> bool:
    return bool(settings.DIGIBEL_MAIL)


def ask(address: str) -> None:
    async_task("digibel.organisations.secondchance.mail", email_trace(address))


def mail(trace: str) -> bool:
    """Whether one left. Called by the queue. Not taken, its link ends: whoever asks again need not wait for another."""
    staff = Staff.objects.filter(email_index=trace, is_active=True).exclude(email_index="").first()
    secret = _open_link(staff) if staff else None
    if staff is None or secret is None:
        return False
    with override(staff.language):
        letter = _letter(staff, secret)
    try:
        letter.send()
    except OSError as error:  # smtplib's are, too; what they say may quote the address
        logger.warning("mail not taken", extra={"staff_id": staff.pk, "error": type(error).__name__})
        links.use(staff, secret)
        return False
    return True


def path(staff: Staff, secret: str) -> str:
    """The page behind the link."""
    return reverse("desk:choose_password", args=[staff.pk.hex, secret])


@transaction.atomic
def _open_link(staff: Staff) -> str | None:
    """None: one was mailed a moment ago."""
    locked = Staff.objects.select_for_update(of=("self",)).get(pk=staff.pk)
    mailed = AccountLink.objects.filter(staff=locked, kind=AccountLink.Kind.MAILED, made_at__gt=clock.now() - REST)
    return None if mailed.exists() else links.open_link(locked, AccountLink.Kind.MAILED)


def _letter(staff: Staff, secret: str) -> EmailMessage:
    address = f"{settings.DIGIBEL_PUBLIC_URL}{path(staff, secret)}"
    text = gettext(
        "Somebody, probably you, asked for a new password for Digibel. Choose one here, within an hour:\n\n{address}\n\n"
        "Was it not you? Then do nothing: your password stays as it is. If this goes on, tell your coordinator."
    )
    subject = gettext("A new password for Digibel")
    return EmailMessage(subject, text.format(address=address), settings.DIGIBEL_MAIL_FROM, [staff.email])
