"""Visits in a volunteer's calendar, by mail: for those who gave an address and want it. The text stays what counts.

An invitation (RFC 5546) says what the calendar is to hold now: REQUEST, with a higher SEQUENCE for each change, or CANCEL. It
names nobody but the address it goes to. A visit that is booked again is another visit, with a UID of its own.

As with texts: written with the deed, sent after the commit, looked at again right before it leaves, tried again when the server
does not take it. A repeated mail is the same mail to the letter, with the same Message-ID: a calendar that had it changes nothing.
"""

import logging
import smtplib
import uuid
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils.translation import gettext, override
from django_q.tasks import async_task

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications import outbox
from digibel.notifications.steps import one_by_one
from digibel.organisations.models import Organisation
from digibel.scheduling import calendars, ics
from digibel.scheduling.calendars import Entry
from digibel.scheduling.errors import NoMail, NotAnAddress
from digibel.scheduling.invited import INVITATION_MOVES, MAY_HAVE_ARRIVED, Invitation, InvitationStatus
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Visit, VisitStatus
from digibel.sealing.reading import unsealed_or_none
from digibel.volunteers.models import Volunteer

logger = logging.getLogger(__name__)

MOST_TRIES = 8
BACK_OFF = timedelta(minutes=1)
STUCK_AFTER = timedelta(minutes=5)
PERMANENT = 500  # RFC 5321: what the server will not take, however often it is asked


# --- who wants them -------------------------------------------------------------------------------------------------


def are_possible() -> bool:
    return bool(settings.DIGIBEL_MAIL)


def invite(volunteer: Volunteer, address: str, *, by: Actor) -> None:
    """Send every visit, those that are booked already too, to this address from now on.

    Two transactions: whoever books meanwhile waits for the first, and is seen by the second.
    """
    if not are_possible():
        raise NoMail
    address = _checked(address.strip())
    if unsealed_or_none(volunteer, "email") == address:
        return
    _note(volunteer, address, "volunteer.invitations_wanted", by=by)
    for pk in _coming(volunteer):
        _tell_anew(pk)


def stop(volunteer: Volunteer, *, by: Actor) -> None:
    """No mail any more, and the address is forgotten. What stands in their calendar stays there as it is."""
    if unsealed_or_none(volunteer, "email") is None:
        return
    _note(volunteer, None, "volunteer.invitations_ended", by=by)


@transaction.atomic
def _note(volunteer: Volunteer, address: str | None, verb: str, *, by: Actor) -> None:
    locked = Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
    locked.email = address  # type: ignore[assignment]
    locked.save(update_fields=["email"])
    _withdraw(Invitation.objects.filter(visit__volunteer=locked))
    record(verb, locked, by=by)
    volunteer.refresh_from_db(fields=["email"])


def _checked(address: str) -> str:
    try:
        EmailValidator(allowlist=[])(address)
    except ValidationError:
        raise NotAnAddress from None
    if not address.isascii() or '"' in address or secrets.holds_secret(address):
        raise NotAnAddress
    return address


def _coming(volunteer: Volunteer) -> list[uuid.UUID]:
    booked = Visit.objects.by(volunteer).filter(status=VisitStatus.BOOKED, starts_at__gt=clock.now())
    return list(booked.order_by("request_id").values_list("pk", flat=True))


@transaction.atomic
def _tell_anew(visit_id: uuid.UUID) -> None:
    visit = lock_visit(visit_id)
    if visit.status == VisitStatus.BOOKED:
        visit.sequence, visit.changed_at = visit.sequence + 1, clock.now()
        visit.save(update_fields=["sequence", "changed_at"])
        tell(visit)


# --- what is said ---------------------------------------------------------------------------------------------------


