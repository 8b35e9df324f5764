"""What time brings, step after step: one that breaks is told and keeps none of the others from being done."""

import pytest

from digibel.notifications.steps import TaskFailed, one_by_one
from digibel.scheduling import clockwork, tasks

MINUTE = [
    (clockwork.timers, "ring_due"),
    (clockwork.availability, "end_pauses"),
    (clockwork.readiness, "reopen_all_unready"),
    (clockwork.rejudging, "rejudge_due"),
    (clockwork.reminders, "remind_due"),
    (clockwork.worklist, "hand_over_late"),
]
NIGHT = [
    (tasks.learning, "learn_anew"),
    (tasks.snapshot, "drop_old_changes"),
    (tasks.availability, "forget_past"),
    (tasks.pagelinks, "forget_closed"),
    (tasks.once, "forget_old"),
    (tasks.hooks, "forget_old"),
    (tasks.promises, "check"),
]


@pytest.mark.parametrize(
    ("task", "steps", "broken"),
    [
        *((clockwork.tick, MINUTE, place) for place in range(len(MINUTE))),
        *((tasks.every_night, NIGHT, place) for place in range(len(NIGHT))),
    ],
    ids=[f"{module.__name__}.{name}" for module, name in [*MINUTE, *NIGHT]],
)
def test_a_step_that_breaks_is_told_and_all_the_others_are_done(task, steps, broken, monkeypatch, caplog):
    done = []

    def step(place):
        def do(*given):
            done.append(place)
            return [1 // 0] if place == broken else []

        return do

    for place, (module, name) in enumerate(steps):
        monkeypatch.setattr(module, name, step(place))
    monkeypatch.setattr(tasks.checked, "note", lambda broken: None)
    with pytest.raises(TaskFailed, match="ZeroDivisionError"):
        task()
    assert done == list(range(len(steps)))
    assert [(record.message, record.error) for record in caplog.records] == [("task failed", "ZeroDivisionError")]


def test_rows_are_done_one_by_one_and_counted_where_something_was_done(caplog):
    assert one_by_one([2, 1, 0, -1, -2], lambda row: 1 // row > 0, what="row") == 1
    assert [(record.message, record.id, record.error) for record in caplog.records] == [
        ("row failed", "0", "ZeroDivisionError")
    ]
    assert one_by_one([2, 1], lambda row: row, what="row") == 2
