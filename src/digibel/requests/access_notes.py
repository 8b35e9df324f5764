"""What may be said about the door, as a closed list: codes for the database, words for whoever stands there."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from types import MappingProxyType

FALLBACK = "fr"
MOST = 6


def _read() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files(__package__) / "access_notes.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: MappingProxyType(said) for code, said in tomllib.loads(text).items()})


ACCESS_NOTES = _read()


def in_words(codes: Sequence[str], language: str) -> list[str]:
    """Each in that language of the desk; one that is no longer in the list is left out."""
    return [ACCESS_NOTES[code].get(language, ACCESS_NOTES[code][FALLBACK]) for code in codes if code in ACCESS_NOTES]
