"""The sentences of the pages, from source to translation: ``messages.py extract | check | compile``.

The source language is English. Babel does the work, so that nobody needs GNU gettext. The SMS phrasebook is not here:
it is data of its own. The sentences of problems carry no mark in the code; they are found by where they stand.
"""

import argparse
import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as extract_from
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "digibel"
LOCALES = SOURCE / "locale"
LANGUAGES = ("nl", "fr")
# What volunteers can read exists in the other languages of texts too: the files and refusals that this table names, and no more.
VOLUNTEERS_LANGUAGES = ("ar", "es", "pl", "pt", "ro", "sq", "tr")
VOLUNTEERS_PAGES = "desk/volunteerpages.toml"
# Nought is no "one" here, whatever grammar says of it: our singulars say "un" in a word, and an empty list held "Un bénévole".
PLURALS = {"fr": "nplurals=2; plural=(n != 1);"}

# The names under which Django marks a sentence, and where in the call the sentence stands ("c": the context).
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# The class that every refusal derives from (digibel.problems), and the name of a module's own table of sentences.
PROBLEM = "Problem"
TABLE = "SENTENCES"
BRACES = re.compile(r"\{\w+\}")


def python_of(path: Path) -> str:
    """A module as it is; a template as the Python that Django makes of its translation tags, line for line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    # The tags stand at any depth of HTML, which Python would take for wrong indentation.
    return "\n".join(line.strip() for line in _templatize(text, str(path)).split("\n"))


def _templatize(text: str, origin: str) -> str:
    from django.conf import settings  # only for templates, and Django refuses to look at one unconfigured
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure(USE_I18N=True)
    return str(templatize(text, origin=origin))


def sources(folder: Path) -> Iterator[Path]:
    """Modules and templates under `folder`, in a fixed order."""
    for path in sorted(folder.rglob("*")):
        in_templates = "templates" in path.parts and path.suffix in {".html", ".txt", ".svg"}
        if in_templates or (path.suffix == ".py" and "migrations" not in path.parts):
            yield path


def extract(folder: Path) -> Catalog:
    """Every sentence under `folder` that a page can show: marked for translation, or said by a problem."""
    found = Catalog(locale="en")
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources(folder) if path.suffix == ".py"}
    problems = problem_classes(modules.values())
    for path in sources(folder):
        # No line numbers: they would change every file with every edit.
        place = (path.relative_to(folder).as_posix(), 0)
        module = io.BytesIO(python_of(path).encode())
        for _line, marked, comments, context in extract_from("python", module, KEYWORDS, ("Translators:",)):
            found.add(marked, locations=[place], auto_comments=comments, context=context)
        if path in modules:
            for sentence in problem_sentences(modules[path], problems):
                found.add(sentence, locations=[place])
    return found


def for_volunteers(found: Catalog, folder: Path) -> Catalog:
    """The part of `found` that a volunteer can read. KeyError for a file or a refusal that the table names and nobody finds."""
    table = tomllib.loads((folder / VOLUNTEERS_PAGES).read_text(encoding="utf-8"))
    if gone := [name for name in table["files"] if not (folder / name).is_file()]:
        raise KeyError(*gone)
    files, refusals = frozenset(table["files"]), refusals_of(folder, table["problems"])
    narrow = Catalog(locale="en")
    for message in found:
        if message.id and (message.id in refusals or files & dict(message.locations).keys()):
            places = [place for place in message.locations if place[0] in files] or message.locations
            narrow.add(message.id, locations=places, auto_comments=message.auto_comments, context=message.context)
    return narrow


def refusals_of(folder: Path, names: Iterable[str]) -> set[str]:
    """What the classes of these names say. KeyError for a class that there is not."""
    said = {
        node.name: text
        for path in sources(folder)
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.Assign) and _named(line) == "message"
        for text in _texts([line.value])
    }
    return {said[name] for name in names}


def problem_classes(modules: Iterable[ast.Module]) -> set[str]:
    """The names of all classes that derive from `Problem`, however far."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    problems, found = {PROBLEM}, 0
    while found < len(problems):
        found = len(problems)
        problems |= {name for name, parents in bases.items() if parents & problems}
    return problems


