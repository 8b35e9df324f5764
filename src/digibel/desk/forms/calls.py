"""What a client says on the telephone that needs more than one button."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import words
from digibel.desk.forms.autonomy import NowForm

WORRIES = list(words.WORRIES.items())


class FollowUpForm(NowForm):
    """A week later: what the client can do alone, and the four questions that everybody gets."""

    worries = forms.MultipleChoiceField(
        label=_("Did they answer yes to one of these?"),
        help_text=_("Everybody gets these four questions. Tick nothing if all is well."),
        choices=WORRIES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    again = forms.TypedMultipleChoiceField(
        label=_("Once more? When does it suit them?"),
        help_text=_(
            "The same volunteer is asked first. Does nothing suit? Tick nothing: somebody asks for other moments."
        ),
        coerce=datetime.fromisoformat,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, moments: Sequence[datetime] = (), **kwargs: object) -> None:
        """`moments`: when the volunteer who came could come once more."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not moments:
            del self.fields["again"]
            return
        reader = words.desk_language()
        choices = [(one.isoformat(), languages.day_and_time(one, reader)) for one in moments]
        self.fields["again"].choices = choices  # type: ignore[attr-defined]


class OwnYesForm(forms.Form):
    """In which language the client said yes: it is kept with the day and the version of the text."""

    language = forms.ChoiceField(label=_("In which language did they say it?"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = spoken_choices()  # type: ignore[attr-defined]


def spoken_choices() -> list[tuple[str, str]]:
    """Every language that somebody may say yes in, by the name it has for its own speakers."""
    return [(code, language.own) for code, language in languages.SPOKEN.items()]
