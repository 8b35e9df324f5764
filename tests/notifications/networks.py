"""Gateways that do what a test tells them to, and remember what they took."""

import uuid

from digibel.notifications.errors import GatewayError

REFUSED = GatewayError("no_such_number", permanent=True)
PASSING = GatewayError("unreachable", permanent=False, perhaps_sent=False)
TIMED_OUT = GatewayError("timed_out", permanent=False)
LOCKED_OUT = GatewayError("wrong_password", permanent=False, down=True)


class Scripted:
    """`answers` are given in turn, the last one for ever: an error to raise, or None to take the text."""

    takes_our_id = True

    def __init__(self, name, *, takes_our_id=True, answers=(None,)):
        self.name, self.takes_our_id, self.answers = name, takes_our_id, list(answers)
        self.tried, self.took = [], []

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        self.tried.append(message_id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer
        self.took.append(message_id)
        return f"{self.name}-{message_id}"

    def read_inbound(self, request):
        return []

    def read_receipts(self, request):
        return []
