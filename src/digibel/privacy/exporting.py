"""Everything we know about somebody, for themselves (GDPR art. 15 and 20): as JSON for programs, as a page to read.

It is gathered from the models, through whatever points at the person, so that a new model cannot be left out. Other people's
data stays out: of a volunteer a client gets the first name, of a client a volunteer gets nothing but the visit.
"""

import re
import uuid
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, QuerySet

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.audit.recording import record
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage, Recipient
from digibel.organisations.models import Organisation, Staff
from digibel.privacy.models import Certificate, RightsRequest
from digibel.requests.intake import rows_of
from digibel.requests.models import Client, Merge
from digibel.scheduling import calendars
from digibel.scheduling.models import Complaint, Move, Offer, Seat, Visit
from digibel.sealing.fields import SealedTextField
from digibel.sealing.reading import erased_shown_as
from digibel.volunteers.models import Volunteer

Person = Client | Volunteer

# Who did it, as it is written in a column: told as what they are, not as which one.
ACTOR = re.compile(r"(staff|volunteer|client|api):(.+)")

# What only machines understand, or what would open a door or a login.
NOT_TOLD = frozenset(
    {"key_id", "number_index", "wrong_index", "card_digest", "token", "password", "idempotency_print", "digest"}
)
PEOPLE: tuple[type[Model], ...] = (Client, Volunteer, Staff, Recipient)
# For who asks without a login. Texts name whom somebody goes to, and have links that open a card; a codeword opens a door.
NOT_BEHIND_A_LINK = frozenset({OutboundMessage._meta.label, InboundMessage._meta.label})
WORDS = frozenset({"word", "spent_word"})
# Tied to a person by an id and no foreign key: gathered below, each for itself.
BY_ID: tuple[type[Model], ...] = (Move, CallTask, RightsRequest, Certificate, Event)


def export(person: Person, *, organisation: Organisation, by: Actor) -> dict[str, Any]:
    """Every row about this person, by model, with every column that says something. That it was made is recorded."""
    own_organisation = organisation if isinstance(person, Volunteer) else None
    hidden = _about_reader(person, by)
    told: dict[str, Any] = {
        "made_at": clock.now().isoformat(),
        "made_for": organisation.name,
        "person": person._meta.model_name,
        "data": gather(person, only_for=own_organisation, but=hidden),
        "who_looked_and_who_did_what": _looks(person, organisation),
    }
    if hidden:
        told["left_out_for_this_reader"] = len(hidden)
    record("data.exported", person, by=by, organisation_id=organisation.pk)
    return told


def _about_reader(person: Person, by: Actor) -> Collection[Any]:
    """Complaints about whoever makes the copy: they do not read them, here either, and a colleague makes the whole copy."""
    if by.kind != "staff":
        return ()
    about = Complaint.objects.filter(client__in=[one.pk for one in _known_as(person)], about_staff=uuid.UUID(by.id))
    return set(about.values_list("pk", flat=True))


def export_own(volunteer: Volunteer, *, organisation: Organisation) -> dict[str, Any]:
    """What a volunteer takes along from their own page, where nobody asked them to log in: without texts and codewords, nor who of
    us did what; the organisation tells that to whom it knows. Recorded as theirs.
    """
    record("data.exported", volunteer, by=Actor.volunteer(volunteer), organisation_id=organisation.pk)
    data = gather(volunteer, only_for=organisation)
    return {
        "made_at": clock.now().isoformat(),
        "made_for": "you",
        "calendar": calendars.link(volunteer),
        "data": {
            label: [{name: value for name, value in row.items() if name not in WORDS} for row in rows]
            for label, rows in data.items()
            if label not in NOT_BEHIND_A_LINK
        },
    }


def gather(
    person: Person, *, only_for: Organisation | None = None, but: Collection[Any] = ()
) -> dict[str, list[dict[str, Any]]]:
    """`only_for`: the pool of volunteers is shared, and what another organisation did with them is that one's to tell.
    `but`: ids of rows that are left out.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    seen: set[tuple[type[Model], Any]] = set()
    with erased_shown_as(""):
        for one in _known_as(person):
            for model, rows in _rows_about(one):
                if only_for is not None:
                    rows = _only_for(only_for, rows)
                new = [row for row in rows.order_by("pk") if (model, row.pk) not in seen and row.pk not in but]
                seen |= {(model, row.pk) for row in new}
                if new:
                    told.setdefault(model._meta.label, []).extend(_row(row, one) for row in new)
    return told


def _known_as(person: Person) -> Sequence[Person]:
    """A client who was known twice is told under both rows."""
    return rows_of(person) if isinstance(person, Client) else [person]


def models_about(kind: type[Person]) -> dict[type[Model], list[str]]:
    """Every model from which foreign keys lead to a person of this kind, with the paths; the person's own first."""
    paths: dict[type[Model], list[str]] = {kind: ["pk"], Recipient: [kind._meta.model_name or ""]}
    waiting: list[type[Model]] = [kind, Recipient]
    while waiting:
        target = waiting.pop(0)
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                if not _leads_to(field, target) or model in PEOPLE:
                    continue
                found = [field.name if path == "pk" else f"{field.name}__{path}" for path in paths[target]]
                new = [path for path in found if path not in paths.setdefault(model, [])]
                paths[model] += new
                if new and model not in waiting:
                    waiting.append(model)
    return paths


