"""No text makes the search for secrets slow: thousands of hostile ones, each within a time of its own."""

import os
import random
import time

from digibel.guardrails.secrets import find

COUNT = 20_000 if os.environ.get("DIGIBEL_TEST_LONG") == "1" else 100
LONGEST = 5_000
# Seconds of the processor: a floor for whatever the machine was doing, and what each thousand characters may cost.
FLOOR, EACH_THOUSAND = 0.5, 0.3

PIECES = (
    *(
        "pin",
        "pin ",
        "wachtwoord is ",
        "mot de passe ",
        "code: ",
        "كلمة السر ",
        "şifre ",
        "p1n ",
        "p@ss",
        "m 1 n ",
        "🔑",
        "login: a / b",
        "gate ",
        "use ",
        "dyal ",
    ),
    *(
        "4",
        "4 ",
        "4821 ",
        "4111 1111 1111 1111",
        "BE68",
        "be 6 8 ",
        "85.07.30-",
        "0470 12 34 56",
        "12/03/2026 ",
        "26-0377",
        "vier ",
        "gate 4471 ",
        "k7x2q9m1 ",
        "12-34-56 ",
        "rb3a ",
        "٤",
    ),
    *(
        " ",
        "  ",
        ".",
        "-",
        "/",
        ",",
        "_",
        "+",
        '"',
        "'",
        "(",
        "@",
        "a.",
        "\n",
        "\\n",
        "\u200b",
        "[SECRET]",
        "=",
        ":",
        "e\u0301",
        "a1!",
    ),
    *("is ", "of ", "en ", "nu ", "maar nu ", "ipv ", "hoofdletter ", "http://", "www.", "x@y.z "),
)


def hostile(chance: random.Random) -> str:
    """One piece over and over, a few that take turns, or anything after anything; now and then with a value at the end."""
    size = chance.choice((60, 200, 1_000, LONGEST))
    pieces = chance.sample(PIECES, chance.choice((1, 2, 3, len(PIECES))))
    text = "".join(chance.choice(pieces) if len(pieces) > 3 else pieces[turn % len(pieces)] for turn in range(size))
    return text[:size] + chance.choice(("", "4821", "!", "\x00"))


def test_no_hostile_text_takes_longer_than_its_length_allows() -> None:
    chance = random.Random(20261125)
    slow = []
    for _ in range(COUNT):
        text = hostile(chance)
        start = time.process_time()
        find(text)
        took = time.process_time() - start
        if took > FLOOR + EACH_THOUSAND * len(text) / 1_000:
            slow.append((took, len(text), text[:80]))
    assert slow == []
