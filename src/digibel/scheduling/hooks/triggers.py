"""An event and its deliveries are written together, by a trigger: whichever deed wrote the event, whoever commits it.

A deed that fails tells nobody, and one that is committed cannot be forgotten to be told. The trigger asks for the hooks of the
organisation; most have none, and then nothing is written.
"""

from collections.abc import Iterator

from digibel.audit.triggers import Trigger
from digibel.scheduling.hooks.telling import TOLD

NAME = "audit_event_told_to_hooks"
EVENTS = "audit_event"
WHEN = f"NEW.organisation_id IS NOT NULL AND NEW.verb IN ({', '.join(repr(verb) for verb in TOLD)})"


def triggers(vendor: str) -> Iterator[Trigger]:
    yield _for_postgresql() if vendor == "postgresql" else _for_sqlite()


def _insert(visit_id: str, request_id: str) -> str:
    """One waiting delivery for each hook. What is said of a visit comes in one order with what is said of its request."""
    stream = (
        f"COALESCE(CASE WHEN NEW.subject_kind = 'scheduling.visit' THEN (SELECT replace({request_id}, '-', '')"
        f" FROM scheduling_visit visit WHERE visit.id = {visit_id}) END, replace(NEW.subject_id, '-', ''))"
    )
    return (
        "INSERT INTO scheduling_delivery (hook_id, event_id, stream, status, tries, not_before, trouble)"
        f" SELECT hook.id, NEW.id, {stream}, 'waiting', 0, NEW.at, '' FROM scheduling_hook hook"
        " WHERE hook.organisation_id = NEW.organisation_id AND hook.ended_at IS NULL"
    )


def _for_sqlite() -> Trigger:
    insert = _insert("replace(NEW.subject_id, '-', '')", "visit.request_id")
    return Trigger(NAME, EVENTS, f"CREATE TRIGGER {NAME} AFTER INSERT ON {EVENTS} WHEN {WHEN} BEGIN {insert}; END")


def _for_postgresql() -> Trigger:
    body = f"BEGIN {_insert('NEW.subject_id::uuid', 'visit.request_id::text')}; RETURN NULL; END"
    function = f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    create = f"CREATE TRIGGER {NAME} AFTER INSERT ON {EVENTS} FOR EACH ROW WHEN ({WHEN}) EXECUTE FUNCTION {NAME}()"
    return Trigger(NAME, EVENTS, create, function, body)
