"""Folding: writing a text with the letters of the GSM alphabet alone, the way people do on their own telephones.

One letter outside that alphabet more than halves what fits in a message (70 instead of 160), so a name such as Zoë is worth
folding. Arabic cannot be folded and stays as it is. Source: 3GPP TS 23.038, default alphabet.
"""

import unicodedata
from typing import Final

GSM_LETTERS: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
# Letters and signs that are no letter plus an accent, so that Unicode cannot take them apart.
_REPLACED: Final = str.maketrans(
    {
        "ı": "i",
        "İ": "I",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "œ": "oe",
        "Œ": "Oe",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)


def fold(text: str) -> str:
    """`text` with every letter replaced for which the GSM alphabet has a near one. Letters of other scripts stay."""
    return "".join(map(_fold_letter, unicodedata.normalize("NFC", text).translate(_REPLACED)))


def _fold_letter(letter: str) -> str:
    if letter in GSM_LETTERS:
        return letter
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return plain if plain and set(plain) <= GSM_LETTERS else letter
