"""What Digibel needs of others: all of it declared, none of it for nothing, and all under licences that EUPL-1.2 allows."""

import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Programs and drivers, which nobody imports by name; and what the queue needs where an operator writes a schedule as cron does.
NOT_IMPORTED = {"granian", "psycopg", "croniter"}
IMPORT = re.compile(r"^ *(?:from|import) (\w+)", re.MULTILINE)
FREE = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|ISC|MPL|LGPL|Zlib|0BSD|Unlicense|CC0|Public Domain|HPND", re.I
)


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {plain(re.match(r"[\w.-]+", line).group()) for line in project["dependencies"]}


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def imported():
    """The packages of others that `src` imports, as they are called on the index."""
    known = metadata.packages_distributions()
    found = {name for path in (ROOT / "src").rglob("*.py") for name in IMPORT.findall(path.read_text())}
    return {plain(name) for one in found - sys.stdlib_module_names for name in known.get(one, [])} - {"digibel"}


def installed_apps():
    """Apps and middleware of others are named in the settings, and imported by Django."""
    told = (ROOT / "src/digibel/settings.py").read_text()
    known = metadata.packages_distributions()
    return {plain(name) for one, names in known.items() if re.search(rf'"{one}[".]', told) for name in names}


def test_everything_that_is_imported_is_declared():
    assert imported() - declared() == set()


def test_nothing_is_declared_for_nothing():
    assert declared() - imported() - installed_apps() - NOT_IMPORTED == set()


def test_every_licence_lets_us():
    lock = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    here = {plain(one.name): one.metadata for one in metadata.distributions()}
    unclear = {name: told for name in map(plain, lock) if name in here and not FREE.search(told := licence(here[name]))}
    assert unclear == {}


def licence(told):
    classifiers = [one for one in told.get_all("Classifier", []) if one.startswith("License")]
    return " ".join([told.get("License-Expression") or "", (told.get("License") or "")[:200], *classifiers])
