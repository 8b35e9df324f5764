"""The phrasebook as a page to read and to correct: what docs/phrasebook.md holds."""

from collections.abc import Iterator

from digibel.languages import LANGUAGES
from digibel.notifications import segments
from digibel.notifications.phrasebook.book import SECTIONS, Kind, is_reviewed, keys, kind, placeholder_facts, template
from digibel.notifications.phrasebook.doorwords import codewords
from digibel.notifications.phrasebook.longest import longest_text

_HEADINGS = {
    "volunteer": "Text messages to volunteers",
    "client": "Text messages to clients",
    "staff": "Alarms to the person on duty",
    "parts": "Pieces of texts",
    "scripts": "Scripts to say aloud on the telephone",
    "letters": "Letters",
}

_INTRODUCTION = """\
# The phrasebook

Every text that leaves Digibel, in ten languages. This page is written by `manage.py write_phrasebook` from the files in
`src/digibel/notifications/phrasebook/`; correct those, not this page. A test fails when the page is behind.

- A volunteer is spoken to informally, a client formally. One thought in a text, in plain words, and what to answer.
- `{placeholders}` are filled in when a text leaves. An empty one leaves no gap.
- A text message leaves in the letters that every telephone has (GSM 03.38), so that 160 of them fit: other letters are folded
  ("Zoë" becomes "Zoe", "teşekkürler" becomes "tesekkürler"). Arabic keeps its letters, and 70 of them fit.
- The size behind a text is measured with the longest realistic value in every place.
- No text names an illness, asks for a code, or puts a family name beside an address.
- The spelling of Romanian, Polish, Turkish, Albanian, Portuguese and Spanish is the right one here; only the telephone gets less.
"""


def phrasebook_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield from _languages()
    yield from _placeholders()
    for section in SECTIONS:
        yield f"## {_HEADINGS[section]}\n"
        for key in keys():
            if kind(key).section == section:
                yield from _text(kind(key))
    yield from _codewords()


def _languages() -> Iterator[str]:
    yield "## Languages\n"
    yield "| language | code | read by somebody who grew up with it |"
    yield "|---|---|---|"
    for code, language in LANGUAGES.items():
        yield f"| {language.own} | {code} | {'yes' if is_reviewed(code) else 'not yet'} |"
    yield ""


def _placeholders() -> Iterator[str]:
    yield "## Placeholders\n"
    yield "| placeholder | what it is |"
    yield "|---|---|"
    for name, facts in placeholder_facts().items():
        yield f"| `{{{name}}}` | {facts['means']} |"
    yield ""


def _text(text: Kind) -> Iterator[str]:
    yield f"### {text.key}\n"
    if text.segments > 1:
        yield f"Up to {text.segments} messages. {text.why}\n"
    if text.section in {"scripts", "letters"}:
        yield f"To: {text.reader}.\n"
    for language in LANGUAGES:
        yield from _in_language(text, language)
    yield ""


def _in_language(text: Kind, language: str) -> Iterator[str]:
    first, *others = template(text.key, language).splitlines()
    yield f"- **{language}** {first}{_size(text, language)}"
    yield from (f"  <br>{line}" for line in others)


def _size(text: Kind, language: str) -> str:
    if not text.is_text_message:
        return ""
    size = segments.count(longest_text(text.key, language))
    return f" _({size.units}{'' if size.segments == 1 else f', {size.segments} messages'})_"


def _codewords() -> Iterator[str]:
    yield "## Words for the door\n"
    for language in LANGUAGES:
        yield f"- **{language}** ({len(codewords(language))}): {', '.join(codewords(language))}"
