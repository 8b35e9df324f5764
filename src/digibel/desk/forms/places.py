"""What is looked for, and from where."""

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import places
from digibel.directory.models import Kind
from digibel.sentences import sentence


class PlacesFilter(forms.Form):
    postcode = forms.CharField(
        label=_("Postcode"), max_length=8, widget=forms.TextInput({"inputmode": "numeric", "size": "6"})
    )
    kind = forms.ChoiceField(label=_("What for"), choices=Kind.choices)

    def clean_postcode(self) -> str:
        try:
            return places.get(self.cleaned_data["postcode"]).postcode
        except places.UnknownPostcode as problem:
            raise forms.ValidationError(sentence(problem)) from None
