"""Vermin, aggression: such a home is for staff first, until one of them says why a volunteer may go. The rows, and nothing else."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.problems import Conflict, Problem
from digibel.requests.errors import NotOneOf
from digibel.requests.models import Client, Consent, StaffFirst

LONGEST_REASON = 300


class NoReasonToRelease(Problem):
    code = "no_reason_to_release"
    message = "Write why a volunteer may go there. It is kept with your name."


class NotHeld(Conflict):
    code = "not_held"
    message = "A colleague has let this go already. Look at the page again."


def standing(client: Client) -> StaffFirst | None:
    return client.staff_first.standing().first()


def said_yes_and_held(client: Client) -> tuple[bool, bool]:
    """Whether they have said yes themselves, and whether staff look first: in one query, before anybody is asked or sent."""
    yes = Consent.objects.filter(client=OuterRef("pk"), withdrawn_at=None)
    held = StaffFirst.objects.standing().filter(client=OuterRef("pk"))
    found: tuple[bool, bool] = (
        Client.objects.filter(pk=client.pk)
        .annotate(yes=Exists(yes), held=Exists(held))
        .values_list("yes", "held")
        .get()
    )
    return found


def known_codes(why: Iterable[str]) -> list[str]:
    """In the order of the list, each once. Raises `NotOneOf` for another one, or for none."""
    told = set(why)
    if not told or not told <= set(StaffFirst.Why.values):
        raise NotOneOf(choices=", ".join(StaffFirst.Why.values))
    return [code for code in StaffFirst.Why.values if code in told]


def hold(client: Client, why: Iterable[str], *, by: Actor) -> StaffFirst:
    """Write it down; said again, it is added to what was said. The caller holds the client."""
    codes = known_codes(why)
    held = standing(client)
    if held is None:
        held = StaffFirst(client=client, key_id=client.key_id, noted_at=clock.now(), noted_by=str(by))
    held.why = ",".join(known_codes([*held.codes, *codes]))
    held.save()
    record("client.staff_first", client, by=by, organisation_id=client.organisation_id)
    return held


def let_go(client: Client, reason: str, *, by: Actor) -> StaffFirst:
    """A volunteer may go, and why. The caller holds the client."""
    told = secrets.mask(" ".join(reason.replace("\x00", "").split()))[:LONGEST_REASON]
    if not told:
        raise NoReasonToRelease
    held = standing(client)
    if held is None:
        raise NotHeld
    held.released_at, held.released_by, held.reason = clock.now(), str(by), told
    held.save(update_fields=["released_at", "released_by", "reason"])
    record("client.released", client, by=by, organisation_id=client.organisation_id)
    return held
