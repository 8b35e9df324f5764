"""A client with planted words, her volunteer, and a visit that is over: what there is to forget."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection

from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.organisations.models import Organisation
from digibel.requests.models import Client, Consent, HelpRequest
from digibel.scheduling import clockwork, followups, inside, reports
from digibel.scheduling.models import AUTONOMY, Complaint, FollowUp, Offer, Report, Visit
from digibel.sealing import keys
from digibel.sealing.reading import unsealed_or_none
from digibel.sealing.strays import sealed_fields
from digibel.volunteers.models import Volunteer

# None of them may be found anywhere once she is forgotten.
PLANTED = {
    "first_name": "Zwaluwina",
    "family_name": "Kwikstaart",
    "address_as": "Mevrouw Kwikstaart",
    "phone": "+32498112233",
    "street": "Meerkoetenlaan",
    "house_number": "977",
    "bell": "Bovenstebel",
    "door_note": "langs de Fuchsiahaag",
    "contact_name": "Reigerman",
    "contact_phone": "+32498445566",
    "helpers": [{"name": "Nicht Scholekster", "phone": "+32498778899", "may_change": True}],
    "decides_about_money": "Meester Bontekraai",
    "money_kind": "administrator",
    "money_phone": "+32498990011",
}
PLANTED_WORDS = (
    *(told for name, told in PLANTED.items() if name not in {"helpers", "money_kind"}),
    "Nicht Scholekster",
    "+32498778899",
)
WORDS = "Mijn Fluwelenscherm doet raar"
SAID = "De Wielewaal en de Oeverloper bleven te lang"
NOTE = "Ze liet haar Porseleinkast zien"


@dataclass
class House:
    organisation: Organisation
    volunteer: Volunteer
    by: Actor
    request: HelpRequest
    visit: Visit

    @property
    def client(self) -> Client:
        return Client.objects.select_related("recipient").get(pk=self.request.client_id)


def visit_is_over(house: House) -> datetime:
    """The volunteer came, reported and left; the moment it was."""
    visit = Visit.objects.get(pk=house.visit.pk)
    with clock.travel(visit.starts_at):
        clockwork.tick()
        outbox.sweep()
        inside.check_in(visit, by=Actor.volunteer(house.volunteer))
    left = visit.ends_at
    with clock.travel(left):
        visit = inside.check_out(visit, by=Actor.volunteer(house.volunteer))
        reports.report(
            visit, by=Actor.volunteer(house.volunteer), all_right=True, note=NOTE, autonomy={"knows_whom": 0}
        )
        outbox.sweep()
    return left


def followed_up(house: House) -> datetime:
    """A week later it works, and the request is closed; the moment it was."""
    week_later = visit_is_over(house) + timedelta(days=8)
    with clock.travel(week_later):
        clockwork.tick()
        followups.note(Visit.objects.get(pk=house.visit.pk), "works", by=house.by, autonomy={"alone": 2, "dares": 1})
        outbox.sweep()
    return week_later


def counted() -> dict[str, object]:
    """What funders count, computed from the rows that stay."""
    return {
        "requests": sorted(
            HelpRequest.objects.values_list("reference", "logged_at", "closed_as", "client__postcode", "caller")
        ),
        "tasks": sorted(HelpRequest.objects.values_list("reference", "tasks__slug", "tasks__verdict")),
        "languages": sorted(str(one) for one in Client.objects.values_list("speaks", flat=True)),
        "channels": sorted(OutboundMessage.objects.values_list("kind", "language", "segments")),
        "visits": sorted(Visit.objects.values_list("starts_at", "ends_at", "status", "checked_out_at")),
        "autonomy_before": sorted(Report.objects.values_list(*AUTONOMY), key=str),
        "autonomy_now": sorted(FollowUp.objects.values_list("outcome", *AUTONOMY), key=str),
        "reports": Report.objects.count(),
        "offers": sorted(Offer.objects.values_list("created_at", "status")),
        "consents": Consent.objects.count(),
        "complaints": sorted(Complaint.objects.values_list("kind", "made_at", "outcome")),
    }


def everything_written() -> str:
    """Every column of every row of the data, as the database holds it."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                texts += [
                    bytes(one).decode("latin-1") if isinstance(one, bytes | memoryview) else str(one) for one in row
                ]
    return "\n".join(texts)


def everything_readable() -> str:
    """Every sealed text that any living key still opens, and every open column."""
    keys.cache.clear()
    texts = [everything_written()]
    for model in apps.get_models():
        for field in sealed_fields(model):
            for row in model._default_manager.all():
                texts.append(unsealed_or_none(row, field.name) or "")
    return "\n".join(texts)


def planted_found() -> list[str]:
    """Which of the planted words can still be read, as they were typed or in the other writings of a number."""
    readable = everything_readable().casefold()
    words = [*PLANTED_WORDS, WORDS, NOTE, SAID, "Fluwelenscherm", "Porseleinkast", "Wielewaal", "Oeverloper"]
    words += [told.removeprefix("+32") for told in PLANTED_WORDS if told.startswith("+32")]
    return [word for word in dict.fromkeys(words) if word != "977" and word.casefold() in readable]
