"""Arabic, Turkish and Albanian replies, written without looking at the words: 297 plain ones, then 138 more after mending.

Right at the first reading: 261 of 297 (88 %; Arabic 88, Albanian 94, Turkish 82), then 123 of 138 (89 %). Beside them stand some
332 doubtful ones. Nine of these acted at first and are mended since: a tram that stops, a lady who cannot come, "not by car",
"Friday suits me more", "do not take me off the list".
"""

from pathlib import Path

from digibel.notifications import replies
from digibel.notifications.replies import Reply

CORPUS = Path(__file__).parent / "replies" / "seventh_ar_tr_sq.tsv"


def in_words(reply: Reply) -> str:
    parts = (reply.intent, reply.offer, reply.choice, reply.minutes)
    return " ".join(str(part) for part in parts if part is not None)


def misread() -> tuple[int, list[tuple[str, ...]]]:
    rows = [line.split("\t") for line in CORPUS.read_text(encoding="utf-8").split("\n")[1:] if line]
    found = []
    for state, language, windows, wanted, text in rows:
        counts = tuple(int(count) for count in windows.split(","))
        read = in_words(replies.read(text, state=state, language=language, windows=counts))
        if read not in wanted.split("/"):
            found.append((state, language, windows, text, wanted, read))
    return len(rows), found


def test_nearly_all_are_read_as_meant_and_none_is_acted_on_wrongly() -> None:
    total, wrong = misread()
    assert total >= 600
    assert len(wrong) <= 0.02 * total, wrong
    assert [row for row in wrong if row[-1].startswith(("accept", "cancel", "stop"))] == []
