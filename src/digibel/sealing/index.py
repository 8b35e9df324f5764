"""Finding sealed data again: keyed hashes, made with a key that is in no database and in no backup.

Without the key, ten digits are guessed in seconds. The hashes tell that two values are equal, and therefore go when the
person is erased.
"""

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from digibel.guardrails.secrets import holds_secret
from digibel.sealing.masters import decode

# Letters that Unicode does not take apart into a plain letter and a mark.
PLAIN = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
# How Arabic letters are written in the alphabet of the town hall; vowels, and what people leave out, are nothing.
ARABIC = dict(
    zip(
        "بتثجحخدذرزسشصضطظعغفقكلمنهويىةاأإآءئؤ",
        [
            "b",
            "t",
            "t",
            "j",
            "h",
            "h",
            "d",
            "d",
            "r",
            "z",
            "s",
            "s",
            "s",
            "d",
            "t",
            "z",
            "",
            "g",
            "f",
            "k",
            "k",
            "l",
            "m",
            "n",
            "h",
        ]
        + [""] * 11,
        strict=True,
    )
)
HEARD = (
    ("sch", "s"), ("sh", "s"), ("ch", "s"), ("ph", "f"), ("ck", "k"), ("kh", "h"), ("gh", "g"), ("dj", "j"), ("x", "ks"),
    ("c", "k"), ("q", "k"), ("z", "s"), ("v", "f"), ("ij", "y"),
)  # fmt: skip
SILENT = frozenset("aeiouyhw")
WORD = re.compile(r"[^\W\d_]{2,}")


def blind_index(value: str, *, purpose: str) -> str:
    """HMAC-SHA256 as 64 hexadecimal digits, for `=` and nothing else. Equal values of different purposes look unrelated."""
    return hmac.new(_key_for(settings.DIGIBEL_INDEX_KEY, purpose), value.encode(), hashlib.sha256).hexdigest()


def harmless_id(told: str, *, purpose: str) -> str:
    """An id that another program made, as we keep it: as it came, or its keyed trace where it holds a secret (rule E4).

    Masking would not do: two different ids would become one.
    """
    return blind_index(told, purpose=purpose) if holds_secret(told) else told


@lru_cache(maxsize=256)
def _key_for(encoded: str, purpose: str) -> bytes:
    return hmac.new(decode(encoded), purpose.encode(), hashlib.sha256).digest()


def name_tokens(text: str, organisation_id: UUID) -> set[str]:
    """Blind indexes of the words in a name, of two letters or more, without case and accents; another organisation's differ."""
    return {blind_index(word, purpose=f"name:{organisation_id}") for word in WORD.findall(fold(text))}


def fold(text: str) -> str:
    """ "Çelik-Łukasz" and "celik LUKASZ" are one name."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(PLAIN)


def sound_tokens(text: str, organisation_id: UUID) -> set[str]:
    """Blind indexes of how the words of a name sound: for who may be the same person, never for who is."""
    words = WORD.findall(fold(text))
    # "Van Damme" is written in one word too.
    sounds = {sound(word) for word in [*words, "".join(words)]}
    return {blind_index(one, purpose=f"sound:{organisation_id}") for one in sounds if len(one) > 1}


def sound(word: str) -> str:
    """The consonants, as people mix them up: "Klaas" and "Claes" are "kls", "محمد" and "Mohamed" are "md"."""
    latin = "".join(ARABIC.get(letter, letter) for letter in word)
    for written, heard in HEARD:
        latin = latin.replace(written, heard)
    consonants = [letter for letter in latin if letter not in SILENT]
    return "".join(letter for letter, before in zip(consonants, ["", *consonants], strict=False) if letter != before)