def tell(visit: Visit) -> None:
    """The calendar is to know how this visit stands now. Within the deed's transaction; told twice, it is one mail."""
    if not are_possible() or not _wanted(visit.volunteer):
        return
    before = Invitation.objects.filter(visit=visit).exclude(sequence=visit.sequence)
    _withdraw(before)
    entry = calendars.as_entry(visit)
    if entry.is_cancelled and not before.filter(status__in=MAY_HAVE_ARRIVED).exists():
        return  # it never heard of this visit
    frozen_now = clock.now()
    Invitation.objects.get_or_create(
        visit=visit,
        sequence=visit.sequence,
        defaults={
            "said": _as_json(entry),
            "language": calendars.language_of(visit.volunteer.recipient.languages, visit.request.organisation.language),
            "status_at": frozen_now,
            "created_at": frozen_now,
            "not_before": frozen_now,
        },
    )
    transaction.on_commit(_wake_worker)


def _wanted(volunteer: Volunteer) -> bool:
    return unsealed_or_none(volunteer, "email") is not None and volunteer.recipient.restricted_at is None


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, uuid.UUID)
        else value
        for name, value in entry._asdict().items()
    }


def _as_entry(said: dict[str, Any]) -> Entry:
    moments = {
        name: datetime.fromisoformat(said[name])
        for name in ("starts_at", "ends_at", "changed_at", "held_back_at")
        if said[name] is not None
    }
    return Entry(**{**said, **moments, "id": uuid.UUID(said["id"]), "tasks": tuple(said["tasks"])})


