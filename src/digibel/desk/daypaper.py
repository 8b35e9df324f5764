"""The day on paper: everything that is needed to work on when the computer is off."""

from dataclasses import dataclass
from datetime import time, timedelta

from digibel import clock
from digibel.desk import callsheets, errands, slips, visitlines, words
from digibel.desk.callsheets import Person
from digibel.directory.models import HelpPlace
from digibel.notifications.models import CallQuerySet, CallTask
from digibel.organisations.models import Organisation
from digibel.requests.access_notes import in_words
from digibel.requests.models import Client
from digibel.scheduling.models import Visit, VisitStatus

MOST_CALLS = 60


@dataclass(frozen=True)
class PaperVisit:
    """A visit of today that is still to begin or to end."""

    visit: Visit
    volunteer: str
    street: str
    place: str
    door: tuple[str, ...]
    contact: str
    contact_phone: str


@dataclass(frozen=True)
class PaperCall:
    call: CallTask
    name: str
    people: tuple[Person, ...]
    what: words.Words
    language: str
    language_name: str
    script: tuple[str, ...]


def counts(organisation: Organisation) -> tuple[int, int]:
    """How many visits and calls would be printed now."""
    return len(_visits(organisation)), min(MOST_CALLS, _calls(organisation).count())


def visits(organisation: Organisation) -> list[PaperVisit]:
    return [_visit(line.visit) for line in visitlines.as_lines(_visits(organisation))]


def calls(organisation: Organisation) -> list[PaperCall]:
    due = _calls(organisation).select_related("recipient", "organisation").order_by("-urgent", "due_at")[:MOST_CALLS]
    return [_call(errand) for errand in errands.with_subjects(due)]


def _visits(organisation: Organisation) -> list[Visit]:
    today = visitlines.on_day(organisation, clock.today()).filter(
        status__in=[VisitStatus.BOOKED, VisitStatus.UNDER_WAY]
    )
    return list(today.select_related("request", "client__recipient", "volunteer__recipient").order_by("starts_at"))


def _calls(organisation: Organisation) -> CallQuerySet:
    midnight = clock.at(clock.today() + timedelta(days=1), time())
    return CallTask.objects.of(organisation).open().filter(due_at__lt=midnight)


def _visit(visit: Visit) -> PaperVisit:
    client, place = visit.client, visit.request.meets_at
    box = f" / {client.box}" if client.box else ""
    return PaperVisit(
        visit=visit,
        volunteer=visitlines.called(visit),
        street=_name_of(place) if place else f"{client.street} {client.house_number}{box}",
        place=slips.address(place) if place else f"{client.postcode} {words.place_name(client.postcode)}",
        door=() if place else _door(client),
        contact=client.contact_name,
        contact_phone=client.contact_phone,
    )


def _name_of(place: HelpPlace) -> str:
    return place.name_in(words.desk_language())


def _door(client: Client) -> tuple[str, ...]:
    notes = [client.bell, client.door_note, *in_words(client.access_codes, words.desk_language())]
    return tuple(filter(None, notes))


def _call(errand: errands.Errand) -> PaperCall:
    sheet = callsheets.of(errand)
    return PaperCall(
        call=errand.call,
        name=errand.name,
        people=sheet.people,
        what=words.errand(errand.about).what,
        language=sheet.language,
        language_name=sheet.language_name,
        script=tuple(sentence for sentence, _ in sheet.script),
    )
