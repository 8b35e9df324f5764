"""How fast secrets are found: 100,000 texts, half of them ordinary, a third giving secrets away, a sixth long notes.

    .venv/bin/python benchmarks/finding_secrets.py [how many]

Prints seconds and texts a second for the function on one core and for the command on all, and the ratio to a naive rival in the
same run: one big regular expression that masks any number after any of two dozen words, and any long number. Then the command
again for as many texts of each kind alone: an office writes ordinary ones, and what gives a secret away is weighed far longer.
"""

import io
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from digibel.guardrails.management.commands.find_secrets import found
from digibel.guardrails.secrets import find
from digibel.jsonlines import answer_many_lines

CORPUS = Path(__file__).parents[1] / "tests" / "guardrails" / "secrets_corpus.tsv"
ORDINARY = Path(__file__).parents[1] / "tests" / "guardrails" / "suggestions.tsv"
MARK = re.compile(r"\{(?:(?:card|iban|national_number):)?([^{}]+)\}")
RIVAL = re.compile(
    r"(?:pin|puk|code|kod|codul|código|wachtwoord|paswoord|mot de passe|mdp|password|parola|şifre|hasło|senha|contraseña|"
    r"fjalëkalimi|رمز|كلمة السر|itsme|wifi|alarm|cvc)\W{0,3}(?:is|est|c'est|=|:|to|é|es|e|este|هو)?\s*(?:\S*\d\S*)|"
    r"(?:\d[ .-]?){11,19}|"
    r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}",
    re.IGNORECASE,
)


KINDS = {"ordinary": (0, 1, 2), "secret": (3, 4), "long": (5,)}


def texts(count: int) -> list[str]:
    """The same texts each time, each a little different from the next, so that no cache of whole texts can help. Of six in a row
    three are ordinary, two give a secret away, and the last is a long note."""
    chance = random.Random(1)
    rows = [line.split("\t")[-1] for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]]
    secrets = [MARK.sub(lambda mark: mark[1], row) for row in rows if "{" in row]
    ordinary = [line.split("\t")[-1] for line in ORDINARY.read_text(encoding="utf-8").splitlines()[1:]]
    made = []
    for number in range(count):
        place = number % 6
        some = ordinary if place in KINDS["ordinary"] else secrets
        text = " ".join(chance.choices(ordinary, k=4)) if place in KINDS["long"] else chance.choice(some)
        made.append(f"{text} {chance.randrange(100)}")
    return made


def of_kind(kind: str, count: int) -> list[str]:
    places = KINDS[kind]
    every = texts(6 * count // len(places) + 6)
    return [text for number, text in enumerate(every) if number % 6 in places][:count]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def commanding(lines: list[str]) -> float:
    with tempfile.TemporaryFile() as told:
        told.write("\n".join(lines).encode())
        told.seek(0)
        return seconds(lambda: answer_many_lines(found, told, io.StringIO()))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    lines = texts(count)
    find("pin 4821")
    measured = {
        "function": seconds(lambda: [find(line) for line in lines]),
        "command": commanding(lines),
        "naive rival": seconds(lambda: [RIVAL.sub("[SECRET]", line) for line in lines]),
    }
    for name, took in measured.items():
        times = took / measured["naive rival"]
        print(f"{name:22} {took:6.2f} s  {count / took:9,.0f} texts/s  {times:5.1f} x the rival")
    for kind in KINDS:
        took = commanding(of_kind(kind, count))
        print(f"command, {kind + ' alone':13} {took:6.2f} s  {count / took:9,.0f} texts/s")


if __name__ == "__main__":
    main()