def _leads_to(field: "Field[Any, Any]", target: type[Model]) -> bool:
    """A request that was split off belongs to its client already: no way round through itself."""
    return isinstance(field, ForeignKey) and field.related_model is target and field.model is not target


def _rows_about(person: Person) -> Iterator[tuple[type[Model], QuerySet[Any]]]:
    manager = "_default_manager"
    for model, paths in models_about(type(person)).items():
        ids: set[Any] = set()
        for path in paths:
            ids |= set(getattr(model, manager).filter(**{path: person.pk}).values_list("pk", flat=True))
        yield model, getattr(model, manager).filter(pk__in=ids)
    visits = list(Visit.objects.filter(**{person._meta.model_name or "": person}).values_list("pk", flat=True))
    subjects = [person.pk, *visits]
    if isinstance(person, Client):
        subjects += person.help_requests.values_list("pk", flat=True)
    else:
        subjects += Offer.objects.to(person).values_list("pk", flat=True)
        subjects += Seat.objects.by(person).values_list("pk", flat=True)
    yield Move, Move.objects.filter(subject_id__in=subjects)
    yield RightsRequest, RightsRequest.objects.filter(person_id=person.pk)
    yield Certificate, Certificate.objects.filter(person_id=person.pk)


def _only_for(organisation: Organisation, rows: QuerySet[Any]) -> QuerySet[Any]:
    names = {field.name for field in rows.model._meta.local_concrete_fields}
    if "organisation" in names:
        return rows.filter(organisation=organisation)
    if "request" in names:
        return rows.filter(request__organisation=organisation)
    if "visit" in names:
        return rows.filter(visit__request__organisation=organisation)
    if "session" in names:
        return rows.filter(session__organisation=organisation)
    if rows.model is Move:
        theirs = [
            Visit.objects.of(organisation),
            Offer.objects.filter(request__organisation=organisation),
            Seat.objects.of(organisation),
        ]
        return rows.filter(subject_id__in=[pk for ones in theirs for pk in ones.values_list("pk", flat=True)])
    return rows


def _row(row: Model, person: Person) -> dict[str, Any]:
    return {
        field.name: told
        for field in row._meta.local_concrete_fields
        if field.name not in NOT_TOLD and (told := _value(row, field, person)) not in (None, "", [], {})
    }


def _value(row: Model, field: "Field[Any, Any]", person: Person) -> Any:
    if isinstance(field, ForeignKey):
        return _other(row, field, person)
    if isinstance(field, SealedTextField) and _is_somebody_elses(row, person):
        return None
    value = getattr(row, field.attname)
    if isinstance(value, str) and (actor := ACTOR.fullmatch(value)):
        return "you" if actor[2] == str(person.pk) else actor[1]
    return value if isinstance(value, bool | int | str | list | dict | None) else str(value)


def _is_somebody_elses(row: Model, person: Person) -> bool:
    """What a client asked, or what was noted of them, is not the volunteer's to read; nor texts to the other side."""
    if isinstance(row, OutboundMessage | InboundMessage):
        return row.recipient_id != person.recipient_id
    if isinstance(row, Merge) and row.undone_at is not None:
        # Two people after all: what stood there may be the other's.
        return True
    return isinstance(person, Volunteer) and not isinstance(row, Volunteer | Recipient)


def _other(row: Model, field: "ForeignKey[Any, Any]", person: Person) -> Any:
    """Another person by first name, or not at all; anything else by its id."""
    other_id = getattr(row, field.attname)
    if field.related_model is Volunteer and isinstance(person, Client) and other_id is not None:
        return getattr(row, field.name).first_name
    if field.related_model in PEOPLE and other_id != person.pk:
        return None
    return str(other_id) if other_id is not None else None


def _looks(person: Person, organisation: Organisation) -> list[dict[str, Any]]:
    """From the audit: who saw the address or the number, and who did what. Colleagues by name and role, others by what they are."""
    subjects = [str(one.pk) for one in _known_as(person)]
    if isinstance(person, Client):
        subjects += [str(pk) for pk in person.help_requests.values_list("pk", flat=True)]
    theirs = Visit.objects.of(organisation).filter(**{person._meta.model_name or "": person})
    subjects += [str(pk) for pk in theirs.values_list("pk", flat=True)]
    events = Event.objects.filter(subject_id__in=subjects).order_by("id")
    if isinstance(person, Volunteer):
        events = events.filter(organisation_id__in=[organisation.pk]) | events.filter(organisation_id=None)
    names = {
        f"staff:{one.pk}": one.name for one in Staff.objects.filter(organisation=organisation).exclude(email_index="")
    }
    own = f"{person._meta.model_name}:{person.pk}"
    return [
        {
            "at": event.at.isoformat(),
            "who": "you" if event.actor == own else names.get(event.actor, event.actor.partition(":")[0]),
            "what": event.verb,
        }
        for event in events
    ]
