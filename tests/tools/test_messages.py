"""A sentence on a page is found, translated, and missed when it is not."""

import gettext
from pathlib import Path

import pytest

from tools import messages

TEMPLATE = """{% load i18n %}
<main>
    <h1>{% translate "Today" %}</h1>
      <p>{% blocktranslate with name=worker.name %}Good morning, {{ name }}.{% endblocktranslate %}</p>
  {% blocktranslate count n=total %}One bell{% plural %}{{ n }} bells{% endblocktranslate %}
        {% translate "May" context "the month" %}{# isn't a translation: (" #}
</main>
"""
MODULE = """
from django.utils.translation import gettext_lazy as _, ngettext

TITLE = _("Nobody opens")
UNKNOWN = _(TITLE)

def count(n: int) -> str:
    return ngettext("%(n)d call", "%(n)d calls", n) % {"n": n}
"""

PROBLEMS = """
from digibel.problems import Problem
from digibel.words import _

SENTENCES = {"match": "Ask a matcher.", "marked": _("Marked already")}
PLAIN = {"match": "No sentence"}

class Late(Problem):
    code = "late"
    message = "You are {minutes} late."

class TooLate(Late):
    message = (
        "Much too late. "
        "Ring first."
    )

class Letter:
    message = "Dear somebody"

def knock() -> None:
    raise errors.TooLate("Nobody is here.")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "desk" / "templates").mkdir(parents=True)
    (tmp_path / "desk" / "templates" / "today.html").write_text(TEMPLATE)
    (tmp_path / "desk" / "calls.py").write_text(MODULE)
    return tmp_path


@pytest.fixture
def locales(folder: Path) -> Path:
    messages.update(messages.extract(folder), folder / "locale", "nl")
    return folder / "locale"


def translate(locales: Path, sentence: str, translation: str) -> None:
    path = messages.po_path(locales, "nl")
    text = path.read_text()
    before = f'msgid "{sentence}"\nmsgstr ""\n'
    assert text.count(before) == 1
    path.write_text(text.replace(before, f'msgid "{sentence}"\nmsgstr "{translation}"\n'))


def test_extract_finds_templates_and_modules(folder: Path) -> None:
    found = {(message.context, message.id) for message in messages.extract(folder) if message.id}
    assert found == {
        (None, "Today"),
        (None, "Good morning, %(name)s."),
        (None, ("One bell", "%(n)s bells")),
        ("the month", "May"),
        (None, "Nobody opens"),
        (None, ("%(n)d call", "%(n)d calls")),
    }


def test_extract_finds_what_problems_say(folder: Path) -> None:
    (folder / "desk" / "errors.py").write_text(PROBLEMS)
    found = {str(message.id) for message in messages.extract(folder) if "desk/errors.py" in dict(message.locations)}
    assert found == {
        "Ask a matcher.",
        "Marked already",
        "You are {minutes} late.",
        "Much too late. Ring first.",
        "Nobody is here.",
    }


def test_volunteers_read_the_files_and_refusals_that_are_named_and_no_more(folder: Path) -> None:
    (folder / "desk" / "errors.py").write_text(PROBLEMS)
    table = folder / messages.VOLUNTEERS_PAGES
    table.write_text('files = ["desk/calls.py"]\nproblems = ["Late"]\n')
    narrow = messages.for_volunteers(messages.extract(folder), folder)
    assert {message.id for message in narrow if message.id} == {
        "Nobody opens",
        ("%(n)d call", "%(n)d calls"),
        "You are {minutes} late.",
    }
    missed = [line for line in messages.check(folder, folder / "locale", ["pl"]) if "Nobody opens" in line]
    assert missed == ["pl: not collected yet (make messages): 'Nobody opens' (desk/calls.py)"]


@pytest.mark.parametrize(
    "table", ['files = ["desk/gone.py"]\nproblems = []\n', 'files = []\nproblems = ["NoSuchRefusal"]\n']
)
def test_a_page_of_volunteers_that_is_gone_is_told(folder: Path, table: str) -> None:
    (folder / messages.VOLUNTEERS_PAGES).write_text(table)
    with pytest.raises(KeyError):
        messages.for_volunteers(messages.extract(folder), folder)


def test_check_refuses_a_brace_that_is_not_in_the_source(folder: Path, locales: Path) -> None:
    (folder / "desk" / "errors.py").write_text(PROBLEMS)
    messages.update(messages.extract(folder), locales, "nl")
    translate(locales, "You are {minutes} late.", "Je bent {minuten} te laat.")
    wrong = [line for line in messages.check(folder, locales, ["nl"]) if "You are" in line]
    assert wrong == ["nl: unknown {minuten}: 'You are {minutes} late.' (desk/errors.py)"]


def test_check_names_every_sentence_without_translation(folder: Path, locales: Path) -> None:
    before = messages.check(folder, locales, ["nl"])
    translate(locales, "Today", "Vandaag")
    after = messages.check(folder, locales, ["nl"])
    assert len(before) == 6
    assert set(before) - set(after) == {"nl: not translated: 'Today' (desk/templates/today.html)"}


def test_check_names_a_sentence_that_was_never_collected(folder: Path, locales: Path) -> None:
    (folder / "desk" / "new.py").write_text('from django.utils.translation import gettext as _\nA = _("New")\n')
    assert "nl: not collected yet (make messages): 'New' (desk/new.py)" in messages.check(folder, locales, ["nl"])


def test_check_refuses_a_placeholder_that_is_not_in_the_source(folder: Path, locales: Path) -> None:
    translate(locales, "Good morning, %(name)s.", "Goedemorgen, %(naam)s.")
    wrong = [line for line in messages.check(folder, locales, ["nl"]) if "Good morning" in line]
    assert len(wrong) == 1
    assert "not translated" not in wrong[0]


def test_update_twice_changes_nothing_and_keeps_translations(folder: Path, locales: Path) -> None:
    translate(locales, "Today", "Vandaag")
    path = messages.po_path(locales, "nl")
    messages.update(messages.extract(folder), locales, "nl")
    once = path.read_text()
    messages.update(messages.extract(folder), locales, "nl")
    assert path.read_text() == once
    assert 'msgid "Today"\nmsgstr "Vandaag"' in once


def test_a_changed_sentence_is_missed_and_not_guessed(folder: Path, locales: Path) -> None:
    translate(locales, "Nobody opens", "Niemand doet open")
    (folder / "desk" / "calls.py").write_text(MODULE.replace("Nobody opens", "Nobody opened"))
    messages.update(messages.extract(folder), locales, "nl")
    assert "nl: not translated: 'Nobody opened' (desk/calls.py)" in messages.check(folder, locales, ["nl"])


def test_compile_writes_what_gettext_reads(folder: Path, locales: Path) -> None:
    translate(locales, "Today", "Vandaag")
    (mo,) = messages.compile_all(locales)
    with mo.open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    assert compiled.gettext("Today") == "Vandaag"
    assert compiled.gettext("Nobody opens") == "Nobody opens"


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_nought_is_not_one(language):
    """In French nought takes the singular; ours says "un" in a word."""
    catalog = messages.read_catalog(messages.LOCALES, language)
    assert catalog.plural_forms == "nplurals=2; plural=(n != 1);"
