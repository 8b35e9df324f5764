"""Who is expected at a session of a place: the least that a helper at the door needs. People of elsewhere are a number."""

from dataclasses import dataclass

from digibel.desk import words
from digibel.directory.models import PlaceSession
from digibel.organisations.models import Organisation
from digibel.requests.models import Referral
from digibel.sealing import keys


@dataclass(frozen=True)
class Expected:
    first_name: str
    speaks: str


def at(session: PlaceSession, organisation: Organisation) -> tuple[list[Expected], int]:
    """Ours in the order of their seats, and how many come from elsewhere. Nobody where the place called it off."""
    if session.called_off_at is not None:
        return [], 0
    booked = Referral.objects.filter(session=session).order_by("seat_number")
    ours = list(booked.filter(request__organisation=organisation).select_related("request__client"))
    keys.prefetch([one.request.client.key_id for one in ours])
    people = [Expected(one.request.client.first_name, words.language_names(one.request.client.speaks)) for one in ours]
    return people, booked.count() - len(ours)
