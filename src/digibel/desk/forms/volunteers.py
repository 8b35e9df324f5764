"""The filter above the pool."""

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.guardrails import catalogue


class PoolFilter(forms.Form):
    """Every field may be empty. What makes no sense is left out of the search, never an error."""

    q = forms.CharField(label=_("Name or telephone"), max_length=60, required=False)
    postcode = forms.RegexField(r"^[1-9]\d{3}$", label=_("Postcode"), max_length=4, required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    skill = forms.ChoiceField(label=_("Knows"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        reader = words.desk_language()
        spoken = sorted((languages.name_of(code, reader), code) for code in languages.SPOKEN)
        known = sorted((catalogue.in_language(names, reader), code) for code, names in catalogue.SKILLS.items())
        self._offer("language", [(code, name) for name, code in spoken])
        self._offer("skill", [(code, name) for name, code in known])
        self._offer("state", [(code, str(words.POOL[code])) for code in ("ready", "not_ready", "soon", "paused")])
        self.fields["q"].widget.attrs["id"] = "id_pool_q"
        self.fields["postcode"].widget.attrs |= {"inputmode": "numeric", "size": "6"}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", _("all")), *choices]  # type: ignore[attr-defined]
