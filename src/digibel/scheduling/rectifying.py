"""What we knew of a client was wrong, or is no longer so: it is put right, with everything that follows from it.

Who was asked on other facts is asked no more; who goes there hears what changed at the door; what was still to be told
takes the new way. All of it commits with the correction.
"""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import F

from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications.calls import drop_calls, open_call
from digibel.requests import intake, rectifying
from digibel.requests.alike import one_at_a_time, rows_alike_once
from digibel.requests.drafts import ClientDraft
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import announcing, households, offers, openings, rejudging, timers, ways, worklist
from digibel.scheduling.models import Visit, VisitStatus

ADDRESS = frozenset({"street", "house_number", "box", "postcode"})
DOOR = frozenset({"floor", "lift", "dog", "smoke", "bell", "door_note", "speaks", "wish"})
# What is nothing to a volunteer who meets them at the place of a slip.
AT_HOME = ADDRESS | frozenset({"floor", "lift", "dog", "smoke", "bell", "door_note"})
# By what two rows are one person who asks about money, and whether somebody else decides about it.
COUNTED_BY = frozenset({"first_name", "family_name", "phone", "decides_about_money"}) | ADDRESS
# What two people share who are visited in one go.
TOGETHER_BY = frozenset({"speaks", "wish"}) | ADDRESS
# What volunteers were told before they said yes, and by which they were chosen.
ASKED_ON = frozenset({"postcode", "floor", "lift", "dog", "smoke", "speaks", "wish"})


@transaction.atomic
def correct(client: Client, draft: ClientDraft, *, version: int, by: Actor) -> frozenset[str]:
    """Put it right; returns the names of what changed. Raises as `requests.rectifying.correct`."""
    one_at_a_time(client.organisation_id)
    requests = openings.lock_requests(client, alike=partial(rows_alike_once, client, draft))
    changed = rectifying.correct(client, draft, version=version, by=by)
    if changed & COUNTED_BY:
        rejudging.judge_client_again(client, by=by)
    for request in requests:
        request.client = client
        follow(request, changed, by=by)
    return changed


def follow(request: HelpRequest, changed: frozenset[str], *, by: Actor) -> None:
    """What follows for one open request, which the caller holds, from other facts about its client."""
    if request.meets_at_id is not None:
        changed -= AT_HOME
    if changed & ASKED_ON:
        _ask_anew(request, by=by)
    if changed & TOGETHER_BY:
        _go_apart(request)
    if changed & rectifying.REACH and not intake.has_own_yes(request.client):
        drop_calls(request, "request.own_yes")
        openings.ask_own_yes(request)
    if changed & (ADDRESS | DOOR):
        for visit in _coming([request]):
            _tell_volunteer(visit, changed)
    worklist.rewrite(request)


def _go_apart(request: HelpRequest) -> None:
    """No longer one home, or a language and a wish that both share. A volunteer who goes to both hears it from a person: there is
    a way between the two that nobody counted."""
    visits = [visit for visit in _coming([request]) if households.visit_beside(visit) is not None]
    for other in households.leave(request):
        worklist.rewrite(other)
    for visit in visits:
        _ring_volunteer("visit.way_too_long", visit, urgent=True)


def _ask_anew(request: HelpRequest, *, by: Actor) -> None:
    """Whoever was asked heard of another door, or is no longer whom the client lets in: choose again."""
    if offers.end_others(request, by=by):
        timers.drop_timers(request.pk, "next_wave")
    HelpRequest.objects.filter(pk=request.pk).update(searched_in_vain_at=None)
    request.searched_in_vain_at = None


def _tell_volunteer(visit: Visit, changed: frozenset[str]) -> None:
    """Another address goes by text, as the card shows it; stairs, a dog or a wish are a talk: do they still come?"""
    if changed & ADDRESS:
        announcing.tell_volunteer_address(visit)
    if "postcode" in changed:
        Visit.objects.filter(pk=visit.pk).update(sequence=F("sequence") + 1, changed_at=clock.now())
    if "postcode" in changed:
        if not ways.measure_again(visit):
            _ring_volunteer("visit.way_too_long", visit, urgent=True)
            return
        drop_calls(visit, "visit.way_too_long")
    near = visit.starts_at - clock.now() <= clock.NEAR
    if changed & ASKED_ON or (near and changed & (ADDRESS | DOOR)):
        _ring_volunteer("visit.door_changed", visit, urgent=near)


def _ring_volunteer(kind: str, visit: Visit, *, urgent: bool) -> None:
    open_call(
        kind,
        visit,
        organisation=visit.request.organisation,
        recipient=visit.volunteer.recipient,
        due_at=clock.now(),
        urgent=urgent,
    )


def _coming(requests: Iterable[HelpRequest]) -> list[Visit]:
    booked = Visit.objects.filter(request__in=requests, status=VisitStatus.BOOKED)
    return list(
        booked.select_related(
            "request__organisation", "request__client__recipient", "client__recipient", "volunteer__recipient"
        )
    )
