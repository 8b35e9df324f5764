"""`manage.py demo`: whose data it may touch, and how it starts and stops what it starts."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import cast
from digibel import clock
from digibel.demo import clock as demo_clock
from digibel.demo import home, running

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
# It starts somebody of its own, and ends neither itself nor them when asked.
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(60)",
]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_taken_port_is_a_sentence():
    with socket.socket() as taken:
        taken.bind((running.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(running.PortTaken, match=f"Port {port} is in use"):
            running.check_port(port)
    running.check_port(port)


def test_children_end_when_asked_and_leave_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 1.0)
    told = tmp_path / "pid"
    with running.Household() as household:
        household.start("one", SLEEPER, os.environ)
        household.start("two", [*STUBBORN, str(told)], os.environ)
        assert household.wait(until=lambda: told.exists() and told.read_text() != "", seconds=20)
        pids = [*(child.pid for child in household.children.values()), int(told.read_text())]
        assert [is_running(pid) for pid in pids] == [True, True, True]
    # The kernel takes a moment to bury a grandchild.
    end = time.monotonic() + 5
    while any(is_running(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    assert [is_running(pid) for pid in pids] == [False, False, False]


def test_one_that_dies_ends_the_others():
    with running.Household() as household:
        household.start("The web server", SLEEPER, os.environ)
        household.start("The worker", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
        with pytest.raises(running.Died, match="The worker stopped with code 3"):
            household.wait(seconds=20)
    assert not is_running(household.children["The web server"].pid)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_somebody_who_asks_to_stop_is_heard(asked):
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    try:
        with running.Household() as household:
            household.start("one", SLEEPER, os.environ)
            threading.Timer(0.5, os.kill, (os.getpid(), asked)).start()
            begun = time.monotonic()
            assert household.wait(seconds=30) is False
        assert time.monotonic() - begun < 10
    finally:
        for one, handler in zip((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), before, strict=True):
            signal.signal(one, handler)


@pytest.mark.django_db
def test_a_demo_leaves_somebodys_data_alone():
    home.check_free()
    cast.organisation()
    with pytest.raises(home.Taken):
        home.check_free()
    with pytest.raises(home.Taken):
        home.remove()
    demo_clock.set_to(clock.machine_time())
    home.check_free()


def test_one_demo_at_a_time(tmp_path, settings):
    settings.HOME = tmp_path
    with home.held(), pytest.raises(home.Running), home.held():
        pass
    with home.held():
        pass


def test_reset_removes_the_databases_and_nothing_else(tmp_path):
    """In a process of its own, as it must not be the tests' databases that go."""
    databases = ("digibel.sqlite3", "digibel.sqlite3-wal", "keys.sqlite3", "keys.sqlite3-shm", "digibel.sqlite3.bak")
    for name in (*databases, "demo.data"):
        (tmp_path / name).touch()
    environment = {**os.environ, "DIGIBEL_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "digibel.settings"}
    command = [sys.executable, "-m", "django", "demo", "--reset"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip().splitlines()[-1]) == (0, "The demo's data is gone.")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["demo.lock", "digibel.sqlite3.bak", "secrets.json"]
