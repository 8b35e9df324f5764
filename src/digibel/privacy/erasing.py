"""Forgetting somebody: what is open ends by the usual verbs, what says who they are goes, and then their key is destroyed.

The key goes last, within the transaction: if anything before it fails, nothing has happened; if the machine stops right after
it, nothing of theirs can be read and `replay_erasures` clears what is left. What is counted stays.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls
from digibel.notifications.models import (
    CallTask,
    Channel,
    InboundMessage,
    InboundPart,
    OutboundMessage,
    Recipient,
    SimulatedText,
)
from digibel.organisations import links, opensessions, secondsteps
from digibel.organisations.models import Closure, DutyHours, Organisation, Staff
from digibel.privacy import retention, rights
from digibel.privacy.errors import AlreadyErased, ComplaintOpen, LegalDuty, StillWorksHere, VisitNear, VisitUnderWay
from digibel.privacy.models import Certificate, CertificateCounter
from digibel.privacy.retention import End, Part
from digibel.requests.errors import MergedMeanwhile
from digibel.requests.intake import rows_of, survivor
from digibel.requests.models import Client, Closing
from digibel.requests.rectifying import lock_client
from digibel.scheduling import complaints, handovers, inside, openings, pairs, readiness, timers, worklist
from digibel.scheduling.concerns import ConcernOpen
from digibel.scheduling.locks import lock_request
from digibel.scheduling.models import Concern, FraudAlarm, Offer, Visit, VisitStatus
from digibel.sealing import keys
from digibel.sealing.fields import SealedTextField
from digibel.sealing.reading import erased_shown_as
from digibel.volunteers.models import Volunteer

# A client who is waiting for somebody hears from that volunteer, or from a person, and not nothing.
NEAR = timedelta(hours=24)
AT_ONCE = 500
# Who "does not come today", where an older copy of the data is being put right and nobody knows the name any more.
INSTEAD = "Digibel"


@transaction.atomic
def erase_client(client: Client, *, by: Actor, why: str = "asked") -> Certificate:
    """Forget a client, under every row they were known by. Then nothing has changed, if it raises `VisitUnderWay`,
    `ComplaintOpen`, `LegalDuty` or `AlreadyErased`.
    """
    locked = _hold(client)
    check_may_be_erased(locked)
    end_client(locked, by=by)
    erased = clear_client(locked)
    stays = {
        "requests": locked.help_requests.count(),
        "visits": locked.visits.count(),
        "consents": locked.consents.count(),
        "complaints": locked.complaints.count(),
    }
    certificate = _certify("client", locked, locked.organisation, by=by, why=why, erased=erased, stays=stays)
    keys.destroy(*_keys_of_client(locked))
    return certificate


def _hold(client: Client) -> Client:
    """Whom this row is, or points at since they were known twice: their requests, and then the client, as everybody holds them."""
    current = survivor(Client.objects.get(pk=client.pk))
    try:
        openings.lock_requests(current)
    except MergedMeanwhile:
        current = survivor(Client.objects.get(pk=current.pk))
        openings.lock_requests(current)
    return lock_client(current)


@transaction.atomic
def erase_volunteer(
    volunteer: Volunteer, *, by: Actor, why: str = "asked", at: Organisation | None = None, for_all: bool = False
) -> Certificate:
    """Forget a volunteer; `at` is the organisation that wrote it down, `for_all` that the network does it for everybody who
    sends them. Raises what `erase_client` raises, `VisitNear`, `OthersVolunteer` and `SharedVolunteer`.
    """
    locked = Volunteer.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=volunteer.pk)
    check_may_be_erased(locked)
    if at is not None and not for_all:
        rights.check_sends_alone(at, locked)
    end_volunteer(locked, by=by)
    erased = clear_volunteer(locked)
    stays = {
        "visits": Visit.objects.by(locked).count(),
        "offers": Offer.objects.to(locked).count(),
    }
    certificate = _certify("volunteer", locked, at, by=by, why=why, erased=erased, stays=stays)
    keys.destroy(*_keys_of_volunteer(locked))
    return certificate


@transaction.atomic
def erase_number(recipient: Recipient, *, by: Actor, why: str = "asked", at: Organisation | None = None) -> Certificate:
    """Forget a number that nobody knows, with all that was said: nothing of it is counted."""
    locked = Recipient.objects.select_for_update().get(pk=recipient.pk, kind=Recipient.Kind.UNKNOWN)
    erased = {"strangers": 1, "texts": locked.replies.count() + locked.messages.count()}
    certificate = _certify("recipient", locked, at, by=by, why=why, erased=erased, stays={})
    _delete_number(locked)
    keys.destroy(locked.key_id)
    return certificate


@transaction.atomic
def erase_staff(staff: Staff, *, by: Actor, why: str = "asked") -> Certificate:
    """Forget somebody who worked here. The audit keeps the number of their account, and no name."""
    locked = Staff.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=staff.pk)
    if locked.is_active:
        raise StillWorksHere
    _refuse_twice("staff", locked.pk)
    erased = clear_staff(locked)
    certificate = _certify("staff", locked, locked.organisation, by=by, why=why, erased=erased, stays={})
    keys.destroy(locked.key_id, locked.mobile_key_id)
    return certificate


@transaction.atomic
def erase_mobile(staff: Staff, *, by: Actor) -> None:
    """Somebody of the staff wants their mobile forgotten: its key goes, so that the number is gone from backups too."""
    locked = Staff.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=staff.pk)
    old = locked.mobile_key_id
    for recipient in Recipient.objects.filter(key_id=old):
        _forget_said(recipient, [old])
        _clear_recipient(recipient)
    _no_mobile(locked)
    record("mobile.erased", locked, by=by, organisation_id=locked.organisation_id)
    keys.destroy(old)


def _no_mobile(staff: Staff) -> None:
    staff.mobile_key_id, staff.mobile = keys.new_key(), ""
    staff.save(update_fields=["mobile_key_id", "mobile"])


# --- may they be erased now ---------------------------------------------------------------------------------------


def check_may_be_erased(person: Client | Volunteer) -> None:
    """Kindly no: twice, while somebody is at the door, or as long as a law keeps it."""
    kind = person._meta.model_name or ""
    _refuse_twice(kind, person.pk)
    theirs = Visit.objects.filter(**{kind: person})
    if theirs.filter(status=VisitStatus.UNDER_WAY).exists():
        raise VisitUnderWay
    if isinstance(person, Volunteer):
        near = theirs.filter(status=VisitStatus.BOOKED, starts_at__lt=clock.now() + NEAR)
        if near.exists():
            raise VisitNear
        if Concern.objects.open().filter(volunteer=person).exists():
            # Forgotten, they could come back as somebody new, and nobody would have decided (rule E8; GDPR art. 17.3.e).
            raise ConcernOpen
    elif person.complaints.open().exists():
        raise ComplaintOpen
    _refuse_what_law_keeps(kind, person)


def _refuse_twice(kind: str, person_id: UUID) -> None:
    if Certificate.objects.filter(person_kind=kind, person_id=person_id).exists():
        raise AlreadyErased


def _refuse_what_law_keeps(kind: str, person: Model) -> None:
    for rule, part in retention.parts_of(kind):
        if not rule.holds or rule.keep is None:
            continue
        newest = part.newest_of(person)
        if newest is not None and newest + rule.keep > clock.today():
            raise LegalDuty(what=str(rule.what), until=f"{newest + rule.keep:%d/%m/%Y}")


# --- what is open ends --------------------------------------------------------------------------------------------


def end_client(client: Client, *, by: Actor) -> None:
    """Offers, visits and calls end; whoever was to go there hears it; nothing more leaves for them."""
    for request in client.help_requests.order_by("pk"):
        if request.is_open:
            locked = lock_request(request.pk)
            openings.end_everything(locked, by=by, reason="client_forgotten")
            handovers.withdraw(locked, by=by)
            worklist.close(locked, closing=Closing.WITHDRAWN)
            record("request.closed", locked, by=by, organisation_id=locked.organisation_id, closing=Closing.WITHDRAWN)
        drop_calls(request)
    for visit in client.visits.all():
        drop_calls(visit)
        timers.drop_timers(visit.pk)
    for alarm in FraudAlarm.objects.filter(client=client):
        drop_calls(alarm)
    complaints.end_open(client, by=by)


def end_volunteer(volunteer: Volunteer, *, by: Actor) -> None:
    """Their visits are open again, what they were asked ends, and they have left."""
    readiness.pause(volunteer, by=by)
    Volunteer.objects.filter(pk=volunteer.pk, left_at=None).update(left_at=clock.now())
    CallTask.objects.open().filter(recipient=volunteer.recipient).update(
        done_at=clock.now(), outcome=CallTask.Outcome.NOT_NEEDED
    )


# --- what says who they are goes ----------------------------------------------------------------------------------


def clear_client(client: Client) -> dict[str, int]:
    """Rows and columns of the table's lines about clients. Done again, it finds nothing. Returns how many of what."""
    erased: Counter[str] = Counter()
    for row in rows_of(client):
        erased.update(_clear("client", row))
        erased["texts"] += _forget_said(row.recipient, _keys_of_row(row))
        Visit.objects.filter(client=row).update(word="", spent_word="", card_digest="")
        _clear_recipient(row.recipient)
        Client.objects.filter(pk=row.pk, gone_at=None).update(gone_at=clock.now())
    return dict(erased)


