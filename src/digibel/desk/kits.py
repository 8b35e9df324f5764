"""Kits as the desk shows them: where each is, for which visit it is kept, and what can be noted of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel import clock, languages
from digibel.desk import kitwords, visitlines, words
from digibel.organisations.models import Organisation
from digibel.scheduling.models import Kit, KitLoan, Visit
from digibel.sealing import keys

HANDED = ("handed", _("Handed over"))
BACK = ("back", _("It is back"))
RELEASE = ("release", _("Not needed: give it free"))
NEVER = ("release", _("Never fetched: it is here"))


@dataclass(frozen=True)
class LoanLine:
    """One visit that a kit is kept for. `main`: the deed that is likely now."""

    loan: KitLoan
    kit: str
    who: str
    when: str
    bell: str
    said: str
    deeds: tuple[tuple[str, words.Words], ...]
    late: bool


@dataclass(frozen=True)
class KitLine:
    kit: Kit
    name: str
    bell: str
    said: str
    loans: list[LoanLine]


def of_visit(visit: Visit) -> list[LoanLine]:
    loans = visit.kit_loans.select_related("kit")
    return [_line(loan, visit) for loan in loans]


def of_organisation(organisation: Organisation) -> tuple[list[KitLine], list[Kit]]:
    """Those in use, each with its loans, the nearest first; and those out of use."""
    kits = list(Kit.objects.of(organisation))
    loans = _loans(KitLoan.objects.of(organisation).open())
    return (
        [_kit_line(kit, loans.get(kit.pk, [])) for kit in kits if kit.retired_at is None],
        [kit for kit in kits if kit.retired_at is not None],
    )


def overdue(organisation: Organisation, today: date) -> list[LoanLine]:
    """What should be back: to ring about."""
    loans = _loans(KitLoan.objects.of(organisation).overdue(today))
    return [line for lines in loans.values() for line in lines]


def to_take(visit: Visit) -> list[tuple[str, str]]:
    """What the volunteer has, or has to fetch, and by when it is back: in the language that is active."""
    language = words.desk_language()
    loans = visit.kit_loans.open().select_related("kit")
    return [
        (kitwords.name_of(loan.kit), languages.date_in_words(loan.last_day, language, weekday=True)) for loan in loans
    ]


def _loans(found: Iterable[KitLoan]) -> dict[UUID, list[LoanLine]]:
    rows = list(found.select_related("kit", "visit__volunteer", "visit__request"))  # type: ignore[attr-defined]
    keys.prefetch([loan.visit.volunteer.key_id for loan in rows])
    lines: dict[UUID, list[LoanLine]] = defaultdict(list)
    for loan in rows:
        lines[loan.kit_id].append(_line(loan, loan.visit))
    return lines


def _line(loan: KitLoan, visit: Visit) -> LoanLine:
    bell, said, deeds, late = _state(loan, clock.today())
    return LoanLine(
        loan, kitwords.name_of(loan.kit), visitlines.called(visit), _days(loan), bell, str(said), deeds, late
    )


def _days(loan: KitLoan) -> str:
    reader = words.desk_language()
    first, last = (languages.short_date(day, reader) for day in (loan.first_day, loan.last_day))
    return gettext("from %(first)s, back by %(last)s") % {"first": first, "last": last}


def _state(loan: KitLoan, today: date) -> tuple[str, words.Words, tuple[tuple[str, words.Words], ...], bool]:
    late = loan.back_at is None and loan.last_day < today
    if loan.back_at is not None:
        return "done", _("is back"), (), False
    if loan.handed_at is not None:
        return ("alarm" if late else "wait"), (_("not back yet") if late else _("has it")), (BACK,), late
    if late:
        return "alarm", _("should be back; nobody noted that it was fetched"), (BACK, NEVER), True
    return "later", _("fetches it"), ((HANDED,) if loan.first_day <= today else ()) + (RELEASE,), False


def _kit_line(kit: Kit, loans: list[LoanLine]) -> KitLine:
    away = next((line for line in loans if line.loan.handed_at is not None or line.late), None)
    bell, said = (away.bell, gettext("away")) if away else ("done", gettext("here"))
    return KitLine(kit, kitwords.name_of(kit), bell, said, loans)
