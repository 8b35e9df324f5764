"""The nightly sweep: each line of the retention table whose time is over, in batches, each batch in a transaction of its own.

Safe to run twice, late, or in many places: what was swept is not found again. The clock of the demo rings it too.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django_q.models import Task

from digibel import clock
from digibel.audit import chain
from digibel.audit.actors import CLOCK
from digibel.audit.recording import record
from digibel.notifications.models import InboundMessage, InboundPart, OutboundMessage, Recipient, SimulatedText
from digibel.organisations.models import Joiner, Organisation, Staff
from digibel.privacy import erasing, retention
from digibel.privacy.models import Breach, Certificate, RightsRequest
from digibel.problems import Problem
from digibel.requests.models import Client, HelpRequest, Merge, Overruling, Series, TimeWindow
from digibel.scheduling.models import STANDING_VISITS, Complaint, Payment, ReportNote, Visit
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

logger = logging.getLogger(__name__)

AT_ONCE = 500


def sweep(*ids: str) -> dict[str, int]:
    """Do what these lines of the table say, or all of them. Returns how many rows each touched; counts go in the audit."""
    swept = {id: _sweep_safely(id) for id in (ids or SWEEPS)}
    told = {id: count for id, count in swept.items() if count}
    if told and (organisation := Organisation.objects.order_by("pk").first()) is not None:
        record("retention.swept", organisation, by=CLOCK, lines=list(told), rows=list(told.values()))
    return swept


def _sweep_safely(id: str) -> int:
    """One line that breaks must not keep the others; it is swept again tomorrow, and the operator hears it."""
    before = clock.now() - retention.keep(id)
    try:
        return SWEEPS[id](before)
    except Exception as error:
        logger.error("retention failed", extra={"rule": id, "error": type(error).__name__})
        return 0


# --- people -------------------------------------------------------------------------------------------------------


def _clients(before: datetime) -> int:
    """Those whose last request was closed that long ago; and who never had one, that long after they were added."""
    theirs = HelpRequest.objects.filter(client=OuterRef("pk"))
    last = theirs.order_by().values("client").annotate(last=Max("closed_at")).values("last")
    # A row that points at somebody else since they were known twice goes with whom it points at.
    known = Client.objects.filter(~Exists(theirs.filter(closed_at=None)), merged_into=None)
    over = known.annotate(last=Coalesce(Subquery(last), F("created_at")))
    return _erase_all(over.filter(last__lt=before, recipient__restricted_at=None), "client", erasing.erase_client)


def _volunteers(before: datetime) -> int:
    over = Volunteer.objects.filter(left_at__lt=before, recipient__restricted_at=None)
    return _erase_all(over, "volunteer", erasing.erase_volunteer)


def _staff(before: datetime) -> int:
    over = Staff.objects.filter(is_active=False).filter(Q(last_login=None) | Q(last_login__lt=before))
    return _erase_all(over, "staff", erasing.erase_staff)


def _strangers(before: datetime) -> int:
    recent = InboundMessage.objects.filter(recipient=OuterRef("pk"), received_at__gte=before)
    answered = OutboundMessage.objects.filter(recipient=OuterRef("pk"), created_at__gte=before)
    over = Recipient.objects.filter(~Exists(recent), ~Exists(answered), kind=Recipient.Kind.UNKNOWN, applicant=None)
    return _erase_all(over, "recipient", erasing.erase_number)


def _applicants(before: datetime) -> int:
    """With the number goes the name, and what the two texted each other."""
    over = Recipient.objects.filter(applicant__asked_at__lt=before)
    return _erase_all(over, "recipient", erasing.erase_number)


def _joiners(before: datetime) -> int:
    return _in_batches(Joiner.objects.filter(asked_at__lt=before), _delete_with_keys)


def _delete_with_keys(rows: QuerySet[Any]) -> int:
    """So that they are gone from yesterday's backup too. The keys go last: nothing that is left needs them."""
    gone = list(rows.values_list("key_id", flat=True))
    count = rows.delete()[0]
    transaction.on_commit(lambda: keys.destroy(*gone))
    return count


def _erase_all(people: QuerySet[Any], kind: str, erase: Callable[..., object]) -> int:
    erased = Certificate.objects.filter(person_kind=kind, person_id=OuterRef("pk"))
    count = 0
    for person in list(people.filter(~Exists(erased)).order_by("pk")[:AT_ONCE]):
        try:
            erase(person, by=CLOCK, why="retention")
        except Problem:
            # A visit under way, a law that keeps it: tomorrow it is looked at again.
            continue
        count += 1
    return count


