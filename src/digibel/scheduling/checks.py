"""What an operator can get wrong about mail, said at the start and not when a visit is booked."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks


def mail_can_leave(**_: Any) -> list[checks.CheckMessage]:
    told = urlsplit(settings.DIGIBEL_MAIL)
    if settings.DIGIBEL_MAIL in {"", "file"} or (told.scheme in {"smtp", "smtps"} and told.hostname):
        return []
    hint = (
        "Write smtp://user:password@host:587 or smtps://user:password@host:465, or leave it out: then no mail leaves."
    )
    return [checks.Error("DIGIBEL_MAIL is no address of a mail server.", hint=hint, id="scheduling.E001")]
