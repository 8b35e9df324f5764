"""A program that wants to hear what happens: what it is called, and where it listens."""

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import outside


class HookForm(forms.Form):
    """An address is a secret of its own kind: it is sealed, and never written back into the page. So it is not masked either; the
    name is, by the verb."""

    use_required_attribute = False

    name = forms.CharField(label=_("Which program?"), help_text=_("For example: our file system."), max_length=60)
    address = forms.CharField(
        label=_("Address where it listens"),
        help_text=_("From the settings of the program: “webhook”. Begins with https://"),
        max_length=outside.LONGEST_ADDRESS,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
