"""Who could come to a desk session: the ranking of a visit, asked about a place and an hour.

Ready for this organisation, not pausing and not stopped, free, within their own week and reach, and speaking the language that
is asked for. No door, no client and no task stand in the way; and a centre that is open needs nobody on duty elsewhere.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digibel import clock
from digibel.scheduling.desksessions.models import DeskSession
from digibel.scheduling.matching import snapshot
from digibel.scheduling.matching.ranking import Ranking, rank_pool
from digibel.scheduling.matching.wanted import Wanted
from digibel.scheduling.matching.weighing import Question


def rank(session: DeskSession) -> Ranking:
    """The whole pool, by what is remembered of it."""
    return _rank(session, None)


def rank_anew(session: DeskSession, volunteers: Sequence[uuid.UUID]) -> Ranking:
    """Only these, by what the database says now: before anybody is asked, under lock."""
    return _rank(session, list(volunteers))


def _rank(session: DeskSession, ids: list[uuid.UUID] | None) -> Ranking:
    asked = _wanted(session)
    pool, house, ties = snapshot.look(asked) if ids is None else snapshot.look_anew(asked, ids)
    # As with an interpreter: no language has to be shared where none is asked for.
    ties = replace(ties, interpreter=not session.language)
    always_open = replace(house, duty=np.ones_like(house.duty), closures=())
    return rank_pool(pool, Question(asked, ties, always_open, clock.now()))


def _wanted(session: DeskSession) -> Wanted:
    """No request and no client are behind it: nobody has ties with one of this id."""
    return Wanted(
        request_id=session.pk,
        client_id=session.pk,
        organisation_id=session.organisation_id,
        postcode=session.place.postcode,
        needs=(),
        device="",
        speaks=(session.language,) if session.language else (),
        wish="",
        stairs=False,
        dog=False,
        smoke=False,
        windows=((session.starts_at, session.ends_at),),
        away=(),
        length=session.ends_at - session.starts_at,
        earliest=clock.now(),
    )
