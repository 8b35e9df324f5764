"""The end of a pause, told the day before: nobody is asked again by surprise, and one word makes the pause longer."""

from datetime import date, time, timedelta

from digibel import clock
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.notifications.owners import PlainTexts
from digibel.organisations.models import Organisation
from digibel.volunteers.models import Volunteer

ENDS = "pause.pause_ends"
TOLD_AT = time(10)


def tell_the_end(volunteer: Volunteer, until: date | None, *, at: Organisation) -> None:
    """The text of this pause, in the place of any other's; none for a pause of a day, which has just been confirmed.

    `until`: the day they are back; `at`: whose text it is. Within the transaction of the pause.
    """
    outbox.withdraw(OutboundMessage.objects.about(volunteer).waiting().filter(kind=ENDS))
    if until is None or _day_before(until) <= clock.today():
        return
    outbox.queue_message(
        volunteer.recipient,
        ENDS,
        organisation=at,
        subject=volunteer,
        not_before=clock.at(_day_before(until), TOLD_AT),
        near=clock.at(until, clock.WAKING[0]),  # who is back on a Monday hears it on Sunday, or never
    )


def _day_before(until: date) -> date:
    return until - timedelta(days=1)


class PauseTexts(PlainTexts):
    def still_true(self, message: OutboundMessage) -> bool:
        """ "From tomorrow": not for a pause that has become longer, is over, or is now one without an end."""
        tomorrow = clock.today() + timedelta(days=1)
        return Volunteer.objects.filter(
            pk=message.subject_id, left_at=None, paused_until=tomorrow, recipient__stopped_at=None
        ).exists()
