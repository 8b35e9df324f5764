"""The errand that a request about somebody's data is: on the list until it is answered."""

from digibel.audit.actors import Actor
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.notifications.owners import PlainTexts, Script
from digibel.privacy import breaches, rights


class PrivacyCalls(PlainTexts):
    def still_true(self, message: OutboundMessage) -> bool:
        return False

    def script(self, call: CallTask, *, language: str = "") -> Script:
        return Script(language=call.organisation.language, sentences="", outcomes=("reached", "no_answer"))

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        """Having rung is not having answered: as long as the register says it is open, it comes back on the list."""
        rights.remind(call.subject_id)
        breaches.remind(call.subject_id)
