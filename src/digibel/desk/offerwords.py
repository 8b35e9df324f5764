"""Why an offer was sent, in words: a person chose, or which way of asking, and how much hope there was before and after."""

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from digibel.desk import words
from digibel.organisations.ways import Asking
from digibel.scheduling.models import Offer


def why(offer: Offer) -> str:
    """In the language of the page; nothing for an offer of the time before this was written down."""
    if offer.in_sight_before is None or offer.in_sight_after is None:
        return ""
    hope = {"before": _tenths(offer.in_sight_before), "after": _tenths(offer.in_sight_after)}
    told = _("acceptances in sight: %(before)s before, %(after)s after") % hope
    way = (
        _("chosen by hand") if offer.asking == Asking.BY_HAND else str(words.WAYS_OF_ASKING[offer.asking].name).lower()
    )
    return f"{way}; {told}"


def why_this_wave(offers: Sequence[Offer], wave: object) -> str:
    """All offers of one wave were sent for the same reason."""
    return next((why(offer) for offer in offers if offer.wave == wave), "")


def _tenths(hope: float) -> str:
    return number_format(round(hope, 1), 1)
