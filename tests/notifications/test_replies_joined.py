"""Words that mean one thing or the other by what stands beside them, and texts that break off."""

import pytest

from digibel.notifications import replies


@pytest.mark.parametrize(
    ("state", "language", "windows", "text", "intent"),
    [
        # A phrase leaves its last words to the next one, where that says more.
        ("offer", "es", 1, "sí claro que puedo", "accept"),
        ("booked", "ro", 1, "din păcate nu mai ajung", "cancel"),
        ("offer", "es", 1, "esta semana no puedo, gracias", "decline"),
        # "Que" joins a full answer, and asks elsewhere.
        ("offer", "es", 1, "no, que tengo al bebé malito", "decline"),
        ("offer", "es", 1, "sí que puedo?", "unclear"),
        ("booked", "es", 1, "buenas, que no voy a poder ir", "cancel"),
        ("booked", "es", 1, "no creas que no puedo ir", "unclear"),
        ("booked", "es", 1, "dicen por ahí que no puedo ir", "unclear"),
        ("booked", "ro", 1, "mă tem că nu pot veni", "unclear"),
        ("offer", "es", 1, "vale, que vaya mi hijo", "unclear"),
        # A wish before "but" is a regret; what limits it limits it all the same.
        ("offer", "es", 1, "me encantaría", "accept"),
        ("offer", "es", 1, "me encantaría, pero no puedo", "decline"),
        ("offer", "es", 1, "me encantaría, pero", "unclear"),
        ("offer", "es", 1, "me encantaría, pero solo por la tarde", "unclear"),
        ("offer", "ro", 1, "aș veni, dar la ora 5", "unclear"),
        # What suits nobody is no yes.
        ("offer", "es", 3, "ninguna me viene bien", "decline"),
        # A digit in a clause of its own answers, one that counts does not.
        ("after_visit", "es", 1, "1, muy agradable", "works"),
        ("after_visit", "es", 1, "1 problema", "unclear"),
        ("visit_day", "es", 1, "estoy llegando en 5", "late"),
        ("visit_day", "es", 1, "aún no he terminado", "longer"),
        ("visit_day", "es", 1, "no he terminado aún", "longer"),
        # A text that breaks off may go on with anything.
        ("offer", "es", 1, "sí sí per", "unclear"),
        ("offer", "es", 1, "sí sí p", "unclear"),
        ("offer", "ro", 1, "da da poat", "unclear"),
        ("offer", "es", 1, "sí sí puedo", "accept"),
    ],
)
def test_word_is_read_by_what_stands_beside_it(state: str, language: str, windows: int, text: str, intent: str) -> None:
    assert replies.read(text, state=state, language=language, windows=(windows,)).intent == intent
