import uuid
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from digibel import sheets
from digibel.audit.actors import SYSTEM
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation
from digibel.sheets.commands import ListCommand
from digibel.volunteers.importing import bringing
from digibel.volunteers.importing.rehearsing import Rehearsal, rehearse
from digibel.volunteers.models import PoolImport


class Command(ListCommand):
    help = (
        "Brings a list of volunteers (CSV or XLSX) into the pool: all of it, or nothing where a row is refused. "
        "Columns: first name, mobile, postcode, languages; and if there are: family name, e-mail, skills, hours, transport, papers."
    )
    undo_help = "Take an import back, while nobody of it was asked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--organisation", metavar="SLUG", help="For which organisation the papers in the list count."
        )

    def bring(self, sheet: sheets.Sheet, options: Mapping[str, Any]) -> None:
        of_papers = self._organisation(options["organisation"]) if options["organisation"] else None
        rehearsal = rehearse(sheet)
        self._tell(rehearsal, papers_count=of_papers is not None)
        if options["dry_run"]:
            self.stdout.write(f"{len(rehearsal.planned)} would come in. Nothing was changed: this was a rehearsal.")
        elif rehearsal.refused and not options["skip_refused"]:
            raise CommandError("Nothing was changed. Correct these rows, or leave them out with --skip-refused.")
        elif not rehearsal.planned:
            raise CommandError("There is nobody to bring in. Nothing was changed.")
        else:
            self._bring_in(rehearsal, of_papers)

    def _organisation(self, slug: str) -> Organisation:
        found = Organisation.objects.filter(slug=slug).first()
        if found is None:
            known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"There is no organisation {slug}. There are: {known}.")
        return found

    def _tell(self, rehearsal: Rehearsal, *, papers_count: bool) -> None:
        for row in rehearsal.refused:
            self.stdout.write(f"row {row.line}, {row.column or 'whole row'}: {row.problem}")
        for one in rehearsal.planned:
            for column, words in one.unread.items():
                self.stdout.write(
                    f"row {one.line}, {column}: left out, not known to us: {secrets.mask(', '.join(words))}"
                )
        if rehearsal.unused:
            self.stdout.write(f"columns left out: {secrets.mask(', '.join(rehearsal.unused))}")
        if rehearsal.has_papers and not papers_count:
            self.stdout.write("papers left out: say for which organisation they count, with --organisation")
        if rehearsal.refused:
            rows = len({row.line for row in rehearsal.refused})
            self.stdout.write(f"{rows} of {rows + len(rehearsal.planned)} rows are refused.")

    def _bring_in(self, rehearsal: Rehearsal, organisation: Organisation | None) -> None:
        with tqdm(total=len(rehearsal.planned), unit=" volunteers", file=self.stderr._out) as bar:
            made = bringing.bring_in(
                rehearsal,
                organisation=organisation,
                by=SYSTEM,
                without_refused=True,
                went_on=lambda: bar.update() and None,
            )
        self.stdout.write(f"{made.count} came in. To take this back: import_volunteers --undo {made.pk}")

    def take_back(self, import_id: uuid.UUID) -> None:
        made = PoolImport.objects.filter(pk=import_id).first()
        if made is None:
            raise CommandError("There is no such import.")
        self.stdout.write(f"{bringing.take_back(made, by=SYSTEM)} are out of the pool again, and forgotten.")
