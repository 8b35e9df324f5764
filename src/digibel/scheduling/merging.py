"""One person was known twice: two clients of one organisation become one, and for thirty days two again.

Everything moves to the survivor; the other row stays as a pointer, so that whoever has its id finds the person. Each row that
moved is in a ledger. Undone, those go back; what was made since stays with the survivor. Texts are sealed anew under the key of
whom they belong to.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import kind_of
from digibel.audit.recording import record
from digibel.notifications import numbers
from digibel.notifications.calls import drop_calls
from digibel.notifications.models import CallTask, Channel, InboundMessage, OutboundMessage, Recipient
from digibel.requests import intake, judging
from digibel.requests.alike import one_at_a_time, rows_alike_once
from digibel.requests.drafts import ClientDraft
from digibel.requests.errors import CannotMerge, CannotUnmerge, VisitsAtOnce
from digibel.requests.models import Client, Consent, HelpRequest, Merge, MovedRow, NamedHelper, StaffFirst
from digibel.requests.rectifying import CORRECTED, FIELDS, REACH, as_draft, differences
from digibel.requests.stafffirst import hold, said_yes_and_held
from digibel.scheduling import announcing, households, openings, rectifying, rejudging, stafffirst, worklist
from digibel.scheduling.errors import Restricted
from digibel.scheduling.locks import LoggedMeanwhile, lock_visit, until_all_are_held
from digibel.scheduling.models import Complaint, FraudAlarm, Preference, ReportNote, Visit, VisitStatus
from digibel.sealing import ledger
from digibel.sealing.errors import Erased
from digibel.sealing.strays import sealed_fields

UNDONE_WITHIN = timedelta(days=30)
# Every table that belongs to a client, and to how they are reached; a test looks whether one is missing.
OF_CLIENT: tuple[type[models.Model], ...] = (
    HelpRequest,
    Visit,
    Consent,
    NamedHelper,
    StaffFirst,
    Preference,
    Complaint,
    FraudAlarm,
)
OF_RECIPIENT: tuple[type[models.Model], ...] = (OutboundMessage, InboundMessage, CallTask)
MONEY = ("decides_about_money", "money_kind", "money_phone")
# What a person chooses between; those whom either named are all kept, as far as there is room.
CHOICES = tuple(name for name in FIELDS if name != "helpers")


@transaction.atomic
def merge(kept: Client, other: Client, *, theirs: Iterable[str] = (), by: Actor) -> Merge:
    """Make them one: `kept` stays, with the values of `other` in the fields named `theirs`. Raises `CannotMerge`, `VisitsAtOnce`,
    `Restricted`.

    A STOP of either stays, and so do a "never again" about a volunteer and whoever decides about money.
    """
    chosen = set(theirs) & set(CHOICES)
    kept, other = _hold(kept, other, alike=partial(_alike_as_one, kept, other, chosen))
    _check(kept, other)
    before, others = as_draft(kept), as_draft(other)
    asked_before = max(judging.asked_about_money(one) for one in (kept, other))
    facts, of_other = _facts(kept), _facts(other)
    done = Merge(kept=kept, merged=other, made_at=clock.now(), made_by=str(by))
    done.kept_before, done.kept_after, done.merged_before = json.dumps(facts), "{}", json.dumps(_reach(other))
    done.save(force_insert=True)
    moved = _move_all(done, other, kept)
    for held in StaffFirst.objects.standing().filter(client=other):
        # Why staff look first at each of them: let go for the one reason, nobody goes past the other. Undone, both stay.
        hold(kept, held.codes, by=by)
    _blank(other, into=kept)
    _write(kept, _won(facts, of_other, chosen))
    _strictest_preferences(kept, other)
    _note_changed(kept, before, by=by)
    done.kept_after = json.dumps(_facts(kept))
    done.save(update_fields=["kept_after"])
    _follow(kept, was={kept.pk: before, other.pk: others}, moved=moved, by=by)
    _look_at_money(kept, asked_before, by=by)
    record("client.merged", kept, by=by, organisation_id=kept.organisation_id, other=other.pk, rows=done.moved.count())
    return done


@transaction.atomic
def undo(done: Merge, *, by: Actor) -> None:
    """Two people again, each with what was theirs. Raises `CannotUnmerge` after thirty days, twice, or out of order, and
    once they are forgotten; `Restricted`.
    """
    kept, other = _hold(done.kept, done.merged)
    standing = Merge.objects.select_for_update(of=("self",)).filter(pk=done.pk).first()
    if standing is None:
        raise CannotUnmerge
    done = standing
    _check_undo(done, kept, other)
    was = as_draft(kept)
    other.merged_into = None
    other.save(update_fields=["merged_into"])
    _write_reach(other.recipient, json.loads(done.merged_before))
    _write(kept, _restored(_facts(kept), json.loads(done.kept_before), json.loads(done.kept_after)))
    moved = _move_back(done, kept, other)
    _note_changed(kept, was, by=by)
    done.undone_at, done.undone_by = clock.now(), str(by)
    done.save(update_fields=["undone_at", "undone_by"])
    _follow(kept, was={kept.pk: was, other.pk: was}, moved=(), by=by)
    _follow(other, was={other.pk: was, kept.pk: was}, moved=moved, by=by)
    record("client.unmerged", kept, by=by, organisation_id=kept.organisation_id, other=other.pk)


def preview(kept: Client, other: Client) -> dict[str, int]:
    """How many rows would move, by the name of their table."""
    counts = {kind_of(model): _of(model, other).count() for model in (*OF_CLIENT, *OF_RECIPIENT)}
    return {kind: count for kind, count in counts.items() if count}


def standing(client: Client) -> list[Merge]:
    """The merges into this client that can still be undone, the latest first."""
    recent = client.merges.filter(undone_at=None, made_at__gte=clock.now() - UNDONE_WITHIN)
    return list(recent.select_related("merged"))


def follow_pointer(message: InboundMessage) -> str | None:
    """A text that arrived during a merge, under the row that became a pointer, is the survivor's. Owns nothing."""
    if message.recipient.kind != Recipient.Kind.CLIENT:
        return None
    pointer = Client.objects.filter(recipient=message.recipient, merged_into__isnull=False).first()
    if pointer is not None:
        _give(message, "recipient", intake.survivor(pointer).recipient)
    return None