def clear_volunteer(volunteer: Volunteer) -> dict[str, int]:
    erased = _clear("volunteer", volunteer)
    erased["texts"] = _forget_said(volunteer.recipient, _keys_of_volunteer(volunteer))
    erased["texts"] += _forget_said_to_the_other(volunteer)
    Visit.objects.by(volunteer).exclude(status=VisitStatus.BOOKED).update(card_digest="")
    _clear_recipient(volunteer.recipient)
    # A feed of their calendar that somebody still reads says nothing from now on.
    Volunteer.objects.filter(pk=volunteer.pk).update(calendar_version=volunteer.calendar_version + 1)
    return erased


def _forget_said_to_the_other(volunteer: Volunteer) -> int:
    """Where two went together, what was said about the other one's visit names this one, under a key that stays."""
    requests = Visit.objects.by(volunteer).filter(request__two_go__gt="").values("request")
    theirs = Visit.objects.filter(request__in=requests).order_by().values("pk")
    return outbox.scrub(OutboundMessage.objects.filter(kind__in=pairs.NAME_THE_OTHER, subject_id__in=theirs))


def clear_staff(staff: Staff) -> dict[str, int]:
    erased = {
        "staff": 1,
        "duty": DutyHours.objects.filter(staff=staff).delete()[0],
        "sessions": opensessions.end(staff),
    }
    links.end(staff)
    secondsteps.forget(staff)
    Closure.objects.filter(stand_in=staff).update(stand_in=None)
    for recipient in Recipient.objects.filter(key_id=staff.mobile_key_id):
        erased["texts"] = _forget_said(recipient, [staff.mobile_key_id])
        _clear_recipient(recipient)
    Staff.objects.filter(pk=staff.pk).update(email_index="", password="!", is_active=False, last_login=None)
    return erased


