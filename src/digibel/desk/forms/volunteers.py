"""The filter above the pool."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.desk.forms.lists import ListFilter, postcode_field
from digibel.guardrails import catalogue


class PoolFilter(ListFilter):
    postcode = postcode_field()
    language = forms.ChoiceField(label=_("Language"), required=False)
    skill = forms.ChoiceField(label=_("Knows"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = words.desk_language()
        spoken = sorted((languages.name_of(code, reader), code) for code in languages.SPOKEN)
        known = sorted((catalogue.in_language(names, reader), code) for code, names in catalogue.SKILLS.items())
        self._offer("language", [(code, name) for name, code in spoken])
        self._offer("skill", [(code, name) for name, code in known])
        self._offer("state", [(code, str(words.POOL[code])) for code in ("ready", "not_ready", "soon", "paused")])
        self._offer("sort", [("newest", _("the newest first")), ("name", _("by name"))], _("by postcode"))


class NameSearch(forms.Form):
    """Posted, so that a name or a number stands in no address."""

    name = forms.CharField(label=_("Name or telephone"), max_length=60, required=False)