# --- what may be ----------------------------------------------------------------------------------------------------


def _hold(one: Client, other: Client, *, alike: Callable[[], Iterable[Client]] = tuple) -> tuple[Client, Client]:
    """Their requests, and those of the rows `alike`; then the two of them and how they are reached, each in one order for
    everybody."""
    one_at_a_time(one.organisation_id)
    held = until_all_are_held(partial(_requests_then_both, [one.pk, other.pk], alike))
    # Whoever writes a text that belongs to one of them waits until it is clear to whom.
    reached = Recipient.objects.filter(client__in=[one.pk, other.pk]).order_by("pk")
    list(reached.select_for_update(of=("self",)).values_list("pk", flat=True))
    if len(held) != 2:
        raise CannotMerge
    return held[one.pk], held[other.pk]


def _requests_then_both(pks: list[UUID], alike: Callable[[], Iterable[Client]]) -> dict[UUID, Client]:
    theirs = models.Q(client__in=pks) | models.Q(client__in=list(alike()), closed_at=None)
    held_too = theirs | models.Q(pk__in=list(households.firsts_of(HelpRequest.objects.filter(theirs))))
    requests = list(
        HelpRequest.objects.filter(held_too).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    related = Client.objects.filter(pk__in=pks).order_by("pk").select_related("organisation", "recipient")
    held = {client.pk: client for client in related.select_for_update(of=("self",), no_key=True)}
    if HelpRequest.objects.filter(client__in=pks).exclude(pk__in=requests).exists():
        raise LoggedMeanwhile
    return held


def _alike_as_one(kept: Client, other: Client, chosen: set[str]) -> list[Client]:
    """Who else they may be once they are one: what those ask about money is judged again with it (`_look_at_money`)."""
    try:
        of_other = as_draft(other)
        one = replace(as_draft(kept), **{name: getattr(of_other, name) for name in chosen})
    except Erased:
        return []
    return rows_alike_once(kept, one)


def _check(kept: Client, other: Client) -> None:
    if kept.organisation_id != other.organisation_id or any(one.gone_at or one.merged_into_id for one in (kept, other)):
        raise CannotMerge
    try:
        _ = kept.first_name, other.first_name
    except Erased:
        raise CannotMerge from None
    _check_used(kept, other)
    mine = Visit.objects.standing().filter(client=kept, starts_at__lt=models.OuterRef("ends_at"))
    at_once = mine.filter(ends_at__gt=models.OuterRef("starts_at"))
    if Visit.objects.standing().filter(client=other).filter(models.Exists(at_once)).exists():
        raise VisitsAtOnce


def _check_used(*clients: Client) -> None:
    """What is kept and not used (GDPR art. 18) is not moved about either."""
    if any(one.recipient.restricted_at is not None for one in clients):
        raise Restricted


def _check_undo(done: Merge, kept: Client, other: Client) -> None:
    later = Merge.objects.filter(kept=kept, undone_at=None, made_at__gt=done.made_at)
    too_late = clock.now() > done.made_at + UNDONE_WITHIN
    if done.undone_at or too_late or kept.merged_into_id or other.merged_into_id != kept.pk or later.exists():
        raise CannotUnmerge
    _check_used(kept, other)


# --- rows -----------------------------------------------------------------------------------------------------------


def _of(model: type[models.Model], client: Client) -> models.QuerySet[Any]:
    if model in OF_CLIENT:
        return model._default_manager.filter(client=client)
    return model._default_manager.filter(recipient=client.recipient)


def _move_all(done: Merge, other: Client, kept: Client) -> list[Any]:
    """Every row of the one to the other, in the ledger; returns the ids of the requests."""
    moved: list[MovedRow] = []
    for model in (*OF_CLIENT, *OF_RECIPIENT):
        field, owner = ("client", kept) if model in OF_CLIENT else ("recipient", kept.recipient)
        # Somebody is sending or reading this very text now: it stays where it is, and is followed from there.
        rows = _of(model, other).select_related(field).order_by("pk")
        rows = rows.select_for_update(of=("self",), skip_locked=model in OF_RECIPIENT)
        for row in _with_room(model, list(rows), kept):
            _give(row, field, owner)
            moved.append(MovedRow(merge=done, model=kind_of(model), row=str(row.pk)))
    MovedRow.objects.bulk_create(moved)
    return [one.row for one in moved if one.model == kind_of(HelpRequest)]


def _with_room(model: type[models.Model], rows: list[Any], kept: Client) -> list[Any]:
    """At most four helpers; one preference about each volunteer; what staff look at first once."""
    if model is StaffFirst and kept.staff_first.standing().exists():
        return [row for row in rows if row.released_at is not None]
    if model is NamedHelper:
        return rows[: max(0, NamedHelper.MOST - kept.named_helpers.count())]
    if model is Preference:
        known = set(Preference.objects.filter(client=kept).values_list("volunteer_id", flat=True))
        return [row for row in rows if row.volunteer_id not in known]
    return rows


def _give(row: Any, field: str, owner: Any) -> None:
    """This row belongs to somebody else from now on; what was sealed with the one's key is sealed with the other's.

    A visit of its own key keeps it, with what was written about it: the volunteer's texts lie under it too.
    """
    was, own_key = getattr(row, field), getattr(row, "key_id", None)
    setattr(row, field, owner)
    if own_key is not None and own_key != was.key_id:
        row.save(update_fields=[field])
        return
    names = [field, *(sealed.name for sealed in sealed_fields(type(row)))]
    if own_key is not None:
        row.key_id = owner.key_id
        names.append("key_id")
    row.save(update_fields=names)
    if isinstance(row, Visit):
        # From before visits had keys of their own: the words of its report come along.
        for note in ReportNote.objects.filter(report__visit=row).select_related("report__visit"):
            note.save(update_fields=["text"])


def _move_back(done: Merge, kept: Client, other: Client) -> list[Any]:
    """What the ledger says, as far as it is still there; and what has come to belong to a request that goes back."""
    ledger: dict[str, list[str]] = {}
    for one in done.moved.all():
        ledger.setdefault(one.model, []).append(one.row)
    for model in (*OF_CLIENT, *OF_RECIPIENT):
        field, owner = ("client", other) if model in OF_CLIENT else ("recipient", other.recipient)
        rows = _of(model, kept).filter(pk__in=ledger.get(kind_of(model), [])).order_by("pk")
        for row in rows.select_related(field):
            _give(row, field, owner)
    requests = [UUID(pk) for pk in ledger.get(kind_of(HelpRequest), [])]
    for visit in Visit.objects.filter(request__in=requests, client=kept):
        _give(visit, "client", other)
    visits = list(Visit.objects.filter(request__in=requests).values_list("pk", flat=True))
    for complaint in Complaint.objects.filter(visit__in=visits, client=kept):
        _give(complaint, "client", other)
    of_theirs = models.Q(visit__in=visits) | models.Q(request__in=requests)
    for alarm in FraudAlarm.objects.filter(of_theirs, client=kept):
        _give(alarm, "client", other)
    about: list[UUID | str] = [*requests, *visits]
    for text in OutboundMessage.objects.waiting().filter(subject_id__in=about, recipient=kept.recipient):
        _give(text, "recipient", other.recipient)
    for call in CallTask.objects.open().filter(subject_id__in=about, recipient=kept.recipient):
        _give(call, "recipient", other.recipient)
    return requests


# --- values ---------------------------------------------------------------------------------------------------------


def _reach(client: Client) -> dict[str, Any]:
    recipient = client.recipient
    return {
        "number": recipient.number,
        "wrong": [recipient.number] if recipient.number_is_wrong else [],
        "languages": recipient.languages,
        "channel": recipient.channel,
        "stopped_at": recipient.stopped_at.isoformat() if recipient.stopped_at else None,
    }


def _facts(client: Client) -> dict[str, Any]:
    """Everything that a merge may change in the survivor, as JSON keeps it."""
    draft = as_draft(client)
    facts = {name: getattr(draft, name) for name in CHOICES if name not in {"phone", "channel"}}
    preferences = {str(one.pk): one.again for one in Preference.objects.filter(client=client)}
    return {
        **facts,
        "speaks": list(draft.speaks),
        "reads": list(draft.reads),
        "away_until": client.away_until.isoformat() if client.away_until else None,
        "reach": _reach(client),
        "preferences": preferences,
    }


def _won(kept: Mapping[str, Any], other: Mapping[str, Any], theirs: set[str]) -> dict[str, Any]:
    won = {name: other[name] if name in theirs else value for name, value in kept.items()}
    won |= _kept_safe(kept, other, theirs)
    reach = dict(kept["reach"])
    reach |= {"number": other["reach"]["number"]} if "phone" in theirs else {}
    reach["wrong"] = kept["reach"]["wrong"] + other["reach"]["wrong"]
    reach |= {"channel": other["reach"]["channel"]} if "channel" in theirs else {}
    reach["languages"] = won["reads"] or won["speaks"]
    stopped = [one for one in (kept["reach"]["stopped_at"], other["reach"]["stopped_at"]) if one]
    reach["stopped_at"] = min(stopped, default=None)
    if reach["channel"] == Channel.SMS and (stopped or not numbers.is_textable(reach["number"])):
        reach["channel"] = Channel.CALL
    away = [one for one in (kept["away_until"], other["away_until"]) if one]
    return {**won, "reach": reach, "away_until": max(away, default=None)}


def _kept_safe(kept: Mapping[str, Any], other: Mapping[str, Any], theirs: set[str]) -> dict[str, Any]:
    """What nobody loses by choosing: who decides about money comes along from either, and whoever passes messages on stays the
    reception that hears no word."""
    safe: dict[str, Any] = {}
    named = [one for one in (kept, other) if one["decides_about_money"]]
    if len(named) == 1:
        safe |= {name: named[0][name] for name in MONEY}
    worker = other if "trusted_worker" in theirs else kept
    if worker["reception"] and worker["trusted_worker"]:
        safe["reception"] = True
    return safe


def _restored(now: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What stood there before, except where somebody put it right since."""
    return {name: before[name] if now[name] == after.get(name) else now[name] for name in now if name in before}


def _write(client: Client, facts: Mapping[str, Any]) -> None:
    if facts == _facts(client):
        return
    names = (client.first_name, client.family_name, client.address_as)
    for name in (*intake.SEALED_CLIENT_FIELDS, *intake.OPEN_CLIENT_FIELDS, "speaks", "reads"):
        setattr(client, name, facts[name])
    client.away_until = date.fromisoformat(facts["away_until"]) if facts["away_until"] else None
    client.save()
    _write_reach(client.recipient, facts["reach"])
    if names != (client.first_name, client.family_name, client.address_as):
        intake.index_name(client)
    for pk, again in facts["preferences"].items():
        Preference.objects.filter(pk=pk, client=client).update(again=again)


def _note_changed(client: Client, was: ClientDraft, *, by: Actor) -> None:
    """As a correction does: a form that was open meanwhile does not turn it back."""
    if changed := differences(was, as_draft(client)):
        client.version += 1
        client.save(update_fields=["version"])
        facts = {"fields": sorted(changed), "version": client.version}
        record(CORRECTED, client, by=by, organisation_id=client.organisation_id, **facts)


def _write_reach(recipient: Recipient, reach: Mapping[str, Any]) -> None:
    recipient.number, recipient.number_index = reach["number"], numbers.index(reach["number"])
    # At which a stranger answers, whichever of the two it was noted with. Merges of before it was noted say nothing of it.
    recipient.wrong_index = recipient.number_index if reach["number"] in reach.get("wrong", []) else ""
    recipient.languages, recipient.channel = reach["languages"], reach["channel"]
    stopped_at = datetime.fromisoformat(reach["stopped_at"]) if reach["stopped_at"] else None
    if (stopped_at is None) != (recipient.stopped_at is None):
        ledger.note(ledger.What.STOP if stopped_at else ledger.What.START, recipient.pk)
    recipient.stopped_at = stopped_at
    recipient.save()


def _blank(other: Client, *, into: Client) -> None:
    """The pointer is reached by nobody: a number of both would be a number of two people."""
    other.merged_into = into
    other.save(update_fields=["merged_into"])
    recipient = other.recipient
    recipient.number, recipient.number_index, recipient.channel = "", "", Channel.CALL
    recipient.save()


def _strictest_preferences(kept: Client, other: Client) -> None:
    """Whom either never wants again does not come again."""
    never = Preference.objects.filter(client=other, again=False).values("volunteer")
    Preference.objects.filter(client=kept, volunteer__in=never).update(again=False)


def _follow(client: Client, *, was: Mapping[Any, ClientDraft], moved: Iterable[Any], by: Actor) -> None:
    """What is different for each open request than it was under whose it was before."""
    now, came = as_draft(client), {str(pk) for pk in moved}
    others = next(draft for pk, draft in was.items() if pk != client.pk)
    has_yes, staff_first = said_yes_and_held(client)
    for request in client.help_requests.open().select_related("organisation").order_by("pk"):
        request.client = client
        _visited_as_one(request)
        changed = differences(others if str(request.pk) in came else was[client.pk], now) - {"helpers"}
        if has_yes:
            drop_calls(request, "request.own_yes")
        else:
            openings.ask_own_yes(request)
        if changed:
            rectifying.follow(request, changed, by=by)
        if staff_first:
            stafffirst.keep(request, by=by)
        if changed & REACH:
            for pk in Visit.objects.filter(request=request, status=VisitStatus.BOOKED).values_list("pk", flat=True):
                announcing.announce_again(lock_visit(pk))
        worklist.rewrite(request)


def _visited_as_one(request: HelpRequest) -> None:
    """Two people who are visited in one go turn out to be one: their requests go each by itself."""
    other = households.other_of(request)
    if other is not None and other.client_id == request.client_id:
        households.leave(request)
        worklist.rewrite(other)


def _look_at_money(kept: Client, asked_before: int, *, by: Actor) -> None:
    """One person asked what two were thought to ask, and the administrator of either is theirs (rule E9): judged again, and the
    coordinator hears it, where that makes a difference."""
    rejudging.judge_client_again(kept, by=by)
    if judging.asked_about_money(kept) > asked_before > 0:
        openings.ask_what_is_behind(kept)


def different(kept: Client, other: Client) -> list[str]:
    """The names of the fields in which the two are not the same, in the order of the form."""
    names = differences(as_draft(kept), as_draft(other))
    return [name for name in CHOICES if name in names]
