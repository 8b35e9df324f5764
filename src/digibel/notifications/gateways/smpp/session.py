"""One bind to the SMSC, from its beginning to its end. Made of smpplib's client, which frames, packs and unpacks.

One thread reads; any thread may submit. The time of the socket is the machine's, not the demo's.
"""

import logging
import select
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError
from contextlib import suppress
from typing import Any, Final

from smpplib import consts, exceptions, smpp
from smpplib.client import Client

from digibel.notifications.gateways.smpp import coding
from digibel.notifications.gateways.smpp.account import Account

logger = logging.getLogger(__name__)

ENQUIRE_EVERY = 30.0
ANSWER_WITHIN = 20.0
LOOK_UP_EVERY = 0.5
MOST_UNANSWERED = 10
LONGEST_PDU = 70_000
INTERNATIONAL: Final = 1
ISDN: Final = 1
WITH_RECEIPT: Final = 1
# A telephone that is off for longer would ring with what is no longer true: it expires, and a person rings. One hour from now
# (7.1.1, relative form).
LASTS: Final = "000000010000000R"
# smpplib logs the octets of what it sends, texts and passwords: never.
SILENT: Final = "digibel.silent.smpp"
logging.getLogger(SILENT).disabled = True


class Broken(Exception):
    """The link is gone, or the SMSC does not answer. What was submitted may or may not have been taken."""


class NotTaken(Exception):
    """The SMSC answered with a status that is not good: it did not take this."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(hex(status))


class Session:
    """`heard` is called by the reading thread with each deliver_sm; whoever has kept it calls `answer`."""

    def __init__(self, account: Account, *, heard: Callable[[Any], None]) -> None:
        context = ssl.create_default_context() if account.tls else None
        self._account = account
        self._client = Client(
            account.host,
            account.port,
            timeout=ANSWER_WITHIN,
            logger_name=SILENT,
            ssl_context=context,
            allow_unknown_opt_params=True,
        )
        self._heard = heard
        self._sending = threading.Lock()
        self._window = threading.BoundedSemaphore(MOST_UNANSWERED)
        self._unanswered: dict[int, tuple[Future[str], Callable[[str], None]]] = {}
        self._heard_at = time.monotonic()
        self.is_open = False

    def bind(self) -> None:
        """Raises `NotTaken` (wrong password, already bound) or `Broken`."""
        try:
            self._client.connect()
            self._client.bind_transceiver(system_id=self._account.user, password=self._account.password)
        except exceptions.PDUError as error:
            raise NotTaken(error.args[1] if len(error.args) > 1 else 0) from None
        except (exceptions.ConnectionError, OSError):
            raise Broken from None
        self.is_open = True
        self._heard_at = time.monotonic()

    def read_until(self, stopped: threading.Event) -> None:
        """Read until the link breaks (`Broken`) or somebody stops us."""
        asked_at = 0.0
        while not stopped.is_set():
            if self._something_comes():
                self._take(self._read())
                self._heard_at = time.monotonic()
                continue
            now = time.monotonic()
            if asked_at > self._heard_at:
                if now - asked_at > ANSWER_WITHIN:
                    raise Broken
            elif now - self._heard_at > ENQUIRE_EVERY:
                asked_at = now
                self._send("enquire_link")

    def submit(
        self, to: str, data_coding: int, octets: bytes, *, has_header: bool, taken: Callable[[str], None]
    ) -> str:
        """The SMSC's id of this part, which `taken` hears first, before anything that comes after it is read.

        Raises `NotTaken`, or `Broken` where nobody knows.
        """
        if not self._window.acquire(timeout=ANSWER_WITHIN):
            raise Broken
        answer: Future[str] = Future()
        try:
            self._send(
                "submit_sm",
                waiting=(answer, taken),
                source_addr_ton=INTERNATIONAL,
                source_addr_npi=ISDN,
                source_addr=self._account.sender.removeprefix("+"),
                dest_addr_ton=INTERNATIONAL,
                dest_addr_npi=ISDN,
                destination_addr=to.removeprefix("+"),
                esm_class=coding.HAS_HEADER if has_header else 0,
                validity_period=LASTS,
                registered_delivery=WITH_RECEIPT,
                data_coding=data_coding,
                short_message=octets,
            )
            return answer.result(timeout=ANSWER_WITHIN)
        except TimeoutError:
            raise Broken from None
        finally:
            self._window.release()

    def answer(self, sequence: int, status: int) -> None:
        """Tell the SMSC whether its deliver_sm is kept. A link that is gone hears nothing, and the SMSC tells it again."""
        with suppress(Broken):
            self._send("deliver_sm_resp", sequence=sequence, status=status)

    def close(self) -> None:
        """Whoever still waits for an answer hears that nobody knows."""
        if self.is_open:
            with suppress(Broken):
                self._send("unbind")
        self.is_open = False
        with self._sending:
            self._client.state = consts.SMPP_CLIENT_STATE_OPEN
            self._client.disconnect()
            waiting, self._unanswered = list(self._unanswered.values()), {}
        for answer, _ in waiting:
            answer.set_exception(Broken())

    def _send(
        self,
        command: str,
        *,
        sequence: int | None = None,
        waiting: tuple[Future[str], Callable[[str], None]] | None = None,
        **fields: Any,
    ) -> None:
        with self._sending:
            if not self.is_open:
                raise Broken
            pdu = smpp.make_pdu(command, client=self._client, **fields)
            if sequence is not None:
                pdu.sequence = sequence
            if waiting is not None:
                self._unanswered[pdu.sequence] = waiting
            try:
                self._client.send_pdu(pdu)
            except (exceptions.ConnectionError, exceptions.PDUError, OSError):
                self._unanswered.pop(pdu.sequence, None)
                raise Broken from None

    def _something_comes(self) -> bool:
        line = self._client._socket
        if line is None:
            raise Broken
        if isinstance(line, ssl.SSLSocket) and line.pending():
            return True
        try:
            return bool(select.select([line], [], [], LOOK_UP_EVERY)[0])
        except (OSError, ValueError):
            raise Broken from None

    def _read(self) -> Any:
        """One PDU; None for one that nobody can read, which is refused and not read again."""
        try:
            raw = self._client._recv_exact(4)
            length = int.from_bytes(raw)
            if not 16 <= length <= LONGEST_PDU:
                raise Broken
            raw += self._client._recv_exact(length - 4)
        except (exceptions.ConnectionError, OSError):
            raise Broken from None
        try:
            return smpp.parse_pdu(raw, client=self._client, allow_unknown_opt_params=True)
        except Exception as error:
            logger.warning("unreadable pdu refused", extra={"error": type(error).__name__})
            self._send("generic_nack", sequence=int.from_bytes(raw[12:16]), status=consts.SMPP_ESME_RSYSERR)
            return None

    def _take(self, pdu: Any) -> None:
        command = pdu.command if pdu is not None else ""
        if command in {"submit_sm_resp", "generic_nack"}:
            self._answered(pdu)
        elif command == "deliver_sm":
            self._heard(pdu)
        elif command == "enquire_link":
            self._send("enquire_link_resp", sequence=pdu.sequence)
        elif command == "unbind":
            self._send("unbind_resp", sequence=pdu.sequence)
            raise Broken

    def _answered(self, pdu: Any) -> None:
        answer, taken = self._unanswered.pop(pdu.sequence, (None, None))
        if answer is None or taken is None:
            return
        if pdu.is_error():
            answer.set_exception(NotTaken(pdu.status))
            return
        part_id = (pdu.message_id or b"").decode("latin-1")
        taken(part_id)
        answer.set_result(part_id)
