"""The secrets of one installation: from the environment, else from a file made once and readable by its owner alone."""

import base64
import json
import os
import secrets
from pathlib import Path


def load(home: Path) -> dict[str, str]:
    """SECRET_KEY, MASTER_KEYS (comma separated, newest first) and INDEX_KEY, the keys base64 of 32 bytes.

    Where the home cannot be written or read, every command and server ends here, with a sentence.
    """
    names = ("SECRET_KEY", "MASTER_KEYS", "INDEX_KEY")
    given = {name: os.environ[f"DIGIBEL_{name}"] for name in names if os.environ.get(f"DIGIBEL_{name}")}
    if len(given) == len(names):
        return given
    try:
        return {**_from_file(home / "secrets.json"), **given}
    except OSError as error:
        raise SystemExit(
            f"{error.filename}: {error.strerror}. Set DIGIBEL_HOME to a folder that this user can write, or give its secrets."
        ) from None


def _from_file(path: Path) -> dict[str, str]:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return _make(path)


def _make(path: Path) -> dict[str, str]:
    made = {"SECRET_KEY": secrets.token_urlsafe(50), "MASTER_KEYS": _key(), "INDEX_KEY": _key()}
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written whole beside it and linked into place, so that two processes starting together agree on one file.
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(made))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return json.loads(path.read_text())


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
