"""The phrasebook itself: reading its files, and filling in a text."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from digibel.languages import LANGUAGES
from digibel.notifications.phrasebook.folding import fold

TEXT_MESSAGES: Final = ("volunteer", "client", "staff")
SECTIONS: Final = (*TEXT_MESSAGES, "parts", "scripts", "letters")
_FOLDER: Final = Path(__file__).parent


class PhrasebookError(LookupError):
    """A mistake of the program: a text that does not exist, or that was given the wrong values."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is true of a text in every language.

    `section` is volunteer, client or staff for a text message, else parts, scripts or letters; `reader` is who reads or hears
    it. `segments` and `segments_ucs2` say how many messages it may take with the longest realistic values, in the GSM alphabet
    and in Arabic; `why` is the reason where the first is more than one.
    """

    key: str
    section: str
    reader: str
    placeholders: frozenset[str]
    segments: int = 1
    segments_ucs2: int = 1
    why: str = ""

    @property
    def is_text_message(self) -> bool:
        return self.section in TEXT_MESSAGES


def keys() -> tuple[str, ...]:
    """Every text, in the order of kinds.toml."""
    return tuple(_kinds())


def kind(key: str) -> Kind:
    try:
        return _kinds()[key]
    except KeyError:
        raise PhrasebookError(f"The phrasebook has no text {key!r}.") from None


def placeholders(key: str) -> frozenset[str]:
    """The names of the values that this text needs, no more and no fewer."""
    return kind(key).placeholders


def template(key: str, language: str) -> str:
    """The text as it stands in the file, with its placeholders. Several lines for a script or a letter."""
    section = kind(key).section
    try:
        return _texts(language)[section][key]
    except KeyError:
        raise PhrasebookError(f"The text {key!r} is missing in {language!r}.") from None


def render(key: str, language: str, /, **values: object) -> str:
    """The text `key` in `language`, with every value filled in.

    A text message comes out in the GSM alphabet (except Arabic, and values in another script); a link and a telephone number
    are never changed by that.
    """
    found = kind(key)
    if values.keys() != found.placeholders:
        missing, superfluous = found.placeholders - values.keys(), values.keys() - found.placeholders
        raise PhrasebookError(f"{key!r} misses {sorted(missing)} and cannot use {sorted(superfluous)}.")
    text = template(key, language)
    if found.is_text_message and not LANGUAGES[language].right_to_left:
        text = fold(text)
        values = {name: fold(str(value)) if _is_foldable(name) else value for name, value in values.items()}
    elif LANGUAGES[language].right_to_left and "phone" in values:
        values = {**values, "phone": _in_one_piece(str(values["phone"]))}
    filled = text.format_map(values)
    return _tidy(filled) if found.is_text_message else filled


def answers(language: str) -> Mapping[str, str]:
    """The words that the texts of this language ask for, by what they mean: `{"yes": "JA", "out": "UIT", …}`."""
    return _texts(language)["answers"]


def is_reviewed(language: str) -> bool:
    """Whether somebody who grew up with this language has read its texts."""
    return bool(_file(language)["about"]["reviewed"])


def placeholder_facts() -> Mapping[str, Mapping[str, Any]]:
    """For every placeholder: what it `means`, whether its letters may be folded, and its `longest` value where that is fixed."""
    return _file("kinds")["placeholders"]


def _is_foldable(name: str) -> bool:
    return bool(placeholder_facts()[name].get("fold", True))


def _in_one_piece(phone: str) -> str:
    """A telephone number for a text from right to left, where a space would put its groups in the wrong order."""
    return phone.replace(" ", ".")


def _tidy(text: str) -> str:
    """Without the gaps that an empty value leaves: "Digibel : " becomes "Digibel: ", "JA ." becomes "JA."."""
    lines = (re.sub(r" +(?=[:.,?!;،؟؛])", "", re.sub(r" {2,}", " ", line)).strip() for line in text.split("\n"))
    return "\n".join(lines)


@cache
def _file(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PhrasebookError(f"The phrasebook has no language {name!r}.") from None


@cache
def _kinds() -> dict[str, Kind]:
    return {
        key: Kind(
            key=key,
            section=section,
            reader=facts.get("reader", section),
            placeholders=frozenset(facts.get("values", ())),
            segments=facts.get("segments", 1),
            segments_ucs2=facts.get("ucs2", 1),
            why=facts.get("why", ""),
        )
        for section in SECTIONS
        for key, facts in _file("kinds")[section].items()
    }


@cache
def _texts(language: str) -> dict[str, dict[str, str]]:
    """The language's sections; a list of sentences becomes one text with a line for each."""
    if language not in LANGUAGES:
        raise PhrasebookError(f"The phrasebook has no language {language!r}.")
    sections = {name: section for name, section in _file(language).items() if name != "about"}
    return {
        name: {key: text if isinstance(text, str) else "\n".join(text) for key, text in section.items()}
        for name, section in sections.items()
    }


def texts_of(language: str) -> frozenset[str]:
    """The keys for which this language's file has a text."""
    return frozenset(key for section in SECTIONS for key in _texts(language)[section])


def names_in(text: str) -> frozenset[str]:
    """The placeholders that a template uses."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
