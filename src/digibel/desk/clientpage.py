"""One client as the desk sees them: who, how to reach, the door, who is around them, their yes, their questions and visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from digibel import clock
from digibel.audit.models import Event, kind_of
from digibel.desk import actors, clientdeeds, complaintlines, visitcard, visitlines, words
from digibel.desk.forms.intake import MONEY_KINDS, STAFF_FIRST, WISHES
from digibel.organisations.models import Organisation, Staff
from digibel.organisations.permissions import may
from digibel.requests.models import Client, HelpRequest, NamedHelper
from digibel.scheduling import merging, openings, preferences
from digibel.scheduling.models import Complaint, Preference, Visit
from digibel.sealing import keys

MOST_VISITS = 12
MOST_REQUESTS = 20
MOST_LOOKS = 12
MOST_CAME = 40


@dataclass(frozen=True)
class Named:
    """Somebody the client named, and in words what they may do."""

    name: str
    phone: str
    may: str


def named(client: Client) -> list[Named]:
    return [Named(one.name, one.phone, may_do(one)) for one in client.named_helpers.all()]


def may_do(one: NamedHelper) -> str:
    allowed = [(one.may_change, _("may change the request")), (one.may_hear_word, _("may hear the codeword"))]
    return ", ".join(said for may, said in allowed if may)


def is_forgotten(client: Client) -> bool:
    """Nobody can read who it was. Whoever is forgotten is gone too, so that most pages ask nothing."""
    return client.gone_at is not None and bool(keys.destroyed_among([client.key_id]))


def context(client: Client, reader: Staff) -> dict[str, Any]:
    """Everything on the page, in a fixed number of queries; the address and the numbers come only when they are asked for."""
    organisation = client.organisation
    requests = list(client.help_requests.prefetch_related("tasks").order_by("-logged_at")[:MOST_REQUESTS])
    related = Visit.objects.filter(client=client).select_related("client", "volunteer", "request")
    visits = list(related.order_by("-starts_at")[:MOST_VISITS])
    keys.prefetch([client.key_id, *(visit.volunteer.key_id for visit in visits)])
    return {
        "section": "requests",
        "client": client,
        "name": f"{client.first_name} {client.family_name}".strip(),
        "place": words.place_name(client.postcode),
        "facts": _facts(client),
        "helpers": named(client),
        "consents": _consents(client, organisation),
        "requests": [_request(one) for one in sorted(requests, key=lambda one: not one.is_open)],
        "visits": visitlines.as_lines(visits),
        "came": _came(client),
        "looks": _looks(client, organisation),
        "complaints": complaintlines.as_rows(
            Complaint.objects.filter(client=client).read_by(reader).select_related("client")
        ),
        "merges": merging.standing(client),
        "mistakes": clientdeeds.MISTAKES.items() if _may_undo(client) else (),
    }


def staff_first(client: Client, reader: Staff) -> dict[str, Any]:
    """Whether staff look first at this home, or did, as `staff_first.html` takes it."""
    last = client.staff_first.first()
    held = last if last is not None and last.released_at is None else None
    named = dict(STAFF_FIRST)
    return {
        "held": held,
        "why": ", ".join(str(named[code]) for code in held.codes if code in named) if held else "",
        "let_go": None if held else last,
        "choices": STAFF_FIRST,
        "may_release": may(reader, "overrule"),
    }


def _came(client: Client) -> list[dict[str, Any]]:
    """Who has been there or is to come, as far as we still know who that is, and what the client said about coming again."""
    said = dict(Preference.objects.filter(client=client).values_list("volunteer_id", "again"))
    found = list(preferences.known(client).filter(left_at=None).order_by("joined_on", "pk")[:MOST_CAME])
    keys.prefetch([one.key_id for one in found])
    return [{"volunteer": one, "again": said.get(one.pk)} for one in found]


def _may_undo(client: Client) -> bool:
    return client.gone_at is not None and clock.now() <= client.gone_at + openings.UNDONE_WITHIN


def _facts(client: Client) -> dict[str, Any]:
    return {
        "speaks": words.language_names(client.speaks),
        "reads": words.language_names(client.reads),
        "channel": words.CHANNELS[client.recipient.channel],
        "channel_icon": words.CHANNEL_ICONS[client.recipient.channel],
        "stopped": client.recipient.stopped_at,
        "door": visitcard.between(client),
        "wish": dict(WISHES)[client.wish] if client.wish else "",
        "money_kind": dict(MONEY_KINDS).get(client.money_kind, ""),
    }


def _consents(client: Client, organisation: Organisation) -> list[dict[str, Any]]:
    given = list(client.consents.order_by("-given_at"))
    by = actors.names([one.recorded_by for one in given], organisation)
    return [
        {"consent": one, "language": words.language_names([one.language]), "by": by[one.recorded_by]} for one in given
    ]


def _request(one: HelpRequest) -> dict[str, Any]:
    return {
        "request": one,
        "tasks": words.task_names([task.slug for task in one.tasks.all()]),
        "what": words.STEPS[one.next_kind].what if one.is_open else "",
    }


def _looks(client: Client, organisation: Organisation) -> list[dict[str, Any]]:
    """Who looked at where this client lives, on any page or card, the latest first (rule E12)."""
    visits: Sequence[str] = [str(pk) for pk in Visit.objects.filter(client=client).values_list("pk", flat=True)]
    about = Q(subject_kind=kind_of(Client), subject_id=str(client.pk)) | Q(
        subject_kind=kind_of(Visit), subject_id__in=visits
    )
    events = list(Event.objects.filter(about, verb="address.shown").newest_first()[:MOST_LOOKS])
    by = actors.names([event.actor for event in events], organisation)
    return [{"event": event, "by": by[event.actor]} for event in events]
