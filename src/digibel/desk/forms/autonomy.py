"""Three plain questions, about before the visit and a week later: what can a client do without us?"""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.notifications import phrasebook
from digibel.scheduling.models import AUTONOMY

HOW_FAR: dict[int, Promise] = {0: _("no"), 1: _("partly"), 2: _("yes")}


def _question(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[(value, HOW_FAR[value]) for value in (2, 1, 0)],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


class AutonomyForm(forms.Form):
    """Each may stay open: whoever does not know says nothing."""

    def clean(self) -> dict[str, Any]:
        """As the verbs take them: all three in `autonomy`."""
        told = super().clean() or {}
        autonomy = {name: told.pop(name, None) for name in AUTONOMY}
        return {**told, "autonomy": autonomy}

    @property
    def autonomy(self) -> list[forms.BoundField]:
        return [self[name] for name in AUTONOMY]


class BeforeForm(AutonomyForm):
    """With the visit's report. `said_in`: the client's language, where the questions are to be read out in it."""

    alone = _question(_("Could they do it alone?"))
    dares = _question(_("Did they dare to try it alone?"))
    knows_whom = _question(_("Did they know whom to ask when it fails?"))

    def __init__(self, *args: object, said_in: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if said_in:
            sentences = phrasebook.render("autonomy_before", said_in).splitlines()
            for name, sentence in zip(AUTONOMY, sentences, strict=True):
                self.fields[name].help_text = _said(sentence, said_in)


def _said(sentence: str, language: str) -> str:
    direction = "rtl" if languages.LANGUAGES[language].right_to_left else "ltr"
    return format_html('<span lang="{}" dir="{}">{}</span>', language, direction, sentence)


class NowForm(AutonomyForm):
    """A week later."""

    alone = _question(_("Can they do it alone now?"))
    dares = _question(_("Do they dare to try it alone?"))
    knows_whom = _question(_("Do they know whom to ask when it fails?"))
