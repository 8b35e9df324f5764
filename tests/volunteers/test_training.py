"""The training: complete when every module that is asked for was attended, and not a day earlier."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import outbox
from digibel.volunteers import errors, readiness, training
from digibel.volunteers.models import Attendance

pytestmark = pytest.mark.django_db


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom, ready=False)


def session(organisation, module="guardrails", days=-1, place="De Lindeboom"):
    day = clock.today() + timedelta(days=days)
    return training.add_session(organisation, module=module, day=day, place=place, by=SYSTEM)


def attend(organisation, volunteers, modules=training.ASKED, days=-1):
    return [training.note_attendance(session(organisation, one, days), volunteers, by=SYSTEM) for one in modules]


def is_trained(volunteer, organisation):
    return "training" not in readiness.missing(volunteer, organisation, clock.today())


def test_modules_have_names_in_three_languages_and_fit_their_column():
    assert {tuple(module.names) for module in training.MODULES.values()} == {("nl", "fr", "en")}
    assert max(map(len, training.MODULES)) <= 20
    assert len(training.ASKED) >= 2


def test_training_is_met_with_the_last_module_and_then_the_questions_are_sent(lindeboom, els):
    *before, last = attend(lindeboom, [els])
    assert (before, last) == ([[]] * len(before), [els])
    row = els.readiness.get(requirement="training")
    assert row.since == clock.today() - timedelta(days=1)
    assert row.until == clock.today().replace(year=2028) - timedelta(days=2)
    outbox.sweep()
    [text] = cast.telephone(els)
    assert "/questions/" in text


def test_who_has_no_internet_gets_no_link(lindeboom):
    luc = cast.volunteer(lindeboom, ready=False, sms_only=True)
    assert attend(lindeboom, [luc])[-1] == [luc]
    outbox.sweep()
    assert cast.telephone(luc) == []


def test_who_has_passed_the_questions_is_not_sent_them_again(lindeboom, els):
    readiness.note(els, lindeboom, "questions", since=clock.today(), until=None, by=SYSTEM)
    attend(lindeboom, [els])
    outbox.sweep()
    assert cast.telephone(els) == []


def test_several_are_noted_at_once_and_twice_is_once(lindeboom, els):
    ayse = cast.volunteer(lindeboom, name="Ayse", ready=False)
    one = session(lindeboom)
    for _ in range(2):
        training.note_attendance(one, [els, ayse], by=SYSTEM)
    assert Attendance.objects.count() == 2


def test_a_tick_by_mistake_is_taken_off_and_the_training_with_it(lindeboom, els):
    attend(lindeboom, [els])
    assert is_trained(els, lindeboom)
    last = els.attendances.order_by("-pk")[0].session
    assert training.note_attendance(last, [], by=SYSTEM) == []
    assert not is_trained(els, lindeboom)


def test_a_training_noted_by_hand_is_not_taken_back_by_a_session(lindeboom, els):
    readiness.note(els, lindeboom, "training", since=clock.today(), until=None, by=SYSTEM)
    one = session(lindeboom)
    training.note_attendance(one, [els], by=SYSTEM)
    training.note_attendance(one, [], by=SYSTEM)
    assert is_trained(els, lindeboom)


def test_modules_elsewhere_or_too_long_ago_do_not_count(lindeboom, els):
    sleutel = cast.organisation("De Sleutel")
    attend(sleutel, [els], modules=training.ASKED[:1])
    attend(lindeboom, [els], modules=training.ASKED[1:])
    attend(lindeboom, [els], modules=training.ASKED[:1], days=-800)
    assert not is_trained(els, lindeboom)


def test_going_again_counts_longer(lindeboom, els):
    attend(lindeboom, [els], days=-600)
    first = els.readiness.get(requirement="training").until
    assert attend(lindeboom, [els])[-1] == []
    assert els.readiness.get(requirement="training").until > first


def test_exemption_gives_way_to_the_training(lindeboom, els):
    until = clock.today() + timedelta(days=20)
    readiness.exempt(els, lindeboom, "training", until=until, reason="next_session", granted_by=lindeboom.staff.get())
    attend(lindeboom, [els])
    assert els.readiness.get(requirement="training").exempt == ""


def test_a_session_to_come_has_nobody_yet_and_a_module_must_exist(lindeboom, els):
    with pytest.raises(errors.NotYet):
        training.note_attendance(session(lindeboom, days=1), [els], by=SYSTEM)
    with pytest.raises(errors.NoSuchModule):
        session(lindeboom, module="karate")
    assert Attendance.objects.count() == 0


def test_a_place_with_a_secret_is_masked(lindeboom):
    assert "5390" not in session(lindeboom, place="zaal, BE68 5390 0754 7034").place
