"""Names by which people are known to an account: "connected as samira.b77" gives nothing away."""

import re
from typing import Final

from digibel.guardrails.secrets.turnwords import PART

_LOOKS_LIKE_ONE: Final = re.compile(r"[^\W\d_]{2,20}[._][^\W\d_]{0,20}[0-9]{0,4}")
# As many passwords look, too: only where it is told to be the name, and nothing else.
_MAY_BE_ONE: Final = re.compile(r"[^\W\d_]{2,20}[0-9]{1,4}")
_IS_TOLD: Final = re.compile(r"[^,;/|()]{0,40}[:=] ?")
_NAME: Final = re.compile(rf"\b{PART['user_name']}\b")
_SECRET: Final = re.compile(rf"\b{PART['secret_name']}\b")
# Something that can be a name or a password itself: what follows it may be the other.
_ANOTHER: Final = re.compile(r"\w[0-9]|[._]\w")
_BEHIND: Final = re.compile(r" (?:diye|adli|isimli|olarak) (?:ara|hesa|giri)")
_BEGINS: Final = re.compile(r"[\w.]*$")
_FARTHEST: Final = 45  # characters
_NEAR: Final = 25


def is_login(folded: str, start: int, end: int) -> bool:
    """Whether what stands here looks like the name of a user, and is said to be one, with no word for a secret nearer."""
    start = _BEGINS.search(folded, max(0, start - _FARTHEST), start).start()  # type: ignore[union-attr]
    looks_like_one = _LOOKS_LIKE_ONE.fullmatch(folded, start, end)
    if not (looks_like_one or _MAY_BE_ONE.fullmatch(folded, start, end)):
        return False
    before = folded[max(0, start - _FARTHEST) : start]
    sentence = re.split(r"[.!?\n](?= |$)", before)[-1]
    named = list(_NAME.finditer(sentence))
    if named and not _ANOTHER.search(sentence, named[-1].end()):
        is_told = looks_like_one or (named[-1][0] != "login" and _IS_TOLD.fullmatch(sentence, named[-1].end()))
        return bool(is_told) and not _SECRET.search(sentence, max(0, named[-1].start() - _NEAR))
    return bool(looks_like_one and _BEHIND.match(folded, end))
