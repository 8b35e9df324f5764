import uuid
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from digibel import sheets
from digibel.audit.actors import SYSTEM
from digibel.directory.importing import bringing
from digibel.directory.importing.rehearsing import Planned, Rehearsal, rehearse
from digibel.directory.models import Kind, PlacesImport
from digibel.guardrails import secrets
from digibel.sheets.commands import ListCommand


class Command(ListCommand):
    help = (
        "Brings a list of places (CSV or XLSX) into the directory: all of it, or nothing where a row is refused. Columns: name, "
        "what for; and if there are: address or street, number and postcode, telephone, website, hours, languages, price, steps."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kind", choices=Kind.values, default="", help="What rows are that do not say it.")

    def bring(self, sheet: sheets.Sheet, options: Mapping[str, Any]) -> None:
        rehearsal = rehearse(sheet, kind=options["kind"])
        self._tell(rehearsal)
        if options["dry_run"]:
            self.stdout.write("Nothing was changed: this was a rehearsal.")
        elif rehearsal.refused and not options["skip_refused"]:
            raise CommandError("Nothing was changed. Correct these rows, or leave them out with --skip-refused.")
        else:
            self._bring_in(sheet, rehearsal, options["kind"])

    def _tell(self, rehearsal: Rehearsal) -> None:
        for row in rehearsal.refused:
            self.stdout.write(f"row {row.line}, {row.column or 'whole row'}: {row.problem}")
        for one in rehearsal.planned:
            self.stdout.write(f"row {one.line}, {one.name}: {_in_words(one)}")
            for column, words in one.unread.items():
                self.stdout.write(
                    f"row {one.line}, {column}: left out, not known to us: {secrets.mask(', '.join(words))}"
                )
        if rehearsal.unused:
            self.stdout.write(f"columns left out: {secrets.mask(', '.join(rehearsal.unused))}")
        self.stdout.write(
            f"{len(rehearsal.added)} new, {len(rehearsal.changed)} changed, {rehearsal.same} as they are, "
            f"{len({row.line for row in rehearsal.refused})} refused."
        )

    def _bring_in(self, sheet: sheets.Sheet, rehearsal: Rehearsal, kind: str) -> None:
        with tqdm(total=len(rehearsal.planned), unit=" places", file=self.stderr._out) as bar:
            made = bringing.bring_in(
                sheet,
                seen=rehearsal.seen,
                kind=kind,
                by=SYSTEM,
                without_refused=True,
                went_on=lambda: bar.update() and None,
            )
        self.stdout.write(
            f"{made.added} came in, {made.changed} changed. To take this back: import_places --undo {made.pk}"
        )

    def take_back(self, import_id: uuid.UUID) -> None:
        made = PlacesImport.objects.filter(pk=import_id).first()
        if made is None:
            raise CommandError("There is no such import.")
        self.stdout.write(f"{bringing.take_back(made, by=SYSTEM)} places are as they were.")


def _in_words(one: Planned) -> str:
    if one.place is None:
        return "new"
    if one.older:
        return "as it is: it was checked later than the list says"
    return f"changes {', '.join(sorted(one.changes))}" if one.changes else "as it is"
