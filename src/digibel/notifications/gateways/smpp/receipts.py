"""What an SMSC says became of a part: in two parameters (SMPP 3.4, 5.3.2.12 and .35), or as most do in words (appendix B)."""

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from digibel.notifications.gateways.base import Receipt

IS_RECEIPT: Final = 0x04
_KIND: Final = 0x3C
# message_state (5.2.28) and its word in a receipt: delivered or not; one that is neither says "still on its way".
_STATES: Final = {2: True, 3: False, 4: False, 5: False, 7: False, 8: False}
_WORDS: Final = {
    "DELIVRD": True, "EXPIRED": False, "DELETED": False, "UNDELIV": False, "UNKNOWN": False, "REJECTD": False,
}  # fmt: skip
_ID: Final = re.compile(r"\bid:\s*([^\s]{1,64})", re.IGNORECASE)
_STATE: Final = re.compile(r"\bstat:\s*([A-Z]{4,7})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartReceipt:
    """`delivered` None: on its way, nothing to note yet."""

    part_id: str
    delivered: bool | None


def is_receipt(esm_class: int) -> bool:
    return esm_class & _KIND == IS_RECEIPT


def read(words: str, *, part_id: str = "", state: int | None = None) -> PartReceipt | None:
    """From the parameters where they are there, else from the words. None: it says of nothing what became of it."""
    in_words = _ID.search(words)
    part_id = part_id or (in_words[1] if in_words else "")
    if not part_id:
        return None
    if state is not None:
        return PartReceipt(part_id, _STATES.get(state))
    told = _STATE.search(words)
    return PartReceipt(part_id, _WORDS.get(told[1].upper()) if told else None)


@dataclass(slots=True)
class Whole:
    """A text of `total` parts, with the SMSC's ids of those that it took and of those that arrived."""

    total: int
    parts: list[str] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)
    failed: bool = False


class Wholes:
    """Which parts make one text, for as long as this process lives: a text arrived when all of its parts did.

    A text goes by the id of its last part. After a restart that part's receipt speaks for the others.
    """

    MOST = 20_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: OrderedDict[str, Whole] = OrderedDict()

    def taken(self, whole: Whole, part_id: str) -> None:
        """Before anything that comes after the SMSC's answer is looked at."""
        with self._lock:
            whole.parts.append(part_id)
            if whole.total > 1:
                self._of[part_id] = whole
                while len(self._of) > self.MOST:
                    self._of.popitem(last=False)

    def told(self, part: PartReceipt) -> Receipt | None:
        """What is known of the whole text now; None while it is still on its way."""
        if part.delivered is None:
            return None
        with self._lock:
            whole = self._of.get(part.part_id)
            if whole is None:
                return Receipt(part.part_id, part.delivered)
            whole.arrived.add(part.part_id)
            whole.failed |= not part.delivered
            if len(whole.parts) < whole.total or not (whole.failed or len(whole.arrived) == whole.total):
                return None
            return Receipt(whole.parts[-1], not whole.failed)
