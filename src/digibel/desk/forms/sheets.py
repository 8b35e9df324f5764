"""A file with a list in it."""

from django import forms

from digibel import sheets
from digibel.desk.forms.guarded import GuardedForm
from digibel.problems import Problem
from digibel.sentences import sentence

# A page holds the list until somebody presses the button: no longer than one page may send back.
MOST_TEXT = 200_000


class SheetForm(GuardedForm):
    """Its `file`; the gate for what is in it is at the reading of each cell and in the verb."""

    use_required_attribute = False

    def clean_file(self) -> sheets.Sheet:
        try:
            sheet = sheets.read(self.cleaned_data["file"].read(sheets.MOST_BYTES + 1))
            if len(sheets.as_csv(sheet).encode()) > MOST_TEXT:
                raise sheets.too_large()
        except Problem as problem:
            raise forms.ValidationError(sentence(problem)) from None
        return sheet
