"""What `make audit` says: what is known, what is not, and never "nothing" where nobody was asked."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("audit_told", ROOT / "tools" / "audit_told.py")
audit_told = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit_told)

WELL = {"name": "django", "version": "5.2.9", "vulns": []}
WEAK = {
    "name": "requests",
    "version": "2.0",
    "vulns": [
        {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"]},
        {"id": "PYSEC-2", "fix_versions": [], "aliases": []},
    ],
}
UNKNOWN = {"name": "granian", "skip_reason": "not found"}


def said(tmp_path, capsys, found):
    path = tmp_path / "found.json"
    path.write_text(found if isinstance(found, str) else json.dumps({"dependencies": found, "fixes": []}))
    return (audit_told.main(str(path)), *capsys.readouterr())


def test_nothing_known(tmp_path, capsys):
    assert said(tmp_path, capsys, [WELL]) == (0, "1 packages of requirements.lock, 0 known weaknesses\n", "")


def test_weaknesses_and_where_they_are_mended(tmp_path, capsys):
    ended, told, _ = said(tmp_path, capsys, [WELL, WEAK])
    assert ended == 1
    assert told.splitlines() == [
        "requests 2.0: PYSEC-1, CVE-1; mended in 2.1",
        "requests 2.0: PYSEC-2; mended in none yet",
        "2 packages of requirements.lock, 2 known weaknesses",
    ]


@pytest.mark.parametrize("found", ["", "{", "[]", "{}", [], [UNKNOWN]])
def test_a_source_that_does_not_answer_is_no_nothing(tmp_path, capsys, found):
    """pip-audit itself says "no known vulnerabilities found" where its source knew none of the packages."""
    ended, told, trouble = said(tmp_path, capsys, found)
    assert (ended, told, trouble.split(":")[0]) == (2, "", "not asked")


def test_some_that_nobody_knew(tmp_path, capsys):
    ended, _, trouble = said(tmp_path, capsys, [WELL, UNKNOWN])
    assert (ended, trouble) == (2, "not asked about: granian\n")


def test_it_reads_what_is_installed_with_every_hash():
    command = (ROOT / "tools" / "audit").read_text()
    for option in ("--requirement requirements.lock", "--require-hashes", "--disable-pip", "-r tools/audit.lock"):
        assert option in command
    assert "pip-audit" not in (ROOT / "requirements-dev.lock").read_text()
