"""The one way to write in the audit."""

import logging
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import Error, connection
from django.db.models import Model

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.errors import FactRefused, NameRefused
from digibel.audit.models import Event, kind_of
from digibel.guardrails.secrets import holds_secret
from digibel.unwritable import is_of_the_database

logger = logging.getLogger(__name__)

DEED = re.compile(r"[a-z_]+(\.[a-z_]+)+")
LONGEST_VERB = 60
LOOKED = ".shown"
LONGEST_FACT = 80
MOST_FACTS_IN_A_LIST = 100
# +32 475 12 34 56, 0032..., 0475/12.34.56, 32475123456. A reference such as 2026-00123 is none.
PHONE = re.compile(r"(?<![\w-])(?:\+|00|0|32)(?:[ ./()-]{0,2}\d){8,14}(?!\w)")


def record(verb: str, subject: Model, /, *, by: Actor, organisation_id: UUID | None = None, **facts: Any) -> Event:
    """Write down a deed in the caller's transaction, so that the two commit together.

    `verb` names it from the subject's side (`request.logged`, `address.shown`); facts are ids, codes, counts and dates, also
    in lists. Raises `FactRefused` for anything else, and for texts that look like personal data.
    """
    if not DEED.fullmatch(verb) or len(verb) > LONGEST_VERB:
        raise NameRefused(name=verb[:LONGEST_VERB])
    event = Event(
        at=clock.now(),
        organisation_id=organisation_id,
        actor=str(by),
        verb=verb,
        subject_kind=kind_of(subject),
        subject_id=str(subject.pk),
        facts=_written(facts),
    )
    if verb.endswith(LOOKED) and not connection.in_atomic_block:
        _write_or_log(event)
    else:
        event.save()
    return event


def _write_or_log(event: Event) -> None:
    """Where nothing can be written, a look goes into the log: somebody has to find the door today all the same."""
    try:
        event.save()
    except Error as error:
        if not is_of_the_database(error):
            raise
        logger.warning("%s %s %s by %s", event.verb, event.subject_kind, event.subject_id, event.actor)


def _written(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as JSON keeps them on every database, unchanged: no fractions, no nested objects."""
    return {
        name: _list(name, value) if isinstance(value, list | tuple) else _one(name, value)
        for name, value in facts.items()
    }


def _list(name: str, values: list[Any] | tuple[Any, ...]) -> list[Any]:
    if len(values) > MOST_FACTS_IN_A_LIST:
        raise FactRefused(fact=name)
    return [_one(name, value) for value in values]


def _one(name: str, value: Any) -> str | int | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str) and (_is_id(value) or _is_harmless(value)):
        return str(value)
    raise FactRefused(fact=name)


def _is_id(text: str) -> bool:
    """An id is let through whatever its digits look like."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_harmless(text: str) -> bool:
    return len(text) <= LONGEST_FACT and "@" not in text and not PHONE.search(text) and not holds_secret(text)
