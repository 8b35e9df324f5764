"""One field for everything: a reference, a telephone number, or a name, within the organisation.

What is searched is posted, never asked for in the address: a name in the address bar stays in the browser's history, in the log of
every proxy, and on the screen when somebody else sits down. So a search cannot be a bookmark, which nobody needs of a person.
"""

import re
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from digibel.desk import pool, words
from digibel.desk.answers import go_on
from digibel.desk.gate import masked
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber
from digibel.organisations.models import Organisation
from digibel.requests import intake
from digibel.requests.models import Client, HelpRequest
from digibel.sealing import keys
from digibel.sealing.index import name_tokens
from digibel.volunteers.models import Volunteer

# 26-0377, 26 0377 or 260377, as people read it out.
REFERENCE = re.compile(r"(\d{2})[\s.-]?(\d{4,6})")
LONGEST = 80
MOST_VOLUNTEERS = 20


@dataclass(frozen=True)
class FoundClient:
    client: Client
    place: str
    requests: list[HelpRequest]


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """GET: the empty field, whatever stands in the address. POST `q`: what was found, or the request with that reference."""
    typed = " ".join(request.POST.get("q", "").replace("\x00", "").split())[:LONGEST]
    # Before it is masked: six digits alone may be a code, and a reference of ours is none.
    if found := by_reference(request.organisation, typed):
        return go_on("desk:request", found.reference)
    q = masked(typed)
    number = _number(q)
    clients = intake.known_clients(request.organisation, phone=number, name=_name(request.organisation, q, number))
    volunteers = _volunteers(request.organisation, q, number)
    keys.prefetch([client.key_id for client in clients] + [one.key_id for one in volunteers])
    context = {
        "q": q,
        "clients": _with_requests(request.organisation, clients),
        "volunteers": [(one, words.place_name(one.postcode)) for one in volunteers],
    }
    return render(request, "desk/search.html", context)


def by_reference(organisation: Organisation, q: str) -> HelpRequest | None:
    """The request with exactly this reference, among this organisation's own."""
    match = REFERENCE.fullmatch(q)
    if match is None:
        return None
    return HelpRequest.objects.of(organisation).filter(reference=f"{match[1]}-{match[2]}").first()


def _number(q: str) -> str:
    """E.164, or nothing where it is no telephone number."""
    try:
        return numbers.parse(q)
    except NotANumber:
        return ""


def _name(organisation: Organisation, q: str, number: str) -> str:
    """What may be a name: nothing where it is a number, or has no word of two letters to look for."""
    return q if not number and name_tokens(q, organisation.pk) else ""


def _volunteers(organisation: Organisation, q: str, number: str) -> list[Volunteer]:
    """By number, also who has left; by name, who is in the pool."""
    if number:
        return list(Volunteer.objects.filter(recipient__number_index=numbers.index(number)))
    return pool.search(organisation, name=q)[:MOST_VOLUNTEERS] if _name(organisation, q, number) else []


def _with_requests(organisation: Organisation, clients: list[Client]) -> list[FoundClient]:
    """Each client with their requests, open ones first."""
    requests = HelpRequest.objects.of(organisation).filter(client__in=clients).order_by("closed_at", "-logged_at")
    theirs: dict[object, list[HelpRequest]] = {client.pk: [] for client in clients}
    for one in sorted(requests, key=lambda one: not one.is_open):
        theirs[one.client_id].append(one)
    return [
        FoundClient(client, f"{client.postcode} {words.place_name(client.postcode)}", theirs[client.pk])
        for client in clients
    ]
