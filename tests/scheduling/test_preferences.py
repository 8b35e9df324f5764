"""Whom a client never wants again is neither asked nor sent, by whatever way; who is welcome is asked first. No reason is kept."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.scheduling import clockwork, errors, followups, handovers, inside, offers, openings, preferences, worklist
from digibel.scheduling.matching.ranking import rank_anew
from digibel.scheduling.models import Offer, Preference, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom)


@pytest.fixture
def met(lindeboom, els):
    """A visit to come, of a client who asked something else as well."""
    visit = cast.booked(cast.request(lindeboom), els)
    return Visit.objects.select_related("client", "request").get(pk=visit.pk)


def refused(request, volunteer):
    return [reason.code for reason in rank_anew(request, [volunteer.pk]).why_not(volunteer.pk)]


def test_never_again_opens_the_visit_for_others_and_nobody_asks_them_there(met, els, lindeboom):
    ayse = cast.volunteer(lindeboom, name="Ayse")
    preferences.note(met.client, els, False, by=SYSTEM)
    met.refresh_from_db()
    assert met.status == "cancelled"
    assert "not_again" in refused(met.request, els)
    assert "not_again" not in refused(met.request, ayse)
    with pytest.raises(errors.NotACandidate):
        offers.send_wave(met.request, by=SYSTEM, volunteers=[els])
    assert worklist.differences() == []


def test_what_they_were_asked_ends_and_a_late_yes_books_nothing(met, els, lindeboom):
    [other] = openings.open_request(
        cast.draft(windows=cast.windows(days=5)), organisation=lindeboom, client=met.client, by=SYSTEM
    )
    [offer] = cast.offered(other, els)
    preferences.note(met.client, els, False, by=SYSTEM)
    offer.refresh_from_db()
    assert offer.status == "withdrawn"
    cast.texts(els, "JA")
    assert not Visit.objects.standing().exists()


def test_somebody_whom_the_client_never_met_is_not_noted(met, lindeboom):
    with pytest.raises(preferences.NeverCame):
        preferences.note(met.client, cast.volunteer(lindeboom, name="Ayse"), False, by=SYSTEM)
    assert not Preference.objects.exists()


def test_said_otherwise_the_last_word_counts_and_the_audit_has_each(met, els):
    for again in (True, False, None):
        preferences.note(met.client, els, again, by=SYSTEM)
    assert not Preference.objects.exists()
    said = [event.facts["again"] for event in Event.objects.filter(verb="preference.noted").order_by("pk")]
    assert said == ["true", "false", "none"]


def test_a_visit_under_way_goes_on(met, els):
    with clock.travel(clockwork.live_through(met.starts_at + timedelta(minutes=5))):
        inside.check_in(met, by=SYSTEM)
        preferences.note(met.client, els, False, by=SYSTEM)
        met.refresh_from_db()
        assert met.status == "under_way"


def test_a_week_later_another_visit_is_asked_of_others(met, els):
    with clock.travel(clockwork.live_through(met.starts_at + timedelta(hours=1))):
        inside.check_in(met, by=SYSTEM)
        inside.check_out(met, by=SYSTEM)
        moments = followups.moments_again(met)
        preferences.note(met.client, els, False, by=SYSTEM)
        assert moments
        assert followups.moments_again(met) == []
        followups.note(Visit.objects.get(pk=met.pk), "fails", by=SYSTEM, again=moments[:1])
        assert not Offer.objects.to(els).live().exists()


def test_nor_are_they_sent_by_an_organisation_that_takes_over(lindeboom, els, met):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    preferences.note(met.client, els, False, by=SYSTEM)
    asked = handovers.hand_over(met.request, to=sleutel, consent_language="nl", by=SYSTEM)
    made = handovers.accept(asked, by=SYSTEM)
    assert "not_again" in refused(made, els)
