"""Row 2: one request against 100,000 and against 1,000,000 volunteers spread over Belgium, in arrays.

    .venv/bin/python benchmarks/matching_country.py [how many at most]

The rival looks at every row; we look at those who would go that far. One line for each figure: medians and ratios.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from common.measuring import medians, say, scratch_home

scratch_home()

import numpy as np  # noqa: E402
from common.pools import country  # noqa: E402

import cast  # noqa: E402
from digibel import clock  # noqa: E402
from digibel.scheduling.matching import weighing  # noqa: E402
from digibel.scheduling.matching.house import read_house  # noqa: E402
from digibel.scheduling.matching.pool import Pool  # noqa: E402
from digibel.scheduling.matching.ties import Ties  # noqa: E402
from digibel.scheduling.matching.wanted import wanted  # noqa: E402
from digibel.scheduling.matching.weighing import Question  # noqa: E402

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


def by_groups(pool: Pool, question: Question) -> int:
    return len(weighing.weigh(pool, question).order.rows)


def by_scan(pool: Pool, question: Question) -> int:
    return len(weighing.weigh_rows(pool, np.arange(len(pool)), question).order.rows)


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with clock.travel(NOW):
        house = cast.organisation()
        question = Question(wanted(cast.request(house), NOW), Ties(), read_house(house.pk), NOW)
        small, large = country(most // 10, house.pk), country(most, house.pk)
        ways: dict[str, Callable[[], object]] = {
            f"{len(small):,} volunteers": lambda: by_groups(small, question),
            f"{len(large):,} volunteers": lambda: by_groups(large, question),
            f"{len(large):,} volunteers, every row": lambda: by_scan(large, question),
        }
        same = by_groups(large, question) == by_scan(large, question)
        took = medians(ways, rounds=5)
    for name, seconds in took.items():
        say("country", name, f"{seconds * 1000:,.2f} ms")
    tenth, whole, scan = took.values()
    say("country", "ten times the volunteers cost", whole / tenth, "<= 2")
    say("country", "every row / those who would go that far", scan / whole)
    say("country", "both find the same", "yes" if same else "NO")


if __name__ == "__main__":
    main()
