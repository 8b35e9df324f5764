"""A volunteer said on their own page that they stop, and texts that they are back."""

import pytest

import cast
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import phrasebook
from digibel.privacy import leaving
from digibel.scheduling import readiness
from digibel.volunteers.models import Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def said(volunteer, body):
    message = cast.texts(volunteer, body)
    return message.status, message.outcome


def leave(volunteer, organisation):
    return leaving.leave(volunteer, organisation=organisation, by=Actor.volunteer(volunteer))


@pytest.mark.parametrize("language", ["nl", "fr", "en", "ar"])
def test_back_by_text_is_asked_again_and_forgotten_by_nobody(lindeboom, language):
    somebody = cast.volunteer(lindeboom, speaks=[language])
    wish = leave(somebody, lindeboom)
    word = phrasebook.template("pause_noted", language).rstrip(".").split()[-1]
    assert said(somebody, word) == ("handled", "free.back")
    wish.refresh_from_db()
    assert (wish.outcome, Volunteer.objects.get().paused_at) == ("dropped", None)
    assert cast.telephone(somebody) == [phrasebook.render("back_noted", language)]
    assert said(somebody, word) == ("inbox", "")


def test_pause_that_we_asked_for_is_ended_by_no_text_and_the_wish_stands(els, lindeboom):
    readiness.pause(els, by=SYSTEM)
    wish = leave(els, lindeboom)
    Volunteer.objects.update(pause_is_own=False)
    assert said(els, "terug") == ("inbox", "")
    assert (leaving.wish_to_leave(els).get(), cast.telephone(els)) == (wish, [])


def test_whoever_said_stop_too_comes_back_by_start_first(els, lindeboom):
    wish = leave(els, lindeboom)
    assert said(els, "stop")[1] == "stopped"
    said(els, "terug")
    assert leaving.wish_to_leave(els).get() == wish