def _clear(kind: str, person: Model) -> dict[str, int]:
    """Line by line of the table: rows are deleted, columns are emptied."""
    erased: dict[str, int] = {}
    for rule, part in retention.parts_of(kind):
        rows = part.of(person)
        if rule.end == End.DELETE:
            erased[rule.id] = erased.get(rule.id, 0) + rows.delete()[0]
        elif rule.end in {End.EMPTY, End.ERASE} and part.model is not Recipient and (changed := emptied(part)):
            erased[rule.id] = erased.get(rule.id, 0) + rows.update(**changed)
    return erased


def emptied(part: Part) -> dict[str, Any]:
    """What these columns become. Keys and people they point at stay; what is sealed and cannot be empty is not opened again."""
    changed: dict[str, Any] = {}
    for name in part.columns:
        field: Any = part.model._meta.get_field(name)
        if field.is_relation or name == "key_id":
            continue
        if isinstance(field, SealedTextField):
            if field.null:
                changed[name] = None
        elif field.null:
            changed[name] = None
        else:
            changed[name] = field.get_default() if field.has_default() else ""
    return changed


def forget_texts(texts: QuerySet[OutboundMessage]) -> int:
    """Empty these texts, also on the simulator's telephones, where they lie under the same id."""
    ids = list(texts.values_list("pk", flat=True))
    SimulatedText.objects.filter(pk__in=ids).delete()
    return OutboundMessage.objects.filter(pk__in=ids).update(body=None)


