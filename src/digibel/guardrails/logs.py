"""What is logged passes the gate as well: somebody else's library may quote a text in its error, or a header."""

import logging

from digibel.guardrails.secrets import mask


class MaskedFormatter(logging.Formatter):
    """As the plain formatter, with every secret masked, also in a traceback."""

    def __init__(self, format: str) -> None:
        super().__init__(format)

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
