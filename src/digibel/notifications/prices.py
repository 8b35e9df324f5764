"""What texts cost: a dated price for one segment over each gateway, what a month came to, and the budget that warns.

A budget holds no text back, ever: a client who waits at the door is worth more than seven cents. It warns, and a person decides.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import failing, gateways
from digibel.notifications.models import OutboundMessage
from digibel.organisations.models import Organisation
from digibel.problems import Problem

NEAR = Decimal("0.8")
HIGHEST_BUDGET = Decimal("99999.99")
CENT = Decimal("0.01")


class NoBudget(Problem):
    code = "no_budget"
    message = "Write an amount in euro, such as 25 or 12.50; nothing for no budget."


@dataclass(frozen=True)
class Spent:
    """`euro` is what has a price; `unpriced` the segments of days without one."""

    texts: int = 0
    segments: int = 0
    euro: Decimal = Decimal(0)
    unpriced: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.texts + other.texts,
            self.segments + other.segments,
            self.euro + other.euro,
            self.unpriced + other.unpriced,
        )


@cache
def _table(own_file: str) -> dict[str, list[dict[str, Any]]]:
    """What ships, and the operator's own rows before it."""
    table: dict[str, list[dict[str, Any]]] = tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    )
    own = tomllib.loads(Path(own_file).read_text(encoding="utf-8")) if own_file else {}
    for gateway, rows in own.items():
        table[gateway] = [*rows, *table.get(gateway, [])]
    for rows in table.values():
        for row in rows:
            row["segment"] = Decimal(row["segment"])
            if row["from"] > row["until"] or row["segment"] < 0:
                raise ValueError(f"a row from {row['from']} until {row['until']} at {row['segment']}")
    return table


def table() -> dict[str, list[dict[str, Any]]]:
    return _table(settings.DIGIBEL_PRICES_FILE)


def per_segment(gateway: str, day: date) -> Decimal | None:
    """Euro; None where no row holds this day."""
    for row in table().get(gateway, []):
        if row["from"] <= day <= row["until"]:
            price: Decimal = row["segment"]
            return price
    return None


def of_batch(segments: int) -> Decimal | None:
    """What so many segments would cost if they left now; None where nobody has said what one costs."""
    name = failing.ready() or next(iter(gateways.in_order()), "")
    price = per_segment(name, clock.today())
    return None if price is None else (price * segments).quantize(CENT)


def month_of(day: date) -> tuple[datetime, datetime]:
    """The first moment of the month, and that of the next one, in Brussels."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return clock.at(first, time()), clock.at(following, time())


def spent_by_gateway(organisation: Organisation | None, day: date) -> dict[str, Spent]:
    """The month of this day; of one organisation, or of all of them."""
    first, following = month_of(day)
    sent = OutboundMessage.objects.filter(sent_at__gte=first, sent_at__lt=following)
    if organisation is not None:
        sent = sent.filter(organisation=organisation)
    days = sent.annotate(day=TruncDate("sent_at", tzinfo=clock.BRUSSELS)).values_list("gateway", "day")
    found: dict[str, Spent] = {}
    for gateway, sent_on, texts, segments in days.annotate(texts=Count("pk"), parts=Sum("segments")).order_by():
        price = per_segment(gateway, sent_on)
        one = Spent(
            texts, segments, segments * price if price is not None else Decimal(0), 0 if price is not None else segments
        )
        found[gateway] = found.get(gateway, Spent()) + one
    return found


def spent(organisation: Organisation, day: date) -> Spent:
    return _sum(spent_by_gateway(organisation, day).values())


def _sum(parts: Iterable[Spent]) -> Spent:
    total = Spent()
    for part in parts:
        total += part
    return total


def set_budget(organisation: Organisation, amount: str, *, by: Actor) -> None:
    """Euro a month, as people type it; empty for none."""
    budget = _read(amount)
    with transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(texts_budget=budget)
        record(
            "texts.budget_set",
            organisation,
            by=by,
            organisation_id=organisation.pk,
            cents=None if budget is None else int(budget * 100),
        )


def _read(amount: str) -> Decimal | None:
    told = amount.strip().removeprefix("€").strip().replace(",", ".")
    if not told:
        return None
    try:
        budget = Decimal(told).quantize(CENT)
    except ArithmeticError:
        raise NoBudget from None
    if not budget.is_finite() or not 0 < budget <= HIGHEST_BUDGET:
        raise NoBudget
    return budget
