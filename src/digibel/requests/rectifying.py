"""Putting right what we know of somebody (GDPR art. 16): the same checks as at intake, and nobody's correction lost in another's.

The audit keeps which fields changed, never what stood there before.
"""

from dataclasses import fields, replace

from django.db import transaction

from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.audit.recording import record
from digibel.notifications import reaching
from digibel.requests import errors, intake
from digibel.requests.drafts import ClientDraft
from digibel.requests.models import Client

CORRECTED = "client.corrected"
REACH = frozenset({"phone", "channel", "reads", "speaks"})
NAMES = frozenset({"first_name", "family_name", "address_as"})
FIELDS = tuple(one.name for one in fields(ClientDraft))


def as_draft(client: Client) -> ClientDraft:
    """What we know now, as if it were told again."""
    facts = {name: getattr(client, name) for name in (*intake.SEALED_CLIENT_FIELDS, *intake.OPEN_CLIENT_FIELDS)}
    return ClientDraft(
        **{**facts, "money_phone": client.money_phone or ""},
        speaks=tuple(client.speaks),
        reads=tuple(client.reads),
        channel=client.recipient.channel,
        phone=client.recipient.number,
        helpers=intake.helpers_of(client),
    )


def differences(one: ClientDraft, other: ClientDraft) -> frozenset[str]:
    return frozenset(name for name in FIELDS if getattr(one, name) != getattr(other, name))


def changed_after(client: Client, version: int) -> frozenset[str]:
    """The names of the fields that were corrected after this version."""
    events = Event.objects.about(client).filter(verb=CORRECTED)
    facts = [event.facts for event in events if int(event.facts["version"]) > version]
    return frozenset(name for told in facts for name in told["fields"])


def keeping_theirs(client: Client, draft: ClientDraft, version: int) -> ClientDraft:
    """The draft, with what others corrected meanwhile as they left it."""
    now = as_draft(client)
    return replace(draft, **{name: getattr(now, name) for name in changed_after(client, version)})


@transaction.atomic
def correct(client: Client, draft: ClientDraft, *, version: int, by: Actor) -> frozenset[str]:
    """Write what is different and return the names of it; the caller holds the client's requests.

    `version` is the one that was on the screen. Raises `ChangedMeanwhile` where somebody else corrected a field that this draft
    would turn back, `OnlyByStart` where texts would go to who said STOP.
    """
    locked = lock_client(client)
    changed = differences(as_draft(locked), draft)
    if not changed:
        return changed
    if changed & changed_after(locked, version):
        raise errors.ChangedMeanwhile
    if "channel" in changed and draft.channel == "sms" and locked.recipient.stopped_at is not None:
        raise errors.OnlyByStart
    _write(locked, draft, changed)
    record(
        CORRECTED, locked, by=by, organisation_id=locked.organisation_id, fields=sorted(changed), version=locked.version
    )
    client.refresh_from_db()
    if changed & REACH:
        reaching.change(
            locked.recipient, number=draft.phone, languages=draft.reads or draft.speaks, channel=draft.channel
        )
        client.recipient.refresh_from_db()
    return changed


def lock_client(client: Client) -> Client:
    """Freshly read, with how they are reached. After the locks of their requests, never before.

    Raises `MergedMeanwhile` for who is somebody else's pointer by now.
    """
    related = Client.objects.select_related("recipient", "organisation")
    locked = related.select_for_update(of=("self",), no_key=True).get(pk=client.pk)
    if locked.merged_into_id is not None:
        raise errors.MergedMeanwhile
    return locked


def _write(client: Client, draft: ClientDraft, changed: frozenset[str]) -> None:
    for name in changed.intersection((*intake.SEALED_CLIENT_FIELDS, *intake.OPEN_CLIENT_FIELDS)):
        setattr(client, name, getattr(draft, name))
    client.speaks, client.reads = list(draft.speaks), list(draft.reads)
    client.version += 1
    client.save()
    if "helpers" in changed:
        intake.write_helpers(client, draft.helpers)
    if changed & NAMES:
        intake.index_name(client)
