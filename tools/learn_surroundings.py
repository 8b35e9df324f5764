"""Learns what stands around a secret, from the texts of the tests, and writes the weights that the gate reads.

    .venv/bin/python tools/learn_surroundings.py                 learns from all, writes surroundings.tsv
    .venv/bin/python tools/learn_surroundings.py --without 27 28  leaves rounds out, writes nothing, and tells how they are read

A logistic regression whose weights are pushed towards nought (L1), by accelerated gradient steps (FISTA, Beck and Teboulle
2009): deterministic, a minute on one core.
"""

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digibel.settings")

from digibel.guardrails.secrets.reading import read  # noqa: E402
from digibel.guardrails.secrets.surroundings import LEAST, WEIGHTS, candidates, of_token  # noqa: E402

TESTS = ROOT / "tests"
CORPUS = TESTS / "guardrails" / "secrets_corpus.tsv"
# Texts without a secret: what is asked, answered by SMS, logged and written in the docs.
ORDINARY = (
    TESTS / "guardrails" / "suggestions.tsv",
    TESTS / "guardrails" / "log_lines.txt",
    *sorted((TESTS / "notifications" / "replies").glob("*.tsv")),
    *(ROOT / "docs" / name for name in ("phrasebook.md", "guardrails.md", "api.md", "states.md")),
)
MARK = re.compile(r"\{(?:(card|iban|national_number):)?([^{}]+)\}")
FEWEST_TEXTS = 3  # in which a feature must stand to count
STRENGTH = 0.35  # of the push towards nought
STEPS = 400
SMALLEST = 0.02


def texts() -> Iterator[tuple[int, str, list[tuple[int, int]], list[tuple[int, int]]]]:
    """Round, text, where its secrets stand, and where card, account and national numbers do."""
    for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]:
        number, _, marked = line.split("\t")[:3]
        yield int(number), *unmarked(marked)
    for file in ORDINARY:
        for line in file.read_text(encoding="utf-8").splitlines()[1:]:
            yield 0, line.split("\t")[-1], [], []


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]], list[tuple[int, int]]]:
    text, beyond = "", 0
    secrets: list[tuple[int, int]] = []
    structured: list[tuple[int, int]] = []
    for mark in MARK.finditer(marked):
        text += marked[beyond : mark.start()]
        (structured if mark[1] else secrets).append((len(text), len(text) + len(mark[2])))
        text += mark[2]
        beyond = mark.end()
    return text + marked[beyond:], secrets, structured


def overlaps(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def examples() -> Iterator[tuple[int, set[str], bool, str]]:
    """Round, features, whether it is a secret, the text: one for each number and mixed word of each text."""
    for number, text, secrets, structured in texts():
        reading = read(text)
        for span, features in candidates(reading, reading.folded, of_token):
            place = reading.span(*span)
            if not overlaps(place, structured):
                yield number, features, overlaps(place, secrets), text


class Table:
    """Which example has which of the features that enough of the examples have."""

    def __init__(self, told: list[set[str]]) -> None:
        often = Counter(feature for features in told for feature in features)
        self.features = sorted(feature for feature, count in often.items() if count >= FEWEST_TEXTS)
        column = {feature: place for place, feature in enumerate(self.features)}
        cells = [(row, column[one]) for row, features in enumerate(told) for one in sorted(features) if one in column]
        self.rows, self.columns = (np.array(side, dtype=np.int64) for side in zip(*cells, strict=True))
        self.size = len(told)

    def times(self, weights: np.ndarray) -> np.ndarray:
        return np.bincount(self.rows, weights[self.columns], minlength=self.size)

    def back(self, errors: np.ndarray) -> np.ndarray:
        return np.bincount(self.columns, errors[self.rows], minlength=len(self.features))

    def steepest(self) -> float:
        """The largest curvature, by power iteration."""
        direction = np.ones(len(self.features))
        for _ in range(30):
            direction = self.back(self.times(direction))
            size = float(np.linalg.norm(direction))
            direction /= size
        return size / 4


def learn(table: Table, is_secret: np.ndarray) -> np.ndarray:
    """One weight for each feature; a shape of (features,)."""
    step = 1 / table.steepest()
    weights = ahead = np.zeros(len(table.features))
    momentum = 1.0
    for _ in range(STEPS):
        errors = 1 / (1 + np.exp(-table.times(ahead))) - is_secret
        moved = ahead - step * table.back(errors)
        new = np.sign(moved) * np.maximum(np.abs(moved) - step * STRENGTH, 0)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / following * (new - weights)
        weights, momentum = new, following
    return weights


def known(features: list[str], weights: np.ndarray) -> dict[str, float]:
    return {
        one: round(float(weight), 2) for one, weight in zip(features, weights, strict=True) if abs(weight) >= SMALLEST
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without", type=int, nargs="*", default=[])
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    told = list(examples())
    learned = [one for one in told if one[0] not in options.without]
    table = Table([features for _, features, _, _ in learned])
    weights = known(table.features, learn(table, np.array([is_secret for _, _, is_secret, _ in learned], dtype=float)))
    print(f"{len(learned):,} numbers and words of {len(table.features):,} features; {len(weights):,} count")
    if not options.without:
        write(weights)
    rest = [one for one in told if one[0] in options.without] if options.without else told
    for least in (0.0, 0.5, LEAST, 1.5, 2.0, 3.0):
        sums = [
            (sum(weights.get(one, 0.0) for one in features), is_secret, text) for _, features, is_secret, text in rest
        ]
        found = sum(total >= least for total, is_secret, _ in sums if is_secret)
        false = [text for total, is_secret, text in sums if not is_secret and total >= least]
        secrets = sum(is_secret for _, is_secret, _ in sums)
        print(f"from {least}: {found} of {secrets} secrets, {len(false)} of {len(sums) - secrets} others")
        if options.show and least == LEAST:
            print(*("   " + one for one in false), sep="\n")


def write(weights: dict[str, float]) -> None:
    head = "# Learned by tools/learn_surroundings.py. How much each feature speaks for a secret (above nought) or against it.\n"
    lines = (f"{feature}\t{weight:g}\n" for feature, weight in sorted(weights.items()))
    WEIGHTS.write_text(head + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
