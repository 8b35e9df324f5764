"""One more kit, and a kit that goes along to a visit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel.desk import kitwords
from digibel.desk.forms.days import Day
from digibel.desk.forms.guarded import GuardedForm
from digibel.scheduling.kits import lending
from digibel.scheduling.models import Kit, Visit


class KitForm(GuardedForm):
    kind = forms.ChoiceField(label=_("What"), choices=list(kitwords.KINDS.items()))


class KitLoanForm(GuardedForm):
    """Those that are free on the usual days come first, and are named so: on other days others may be."""

    kit = forms.ModelChoiceField(label=_("What goes along"), queryset=Kit.objects.none())
    first_day = Day(label=_("Fetched on"))
    last_day = Day(label=_("Back by"))

    def __init__(self, visit: Visit, data: Any = None) -> None:
        first_day, last_day = lending.days_around(visit)
        super().__init__(data, initial={"first_day": first_day, "last_day": last_day})
        chosen: Any = self.fields["kit"]
        chosen.queryset = Kit.objects.of(visit.request.organisation).in_use()
        free = {kit.pk for kit in lending.free_for(visit)}
        chosen.label_from_instance = lambda kit: (
            kitwords.name_of(kit) if kit.pk in free else _("%(kit)s (taken then)") % {"kit": kitwords.name_of(kit)}
        )