def problem_sentences(module: ast.Module, problems: set[str]) -> Iterator[str]:
    """What problems say: the `message` of a class, the text given to one, and a module's table SENTENCES."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name in problems:
            for line in node.body:
                if isinstance(line, ast.Assign) and _named(line) == "message":
                    yield from _texts([line.value])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in problems:
            yield from _texts(node.args[:1])
        elif isinstance(node, ast.Assign) and _named(node) == TABLE and isinstance(node.value, ast.Dict):
            yield from _texts(node.value.values)


def _named(line: ast.Assign) -> str:
    return ast.unparse(line.targets[0])


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    """The plain texts among `nodes`. What was marked for translation is a call, and already found."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def po_path(locales: Path, language: str) -> Path:
    return locales / language / "LC_MESSAGES" / "django.po"


def read_catalog(locales: Path, language: str) -> Catalog:
    path = po_path(locales, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def update(found: Catalog, locales: Path, language: str) -> None:
    """Bring one language up to date. A sentence that is gone keeps its translation below, marked obsolete."""
    catalog = read_catalog(locales, language)
    # No guessing by likeness: "may" and "may not" are very alike.
    catalog.update(found, no_fuzzy_matching=True)
    path = po_path(locales, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    body = io.BytesIO()
    write_po(body, catalog, width=120, omit_header=True, include_lineno=False, sort_by_file=True)
    path.write_bytes(_header(catalog).encode() + body.getvalue())


def _header(catalog: Catalog) -> str:
    """What gettext needs to know and nothing that changes by itself, such as a date."""
    language = catalog.locale.english_name if catalog.locale else catalog.locale_identifier
    return (
        f"# Digibel's pages: {language}. Made by `make messages`; translate the msgstr lines.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalog.locale_identifier}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS.get(catalog.locale_identifier, catalog.plural_forms)}\\n"\n\n'
    )


def complaints(found: Catalog, catalog: Catalog) -> Iterator[str]:
    """What stands between this language and a page without a foreign sentence on it."""
    for wanted in found:
        if not wanted.id:
            continue
        message = catalog.get(wanted.id, context=wanted.context)
        if message is None:
            yield f"not collected yet (make messages): {_show(wanted)}"
        elif message.fuzzy:
            yield f"fuzzy: {_show(wanted)}"
        elif not _is_translated(message):
            yield f"not translated: {_show(wanted)}"
        else:
            yield from (f"{error}: {_show(wanted)}" for error in message.check(catalog))
            yield from (
                f"unknown {name}: {_show(wanted)}" for name in sorted(_braces(message.string) - _braces(wanted.id))
            )


def _braces(texts: str | Sequence[str] | None) -> set[str]:
    """The `{names}` in a sentence, which Babel does not compare."""
    return set(BRACES.findall(texts if isinstance(texts, str) else " ".join(texts or ())))


def _is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(texts) and all(texts)


def _show(message: Message) -> str:
    text = message.id[0] if isinstance(message.id, tuple | list) else message.id
    files = ", ".join(sorted({place for place, _ in message.locations}))
    return f"{text!r} ({files})"


def check(folder: Path, locales: Path, languages: Sequence[str] = (*LANGUAGES, *VOLUNTEERS_LANGUAGES)) -> list[str]:
    """One line per sentence that a reader of one of `languages` would not get in that language."""
    found = extract(folder)
    theirs = for_volunteers(found, folder) if set(languages) & set(VOLUNTEERS_LANGUAGES) else found
    return [
        f"{language}: {complaint}"
        for language in languages
        for complaint in complaints(
            theirs if language in VOLUNTEERS_LANGUAGES else found, read_catalog(locales, language)
        )
    ]


def compile_all(locales: Path) -> list[Path]:
    """Write a ``.mo`` beside every ``.po``, whole or not at all, as a running service may be reading it."""
    written = []
    for po in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        catalog = read_catalog(locales, po.parts[-3])
        mo = po.with_suffix(".mo")
        draft = mo.with_suffix(".mo.new")
        with draft.open("wb") as stream:
            write_mo(stream, catalog)
        draft.replace(mo)
        written.append(mo)
    return written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The sentences of the pages, from source to translation.")
    parser.add_argument("deed", choices=["extract", "check", "compile"])
    deed = parser.parse_args(arguments).deed
    if deed == "extract":
        found = extract(SOURCE)
        for language in LANGUAGES:
            update(found, LOCALES, language)
        theirs = for_volunteers(found, SOURCE)
        for language in VOLUNTEERS_LANGUAGES:
            update(theirs, LOCALES, language)
        print(
            f"{len(found)} sentences, collected for {' and '.join(LANGUAGES)}; {len(theirs)} of them volunteers can read"
        )
    elif deed == "compile":
        compile_all(LOCALES)
    else:
        wrong = check(SOURCE, LOCALES)
        print("\n".join(wrong) if wrong else "every sentence is translated")
        return 1 if wrong else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
