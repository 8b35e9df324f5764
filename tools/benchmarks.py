"""Run the jobs of `benchmarks/` and write what they print into `docs/benchmarks.md`: ``benchmarks.py [job ...]``.

A line of a job is a figure: the job, what was measured, the figure and the goal, with tabs between. Other lines stand as they are.
A job that is not named keeps what it said last time.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
BEGINNING = """# Benchmarks

Written by `make benchmark`. Machines are noisy: what counts are the ratios, each from one run in which the rivals took turns, the
median of at least five. Milliseconds say only what machine it was.
"""


def main(named: list[str]) -> int:
    jobs = sorted((ROOT / "benchmarks").glob("*.py"))
    known = _parts(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for job in jobs:
        if named and job.stem not in named:
            continue
        print(f"== {job.stem}", flush=True)
        lines = _run(job)
        if lines is None:
            return 1
        known[job.stem] = _written(job, lines)
    parts = [known[job.stem] for job in jobs if job.stem in known]
    PAGE.write_text("\n".join([BEGINNING, *parts]), encoding="utf-8")
    return 0


def _run(job: Path) -> list[str] | None:
    """What it printed, or nothing where it failed."""
    done = subprocess.run([sys.executable, str(job)], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    print(done.stdout, end="", flush=True)
    return done.stdout.splitlines() if done.returncode == 0 else None


def _written(job: Path, lines: list[str]) -> str:
    title = job.read_text(encoding="utf-8").split('"""')[1].strip().splitlines()[0]
    figures = [line.split("\t") for line in lines if line.count("\t") == 3]
    rest = [line for line in lines if line.count("\t") != 3]
    table = [f"| {what} | {figure} | {goal} |" for _, what, figure, goal in figures]
    if table:
        table = ["| what | figure | goal |", "|---|---:|---|", *table, ""]
    plain = ["```", *rest, "```", ""] if rest else []
    return "\n".join([f"## {job.stem}", "", title, "", *table, *plain])


def _parts(page: str) -> dict[str, str]:
    """The page's parts by the name of their job."""
    found = re.split(r"^## (\w+)\n", page, flags=re.MULTILINE)
    return {name: f"## {name}\n{text.rstrip()}\n" for name, text in zip(found[1::2], found[2::2], strict=True)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
