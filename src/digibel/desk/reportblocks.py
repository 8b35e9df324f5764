"""The figures of a quarter in words: blocks of lines, the same for the page, on paper and in a spreadsheet.

`of_team` is for who works with it and tells everything; `of_funders` leaves the house, and tells no number by which somebody
could be found (`reports/tables.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digibel.desk import words
from digibel.desk.forms import autonomy
from digibel.desk.requeststory import CLOSINGS
from digibel.guardrails import catalogue
from digibel.reports import tables
from digibel.reports.counting import Figures
from digibel.reports.tables import OTHER
from digibel.scheduling.models import AUTONOMY

Name = Callable[[str], words.Words]


@dataclass(frozen=True)
class Line:
    """What is counted, and how often: one number for each column of the block."""

    label: words.Words
    numbers: tuple[int, ...]
    percent: int = 0


@dataclass(frozen=True)
class Place:
    """A municipality: its total, and each value with its number, None where it is not told."""

    name: words.Words
    total: int
    values: tuple[tuple[words.Words, int | None], ...]


@dataclass(frozen=True)
class Block:
    id: str
    title: words.Words
    columns: tuple[words.Words, ...]
    lines: tuple[Line, ...]
    note: words.Words = ""
    places: tuple[Place, ...] = ()


WAITED: dict[str, words.Words] = {
    "3": gettext_lazy("at most 3 days"),
    "7": gettext_lazy("4 to 7 days"),
    "14": gettext_lazy("8 to 14 days"),
    "28": gettext_lazy("15 to 28 days"),
    "more": gettext_lazy("longer than 28 days"),
}
FATES: dict[str, words.Words] = {
    "visited": gettext_lazy("a volunteer went"),
    "open": gettext_lazy("still open"),
    "without": gettext_lazy("ended without a visit"),
    "referred": gettext_lazy("referred to somebody else"),
}
LOADS: dict[str, words.Words] = {
    "1": gettext_lazy("one visit"),
    "2": gettext_lazy("2 or 3 visits"),
    "4": gettext_lazy("4 to 6 visits"),
    "7": gettext_lazy("7 to 12 visits"),
    "13": gettext_lazy("13 visits or more"),
}
KEPT: dict[str, words.Words] = {
    "done": gettext_lazy("visits that took place"),
    "cancelled": gettext_lazy("visits called off beforehand"),
    "missed": gettext_lazy("visits at which nobody came or nobody opened"),
}
FOLLOWED: dict[str, words.Words] = {
    "in_time": gettext_lazy("follow-ups within two weeks"),
    "late": gettext_lazy("follow-ups later than that"),
}
WORKS: dict[str, words.Words] = {
    "works": gettext_lazy("it still works"),
    "fails": gettext_lazy("once more"),
    "refer": gettext_lazy("somebody else helps on"),
    "refused": gettext_lazy("wants no more help"),
    "silent": gettext_lazy("could not be reached"),
}
HOW_FAR: dict[str, words.Words] = {str(level): word for level, word in autonomy.HOW_FAR.items()}


# --- for who works with it ------------------------------------------------------------------------------------------


def of_team(figures: Figures) -> list[Block]:
    blocks = [
        _waited(figures),
        _fill(figures),
        _languages(figures),
        _postcodes(figures),
        _loads(figures),
        _desks(figures),
        _promises(figures),
    ]
    return [block for block in [*blocks, _texts(figures)] if block.lines]


def _waited(figures: Figures) -> Block:
    return _counted(
        figures,
        "visits.waited",
        WAITED,
        _("How long people waited"),
        _("First visits"),
        note=_("From the day of the call until the first visit, of the visits of this quarter."),
    )


def _fill(figures: Figures) -> Block:
    told = _sums(figures, "requests.fate")
    for_volunteers = sum(told.values()) - told.get("referred", 0)
    note = _("Of %(all)s requests for a volunteer, %(visited)s were visited.") % {
        "all": for_volunteers,
        "visited": told.get("visited", 0),
    }
    return _counted(
        figures, "requests.fate", FATES, _("What became of the requests of this quarter"), _("Requests"), note=note
    )


def _languages(figures: Figures) -> Block:
    asked, reached = _sums(figures, "requests.language"), _sums(figures, "requests.reached")
    lines = [(_language(code), (number, reached.get(code, 0))) for code, number in _largest(asked)]
    return Block("languages", _("Languages: asked and reached"), _reach(), _lines(lines))


def _postcodes(figures: Figures) -> Block:
    asked = _sums(figures, "requests", by_postcode=True)
    reached = _sums(figures, "requests.reached", by_postcode=True)
    lines = [(_postcode(code), (number, reached.get(code, 0))) for code, number in _largest(asked)]
    return Block("postcodes", _("Postcodes: asked and reached"), _reach(), _lines(lines))


def _reach() -> tuple[words.Words, ...]:
    return (_("Requests"), _("Visited"))


def _loads(figures: Figures) -> Block:
    return _counted(figures, "volunteers.load", LOADS, _("How often volunteers went"), _("Volunteers"))


def _desks(figures: Figures) -> Block:
    held, seats, minutes = (_sums(figures, one).get("", 0) for one in ("desks", "desks.seats", "desks.minutes"))
    names = (
        (_("desk sessions held"), held),
        (_("times a volunteer sat there"), seats),
        (_("hours"), round(minutes / 60)),
    )
    lines = [Line(name, (number,)) for name, number in names] if held else []
    return Block("desks", _("Desk sessions"), (_("How many"),), tuple(lines))


def _promises(figures: Figures) -> Block:
    told = {**_sums(figures, "promised.kept"), **_sums(figures, "promised.followup")}
    names = {**KEPT, **FOLLOWED}
    lines = [(name, (told[code],)) for code, name in names.items() if code in told]
    return Block("promises", _("Promises kept"), (_("How many"),), _lines(lines))


def _texts(figures: Figures) -> Block:
    told = _sums(figures, "texts")
    euro = round(told.get("cents", 0) / 100)
    names = [(_("texts sent"), told.get("", 0)), (_("cost in euro, rounded"), euro)]
    if told.get("unpriced"):
        names.append((_("parts of texts without a known price"), told["unpriced"]))
    lines = [Line(name, (number,)) for name, number in names] if told else []
    return Block("texts", _("What texts cost"), (_("How many"),), tuple(lines))


# --- for funders ----------------------------------------------------------------------------------------------------


def of_funders(figures: Figures) -> list[Block]:
    blocks = [
        _split(figures, "requests", "requests.topic", _topic, _("Requests: what about")),
        _split(figures, "requests", "requests.language", _language, _("Requests: in which language")),
        _visits(figures),
        _split(figures, "contacts", "contacts.channel", _name(words.CHANNELS), _("How people heard from us")),
        _split(figures, "closed", "closed.outcome", _name(CLOSINGS), _("How requests ended")),
        _split(figures, "followups", "followups.outcome", _name(WORKS), _("A week later: does it still work?")),
        *_autonomy(figures),
    ]
    return [block for block in blocks if block is not None]


def _autonomy(figures: Figures) -> list[Block | None]:
    whens = {"before": _("before the visit"), "now": _("a week after it")}
    return [
        _split(
            figures,
            question,
            f"{question}.{when}",
            _name(HOW_FAR),
            _("%(question)s: %(when)s") % {"question": words.AUTONOMY[question], "when": said},
        )
        for question in AUTONOMY
        for when, said in whens.items()
    ]


def _split(figures: Figures, population: str, measure: str, name: Name, title: str) -> Block | None:
    found = tables.table(figures, population, measure)
    if found is None:
        return None
    named = [OTHER_VALUES if value == OTHER else name(value) for value in found.columns]
    lines = list(zip(named, ((total,) for total in found.column_totals), strict=True))
    if measure in {"requests.topic", "requests.language"}:
        lines.sort(key=lambda line: (line[0] == OTHER_VALUES, -line[1][0]))
    places = tuple(
        Place(_municipality(row), total, tuple(zip(named, cells, strict=True)))
        for row, total, cells in zip(found.rows, found.row_totals, found.cells, strict=True)
    )
    return Block(measure.replace(".", "-"), title, (_("How many"),), _lines(lines), places=places)


def _visits(figures: Figures) -> Block | None:
    found = tables.by_place(figures, "visits", "visits.minutes")
    lines = [(_municipality(row), numbers) for row, numbers in found]
    if not lines:
        return None
    both = tuple(sum(numbers[at] for _row, numbers in found) for at in (0, 1))
    all_lines = _lines([*lines, (_("together"), both)] if len(lines) > 1 else lines, whole=both[0])
    return Block("visits", _("Visits, and how long they were"), (_("Visits"), _("Minutes")), all_lines)


# --- names and sums -------------------------------------------------------------------------------------------------

OTHER_VALUES = gettext_lazy("other, or too few to tell apart")
OTHER_PLACES = gettext_lazy("other municipalities together")


def _municipality(code: str) -> words.Words:
    return OTHER_PLACES if code == OTHER else words.place_name(code)


def _postcode(code: str) -> words.Words:
    return f"{code} {words.place_name(code)}"


def _language(code: str) -> words.Words:
    return _("other") if code == OTHER else words.language_names([code])


def _topic(slug: str) -> words.Words:
    return catalogue.get(slug).name(words.desk_language()) if slug in catalogue.TASKS else _("other")


def _name(names: Mapping[str, words.Words]) -> Name:
    return lambda code: names.get(code, code)


def _sums(figures: Figures, measure: str, *, by_postcode: bool = False) -> dict[str, int]:
    """Value (or postcode) to number."""
    found: dict[str, int] = {}
    for key, count in figures.items():
        if key.measure == measure:
            name = key.postcode if by_postcode else key.value
            found[name] = found.get(name, 0) + count.number
    return found


def _largest(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda one: (-one[1], one[0]))


def _counted(
    figures: Figures, measure: str, names: Mapping[str, words.Words], title: str, column: str, *, note: str = ""
) -> Block:
    told = _sums(figures, measure)
    lines = [(name, (told[code],)) for code, name in names.items() if code in told]
    return Block(measure.replace(".", "-"), title, (column,), _lines(lines), note=note if lines else "")


def _lines(told: Iterable[tuple[words.Words, tuple[int, ...]]], *, whole: int | None = None) -> tuple[Line, ...]:
    """With each bar as a share of all of them."""
    lines = list(told)
    total = sum(numbers[0] for _name, numbers in lines) if whole is None else whole
    return tuple(Line(name, numbers, round(100 * numbers[0] / total) if total else 0) for name, numbers in lines)
