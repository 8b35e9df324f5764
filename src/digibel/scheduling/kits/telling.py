"""What a volunteer who only texts hears of a kit: what to take along, and what not after all. Others read it on their card."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import groupby

from digibel import clock, languages
from digibel.notifications import outbox, phrasebook
from digibel.notifications.models import OutboundMessage
from digibel.notifications.recipients import language_of
from digibel.scheduling.kits.models import Kit
from digibel.scheduling.models import Visit

TAKE, NOT = "visit.take_kit", "visit.take_kit_not"
NOON = time(12)


def texts(visit: Visit, *, not_before: datetime | None = None) -> Iterator[OutboundMessage]:
    """One for each day on which something has to be back; none where the volunteer has a card."""
    if not visit.volunteer.sms_only:
        return
    loans = visit.kit_loans.open().select_related("kit").order_by("last_day", "kit__kind", "kit__number")
    for last_day, same in groupby(loans, key=lambda loan: loan.last_day):
        yield _take(visit, [loan.kit for loan in same], last_day, not_before)


def not_needed(visit: Visit, kit: Kit) -> OutboundMessage:
    language = _language(visit)
    return outbox.compose(
        visit.volunteer.recipient,
        NOT,
        organisation=visit.request.organisation,
        subject=visit,
        near=visit.starts_at,
        kit=_names([kit], language),
        moment=languages.day_and_time(visit.starts_at, language),
    )


def _take(visit: Visit, kits: list[Kit], last_day: date, not_before: datetime | None) -> OutboundMessage:
    language = _language(visit)
    return outbox.compose(
        visit.volunteer.recipient,
        TAKE,
        organisation=visit.request.organisation,
        subject=visit,
        near=visit.starts_at,
        not_before=not_before,
        kit=_names(kits, language),
        moment=languages.day_and_time(visit.starts_at, language),
        until=languages.day(clock.at(last_day, NOON), language),
    )


def _names(kits: list[Kit], language: str) -> str:
    comma = f"{phrasebook.render('comma', language)} "
    return comma.join(phrasebook.render(f"kit_{one.kind}", language, number=one.number) for one in kits)


def _language(visit: Visit) -> str:
    return language_of(visit.volunteer.recipient, visit.request.organisation)
