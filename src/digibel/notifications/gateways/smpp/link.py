"""The link to the SMSC: kept up, bound again whenever it breaks, and what went over it.

The reading thread never touches the database: what comes in waits in `arrivals` for whoever keeps it (`keeping.py`), and
the SMSC hears that we have it only then.
"""

import logging
import random
import secrets
import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Final

from smpplib import consts

from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.base import MOST_PARTS
from digibel.notifications.gateways.smpp import coding
from digibel.notifications.gateways.smpp.account import Account
from digibel.notifications.gateways.smpp.receipts import Whole, Wholes
from digibel.notifications.gateways.smpp.session import Broken, NotTaken, Session

logger = logging.getLogger(__name__)

SOONEST, LATEST = 1.0, 60.0
# How long to wait before a later part of a text is tried again: the parts before it are on their way already.
LATER_PARTS: Final = (0.5, 1.0, 2.0, 4.0)

WRONG_ACCOUNT: Final = {
    consts.SMPP_ESME_RINVPASWD: "wrong_password",
    consts.SMPP_ESME_RINVSYSID: "wrong_user",
    consts.SMPP_ESME_RBINDFAIL: "bind_refused",
    consts.SMPP_ESME_RINVSYSTYP: "bind_refused",
}
# The text's own fault; trying again brings nothing. Any other answer may be another one tomorrow.
PERMANENT: Final = {
    consts.SMPP_ESME_RINVMSGLEN: "too_long",
    consts.SMPP_ESME_RINVDSTADR: "no_such_number",
    consts.SMPP_ESME_RINVDSTTON: "no_such_number",
    consts.SMPP_ESME_RINVDSTNPI: "no_such_number",
    consts.SMPP_ESME_RX_P_APPN: "refused",
    consts.SMPP_ESME_RX_R_APPN: "refused",
}
# That of our own address: no text will leave from it until somebody puts it right.
DOWN: Final = {
    consts.SMPP_ESME_RINVSRCADR: "wrong_sender",
    consts.SMPP_ESME_RINVSRCTON: "wrong_sender",
    consts.SMPP_ESME_RINVSRCNPI: "wrong_sender",
}
BUSY: Final = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL})


@dataclass(frozen=True)
class Arrival:
    """A deliver_sm, and the session it came on: `bind` tells one session from the next."""

    pdu: Any
    session: Session
    bind: str

    def answer(self, status: int) -> None:
        self.session.answer(self.pdu.sequence, status)


class Link:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.arrivals: SimpleQueue[Arrival | None] = SimpleQueue()
        self.wholes = Wholes()
        self.trouble = "not_bound"
        self._stopped = threading.Event()
        self._session: Session | None = None
        self._reference = random.randrange(256)
        self._counting = threading.Lock()

    @property
    def is_bound(self) -> bool:
        return self._session is not None

    def keep_up(self) -> None:
        """Bind, read, and bind again, until `stop`. Ends with a None in `arrivals`."""
        wait = SOONEST
        while not self._stopped.is_set():
            began = time.monotonic()
            self._live_once()
            # A link that held for a while is bound again at once; one that never came up, ever later.
            wait = SOONEST if time.monotonic() - began > LATEST else min(wait * 2, LATEST)
            self._stopped.wait(wait * random.uniform(0.5, 1.0))
        self.arrivals.put(None)

    def stop(self) -> None:
        self._stopped.set()

    def _live_once(self) -> None:
        bind = secrets.token_hex(4)
        session = Session(self.account, heard=lambda pdu: self.arrivals.put(Arrival(pdu, session, bind)))
        try:
            session.bind()
            self._session, self.trouble = session, ""
            logger.info("smpp bound")
            session.read_until(self._stopped)
        except NotTaken as refusal:
            self.trouble = WRONG_ACCOUNT.get(refusal.status, "bind_refused")
            logger.error("smpp bind refused", extra={"trouble": self.trouble, "status": hex(refusal.status)})
        except Broken:
            self.trouble = "not_bound"
            logger.warning("smpp link broke")
        finally:
            self._session = None
            session.close()

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What a worker hears at the socket: the id of its text, whose fault it is that there is none, or how the link fares."""
        if "to" not in question:
            return {"bound": self.is_bound, "trouble": self.trouble}
        try:
            return {"id": self.submit(str(question["to"]), str(question["text"]))}
        except GatewayError as error:
            return {
                "code": error.code,
                "permanent": error.permanent,
                "down": error.down,
                "perhaps_sent": error.perhaps_sent,
            }

    def submit(self, to: str, text: str) -> str:
        """All parts of a text, in their order. The id of the last one is the text's."""
        session = self._session
        if session is None:
            raise GatewayError(
                self.trouble, permanent=False, down=self.trouble in WRONG_ACCOUNT.values(), perhaps_sent=False
            )
        data_coding, parts = coding.encode(text, reference=self._next_reference())
        if len(parts) > MOST_PARTS:
            raise GatewayError("too_long", permanent=True)
        whole = Whole(total=len(parts))
        for octets in parts:
            self._submit_part(session, whole, to, data_coding, octets)
        return whole.parts[-1]

    def _submit_part(self, session: Session, whole: Whole, to: str, data_coding: int, octets: bytes) -> None:
        for pause in (*(LATER_PARTS if whole.parts else ()), None):
            try:
                session.submit(
                    to,
                    data_coding,
                    octets,
                    has_header=whole.total > 1,
                    taken=lambda part_id: self.wholes.taken(whole, part_id),
                )
                return
            except Broken:
                raise GatewayError("link_lost", permanent=False, perhaps_sent=True) from None
            except NotTaken as refusal:
                if pause is None or refusal.status not in BUSY:
                    raise _said(refusal.status, is_half_sent=bool(whole.parts)) from None
                self._stopped.wait(pause)

    def _next_reference(self) -> int:
        """So that a telephone does not put parts of two texts together."""
        with self._counting:
            self._reference = (self._reference + 1) % 256
            return self._reference


def _said(status: int, *, is_half_sent: bool) -> GatewayError:
    if is_half_sent:
        return GatewayError("half_sent", permanent=False, perhaps_sent=True)
    if status in PERMANENT:
        return GatewayError(PERMANENT[status], permanent=True)
    if status in DOWN:
        return GatewayError(DOWN[status], permanent=False, down=True)
    return GatewayError("busy" if status in BUSY else f"smpp_{status:#x}", permanent=False, perhaps_sent=False)
