"""The days of the week, in the language of the page."""

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WEEKDAYS: tuple[Promise, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


def weekday(day: date | int) -> Promise:
    return WEEKDAYS[day if isinstance(day, int) else day.weekday()]