# --- what was said ------------------------------------------------------------------------------------------------


def _request_words(before: datetime) -> int:
    full = ~Q(device="") | Q(in_own_words__isnull=False) | Q(idempotency_key__isnull=False)
    over = HelpRequest.objects.filter(full, closed_at__lt=before)
    return _in_batches(over, lambda rows: rows.update(**erasing.emptied(retention.BY_ID["request_words"].parts[0])))


def _request_moments(before: datetime) -> int:
    windows = TimeWindow.objects.filter(request__closed_at__lt=before)
    notes = ReportNote.objects.filter(report__visit__request__closed_at__lt=before)
    overruled = Overruling.objects.filter(request__closed_at__lt=before)
    series = Series.objects.filter(request__closed_at__lt=before)
    return sum(_in_batches(rows, _delete) for rows in (windows, notes, overruled, series))


def _addresses(before: datetime) -> int:
    """Bodies of texts about a visit that ended, and what the simulator's telephones show of them."""
    ended = Visit.objects.exclude(status__in=STANDING_VISITS).filter(pk=OuterRef("subject_id"))
    over = ended.filter(Q(checked_out_at__lt=before) | Q(checked_out_at=None, changed_at__lt=before))
    texts = OutboundMessage.objects.filter(
        Exists(over), subject_kind="visit", body__isnull=False, created_at__lt=before
    )
    return _in_batches(texts, erasing.forget_texts)


def _texts(before: datetime) -> int:
    sent = OutboundMessage.objects.filter(body__isnull=False, created_at__lt=before)
    theirs = InboundMessage.objects.filter(body__isnull=False, received_at__lt=before)
    return _in_batches(sent, erasing.forget_texts) + _in_batches(theirs, lambda rows: rows.update(body=None))


def _parts(before: datetime) -> int:
    return _in_batches(InboundPart.objects.filter(received_at__lt=before), _delete)


def _simulated(before: datetime) -> int:
    return _in_batches(SimulatedText.objects.filter(at__lt=before), _delete)


# --- registers ----------------------------------------------------------------------------------------------------


def _audit(before: datetime) -> int:
    return chain.drop_expired_segments(before)


def _sessions(before: datetime) -> int:
    return _in_batches(Session.objects.filter(expire_date__lt=_machine(before)), _delete)


def _attempts(before: datetime) -> int:
    models: tuple[Any, ...] = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(_in_batches(model.objects.filter(attempt_time__lt=_machine(before)), _delete) for model in models)


def _queue(before: datetime) -> int:
    return _in_batches(Task.objects.filter(stopped__lt=_machine(before)), _delete)


def _expenses(before: datetime) -> int:
    return _in_batches(Payment.objects.filter(paid_on__lt=clock.local(before).date()), _delete)


def _merges(before: datetime) -> int:
    return _in_batches(Merge.objects.filter(made_at__lt=before), _delete)


def _complaints(before: datetime) -> int:
    return _in_batches(Complaint.objects.filter(ended_at__lt=before), _delete)


def _rights(before: datetime) -> int:
    asked = RightsRequest.objects.filter(done_at__lt=before)
    return _in_batches(asked, _delete) + _in_batches(Breach.objects.filter(closed_at__lt=before), _delete)


def _machine(before: datetime) -> datetime:
    """Django, axes and the queue write the machine's own time, which a demo's clock runs ahead of."""
    return clock.machine_time() - (clock.now() - before)


SWEEPS: dict[str, Callable[[datetime], int]] = {
    "client": _clients,
    "volunteer": _volunteers,
    "staff": _staff,
    "strangers": _strangers,
    "applicants": _applicants,
    "joiners": _joiners,
    "request_words": _request_words,
    "request_moments": _request_moments,
    "merges": _merges,
    "complaints": _complaints,
    "addresses": _addresses,
    "texts": _texts,
    "parts": _parts,
    "simulated": _simulated,
    "expenses": _expenses,
    "audit": _audit,
    "sessions": _sessions,
    "attempts": _attempts,
    "queue": _queue,
    "rights": _rights,
}


# --- batches ------------------------------------------------------------------------------------------------------


def _in_batches(rows: QuerySet[Any], deed: Callable[[QuerySet[Any]], int]) -> int:
    """A few hundred at a time, so that nobody waits long for what is swept. Ends when nothing more is found."""
    swept = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            deed(rows.model._default_manager.filter(pk__in=ids))
        swept += len(ids)
    return swept


def _delete(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]
