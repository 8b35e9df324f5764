"""Who answers the telephone from when until when, and days on which the house is closed, as they are typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk.forms.availability import Hour
from digibel.desk.forms.days import Day
from digibel.desk.forms.guarded import GuardedForm
from digibel.desk.weekdays import WEEKDAYS
from digibel.organisations import duty
from digibel.organisations.models import Organisation, Staff


class _WithColleagues(GuardedForm):
    use_required_attribute = False

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in duty.colleagues(organisation)}

    def _choices(self, none: Any = None) -> list[tuple[str, Any]]:
        first = [("", none)] if none is not None else []
        return [*first, *((pk, one.name) for pk, one in self.people.items())]


class HoursForm(_WithColleagues):
    staff = forms.ChoiceField(label=_("Who"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days"), coerce=int, choices=list(enumerate(WEEKDAYS)), widget=forms.CheckboxSelectMultiple
    )
    start = Hour(label=_("From"))
    end = Hour(label=_("Until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].choices = self._choices()  # type: ignore[attr-defined]

    def clean_staff(self) -> Staff:
        return self.people[self.cleaned_data["staff"]]


class ClosureForm(_WithColleagues):
    first_day = Day(label=_("First day"))
    last_day = Day(label=_("Last day, included"))
    stand_in = forms.ChoiceField(label=_("Who answers meanwhile"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].choices = self._choices(_("nobody: no visit can be booked then"))  # type: ignore[attr-defined]

    def clean_stand_in(self) -> Staff | None:
        return self.people.get(self.cleaned_data["stand_in"])
