"""A list of places."""

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk.forms.sheets import SheetForm
from digibel.directory.models import Kind


class PlaceListForm(SheetForm):
    file = forms.FileField(
        label=_("Your list"),
        help_text=_("CSV or XLSX, the names of the columns in the first row: name, address, telephone, opening hours."),
        allow_empty_file=True,
    )
    kind = forms.ChoiceField(
        label=_("What for, where the list does not say it"),
        choices=[("", _("the list says it")), *Kind.choices],
        required=False,
    )
