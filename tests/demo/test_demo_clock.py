"""The demo's clock: it begins when people are awake, and it only goes forward, through everything that is due."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.demo import clock as demo_clock
from digibel.notifications.models import SimulatedText

BRUSSELS_AFTERNOON = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_first_moment_is_now_while_a_centre_is_at_work():
    assert demo_clock.first_moment(BRUSSELS_AFTERNOON) == BRUSSELS_AFTERNOON


@pytest.mark.parametrize(
    ("machine", "begins"),
    [
        (datetime(2026, 11, 24, 3, 0), datetime(2026, 11, 24, 10, 30)),
        (datetime(2026, 11, 24, 21, 0), datetime(2026, 11, 25, 10, 30)),
        (datetime(2026, 11, 28, 21, 0), datetime(2026, 11, 30, 10, 30)),
        (datetime(2026, 11, 29, 12, 0), datetime(2026, 11, 30, 10, 30)),
        (datetime(2026, 12, 25, 12, 0), datetime(2026, 12, 26, 10, 30)),
    ],
)
def test_first_moment_is_the_next_morning_that_counts(machine, begins):
    told = demo_clock.first_moment(machine.replace(tzinfo=clock.BRUSSELS))
    assert clock.local(told).replace(tzinfo=None) == begins


@given(st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_first_moment_is_never_earlier_and_always_waking(machine):
    begins = demo_clock.first_moment(machine)
    assert begins >= machine
    assert clock.is_waking(begins)


@pytest.mark.django_db
def test_the_clock_runs_on_from_where_it_was_set():
    ahead = clock.machine_time() + timedelta(days=3)
    demo_clock.set_to(ahead)
    assert timedelta(0) <= demo_clock.now() - ahead < timedelta(seconds=20)


@pytest.mark.django_db
def test_the_clock_is_the_machines_until_it_is_set():
    assert not demo_clock.is_set()
    assert abs(demo_clock.now() - clock.machine_time()) < timedelta(seconds=20)


@pytest.mark.django_db
def test_the_clock_refuses_to_go_back():
    demo_clock.set_to(clock.machine_time() + timedelta(hours=2))
    with pytest.raises(demo_clock.Backwards):
        demo_clock.set_to(clock.machine_time() + timedelta(hours=1))
    with pytest.raises(demo_clock.Backwards):
        demo_clock.move_to(clock.machine_time())


@pytest.mark.django_db
def test_the_clock_moves_a_month_at_most():
    with pytest.raises(demo_clock.TooFar):
        demo_clock.move_to(demo_clock.now() + timedelta(days=40))


@pytest.mark.django_db
def test_moving_the_clock_lives_through_what_is_due(settings):
    settings.DIGIBEL_CLOCK = "digibel.demo.clock.now"
    demo_clock.set_to(demo_clock.first_moment(clock.machine_time() + timedelta(hours=1)))
    lindeboom = cast.organisation()
    request = cast.request(lindeboom)
    cast.offered(request, cast.volunteer(lindeboom, name="Els"))
    cast.volunteer(lindeboom, name="Ayse")
    assert SimulatedText.objects.count() == 1
    until = demo_clock.now() + timedelta(minutes=61)
    demo_clock.move_to(until)
    # Nobody answered within the hour: the second volunteer has been asked.
    assert SimulatedText.objects.count() == 2
    assert timedelta(0) <= clock.now() - until < timedelta(seconds=20)


@pytest.mark.parametrize(("was_here", "source"), [(True, "digibel.demo.clock.now"), (False, "")])
def test_a_command_about_a_demos_data_has_the_demos_clock(tmp_path, was_here, source):
    if was_here:
        (tmp_path / "demo.data").touch()
    told = {name: value for name, value in os.environ.items() if name != "DIGIBEL_DEMO"} | {
        "DIGIBEL_HOME": str(tmp_path)
    }
    asked = "from digibel import settings; print(settings.DIGIBEL_CLOCK)"
    done = subprocess.run([sys.executable, "-c", asked], env=told, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == source


@pytest.mark.django_db
def test_one_move_at_a_time():
    demo_clock.set_to(clock.machine_time() + timedelta(hours=1))
    with demo_clock._moving, pytest.raises(demo_clock.Moving):
        demo_clock.move_to(demo_clock.now() + timedelta(minutes=5))
