"""The texts and tables of the guardrails are TOML files beside the code, part of the package."""

import tomllib
from importlib import resources
from typing import Any


def read(name: str) -> dict[str, Any]:
    """The table in that file, for example `read("rules.toml")`."""
    return tomllib.loads((resources.files("digibel.guardrails") / name).read_text(encoding="utf-8"))


def names_in(folder: str) -> list[str]:
    """The tables of a folder, ready for `read`, in alphabetical order."""
    files = (entry.name for entry in (resources.files("digibel.guardrails") / folder).iterdir())
    return sorted(f"{folder}/{file}" for file in files if file.endswith(".toml"))
