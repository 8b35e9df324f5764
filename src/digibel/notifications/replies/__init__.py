"""Reading the answers of people: short texts, in any of ten languages, often in two at once, and rarely as we asked.

When in doubt the answer is `unclear`, and a person looks. `writing` makes plain words of a text, `phrases` and `counts` find what
stands in the tables in `words`, `signs` says what each phrase means at this moment (`meanings`), `said` puts them together, and
`dialogue` decides: `anytime` hears STOP, START and HELP, and then `offer`, `visit` and `client` hear the answer to what was last
asked.
"""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Final

from digibel.notifications.replies.answers import UNCLEAR, Intent, Reply
from digibel.notifications.replies.dialogue import decide
from digibel.notifications.replies.meanings import STATES
from digibel.notifications.replies.offer import Offers
from digibel.notifications.replies.signs import signs_of

__all__ = ["STATES", "Intent", "Reply", "read"]

# Ten concatenated text messages. Nobody says yes in more words than that.
LONGEST_TEXT: Final = 1530


def read(
    text: str, *, state: str, language: str, windows: Sequence[int] = (1,), letters: Sequence[str] | None = None
) -> Reply:
    """What a person of this language means by `text`, in one of the STATES (ValueError for another).

    `windows` says how many windows each live offer has, in the order of their `letters`: A, B, ... when these are not given.
    Both matter in the state "offer" alone.
    """
    if state not in STATES:
        raise ValueError(f"There is no state {state}. Choose one of {', '.join(STATES)}.")
    names = tuple(letters if letters is not None else ascii_uppercase)[: len(windows)]
    if len(text) > LONGEST_TEXT:
        return UNCLEAR
    live = names if state == "offer" else ()
    return decide(state, signs_of(text, state=state, language=language, letters=live), Offers(names, windows))
