"""The demo's two processes: who serves the pages, and who does the work. Neither outlives the other, nor us."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress

from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from digibel.problems import Problem
from digibel.scheduling.schedules import SCHEDULES

HOST = "127.0.0.1"
PATIENCE = 3.0  # seconds in which a process may end by itself
READY_WITHIN = 60.0


class PortTaken(Problem):
    code = "port_taken"
    message = "Port {port} is in use. Choose another: make demo PORT={other}."


class Died(Problem):
    code = "died"
    message = "{name} stopped with code {code}, so the demo stops. What it said last stands above."


class Slow(Problem):
    code = "slow"
    message = "The pages did not come within a minute. Look at what was said above, and try again."


def check_port(port: int) -> None:
    """Better now, in a sentence, than after seeding, in a traceback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(port=port, other=port + 1 if port < 65535 else 8000) from None


def wake_worker() -> None:
    """Something to do at once, so that the pages see a worker from the first minute."""
    Schedule.objects.filter(name__in=SCHEDULES).update(next_run=timezone.now())
    async_task("digibel.notifications.tasks.sweep_outbox")


class Household:
    """Children that start together and end together, each with everything it started in turn."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_stop = False

    def __enter__(self) -> "Household":
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._note_stop)
        return self

    def __exit__(self, *unused: object) -> None:
        self.stop()

    def _note_stop(self, *unused: object) -> None:
        self.asked_to_stop = True

    def start(self, name: str, command: list[str], env: Mapping[str, str]) -> None:
        # A session of its own: Ctrl-C reaches us alone, and what the child starts can be ended with it.
        self.children[name] = subprocess.Popen(
            command, env=dict(env), start_new_session=True, preexec_fn=_die_with_us()
        )

    def wait(self, *, until: Callable[[], bool] = lambda: False, seconds: float = float("inf")) -> bool:
        """Until `until` says so (True), or somebody asks to stop (False). Raises `Died` when a child is gone, `Slow` in the end."""
        end = time.monotonic() + seconds
        while not self.asked_to_stop:
            self.check_alive()
            if until():
                return True
            if time.monotonic() > end:
                raise Slow
            time.sleep(0.2)
        return False

    def check_alive(self) -> None:
        for name, child in self.children.items():
            if child.poll() is not None:
                raise Died(name=name, code=child.returncode)

    def stop(self) -> None:
        """Ask, wait, and end what is left, groups and all: no process stays behind."""
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, end - time.monotonic()))
            _end_group(child.pid)
            child.wait()


def web_command(port: int) -> list[str]:
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)]
    # One process, because the clock is moved within it; threads, because a page may wait for another.
    return [*granian, "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "digibel.wsgi:application"]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "django", "qcluster"]


def answers(port: int) -> bool:
    """Whether /healthz says so."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _end_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _die_with_us() -> Callable[[], None] | None:
    """On Linux the kernel ends the child when we are killed in a way that nobody can catch."""
    if not sys.platform.startswith("linux"):
        return None
    libc, death_signal = ctypes.CDLL(None), 1
    return lambda: libc.prctl(death_signal, signal.SIGTERM) and None
