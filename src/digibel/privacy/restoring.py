"""After an older copy of the data came back: whoever was forgotten since is forgotten again, and no text leaves unseen."""

from digibel.audit.actors import Actor
from digibel.notifications import outbox
from digibel.privacy.erasing import replay_erasures


def after_restore(*, by: Actor) -> int:
    """Hold the outbox first, then forget again. Safe to run twice. Returns how many people had come back."""
    outbox.hold()
    return replay_erasures(by=by)
