"""Whoever changes somebody's way in is not always they: each change is told to the address of the account, where mail leaves.

The task is written with the change, so what was kept is told and what was not is not. It carries the number of the account; the
address is read when the mail leaves.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override
from django_q.models import Schedule
from django_q.tasks import async_task, schedule

from digibel import clock
from digibel.organisations.models import Staff

logger = logging.getLogger(__name__)

CHANGES: Final[dict[str, Promise]] = {
    "password": gettext_lazy("Another password was chosen for your account."),
    "app_set": gettext_lazy("An app that makes codes was set up for your account."),
    "app_removed": gettext_lazy("The app that makes codes was removed from your account."),
    "passkey_added": gettext_lazy("A passkey was added to your account."),
    "passkey_removed": gettext_lazy("A passkey was removed from your account."),
    "spare_made": gettext_lazy("New spare codes were made for your account."),
    "spare_used": gettext_lazy("Somebody came in to your account with a spare code."),
    "outside_added": gettext_lazy("The log-in of another house was tied to your account."),
    "outside_removed": gettext_lazy("The log-in of another house was taken off your account."),
    "dropped": gettext_lazy("Whoever looks after the network took the second step off your account."),
}
MAIL: Final = "digibel.organisations.waychanges.mail"
MOST_TRIES: Final = 6
AGAIN_AFTER: Final = timedelta(minutes=5)


def tell(staff: Staff, what: str) -> None:
    """Within the transaction of the change."""
    assert what in CHANGES, what
    if settings.DIGIBEL_MAIL:
        async_task(MAIL, str(staff.pk), what, clock.now().isoformat())


def mail(staff_id: str, what: str, at: str, tries: int = 1) -> bool:
    """Whether it left. Called by the queue; not taken, it is tried again, later each time. Whoever left is not written to."""
    staff = Staff.objects.filter(pk=UUID(staff_id), is_active=True).exclude(email_index="").first()
    if staff is None:
        return False
    with override(staff.language):
        letter = _letter(staff, what, datetime.fromisoformat(at))
    try:
        letter.send()
    except OSError as error:  # smtplib's are, too; what they say may quote the address
        logger.warning("mail not taken", extra={"staff_id": staff_id, "error": type(error).__name__})
        if tries < MOST_TRIES:
            later = timezone.now() + AGAIN_AFTER * 2 ** (tries - 1)
            schedule(MAIL, staff_id, what, at, tries + 1, schedule_type=Schedule.ONCE, next_run=later)
        return False
    return True


def _letter(staff: Staff, what: str, at: datetime) -> EmailMessage:
    text = gettext(
        "{what} It was on {when}.\n\nWas it you? Then you need do nothing.\n\nWas it not you? Choose another password at once, "
        "and ring whoever looks after the accounts of your organisation:\n\n{address}"
    )
    told = {
        "what": CHANGES[what],
        "when": date_format(clock.local(at), "j F Y, H:i"),
        "address": f"{settings.DIGIBEL_PUBLIC_URL}{reverse('desk:forgotten')}",
    }
    subject = gettext("Your way in to Digibel has changed")
    return EmailMessage(subject, text.format(**told), settings.DIGIBEL_MAIL_FROM, [staff.email])
