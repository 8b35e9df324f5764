"""Coming into the pool, and pausing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, Q, Value
from django.db.models.functions import Coalesce

from digibel import clock, places
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications import numbers
from digibel.notifications.models import Recipient
from digibel.notifications.recipients import add_recipient
from digibel.places import travel
from digibel.problems import Problem
from digibel.sealing import keys, ledger
from digibel.sheets.hours import Hours
from digibel.volunteers.models import AvailableHours, Volunteer

# What somebody can ask of themselves at most.
LONGEST_WAY: Final = 180  # minutes
MOST_A_WEEK: Final = 14  # visits


class AlreadyInThePool(Problem):
    code = "already_in_the_pool"
    message = "Somebody in the pool has this number already."


def in_the_pool(indexes: Iterable[str]) -> set[str]:
    """Which of these traces of numbers are a volunteer's."""
    of_volunteers = Recipient.objects.filter(kind=Recipient.Kind.VOLUNTEER, number_index__in=list(indexes))
    return set(of_volunteers.values_list("number_index", flat=True))


def same_in_the_pool(number: str, facts: Mapping[str, Any]) -> list[Volunteer]:
    """Whoever has this number and all of these facts: somebody who is told of again, and nobody else."""
    found = Volunteer.objects.select_related("recipient").filter(
        recipient__number_index=numbers.index(numbers.parse(number)), left_at=None
    )
    return [one for one in found if all(getattr(one, name) == fact for name, fact in facts.items())]


@transaction.atomic
def enrol(*, number: str, hours: Sequence[Hours], facts: Mapping[str, Any], by: Actor) -> Volunteer:
    """Somebody new, by the hand of a coordinator. One number, one volunteer: an answer must be theirs.

    Raises `AlreadyInThePool`.
    """
    if in_the_pool([numbers.index(numbers.parse(number))]):
        raise AlreadyInThePool
    return add_volunteer(number=number, languages=facts["speaks"], hours=hours, facts=facts, by=by)


@transaction.atomic
def add_volunteer(
    *,
    number: str,
    languages: Sequence[str],
    hours: Sequence[Hours],
    facts: Mapping[str, Any],
    by: Actor,
    key_id: UUID | None = None,
) -> Volunteer:
    """A new digihelper. `facts` are the fields of `Volunteer`; `hours` are weekday (0 Monday), start and end.

    `key_id` is a key made beforehand, where many come at once.
    """
    places.get(facts["postcode"])
    facts = {name: secrets.mask(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    key_id = key_id or keys.new_key()
    recipient = add_recipient(Recipient.Kind.VOLUNTEER, key_id=key_id, number=number, languages=languages)
    volunteer = Volunteer.objects.create(recipient=recipient, key_id=key_id, joined_on=clock.today(), **facts)
    AvailableHours.objects.bulk_create(
        AvailableHours(volunteer=volunteer, weekday=weekday, start=start, end=end) for weekday, start, end in hours
    )
    record("volunteer.joined", volunteer, by=by)
    return volunteer


@transaction.atomic
def pause(volunteer: Volunteer, *, by: Actor, until: date | None = None, own: bool = False) -> None:
    """No offers until that day (the day they are back), or until somebody says so.

    What somebody asks for themselves (`own`) never shortens a pause that we asked for; ours takes the place of theirs.
    """
    paused = Volunteer.objects.filter(pk=volunteer.pk)
    if own:
        paused = paused.filter(Q(paused_at=None) | Q(pause_is_own=True))
    since = Coalesce("paused_at", Value(clock.now(), output_field=DateTimeField()))
    paused.update(paused_at=since, paused_until=until, pause_is_own=own)
    record("volunteer.paused", volunteer, by=by, until=until.isoformat() if until else "", own=own)


@transaction.atomic
def resume(volunteer: Volunteer, *, by: Actor) -> None:
    Volunteer.objects.filter(pk=volunteer.pk).update(paused_at=None, paused_until=None, pause_is_own=False)
    ledger.take_back(ledger.What.DECIDED, volunteer.pk)
    record("volunteer.resumed", volunteer, by=by)


class NotSpoken(Problem):
    code = "not_spoken"
    message = "A level belongs to a language they speak."


@transaction.atomic
def note_limits(
    volunteer: Volunteer,
    *,
    modes: Sequence[str],
    reach_minutes: int | None,
    levels: Mapping[str, str],
    weekly_limit: int,
    offers_limit: int,
    by: Actor,
) -> None:
    """How they travel and how far, how well they speak what they speak, and how often they want to go and to be asked.

    The audit has the numbers and codes. Raises `NotSpoken`.
    """
    locked = Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
    if not set(levels) <= set(locked.speaks):
        raise NotSpoken
    locked.modes = [mode for mode in travel.MODES if mode in modes]
    locked.reach_minutes = reach_minutes
    locked.language_levels = dict(levels)
    locked.weekly_limit, locked.offers_limit = weekly_limit, offers_limit
    locked.save(update_fields=["modes", "reach_minutes", "language_levels", "weekly_limit", "offers_limit"])
    facts = {"modes": locked.modes, "weekly_limit": weekly_limit, "offers_limit": offers_limit}
    record("volunteer.limits_noted", locked, by=by, minutes=reach_minutes or 0, **facts)
