"""Clients for programs: as little as the work needs, and never a codeword. Every reading is written in the audit."""

from functools import partial
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from ninja import Path, Router
from ninja.responses import Status
from pydantic import BaseModel

from digibel import etags
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.etags import IfMatch
from digibel.organisations.once import IdempotencyKey, once
from digibel.problems import NotFound
from digibel.requests import intake, rectifying, shapes
from digibel.requests.alike import one_at_a_time, rows_alike_once
from digibel.requests.api import ApiRequest
from digibel.requests.drafts import read_client, read_draft
from digibel.requests.models import Client
from digibel.requests.shapes import ClientShown, ClientTold, QuestionTold, RequestLogged
from digibel.scheduling import openings
from digibel.scheduling import rectifying as following

clients = Router(tags=["Clients"], by_alias=True)

ClientId = Annotated[UUID, Path(description="From a request, or from when the client was added.")]


class ClientAdded(BaseModel):
    id: UUID


class ClientCorrected(BaseModel):
    """`changed` are the names of the fields that were different."""

    id: UUID
    changed: list[str]


@clients.post("", response={201: ClientAdded, 200: ClientAdded})
def add_client(request: ApiRequest, told: ClientTold, idempotency_key: IdempotencyKey = None) -> Status[ClientAdded]:
    """Somebody who will ask something: `POST /clients/{client_id}/help-requests`. Whoever asks nothing is forgotten in time."""
    organisation = request.auth.organisation
    draft = read_client(told.model_dump())

    def add() -> list[str]:
        return [str(openings.add_client(draft, organisation=organisation, by=Actor.api(request.auth)).pk)]

    done = once(organisation, "add_client", idempotency_key, told, add)
    return Status(200 if done.again else 201, ClientAdded(id=UUID(done.made[0])))


@clients.get("/{client_id}", response=ClientShown)
def show_client(request: ApiRequest, response: HttpResponse, client_id: ClientId) -> ClientShown:
    """All that we know of one client. Who was made one with somebody else is shown as that one."""
    found = intake.find_client(request.auth.organisation, client_id)
    shown = _known(found)
    response["ETag"] = etags.tag(shown)
    record("address.shown", found, by=Actor.api(request.auth), organisation_id=found.organisation_id)
    return shown


@clients.put("/{client_id}", response=ClientCorrected)
def correct_client(
    request: ApiRequest, response: HttpResponse, client_id: ClientId, told: ClientTold, if_match: IfMatch = None
) -> ClientCorrected:
    """Put right what we know: send all of it. Whoever goes there hears what changed at the door."""
    found = intake.find_client(request.auth.organisation, client_id)
    draft = read_client(told.model_dump())
    with transaction.atomic():
        one_at_a_time(found.organisation_id)
        openings.lock_requests(found, alike=partial(rows_alike_once, found, draft))
        held = rectifying.lock_client(found)
        etags.check(if_match, etags.tag(_known(held)))
        changed = following.correct(held, draft, version=held.version, by=Actor.api(request.auth))
    response["ETag"] = etags.tag(_known(intake.find_client(request.auth.organisation, client_id)))
    return ClientCorrected(id=held.pk, changed=sorted(changed))


@clients.post("/{client_id}/help-requests", response={201: RequestLogged, 200: RequestLogged})
def log_question(
    request: ApiRequest, client_id: ClientId, told: QuestionTold, idempotency_key: IdempotencyKey = None
) -> Status[RequestLogged]:
    """Log a question of a client who is known already: judged and split like any other."""
    organisation = request.auth.organisation
    client = intake.find_client(organisation, client_id)
    _known(client)

    def log() -> list[str]:
        draft = read_draft(told.as_told(), rectifying.as_draft(client))
        logged = openings.open_request(draft, organisation=organisation, by=Actor.api(request.auth), client=client)
        return [one.reference for one in logged]

    done = once(organisation, f"log_question {client.pk}", idempotency_key, told, log)
    logged = [intake.find(organisation, reference) for reference in done.made]
    return Status(200 if done.again else 201, shapes.logged(logged, shapes.reader()))


def _known(client: Client) -> ClientShown:
    """Raises `NotFound` for who was erased."""
    shown = shapes.known(client)
    if shown is None:
        raise NotFound
    return shown
