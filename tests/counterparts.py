"""Programs of others that stand opposite us in tests: real ones, on this machine, 127.0.0.1 only, free ports.

What cannot be had here is said in one line by the tests that are left out; with CI=true that is a failure.
"""

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
CACHE = Path(sys.prefix) / "node"
PATIENCE = 45.0


class Missing(Exception):
    """Something of it is not on this machine; the text says what."""


@contextmanager
def left_out_if_missing(context: AbstractContextManager[T]) -> Iterator[T]:
    """The thing itself, or the tests are left out with one line that says why; with CI=true they fail."""
    with ExitStack() as stack:
        try:
            thing = stack.enter_context(context)
        except Missing as missing:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(f"left out: {missing}")
        yield thing


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(true: Callable[[], Any], *, seconds: float = PATIENCE, what: str = "it") -> Any:
    end = time.monotonic() + seconds
    while not (answer := true()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s for {what}")
        time.sleep(0.02)
    return answer


def node_modules(folder: Path) -> Path:
    """The folder of the packages that this folder's package.json names; fetched once, into the environment's folder."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing("there is no node and npm here (apt-get install nodejs npm)")
    wanted = (folder / "package.json").read_bytes()
    home = CACHE / hashlib.sha256(wanted).hexdigest()[:12]
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "installed").exists():
            home.mkdir(exist_ok=True)
            (home / "package.json").write_bytes(wanted)
            command = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=120)
            if done.returncode:
                raise Missing(f"npm could not fetch the packages of {folder.name}/package.json")
            (home / "installed").touch()
    return home / "node_modules"


@contextmanager
def node(script: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A script, with the packages that the package.json beside it names, until the block ends."""
    environment = {**os.environ, "NODE_MODULES": str(node_modules(script.parent))}
    process = subprocess.Popen(
        ["node", str(script), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[Any]) -> None:
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