def mail(invitation: Invitation, *, to: str) -> EmailMultiAlternatives:
    """The whole mail. `invitation` comes with visit, request and organisation."""
    entry, language = _as_entry(invitation.said), invitation.language
    organisation = invitation.visit.request.organisation
    method = "CANCEL" if entry.is_cancelled else "REQUEST"
    calendar = event(entry, language, method=method, organisation=organisation, to=to)
    message = EmailMultiAlternatives(
        subject=calendars.summary(entry, language),
        body="\n\n".join([calendars.for_volunteer(entry, language), *_in_the_end(entry, language)]),
        from_email=settings.DIGIBEL_MAIL_FROM,
        to=[to],
        headers={
            "Message-ID": f"<invitation-{invitation.pk}@{_host()}>",
            "Date": format_datetime(invitation.created_at),
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(calendar.decode(), f"text/calendar; method={method}")
    return message


def _in_the_end(entry: Entry, language: str) -> list[str]:
    with override(language):
        return [
            gettext("Is this mail not for you? Tell {phone}.").format(phone=calendars.readable(entry.phone)),
        ]


def event(entry: Entry, language: str, *, method: str, organisation: Organisation, to: str) -> bytes:
    """What the calendar reads. They have said yes already, by text: nobody is asked to answer, and an answer reaches nobody."""
    base = settings.DIGIBEL_PUBLIC_URL
    lines = ics.entry(
        *calendars.what_and_when(entry, language, base=base),
        ics.text("DESCRIPTION", calendars.for_volunteer(entry, language)),
        f"TRANSP:{'TRANSPARENT' if entry.is_cancelled else 'OPAQUE'}",
        ics.fold(f"ORGANIZER;CN={ics.quoted(organisation.name)}:mailto:{settings.DIGIBEL_MAIL_FROM}"),
        ics.fold(f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{to}"),
    )
    return ics.calendar([lines], about=[f"METHOD:{method}"])


def _host() -> str:
    return urlsplit(settings.DIGIBEL_PUBLIC_URL).hostname or "localhost"


# --- on its way -----------------------------------------------------------------------------------------------------


def _wake_worker() -> None:
    async_task("digibel.scheduling.tasks.sweep_invitations")


def sweep(limit: int = 200) -> int:
    """Send what is due. Returns how many left. Safe in many places at once; nothing leaves while the outbox is held."""
    if not are_possible() or outbox.held_since() is not None:
        return 0
    due = Invitation.objects.filter(status=InvitationStatus.QUEUED, not_before__lte=clock.now())
    return one_by_one(due.order_by("not_before").values_list("pk", flat=True)[:limit], send_one, what="invitation")


def send_one(invitation_id: uuid.UUID) -> bool:
    """Claim, look at what is true now, commit, send, and note what became of it."""
    invitation = _claim(invitation_id)
    if invitation is None:
        return False
    try:
        mail(invitation, to=invitation.visit.volunteer.email or "").send()
    except (OSError, smtplib.SMTPException) as error:
        _not_taken(invitation, error)
        return False
    return _move(invitation, InvitationStatus.SENT, trouble="")


@transaction.atomic
def _claim(invitation_id: uuid.UUID) -> Invitation | None:
    locked = (
        Invitation.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("visit__volunteer__recipient", "visit__request__organisation")
        .filter(pk=invitation_id, status=InvitationStatus.QUEUED, not_before__lte=clock.now())
        .first()
    )
    if locked is None:
        return None
    if not _still_true(locked):
        _move(locked, InvitationStatus.WITHDRAWN, trouble="untrue")
        return None
    on_its_way = Invitation.objects.filter(visit=locked.visit_id, status=InvitationStatus.SENDING)
    if on_its_way.exists():
        # The older one first; after a crash that one is sent again, and then ours.
        Invitation.objects.filter(pk=locked.pk).update(not_before=clock.now() + BACK_OFF)
        return None
    _move(locked, InvitationStatus.SENDING, tries=locked.tries + 1)
    return locked


def _still_true(invitation: Invitation) -> bool:
    visit = invitation.visit
    return _wanted(visit.volunteer) and visit.sequence == invitation.sequence and visit.ends_at > clock.now()


def _not_taken(invitation: Invitation, error: Exception) -> None:
    """Tried again, later each time. In the end it is left: the text has told the same, and the page says so."""
    trouble = type(error).__name__[:40]
    logger.warning("invitation not taken", extra={"invitation_id": invitation.pk, "trouble": trouble})
    if _is_permanent(error) or invitation.tries >= MOST_TRIES:
        _move(invitation, InvitationStatus.FAILED, trouble=trouble)
        return
    later = clock.now() + BACK_OFF * 2 ** (invitation.tries - 1)
    _move(invitation, InvitationStatus.QUEUED, not_before=later, trouble=trouble)


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in error.recipients.values())
    refused = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= PERMANENT
    # A password that is wrong is the operator's to put right: the mail is not to blame.
    return refused and not isinstance(error, smtplib.SMTPAuthenticationError)


def free_stuck() -> int:
    """Mails that a crash left half-way leave again: the same mail, under the same Message-ID."""
    before = clock.now() - STUCK_AFTER
    stuck = list(Invitation.objects.filter(status=InvitationStatus.SENDING, status_at__lte=before))
    return sum(_move(one, InvitationStatus.QUEUED, not_before=clock.now(), trouble="crashed") for one in stuck)


def does_not_arrive(volunteer: Volunteer) -> bool:
    """Whether the last mail that was tried was not taken: their page says so."""
    tried = Invitation.objects.filter(visit__volunteer=volunteer, tries__gt=0).order_by("-status_at")
    return tried.values_list("status", flat=True).first() == InvitationStatus.FAILED


def _withdraw(invitations: Any) -> None:
    waiting = invitations.filter(status=InvitationStatus.QUEUED)
    waiting.update(status=InvitationStatus.WITHDRAWN, status_at=clock.now(), trouble="untrue")


def _move(invitation: Invitation, to: str, **fields: Any) -> bool:
    """The one writer of a status: compare and swap, along the arrows only. False: somebody was faster."""
    if to not in INVITATION_MOVES[invitation.status]:
        return False
    changed = {"status": to, "status_at": clock.now(), **fields}
    moved = Invitation.objects.filter(pk=invitation.pk, status=invitation.status).update(**changed) == 1
    if moved:
        for name, value in changed.items():
            setattr(invitation, name, value)
    return moved
