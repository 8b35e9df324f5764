import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from digibel import sheets
from digibel.audit.actors import SYSTEM
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation
from digibel.problems import Problem
from digibel.volunteers.importing import bringing
from digibel.volunteers.importing.rehearsing import Rehearsal, rehearse
from digibel.volunteers.models import PoolImport


class Command(BaseCommand):
    help = (
        "Brings a list of volunteers (CSV or XLSX) into the pool: all of it, or nothing where a row is refused. "
        "Columns: first name, mobile, postcode, languages; and if there are: family name, e-mail, skills, hours, transport, papers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would happen.")
        parser.add_argument(
            "--skip-refused", action="store_true", help="Leave refused rows out, and bring in the rest."
        )
        parser.add_argument(
            "--organisation", metavar="SLUG", help="For which organisation the papers in the list count."
        )
        parser.add_argument(
            "--undo", type=uuid.UUID, metavar="IMPORT", help="Take an import back, while nobody of it was asked."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["undo"]:
                self._undo(options["undo"])
            elif options["file"]:
                self._import(**options)
            else:
                raise CommandError("Name a file, or an import to take back with --undo.")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except Problem as refusal:
            raise CommandError(f"{refusal} Nothing was changed.") from None

    def _import(
        self, *, file: Path, organisation: str | None, dry_run: bool, skip_refused: bool, **options: Any
    ) -> None:
        of_papers = self._organisation(organisation) if organisation else None
        rehearsal = rehearse(sheets.read(file.read_bytes()))
        self._tell(rehearsal, papers_count=of_papers is not None)
        if dry_run:
            self.stdout.write(f"{len(rehearsal.planned)} would come in. Nothing was changed: this was a rehearsal.")
        elif rehearsal.refused and not skip_refused:
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

    def _undo(self, import_id: uuid.UUID) -> None:
        made = PoolImport.objects.filter(pk=import_id).first()
        if made is None:
            raise CommandError("There is no such import.")
        self.stdout.write(f"{bringing.take_back(made, by=SYSTEM)} are out of the pool again, and forgotten.")