def _forget_said(recipient: Recipient, key_ids: Iterable[UUID]) -> int:
    """What was said to and by them, and what was said to others about them; nothing of it leaves any more."""
    ours = OutboundMessage.objects.filter(recipient=recipient) | OutboundMessage.objects.filter(key_id__in=key_ids)
    outbox.withdraw(OutboundMessage.objects.filter(pk__in=ours.values("pk")))
    SimulatedText.objects.filter(key_id__in=list(key_ids)).delete()
    InboundPart.objects.filter(recipient=recipient).delete()
    said = InboundMessage.objects.filter(recipient=recipient)
    said.filter(status__in=[InboundMessage.Status.RECEIVED, InboundMessage.Status.INBOX]).update(
        status=InboundMessage.Status.ANSWERED, outcome="erased"
    )
    emptied_now = said.filter(body__isnull=False).update(body=None)
    return emptied_now + forget_texts(OutboundMessage.objects.filter(pk__in=ours.values("pk"), body__isnull=False))


def _delete_number(recipient: Recipient) -> None:
    CallTask.objects.filter(recipient=recipient).delete()
    SimulatedText.objects.filter(key_id=recipient.key_id).delete()
    OutboundMessage.objects.filter(recipient=recipient).delete()
    InboundMessage.objects.filter(recipient=recipient).delete()
    Recipient.objects.filter(pk=recipient.pk).delete()


def _clear_recipient(recipient: Recipient) -> None:
    """No number, so no texts; the channel is counted where there was one of the others."""
    channel = Channel.CALL if recipient.channel == Channel.SMS else recipient.channel
    Recipient.objects.filter(pk=recipient.pk).update(
        number_index="", wrong_index="", channel=channel, languages=[], restricted_at=None, restricted_why=""
    )
    CallTask.objects.open().filter(recipient=recipient).update(done_at=clock.now(), outcome=CallTask.Outcome.NOT_NEEDED)


# --- keys and certificates ----------------------------------------------------------------------------------------


def _keys_of_client(client: Client) -> list[UUID]:
    return [key_id for row in rows_of(client) for key_id in _keys_of_row(row)]


def _keys_of_row(client: Client) -> list[UUID]:
    """Their own, and those of what was written about their visits."""
    visits = Visit.objects.filter(client=client).exclude(key_id=client.key_id)
    return [client.key_id, *visits.values_list("key_id", flat=True)]


def _keys_of_volunteer(volunteer: Volunteer) -> list[UUID]:
    """Visits from before they had keys of their own lie under the client's, which stays."""
    clients = Client.objects.values("key_id")
    visits = Visit.objects.by(volunteer).exclude(key_id__in=clients)
    return [volunteer.key_id, *visits.values_list("key_id", flat=True)]


def _certify(
    kind: str,
    person: Model,
    organisation: Organisation | None,
    *,
    by: Actor,
    why: str,
    erased: dict[str, int],
    stays: dict[str, int],
) -> Certificate:
    certificate = Certificate.objects.create(
        organisation=organisation,
        number=_next_number(),
        person_kind=kind,
        person_id=person.pk,
        at=clock.now(),
        by=str(by),
        why=why,
        erased={code: count for code, count in erased.items() if count},
        stays={code: count for code, count in stays.items() if count},
    )
    organisation_id = organisation.pk if organisation else None
    record("person.erased", person, by=by, organisation_id=organisation_id, certificate=certificate.number, why=why)
    return certificate


