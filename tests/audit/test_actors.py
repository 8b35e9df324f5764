from types import SimpleNamespace
from uuid import UUID

import pytest

from digibel.audit.actors import CLOCK, SYSTEM, Actor
from digibel.audit.errors import NameRefused

SOMEBODY = SimpleNamespace(pk=UUID(int=1))
WRITTEN = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize("kind", ["staff", "volunteer", "client", "api"])
def test_person_is_written_with_an_id_and_read_back(kind):
    actor = getattr(Actor, kind)(SOMEBODY)
    assert str(actor) == f"{kind}:{WRITTEN}"
    assert Actor.parse(str(actor)) == actor


@pytest.mark.parametrize("actor", [CLOCK, SYSTEM])
def test_clock_and_system_stand_alone(actor):
    assert str(actor) == actor.kind
    assert Actor.parse(str(actor)) == actor


@pytest.mark.parametrize(("kind", "id"), [("nobody", "1"), ("staff", ""), ("clock", "1"), ("staff", "x" * 61)])
def test_what_is_no_actor_is_refused(kind, id):
    with pytest.raises(NameRefused):
        Actor(kind, id)
