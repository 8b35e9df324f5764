"""Three things to try that can be done now, whatever the hour: looked up in the demo as it stands."""

from collections.abc import Iterator

from django.db.models import Count

from digibel.demo.seeding import email_of
from digibel.notifications import phrasebook
from digibel.notifications.models import CallTask
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Organisation, Role, Staff
from digibel.scheduling.models import LIVE_OFFERS, Offer
from digibel.volunteers.models import Volunteer


def suggestions() -> list[str]:
    """One sentence each, for the console: volunteers by first name, clients not at all."""
    return [*_alarm(), *_answer(), _week()]


def _alarm() -> Iterator[str]:
    alarm = CallTask.objects.open().filter(kind="visit.alarm", acknowledged_by="").order_by("created_at").first()
    organisation = alarm.organisation if alarm else Organisation.objects.order_by("postcode").last()
    person = Staff.objects.filter(organisation=organisation, role=Role.INTAKE).first()
    if organisation is None or person is None:
        return
    who = f"Log in as {person.name} ({email_of(person.name, organisation.slug)})"
    if alarm:
        yield f"{who} and take the alarm: a volunteer should have left, and nobody knows."
    else:
        yield f"{who} and log a new request, as if somebody rang."


def _answer() -> Iterator[str]:
    """A volunteer who can say a bare yes: one offer with one moment, and the last text was that offer."""
    alone = Volunteer.objects.active().filter(offers__status__in=LIVE_OFFERS).annotate(live=Count("offers"))
    live = Offer.objects.live().filter(volunteer__in=alone.filter(live=1)).select_related("volunteer__recipient")
    offer = next((one for one in live.select_related("request__organisation") if len(one.windows) == 1), None)
    if offer is None:
        yield "Open /phones, choose a volunteer, and see what their telephone has received."
        return
    language = language_of(offer.volunteer.recipient, offer.request.organisation)
    word = phrasebook.answers(language)["yes"]
    yield f"Open /phones and answer {word} on {offer.volunteer.first_name}'s telephone: a visit is booked."


def _week() -> str:
    return "Move the clock a week on /phones, then log in as a coordinator: what was visited is followed up."
