"""A report as a file: long rows for a spreadsheet, and pages to print or to send on."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from digibel.desk import words
from digibel.desk.pdf import Paper
from digibel.desk.reportblocks import Block
from digibel.sheets import handing_out


def head() -> list[str]:
    return [_("Report"), _("Municipality"), _("What"), _("Column"), _("How many")]


def rows(blocks: Iterable[Block]) -> Iterator[list[str | int]]:
    """One number in each row, with everything it is of. What may not be told says so."""
    for block in blocks:
        for line in block.lines:
            for column, number in zip(block.columns, line.numbers, strict=True):
                yield [str(block.title), "", str(line.label), str(column), number]
        for place in block.places:
            yield [str(block.title), str(place.name), _("together"), str(block.columns[0]), place.total]
            for value, told in place.values:
                yield [
                    str(block.title),
                    str(place.name),
                    str(value),
                    str(block.columns[0]),
                    hidden() if told is None else told,
                ]


def hidden() -> str:
    return _("not told")


def as_csv(blocks: Iterable[Block]) -> bytes:
    return handing_out.as_csv(head(), rows(blocks)).encode()


def as_xlsx(blocks: Iterable[Block], *, title: str) -> bytes:
    return handing_out.as_xlsx(head(), rows(blocks), title=title)


def as_pdf(blocks: Iterable[Block], *, title: str, organisation: str, notes: Iterable[str]) -> bytes:
    paper = Paper(title, words.desk_language())
    paper.paragraph(organisation)
    paper.heading(title, 18)
    for note in notes:
        paper.paragraph(note)
    for block in blocks:
        _print(paper, block)
    return paper.as_bytes()


def _print(paper: Paper, block: Block) -> None:
    paper.heading(str(block.title))
    if block.note:
        paper.paragraph(str(block.note))
    if len(block.columns) > 1:
        paper.line("", map(str, block.columns), size=9)
    for line in block.lines:
        paper.line(str(line.label), map(str, line.numbers), line.percent)
    if len(block.places) > 1:
        for place in block.places:
            told = ", ".join(f"{value} {hidden() if number is None else number}" for value, number in place.values)
            paper.line(f"{place.name}: {told}", [str(place.total)], size=9)