def _next_number() -> str:
    """E-2026-0001, easy to read out. Call it in a transaction."""
    year = clock.local(clock.now()).year
    CertificateCounter.objects.get_or_create(year=year)
    counter = CertificateCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"E-{year}-{counter.last:04d}"


# --- after a restore ----------------------------------------------------------------------------------------------


def replay_erasures(*, by: Actor) -> int:
    """Forget again whom an older copy of the data has brought back: the ledger of destroyed keys says whom. Idempotent.

    Their texts cannot be read, whatever the copy holds; here go the traces by which they could be found, and the
    visits that the copy believes are still to come. Returns how many people it were.
    """
    keys.replay_destructions()
    deeds: list[tuple[type[Any], str, Callable[..., bool]]] = [
        (Visit, "key_id", _replay_visit),
        (Client, "key_id", _replay_client),
        (Volunteer, "key_id", _replay_volunteer),
        (Staff, "key_id", _replay_staff),
        (Staff, "mobile_key_id", _replay_mobile),
        (Recipient, "key_id", _replay_number),
    ]
    with erased_shown_as(INSTEAD):
        return sum(_replay(model, key, deed, by=by) for model, key, deed in deeds)


def _replay(model: type[Any], key: str, deed: Callable[..., bool], *, by: Actor) -> int:
    count, last = 0, None
    while batch := _some_keys(model, key, last):
        destroyed = keys.destroyed_among(key_id for _, key_id in batch)
        for pk in (pk for pk, key_id in batch if key_id in destroyed):
            with transaction.atomic():
                count += deed(model.objects.get(pk=pk), by=by)
        last = batch[-1][0]
    return count


def _some_keys(model: type[Any], key: str, after: UUID | None) -> list[tuple[UUID, UUID]]:
    rows = model.objects.order_by("pk") if after is None else model.objects.filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", key)[:AT_ONCE])


def _replay_visit(visit: Visit, *, by: Actor) -> bool:
    """What still stands in the copy gets a new key, so that ending it can be written and sent."""
    texts = OutboundMessage.objects.filter(key_id=visit.key_id)
    outbox.withdraw(texts)
    forget_texts(texts.filter(body__isnull=False))
    if visit.status in {VisitStatus.BOOKED, VisitStatus.UNDER_WAY}:
        Visit.objects.filter(pk=visit.pk).update(key_id=keys.new_key())
    return False


def _replay_client(client: Client, *, by: Actor) -> bool:
    is_clear = client.gone_at is not None and not client.recipient.number_index and not client.name_tokens.exists()
    if is_clear and not client.help_requests.filter(closed_at=None).exists():
        return False
    for visit in client.visits.filter(status=VisitStatus.UNDER_WAY):
        inside.check_out(visit, by=by)
    end_client(client, by=by)
    clear_client(client)
    return True


def _replay_volunteer(volunteer: Volunteer, *, by: Actor) -> bool:
    if volunteer.left_at is not None and not volunteer.recipient.number_index and not volunteer.hours.exists():
        return False
    for visit in Visit.objects.by(volunteer).filter(status=VisitStatus.UNDER_WAY):
        inside.check_out(visit, by=by)
    end_volunteer(volunteer, by=by)
    clear_volunteer(volunteer)
    return True


def _replay_staff(staff: Staff, *, by: Actor) -> bool:
    if not staff.email_index:
        return False
    clear_staff(staff)
    return True


def _replay_mobile(staff: Staff, *, by: Actor) -> bool:
    """Somebody who goes on working here without a mobile that we know; the number itself is the recipient's, below."""
    if staff.email_index:
        _no_mobile(staff)
    return False


def _replay_number(recipient: Recipient, *, by: Actor) -> bool:
    """An unknown number goes altogether; the mobile of somebody who works here goes, and they stay."""
    if recipient.kind == Recipient.Kind.STAFF and recipient.number_index:
        _forget_said(recipient, [recipient.key_id])
        _clear_recipient(recipient)
        return True
    if recipient.kind != Recipient.Kind.UNKNOWN:
        return False
    _delete_number(recipient)
    return True
