"""A cursor comes back in an address, and everything in an address passes the gate of secrets."""

import random
from datetime import timedelta

from digibel import clock, cursors
from digibel.desk.gate import masked
from digibel.scheduling.models import Timer


def test_no_place_in_any_list_is_taken_for_a_secret() -> None:
    chance = random.Random(1)
    for _ in range(3_000):
        row = Timer(pk=chance.randrange(10**9), due_at=clock.now() + timedelta(microseconds=chance.randrange(10**12)))
        cursor = cursors.place(row, by=("due_at", "id"), salt=str(chance.random()))
        assert masked(cursor) == cursor
        assert len(cursor) < cursors.LONGEST
