"""Where an installation keeps what is its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digibel import machine_secrets

MANAGE = Path(__file__).parent.parent / "manage.py"


@pytest.fixture(autouse=True)
def no_secrets_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "MASTER_KEYS", "INDEX_KEY"):
        monkeypatch.delenv(f"DIGIBEL_{name}", raising=False)


def test_a_home_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="Set DIGIBEL_HOME to a folder that this user can write"):
        machine_secrets.load(tmp_path / "file")


def test_an_empty_home_is_not_the_folder_one_stands_in(tmp_path: Path) -> None:
    told = "from django.conf import settings; print(settings.HOME)"
    environment = os.environ | {
        "DIGIBEL_HOME": "",
        "DIGIBEL_SECRET_KEY": "x",
        "DIGIBEL_MASTER_KEYS": "eA==",
        "DIGIBEL_INDEX_KEY": "eA==",
    }
    command = [sys.executable, MANAGE, "shell", "--no-imports", "--command", told]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert (done.stdout, list(tmp_path.iterdir())) == (f"{MANAGE.parent / 'var'}\n", []), done.stderr
