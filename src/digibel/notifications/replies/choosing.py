"""One window chosen over another: "not the first, the second is fine", "the 2 rather than the 1", "2 because on the 1st I work"."""

import re
from collections.abc import Iterator
from typing import Final

from digibel.notifications.replies.answers import NO, SMALL, YES
from digibel.notifications.replies.meanings import BUSY, BUT, CONTRAST, NOT_TODAY, SO_BECAUSE, SOONER, Sign
from digibel.notifications.replies.said import Said

# What is said of the windows, one letter each: (n)umbers, (x) what turns one down, (y) what wants one, and words between two;
# (q) because, and (k) any other reason: of these only "because on the 1st I work" is read.
_LETTERS: Final = {
    **dict.fromkeys(("number", "last", "middle"), "n"),
    **dict.fromkeys((*NO, "negation"), "x"),
    **dict.fromkeys((*YES, "preference"), "y"),
    **{"today": "t", "instead": "i", "than": "h", "replaced": "r"},
}
_TURNS: Final[dict[int | None, str]] = {BUT: "b", CONTRAST: "c", SOONER: "s"}
_NOT_TODAY: Final = re.compile(r"xt|tx|d")
_REFUSED: Final = re.compile(r"(?:xn)+|(?:nx)+")
_CHOSEN: Final = re.compile(r"y*ny*")
_WHY_NOT: Final = re.compile(r"q(?:n+[xk]|[xk]n+)")
# A choice and what it was chosen over, in one breath: "1 no 2 yes", "1 yes 2 no", "not the first the second yes", "1 over 2".
_SECOND: Final = re.compile(r"(?:nxn|xnn)y+|nrny*")
_FIRST: Final = re.compile(r"y*niny*|(?:s|y+)nhny*|ny+hn|ny+nx")
# A no to one window after another: "neither the first nor the second", "1 I cannot, on 2 I work", "1 and 2 do not suit".
_EACH: Final = re.compile(r"(?:xn){2,}|(?:nx){2,}|nn+x")

Part = tuple[str, list[Sign]]


def chosen_over(said: Said, windows: int) -> int | None:
    """The window that is wanted, where another one (or today) is turned down in so many words; None where this is not so clear."""
    parts = list(_parts(said.parted_at_but()))
    if windows == 1 or not all(parts):
        return None
    chosen: list[int] = []
    refused: list[int] = []
    turned_down = False
    for place, (letters, signs) in enumerate(parts):
        numbers = [_window(sign, windows) for sign in signs if _letter(sign) == "n"]
        if _NOT_TODAY.fullmatch(letters) and parts[place + 1 : place + 2] and parts[place + 1][0].startswith("b"):
            turned_down = True
        elif _SECOND.fullmatch(letters) and _turns_down(letters, signs):
            refused, chosen = [*refused, numbers[0]], [*chosen, numbers[1]]
        elif _FIRST.fullmatch(letters):
            refused, chosen = [*refused, numbers[1]], [*chosen, numbers[0]]
        elif _refuses(letters, signs) or (place and _WHY_NOT.fullmatch(letters)):
            refused += numbers
        elif _CHOSEN.fullmatch(letters.lstrip("bc")) and (set(letters) & {"c", "y"} or _after_or_before(parts, place)):
            chosen += numbers
        elif not re.fullmatch("y+", letters):
            return None
    fits = len(set(chosen)) == 1 and bool(refused or turned_down) and set(chosen).isdisjoint(refused)
    return chosen[0] if fits and all(1 <= number <= windows for number in (*chosen, *refused)) else None


def all_refused(said: Said, windows: int) -> bool:
    """Whether each window is turned down by a "no" of its own, and nothing else is said."""
    parts = list(_parts(said))
    signs = [sign for _, told in parts for sign in told]
    letters = "".join(letters for letters, _ in parts)
    refused = {_window(sign, windows) for sign in signs if _letter(sign) == "n"}
    pairs = (signs[place : place + 2] for place in range(0, len(signs), 2))
    each = bool(_EACH.fullmatch(letters)) and all(_turns_down(letters, pair) for pair in pairs)
    return each and refused == set(range(1, windows + 1))


def _refuses(letters: str, signs: list[Sign]) -> bool:
    """Whether every window that is named here is turned down: "not 1", "1 not, 2 not"."""
    pairs = [signs[place : place + 2] for place in range(0, len(signs), 2)]
    return bool(_REFUSED.fullmatch(letters)) and all(_turns_down(letters, pair) for pair in pairs)


def _parts(said: Said) -> Iterator[Part]:
    """The clauses, cut again at each "but", in letters; an empty one where it holds anything else."""
    letters, signs = "", list[Sign]()
    for sign in said.all:
        if sign.meaning in SMALL | {"regret"}:
            continue
        letter = _letter(sign)
        if signs and (letter in "bcq" or sign.clause != signs[-1].clause) and letters not in {"b", "c"}:
            yield letters, signs
            letters, signs = "", []
        letters += letter
        signs.append(sign)
    yield letters, signs


def _letter(sign: Sign) -> str:
    if sign.meaning in NO and sign.value == NOT_TODAY:
        return "d"
    if sign.meaning == "reason" and sign.value == BUSY:
        return "x"
    if sign.meaning == "limit":
        return _TURNS.get(sign.value, "?")
    if sign.meaning == "reason":
        return "q" if sign.value == SO_BECAUSE else "k"
    return _LETTERS.get(sign.meaning, "?")


def _window(sign: Sign, windows: int) -> int:
    if sign.meaning == "last":
        return windows
    if sign.meaning == "middle":
        return windows // 2 + 1 if windows % 2 else 0
    return sign.value or 0


def _turns_down(letters: str, signs: list[Sign]) -> bool:
    """Whether the "no" before a number turns it down: "no 1" may be English for the first, "no first" may not."""
    if not letters.startswith("x"):
        return True
    refusal, number = signs[:2]
    return refusal.meaning == "negation" or refusal.negates or refusal.clear or number.clear


def _after_or_before(parts: list[Part], place: int) -> bool:
    """Whether a bare number stands behind "1 no", or before "not 2". Behind "not 1" it may be turned down as well, or asked for."""
    before = [letters for letters, _ in parts[:place]]
    behind = [letters for letters, _ in parts[place + 1 :]]
    because = len(behind) == 1 and _WHY_NOT.fullmatch(behind[0]) is not None
    return before[-1:] == ["nx"] or behind == ["xn"] or because
