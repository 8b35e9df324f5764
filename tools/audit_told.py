"""What pip-audit found, a line for each weakness: ``audit_told.py found.json``. 0: nothing; 1: something; 2: it was not asked."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOT_ASKED = (
    "not asked: the list of weaknesses cannot be reached from here. Nothing is known about requirements.lock today."
)


def main(path: str) -> int:
    told = read(Path(path))
    asked = [one for one in told if "skip_reason" not in one]
    if not asked:
        print(NOT_ASKED, file=sys.stderr)
        return 2
    lines = [*weaknesses(asked)]
    for line in lines:
        print(line)
    print(f"{len(asked)} packages of requirements.lock, {len(lines)} known weaknesses")
    if left := sorted(one["name"] for one in told if "skip_reason" in one):
        print(f"not asked about: {', '.join(left)}", file=sys.stderr)
    return 1 if lines else 2 if left else 0


def read(path: Path) -> list[dict[str, Any]]:
    """Each package with its weaknesses; none where pip-audit did not come to its end. What its source does not know it passes over,
    with a reason, and then says that nothing was found."""
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["dependencies"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def weaknesses(told: list[dict[str, Any]]) -> Iterator[str]:
    for one in told:
        for weak in one.get("vulns", []):
            names = ", ".join([weak["id"], *weak.get("aliases", [])])
            better = ", ".join(weak.get("fix_versions", [])) or "none yet"
            yield f"{one['name']} {one['version']}: {names}; mended in {better}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
