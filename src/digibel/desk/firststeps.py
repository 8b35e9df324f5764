"""From an empty house to the first request: what is done, what comes next, and whose it is. Gone once everything is done."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from digibel.desk import pool, words
from digibel.notifications import gateways
from digibel.notifications.models import BY_HAND, InboundMessage
from digibel.organisations.models import Organisation, Role, Staff
from digibel.organisations.permissions import may
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import Visit
from digibel.volunteers.models import Volunteer

CHECK = "manage.py check_gateway 0470123456"


@dataclass(frozen=True)
class Step:
    """`url` is empty where it is somebody else's; then `text` says whose. `command`: for who runs the machine."""

    title: str
    text: str
    done: bool
    url: str = ""
    verb: words.Words = ""
    command: str = ""


@dataclass(frozen=True)
class FirstSteps:
    steps: list[Step]

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.done), None)


def of_organisation(organisation: Organisation, staff: Staff) -> FirstSteps | None:
    """None as soon as a visit was ever booked here, or when nothing is left to do."""
    if Visit.objects.of(organisation).exists():
        return None
    return _unfinished([step(organisation, staff) for step in (_duty, _texts, _volunteer, _request)])


def of_network() -> FirstSteps | None:
    """What whoever looks after the network begins with. The first organisation is made on the machine, with this account."""
    first = Organisation.objects.order_by("pk").first()
    if first is None or Visit.objects.exists():
        return None
    return _unfinished([_house(first), _colleague(), _texts(first, None)])


def _unfinished(steps: list[Step]) -> FirstSteps | None:
    return FirstSteps(steps) if not all(step.done for step in steps) else None


def _house(organisation: Organisation) -> Step:
    return Step(_("The organisation"), _("%(name)s is there.") % {"name": organisation.name}, True)


def _colleague() -> Step:
    """Somebody who works with clients, and has been in."""
    working = Staff.objects.filter(is_active=True, role__in=[role for role, _label in Role.people()])
    house = Organisation.objects.filter(staff__in=working).first() or Organisation.objects.order_by("pk").first()
    return Step(
        _("The first colleague"),
        _("Open an account for a coordinator, with a mobile for alarms, and give them the link. They do the rest."),
        working.exclude(last_login=None).exists(),
        reverse("desk:network_organisation", args=[house.pk]) if house else "",
        _("Open an account"),
    )


def _duty(organisation: Organisation, staff: Staff) -> Step:
    return _step(
        staff,
        "name_duty",
        _("Who answers the telephone"),
        _("At which hours somebody is on duty. No visit is booked at an hour when nobody is."),
        organisation.duty_hours.filter(staff__is_active=True).exists(),
        "desk:duty",
        _("Name somebody"),
    )


def _texts(organisation: Organisation, staff: Staff | None) -> Step:
    title = _("Do texts leave, and come back?")
    used = [] if settings.DIGIBEL_DEMO else gateways.in_order()
    if "simulator" in used:
        text = _(
            "No text leaves this machine yet. Who looks after it chooses a gateway, DIGIBEL_GATEWAY (docs/operating.md)."
        )
        return Step(title, text, False)
    real = [name for name in used if name != BY_HAND]
    works = not real or InboundMessage.objects.filter(gateway__in=real).exists()
    text = _("Who looks after the machine sends a text to their own mobile with this, and answers it.")
    url = reverse("desk:gateways") if staff is not None and may(staff, "texts") else ""
    return Step(title, text, works, url, _("See how texts leave"), CHECK)


def _volunteer(organisation: Organisation, staff: Staff) -> Step:
    known = Volunteer.objects.filter(left_at=None).exists()
    ready = known and bool(pool.search(organisation, state="ready"))
    title = _("The first volunteer")
    if known:
        text = _(
            "Somebody is there, but cannot be sent yet. On their page stands what is missing, such as the training."
        )
        return _step(staff, "ready_volunteer", title, text, ready, "desk:volunteers", _("To the volunteers"))
    text = _("One by one, or a whole list from a spreadsheet. Then their papers: who has all of them can be asked.")
    return _step(staff, "enrol", title, text, ready, "desk:new_volunteer", _("Take somebody in"))


def _request(organisation: Organisation, staff: Staff) -> Step:
    return _step(
        staff,
        "log",
        _("The first request"),
        _("While somebody tells you on the telephone, or a try with a colleague who plays the client."),
        HelpRequest.objects.of(organisation).exists(),
        "desk:new_request",
        _("New request"),
    )


def _step(staff: Staff, deed: str, title: str, text: str, done: bool, page: str, verb: str) -> Step:
    """With its push for who may do it; the others read whose it is."""
    if may(staff, deed):
        return Step(title, text, done, reverse(page), verb)
    return Step(title, f"{text} {_('Ask a coordinator.')}", done)
