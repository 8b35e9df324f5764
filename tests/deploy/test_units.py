"""The units of systemd and compose.yaml, without either: they say the same, and their commands start and stop well."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils import timezone
from django_q.signing import SignedPackage

from plugins import migrated
from plugins.postgres import free_port

ROOT = Path(__file__).parents[2]
UNITS = {path.name: path.read_text() for path in sorted((ROOT / "deploy" / "systemd").iterdir())}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
PATIENCE = 90


def command_of(unit):
    """Its commands, as words, from the checkout instead of /opt/digibel."""
    told = re.findall(r"^ExecStart=(.+)$", UNITS[unit], re.MULTILINE)
    return [shlex.split(line.replace("/opt/digibel/", "")) for line in told]


def command_in_compose(service):
    return shlex.split(COMPOSE[service]["command"])


# --- they say the same ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "service"),
    [("digibel-web.service", "web"), ("digibel-worker@.service", "worker"), ("digibel-watch.service", "watch")],
)
def test_both_start_the_same(unit, service):
    # In a container the address is the container's own; only the machine's loopback leads there.
    told = [word.replace("0.0.0.0", "127.0.0.1") for word in command_in_compose(service)]
    assert command_of(unit) == [told]
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE[service].get("ports", []))


def test_both_migrate_and_make_the_same_backups():
    [_, _, migrate] = COMPOSE["migrate"]["command"]
    assert [shlex.split(part) for part in migrate.split("&&")] == command_of("digibel-migrate.service")
    [_, _, backup] = COMPOSE["backup"]["command"]
    assert " ".join(command_of("digibel-backup.service")[0]) in backup


def test_every_setting_that_the_example_names_exists():
    source = (ROOT / "src/digibel/settings.py").read_text() + (ROOT / "src/digibel/machine_secrets.py").read_text()
    docs = (ROOT / "docs/operating.md").read_text()
    names = re.findall(r"^(DIGIBEL_\w+)=", (ROOT / "deploy/digibel.env.example").read_text(), re.MULTILINE)
    of_secrets = {"DIGIBEL_MASTER_KEYS", "DIGIBEL_INDEX_KEY", "DIGIBEL_SECRET_KEY"}
    assert [name for name in names if f'"{name}"' not in source and name not in of_secrets] == []
    assert [name for name in names if name not in docs and "ANDROID" not in name] == []


@pytest.mark.parametrize("unit", [name for name in UNITS if name.endswith(".service")])
def test_a_unit_runs_as_nobody_in_particular_and_gets_time_to_stop(unit):
    told = UNITS[unit]
    assert "\nUser=digibel\n" in told
    assert "\nNoNewPrivileges=true\n" in told
    if "qcluster" in told:
        seconds = int(re.search(r"^TimeoutStopSec=(\d+)$", told, re.MULTILINE).group(1))
        assert seconds > settings.Q_CLUSTER["timeout"]
        assert COMPOSE["worker"]["stop_grace_period"] == f"{seconds}s"
        assert "\nKillMode=mixed\n" in told


def test_the_keys_of_persons_lie_apart_in_compose():
    [data], [keys] = COMPOSE["data"]["volumes"], COMPOSE["keys"]["volumes"]
    assert data.split(":")[0] != keys.split(":")[0]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_units(tmp_path):
    for name, told in UNITS.items():
        (tmp_path / name).write_text(told.replace("/opt/digibel", str(ROOT)).replace("User=digibel", "User=root"))
    files = [str(tmp_path / name.replace("@", "@1")) for name in UNITS]
    (tmp_path / "digibel-worker@1.service").write_text((tmp_path / "digibel-worker@.service").read_text())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "digibel" in line]
    assert ours == []


# --- their commands run, and stop without losing anything -----------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    """A home with tables: those that are kept for the tests, else made by the unit's own commands."""
    for alias, name in (("default", "digibel"), ("keys", "keys")):
        migrated.put(alias, tmp_path / f"{name}.sqlite3")
    if not (tmp_path / "keys.sqlite3").exists():
        for command in command_of("digibel-migrate.service"):
            with started(command, tmp_path) as migrating:
                assert migrating.wait(300) == 0
    return tmp_path


@contextlib.contextmanager
def started(command, home):
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "DIGIBEL_HOME": str(home),
        "DIGIBEL_SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "digibel.settings",
    }
    with subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_until(is_so, what):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def answers(port):
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
        return answer.status == 200
    return False


def test_web_and_worker_stop_when_asked_and_end_what_they_had_begun(home):
    """A text that a gateway is just telling is taken, and a task under way is done, before the processes are gone."""
    port = str(free_port())
    [web], [worker] = command_of("digibel-web.service"), command_of("digibel-worker@.service")
    web[web.index("--port") + 1], web[web.index("--workers") + 1] = port, "1"
    enqueue(home, "time.sleep", 0.8)
    with started(web, home) as pages, started(worker, home) as queue:
        wait_until(lambda: taken(home), "no worker took the task")
        wait_until(lambda: answers(port), "no page came")
        with half_told(int(port)) as door:
            queue.send_signal(signal.SIGTERM)
            pages.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            assert end_of_it(door).startswith(b"HTTP/1.1 200")
        assert (pages.wait(PATIENCE), queue.wait(PATIENCE)) == (0, 0)
    assert told(home, "SELECT count(*) FROM notifications_inboundmessage") == [(1,)]
    assert told(home, "SELECT success FROM django_q_task WHERE func = 'time.sleep'") == [(1,)]


TEXT = json.dumps({"id": "1", "from": "+32470000001", "to": "+32460000001", "text": "OK"}).encode()


def half_told(port):
    """A gateway in the middle of telling a text."""
    door = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    head = "POST /gateways/simulator/inbound HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(TEXT)}\r\n\r\n"
    door.sendall((head + kind).encode() + TEXT[:20])
    time.sleep(0.3)
    return door


def end_of_it(door):
    door.sendall(TEXT[20:])
    return door.recv(4096)


def enqueue(home, func, *args):
    """As `async_task` writes it, in a database that is not that of the tests."""
    task = {"id": "a" * 32, "name": "one", "func": func, "args": args, "kwargs": {}, "started": timezone.now()}
    with sqlite3.connect(home / "digibel.sqlite3") as data:
        data.execute(
            "INSERT INTO django_q_ormq (key, payload, lock) VALUES ('digibel', ?, '2020-01-01 00:00:00')",
            [SignedPackage.dumps(task)],
        )


def taken(home):
    """The worker has it: the row's lock moved on."""
    return told(home, "SELECT count(*) FROM django_q_ormq WHERE lock > '2021-01-01'") == [(1,)]


def told(home, query):
    with sqlite3.connect(home / "digibel.sqlite3", timeout=PATIENCE) as data:
        return data.execute(query).fetchall()
