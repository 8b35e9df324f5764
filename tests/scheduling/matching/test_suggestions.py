"""Why nobody? One condition is let go at a time, and what would find somebody is said in words."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import translation

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.organisations.models import DutyHours, Organisation
from digibel.requests.models import HelpRequest
from digibel.scheduling import openings
from digibel.scheduling.matching.choosing import choose_interpreter
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.matching.suggestions import why_nobody
from digibel.volunteers.models import Readiness

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def request_tomorrow(lindeboom: Organisation) -> HelpRequest:
    """Tomorrow is a Wednesday, from two to five."""
    return cast.request(lindeboom)


def said(request: HelpRequest, language: str = "en") -> dict[str, str]:
    with translation.override(language):
        return {one.code: one.sentence for one in why_nobody(rank(HelpRequest.objects.get(pk=request.pk)))}


def only_on(weekday: int) -> list[tuple[int, time, time]]:
    return [(weekday, time(9), time(17))]


def test_nothing_is_suggested_where_somebody_can_go(lindeboom: Organisation, request_tomorrow: HelpRequest) -> None:
    cast.volunteer(lindeboom)
    assert said(request_tomorrow) == {}


def test_nothing_is_suggested_where_nothing_would_help(lindeboom: Organisation, request_tomorrow: HelpRequest) -> None:
    cast.volunteer(lindeboom, speaks=["tr"], postcode="9000")
    assert said(request_tomorrow) == {}


def test_who_said_no_to_these_moments_is_counted_for_another_day(
    lindeboom: Organisation, request_tomorrow: HelpRequest
) -> None:
    """The only one who speaks their language could not on Wednesday: the smallest change is another day, and it finds her."""
    hodan = cast.volunteer(lindeboom, hours=[*only_on(2), *only_on(3)])
    cast.offered(request_tomorrow, hodan)
    cast.texts(hodan, "nee")
    with translation.override("en"):
        found = [one.sentence for one in why_nobody(rank(request_tomorrow))]
    assert found[0] == "on Thursday 17 September one volunteer can"
    thursday = cast.draft(windows=cast.windows(days=2)).windows
    with clock.travel(clock.now() + timedelta(minutes=1)):
        openings.change_moments(request_tomorrow, windows=thursday, by=SYSTEM)
        ranking = rank(HelpRequest.objects.get(pk=request_tomorrow.pk))
    assert list(ranking.ids()) == [hodan.pk]


def test_other_day_on_which_most_can_is_named(lindeboom: Organisation, request_tomorrow: HelpRequest) -> None:
    for _ in range(2):
        cast.volunteer(lindeboom, hours=only_on(3))
    cast.volunteer(lindeboom, hours=only_on(4))
    with translation.override("en"):
        found = [one.sentence for one in why_nobody(rank(request_tomorrow))]
    assert found == ["on Thursday 17 September 2 volunteers can", "on Thursday 24 September 2 volunteers can"]
    assert said(request_tomorrow, "nl")["day"].startswith("op donderdag 24 september kunnen er 2")
    assert said(request_tomorrow, "fr")["day"] == "jeudi 24 septembre, 2 bénévoles peuvent"


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "language": (
        {"speaks": ["tr", "ar"]},
        {},
        {
            "language": "in Arabic one volunteer can",
            "interpreter": "with an interpreter on the telephone one volunteer can",
        },
    ),
    "a little": (
        {"speaks": ["nl"], "language_levels": {"nl": "basic"}},
        {},
        {"interpreter": "with an interpreter on the telephone one volunteer can"},
    ),
    "farther": (
        {"postcode": "1000", "reach_minutes": 10},
        {},
        {"farther": "within 30 minutes there is one volunteer: ask whether they go that far"},
    ),
    "dog": ({"dog_ok": False}, {"dog": True}, {"dog": "if the dog is in another room, one volunteer can"}),
    "smoke": ({"smoke_ok": False}, {"smoke": True}, {"smoke": "if nobody smokes during the visit, one volunteer can"}),
    "wish": ({"gender": "man"}, {"wish": "woman"}, {"anybody": "if anybody is welcome, one volunteer can"}),
    "short": (
        {"hours": [(2, time(14), time(14, 30))]},
        {},
        {"short": "for half an hour one volunteer can"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_condition_let_go_is_said(case: str, lindeboom: Organisation) -> None:
    volunteer, client, sentences = CASES[case]
    cast.volunteer(lindeboom, **volunteer)
    assert said(cast.request(lindeboom, client=client)) == sentences


def test_papers_that_lack_are_said(lindeboom: Organisation, request_tomorrow: HelpRequest) -> None:
    els = cast.volunteer(lindeboom)
    Readiness.objects.filter(volunteer=els, requirement="insurance").delete()
    assert said(request_tomorrow) == {"papers": "once their papers are in order, one volunteer can"}


def test_nobody_on_duty_is_said(lindeboom: Organisation, request_tomorrow: HelpRequest) -> None:
    cast.volunteer(lindeboom, hours=only_on(2))
    DutyHours.objects.all().delete()
    assert said(request_tomorrow) == {"duty": "if somebody is on duty then, one volunteer can"}


def test_later_beginning_is_found_where_duty_covers_no_earlier_one(
    lindeboom: Organisation, request_tomorrow: HelpRequest
) -> None:
    cast.volunteer(lindeboom)
    DutyHours.objects.update(start=time(15, 30))
    [candidate] = rank(request_tomorrow).candidates
    tomorrow = clock.today() + timedelta(days=1)
    assert candidate.moments == (clock.at(tomorrow, time(15, 30)),)


def test_interpreter_is_a_choice_that_opens_the_language_and_can_be_taken_back(
    lindeboom: Organisation, request_tomorrow: HelpRequest
) -> None:
    els = cast.volunteer(lindeboom, speaks=["tr"])
    choose_interpreter(request_tomorrow, True, by=SYSTEM)
    [candidate] = rank(request_tomorrow).candidates
    assert candidate.volunteer == els
    assert "interpreter" in {reason.code for reason in candidate.reasons}
    choose_interpreter(request_tomorrow, False, by=SYSTEM)
    assert rank(request_tomorrow).counts == {"no_language": 1}
