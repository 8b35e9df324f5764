"""Before something runs out: one text to the volunteer and one call on the coordinator's list, thirty days ahead, once."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from digibel import clock, languages
from digibel.notifications import outbox, phrasebook
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.recipients import language_of
from digibel.notifications.steps import one_by_one
from digibel.organisations.models import Organisation
from digibel.volunteers import links
from digibel.volunteers.models import Readiness, Reminder, Requirement, Volunteer

AHEAD = timedelta(days=30)
# The call is on the list from the first day; the volunteer has two weeks to see to it before somebody rings.
RING_BEFORE = timedelta(days=14)


def remind_due() -> int:
    """Remind everybody for whom something runs out within thirty days and who has not heard it. Safe to run twice, or at once."""
    today = clock.today()
    told = Reminder.objects.filter(
        volunteer=OuterRef("volunteer"),
        organisation=OuterRef("organisation"),
        requirement=OuterRef("requirement"),
        until=OuterRef("until"),
    )
    soon = Readiness.objects.filter(until__gte=today, until__lte=today + AHEAD, volunteer__left_at=None)
    related = soon.exclude(Exists(told)).select_related("volunteer__recipient", "organisation").order_by("until", "pk")
    return one_by_one(related, _remind, what="reminder")


@transaction.atomic
def _remind(row: Readiness) -> bool:
    assert row.until is not None
    reminder, is_new = Reminder.objects.get_or_create(
        volunteer=row.volunteer, organisation=row.organisation, requirement=row.requirement, until=row.until
    )
    if not is_new:
        return False
    _text(row, reminder)
    ring = clock.at(max(clock.today(), row.until - RING_BEFORE), clock.WAKING[0])
    open_call(
        f"readiness.{row.requirement}",
        reminder,
        organisation=row.organisation,
        recipient=row.volunteer.recipient,
        due_at=max(ring, clock.now()),
    )
    return True


def _text(row: Readiness, reminder: Reminder) -> None:
    """The five questions bring their link: they can be renewed from the sofa. For the rest somebody rings."""
    assert row.until is not None
    volunteer, organisation = row.volunteer, row.organisation
    language = language_of(volunteer.recipient, organisation)
    until = languages.day(clock.at(row.until, clock.WAKING[0]), language)
    values: dict[str, Any]
    if row.requirement == Requirement.QUESTIONS and not volunteer.sms_only:
        kind = "readiness.questions_again"
        values = {"until": until, "link": links.address(links.open_link(volunteer, organisation))}
    else:
        kind = "readiness.runs_out"
        values = {
            "until": until,
            "paper": phrasebook.render(f"paper_{row.requirement}", language),
            "house": organisation.name,
        }
    outbox.queue_message(volunteer.recipient, kind, organisation=organisation, subject=reminder, **values)


def settle(volunteer: Volunteer, organisation: Organisation, requirement: str) -> None:
    """It was renewed or ended: nobody has to ring about it any more."""
    for reminder in Reminder.objects.filter(volunteer=volunteer, organisation=organisation, requirement=requirement):
        drop_calls(reminder)
