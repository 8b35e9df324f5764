"""Keys that were read a moment ago, so that a page with thirty people costs one query."""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class KeyCache:
    """At most `size` keys, none for longer than `seconds`: that is how long a destroyed key may live on in a process.

    It counts on the machine's own clock and not on Digibel's, which may stand still. None stands for a destroyed key.
    """

    def __init__(self, *, size: int, seconds: float) -> None:
        self.size = size
        self.seconds = seconds
        self.clear()
        # A child starts with nothing: a lock copied while another thread held it would never open again.
        os.register_at_fork(after_in_child=self.clear)

    def clear(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[UUID, tuple[float, AESGCM | None]] = OrderedDict()

    def get(self, key_id: UUID) -> AESGCM | None:
        """`KeyError` if it is not known, or not known any more."""
        with self._lock:
            until, cipher = self._known[key_id]
            if until < time.monotonic():
                del self._known[key_id]
                raise KeyError(key_id)
            return cipher

    def put(self, key_id: UUID, cipher: AESGCM | None) -> None:
        with self._lock:
            self._known.pop(key_id, None)
            self._known[key_id] = (time.monotonic() + self.seconds, cipher)
            while len(self._known) > self.size:
                self._known.popitem(last=False)

    def drop(self, key_ids: Iterable[UUID]) -> None:
        with self._lock:
            for key_id in key_ids:
                self._known.pop(key_id, None)

    def __contains__(self, key_id: UUID) -> bool:
        try:
            self.get(key_id)
        except KeyError:
            return False
        return True

    def __len__(self) -> int:
        return len(self._known)
