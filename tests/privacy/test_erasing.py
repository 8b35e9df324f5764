"""Somebody is forgotten: nothing of them can be read, what is counted stays, and every page about them stays whole."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, OutboundMessage, Recipient
from digibel.privacy import erasing, retention, stopping, sweeping
from digibel.privacy.errors import (
    AlreadyErased,
    ComplaintOpen,
    LegalDuty,
    OthersVolunteer,
    StillWorksHere,
    TakenInElsewhere,
    VisitNear,
    VisitUnderWay,
)
from digibel.privacy.models import Certificate
from digibel.privacy.retention import End, Part, Rule
from digibel.requests.errors import CannotUnmerge
from digibel.requests.intake import known_clients
from digibel.requests.models import Client, HelpRequest, Merge, MovedRow, NamedHelper
from digibel.scheduling import complaints, concerns, fraud, handovers, inside, merging, promises, visits
from digibel.scheduling.concerns import ConcernOpen
from digibel.scheduling.models import Offer, Visit
from digibel.sealing import keys
from digibel.sealing.errors import Erased
from digibel.sealing.models import PersonKey
from digibel.volunteers import pool
from digibel.volunteers.models import Volunteer
from privacy.house import PLANTED, SAID, WORDS, counted, everything_readable, followed_up, planted_found, visit_is_over

pytestmark = pytest.mark.django_db


def broken_promises():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_there_is_something_to_forget(booked):
    visit_is_over(booked)
    assert "Kwikstaart" in planted_found()


def test_erased_client_leaves_nothing_and_every_count_stays(booked):
    week_later = followed_up(booked)
    with clock.travel(week_later + timedelta(days=1)):
        before = counted()
        certificate = erasing.erase_client(booked.client, by=booked.by)
        assert planted_found() == []
        assert counted() == before
        assert broken_promises() == []
    assert certificate.number == "E-2026-0001"
    assert certificate.stays == {"requests": 1, "visits": 1, "consents": 1}
    assert set(certificate.erased) == {"names", "client", "helpers", "request_words", "request_moments", "texts"}


def test_erasing_before_a_visit_cancels_it_and_the_volunteer_hears_it(booked):
    erasing.erase_client(booked.client, by=booked.by)
    outbox.sweep()
    booked.visit.refresh_from_db()
    request = HelpRequest.objects.get()
    assert (booked.visit.status, request.closed_as) == ("cancelled", "withdrawn")
    told = OutboundMessage.objects.get(recipient=booked.volunteer.recipient, kind="visit.visit_cancelled")
    assert told.status == "sent"
    assert planted_found() == []
    assert broken_promises() == []


def test_erasing_withdraws_offers_and_whoever_was_asked_hears_it(lindeboom, asked):
    els = cast.volunteer(lindeboom)
    [offer] = cast.offered(asked, els)
    erasing.erase_client(asked.client, by=Actor.staff(lindeboom.staff.get()))
    outbox.sweep()
    offer.refresh_from_db()
    assert offer.status == "withdrawn"
    assert OutboundMessage.objects.get(kind="offer.offer_withdrawn").status == "sent"
    assert CallTask.objects.open().count() == 0


def test_nobody_is_erased_while_the_volunteer_is_inside(booked):
    with clock.travel(booked.visit.starts_at):
        inside.check_in(booked.visit, by=Actor.volunteer(booked.volunteer))
        for erase, person in ((erasing.erase_client, booked.client), (erasing.erase_volunteer, booked.volunteer)):
            with pytest.raises(VisitUnderWay):
                erase(person, by=booked.by)
    assert (booked.client.first_name, Certificate.objects.count()) == ("Zwaluwina", 0)


def test_nobody_is_erased_twice(asked):
    by = Actor.staff(asked.organisation.staff.get())
    erasing.erase_client(asked.client, by=by)
    with pytest.raises(AlreadyErased):
        erasing.erase_client(asked.client, by=by)
    assert Certificate.objects.count() == 1


def test_volunteer_who_goes_somewhere_tomorrow_first_cancels_it(booked):
    with clock.travel(booked.visit.starts_at - timedelta(hours=23)), pytest.raises(VisitNear):
        erasing.erase_volunteer(booked.volunteer, by=booked.by)


def test_erased_volunteer_leaves_nothing_and_every_count_stays(booked):
    number = booked.volunteer.recipient.number
    with clock.travel(followed_up(booked)):
        before = counted()
        erasing.erase_volunteer(booked.volunteer, by=booked.by, at=booked.organisation)
        readable = everything_readable()
        assert ("Elsewiets" in readable, number in readable) == (False, False)
        assert counted() == before
        assert booked.client.first_name == "Zwaluwina"
        assert broken_promises() == []
    gone = Volunteer.objects.get()
    assert (gone.left_at is None, gone.hours.count(), gone.readiness.count(), gone.gender) == (False, 0, 0, "")


def test_erased_volunteers_visits_to_come_are_open_again(lindeboom):
    day = clock.local(clock.now()).date() + timedelta(days=3)
    windows = [{"from": f"{day}T14:00", "until": f"{day}T17:00"}]
    visit = cast.booked(cast.request(lindeboom, windows=windows), els := cast.volunteer(lindeboom))
    erasing.erase_volunteer(els, by=Actor.staff(lindeboom.staff.get()), at=lindeboom)
    visit.refresh_from_db()
    assert (visit.status, HelpRequest.objects.get().next_kind) == ("cancelled", "choose")
    assert broken_promises() == []


def test_volunteer_of_others_is_theirs_to_forget(lindeboom):
    els = cast.volunteer(lindeboom)
    tilleul = cast.organisation("Le Tilleul", sms_number="+32460000002")
    by = Actor.staff(cast.coordinator(tilleul, name="Nathalie"))
    for deed in (
        lambda: erasing.erase_volunteer(els, by=by, at=tilleul),
        lambda: stopping.restrict_volunteer(els, "objection", by=by, at=tilleul),
        lambda: stopping.lift(els, by=by, at=tilleul),
    ):
        with pytest.raises(OthersVolunteer) as refused:
            deed()
        assert refused.value.details == {"who": "De Lindeboom"}
    els.refresh_from_db()
    assert (els.paused_at, els.recipient.restricted_at, Certificate.objects.count()) == (None, None, 0)


def taken_in(by):
    facts = {"first_name": "An", "postcode": "1090", "reach_km": 8, "speaks": ["nl"], "skills": []}
    return pool.enrol(number=cast.mobile(), hours=[], facts=facts, by=by)


def test_volunteer_whom_nobody_sends_is_forgotten_by_who_took_them_in_or_by_the_network(lindeboom):
    """From before the first paper on there is no trace of whose they are but who wrote them down."""
    tilleul = cast.organisation("Le Tilleul", sms_number="+32460000002")
    ours, others = Actor.staff(lindeboom.staff.get()), Actor.staff(tilleul.staff.get())
    an, imported = taken_in(ours), cast.volunteer(name="Bea")
    for nobodys in (an, imported):
        with pytest.raises(TakenInElsewhere):
            erasing.erase_volunteer(nobodys, by=others, at=tilleul)
    assert Certificate.objects.count() == 0
    assert erasing.erase_volunteer(an, by=ours, at=lindeboom).organisation == lindeboom
    assert erasing.erase_volunteer(imported, by=others, at=tilleul, for_all=True).person_id == imported.pk


def test_what_a_law_orders_kept_keeps_its_person(lindeboom, monkeypatch):
    """As the list of flat-rate payments will: seven years by name."""
    els = cast.volunteer(lindeboom)
    part = Part("volunteers.Readiness", (), "volunteer", day="since")
    lists = Rule(
        "lists", "the list", (part,), "", "", timedelta(days=7 * 365), "", End.DELETE, of="volunteer", holds=True
    )
    monkeypatch.setattr(retention, "RULES", (*retention.RULES, lists))
    by = Actor.staff(lindeboom.staff.get())
    with pytest.raises(LegalDuty) as refused:
        erasing.erase_volunteer(els, by=by, at=lindeboom)
    assert refused.value.details["what"] == "the list"
    with clock.travel(clock.now() + timedelta(days=7 * 365)):
        erasing.erase_volunteer(els, by=by, at=lindeboom)


def test_erased_number_of_a_stranger_is_gone_with_all_that_was_said(lindeboom):
    message = cast.texts("+32470999888", "Mijn naam is Kievitsbloem")
    erasing.erase_number(message.recipient, by=Actor.staff(lindeboom.staff.get()), at=lindeboom)
    assert not Recipient.objects.filter(kind="unknown").exists()
    assert "Kievitsbloem" not in everything_readable()
    assert not PersonKey.objects.filter(pk=message.key_id).exists()


def test_staff_mobile_is_forgotten_and_they_go_on_working(lindeboom):
    fatima = lindeboom.staff.get()
    number, old = fatima.mobile, fatima.mobile_key_id
    erasing.erase_mobile(fatima, by=Actor.staff(fatima))
    fatima.refresh_from_db()
    assert (fatima.mobile, fatima.is_active, fatima.name) == ("", True, "Fatima")
    assert number not in everything_readable()
    with pytest.raises(Erased):
        keys.cipher_of(old)


def test_account_that_still_works_is_not_erased(lindeboom):
    with pytest.raises(StillWorksHere):
        erasing.erase_staff(lindeboom.staff.get(), by=Actor.staff(lindeboom.staff.get()))


def test_erased_staff_are_logged_out_everywhere(lindeboom):
    nadia, browser = cast.coordinator(lindeboom), Browser()
    browser.force_login(nadia, backend="django.contrib.auth.backends.ModelBackend")
    nadia.is_active = False
    nadia.save()
    erasing.erase_staff(nadia, by=Actor.staff(nadia))
    assert Session.objects.count() == 0


def test_if_something_fails_nothing_has_happened(booked, monkeypatch):
    def broken(*args, **facts):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(erasing, "_certify", broken)
    with pytest.raises(RuntimeError):
        erasing.erase_client(booked.client, by=booked.by)
    booked.visit.refresh_from_db()
    assert (booked.client.first_name, booked.visit.status) == ("Zwaluwina", "booked")


def test_erased_client_is_found_by_nobody(lindeboom, asked):
    erasing.erase_client(asked.client, by=Actor.staff(lindeboom.staff.get()))
    assert known_clients(lindeboom, name="Kwikstaart") == []
    assert known_clients(lindeboom, phone="+32498112233") == []


def test_text_from_an_erased_client_comes_from_a_stranger(lindeboom, asked):
    erasing.erase_client(asked.client, by=Actor.staff(lindeboom.staff.get()))
    message = cast.texts("+32498112233", "Waarom belt er niemand?")
    assert (message.recipient.kind, message.status) == ("unknown", "inbox")


def test_process_that_still_remembers_the_key_writes_nothing_anew(lindeboom, asked):
    """The minute in which another process may still read: what it reads then, it cannot put under somebody else's key."""
    client = asked.client
    remembered = keys.cipher_of(client.key_id)
    erasing.erase_client(client, by=Actor.staff(lindeboom.staff.get()))
    keys.cache.put(client.key_id, remembered)
    stale = Client.objects.get(pk=client.pk)
    assert stale.first_name == "Zwaluwina"
    stale.key_id = keys.new_key()
    with pytest.raises(Erased), transaction.atomic():
        stale.save()
    keys.cache.put(client.key_id, remembered)
    request = HelpRequest.objects.get(pk=asked.pk)
    with pytest.raises(Exception, match=r"closed|erased"):
        cast.offered(request, cast.volunteer(lindeboom))


def test_audit_says_who_was_erased_by_whom_and_nothing_of_them(booked):
    certificate = erasing.erase_client(booked.client, by=booked.by)
    event = Event.objects.get(verb="person.erased")
    assert (event.actor, event.subject_id) == (str(booked.by), str(booked.client.pk))
    assert event.facts == {"certificate": certificate.number, "why": "asked"}


# --- pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(lindeboom):
    browser = Browser(headers={"accept-language": "en"}, raise_request_exception=False)
    browser.force_login(cast.coordinator(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    return browser


def pages_about(house):
    request, visit = house.request, house.visit
    yield from (
        reverse(f"desk:{name}")
        for name in ("today", "calls", "inbox", "visits", "volunteers", "requests", "paper", "match")
    )
    yield reverse("desk:requests") + "?state=closed"
    yield reverse("desk:search")
    yield reverse("desk:visits") + f"?day={clock.local(visit.starts_at).date()}"
    yield reverse("desk:request", args=[request.reference])
    yield reverse("desk:match_request", args=[request.reference])
    yield reverse("desk:slip", args=[request.reference])
    yield reverse("desk:visit_desk", args=[visit.pk])
    yield reverse("desk:letter", args=[visit.pk])
    yield reverse("desk:volunteer", args=[house.volunteer.pk])
    yield reverse("desk:new_request") + f"?client={request.client_id}"


@pytest.mark.parametrize("who", ["client", "volunteer"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_every_page_about_somebody_erased_stays_whole(booked, desk, who, when):
    booked_at = clock.now() if when == "before" else followed_up(booked)
    if when == "before" and who == "volunteer":
        visits.cancel(booked.visit, by=booked.by, reason="organisation")
    with clock.travel(booked_at):
        person = booked.client if who == "client" else booked.volunteer
        (erasing.erase_client if who == "client" else erasing.erase_volunteer)(person, by=booked.by)
        for page in pages_about(booked):
            response = desk.get(page, follow=True)
            assert response.status_code in {200, 404, 409}, (page, response.status_code)
        page = desk.get(reverse("desk:visit_desk", args=[booked.visit.pk])).content.decode()
        assert "erased person" in page
        for address in (
            reverse("desk:show_address", args=[booked.request.reference]),
            reverse("desk:visit_address", args=[booked.visit.pk]),
        ):
            response = desk.post(address)
            assert response.status_code in {200, 409, 410}, (address, response.status_code)
            assert "Meerkoetenlaan" not in response.content.decode() or who == "volunteer"


@pytest.mark.parametrize("who", ["client", "volunteer"])
def test_api_stays_whole(booked, who):
    from digibel.organisations import keys as api_keys
    from digibel.organisations.scopes import EVERY_SCOPE

    api_keys.make_key(booked.organisation, name="test", secret="a-secret-of-twenty-letters", scopes=EVERY_SCOPE)
    program = Browser(headers={"authorization": "Bearer a-secret-of-twenty-letters"}, raise_request_exception=False)
    with clock.travel(followed_up(booked)):
        person = booked.client if who == "client" else booked.volunteer
        (erasing.erase_client if who == "client" else erasing.erase_volunteer)(person, by=booked.by)
        for page in ("", f"/{booked.request.reference}", f"/{booked.request.reference}/candidates"):
            response = program.get(f"/api/v1/help-requests{page}")
            assert response.status_code in {200, 409}, (page, response.status_code)
        assert program.get("/api/v1/visits").status_code == 200
        assert "Kwikstaart" not in program.get(
            f"/api/v1/help-requests/{booked.request.reference}"
        ).content.decode() or (who == "volunteer")
    assert (Visit.objects.count(), Offer.objects.count()) == (1, 1)


# --- known twice, helpers, complaints, handed over ----------------------------------------------------------------


@pytest.fixture
def twin(lindeboom, asked):
    """The same person, known a second time and made one: the older row is the pointer."""
    twin = cast.request(lindeboom, client=dict(PLANTED), in_own_words=WORDS).client
    cast.texts(twin, WORDS)
    merging.merge(twin, asked.client, theirs=["bell"], by=SYSTEM)
    return Client.objects.select_related("recipient").get(pk=twin.pk)


def test_both_rows_of_somebody_known_twice_are_forgotten_by_either(asked, twin):
    certificate = erasing.erase_client(Client.objects.get(pk=asked.client_id), by=SYSTEM)
    assert (certificate.person_id, certificate.stays["requests"]) == (twin.pk, 2)
    assert planted_found() == []
    assert {keys.is_erased(one.key_id) for one in (twin, asked.client)} == {True}
    assert (Merge.objects.count(), MovedRow.objects.count(), NamedHelper.objects.count()) == (0, 0, 0)
    assert broken_promises() == []
    for row in (twin, asked.client):
        with pytest.raises(AlreadyErased):
            erasing.erase_client(row, by=SYSTEM)


def test_row_that_points_elsewhere_is_not_forgotten_by_itself(asked, twin):
    """Its requests are the survivor's, so that by the days alone its time would be over."""
    with clock.travel(clock.now() + timedelta(days=400)):
        assert sweeping.sweep("client") == {"client": 0}
    assert twin.first_name == PLANTED["first_name"]


@pytest.mark.parametrize("forgotten", ["kept", "other"])
def test_a_merge_with_somebody_forgotten_is_not_undone(lindeboom, asked, forgotten):
    other = cast.request(lindeboom, client={"phone": cast.mobile()}).client
    done = merging.merge(asked.client, other, theirs=["street"], by=SYSTEM)
    erasing.erase_client(asked.client if forgotten == "kept" else other, by=SYSTEM)
    with pytest.raises(CannotUnmerge):
        merging.undo(done, by=SYSTEM)


def test_somebody_taken_for_another_by_mistake_leaves_nothing_with_them(lindeboom, asked):
    """Two people after all: what the merge had made of the one held the street and the number of the other."""
    wrong = cast.request(lindeboom, client={"phone": cast.mobile()}).client
    merging.undo(merging.merge(wrong, asked.client, theirs=["street", "phone"], by=SYSTEM), by=SYSTEM)
    erasing.erase_client(Client.objects.get(pk=asked.client_id), by=SYSTEM)
    assert planted_found() == []
    assert Client.objects.get(pk=wrong.pk).first_name == "Guido"


def test_open_complaint_keeps_somebody_until_it_has_ended(booked):
    complaint = complaints.note(booked.client, kind="waiting", text=SAID, by=SYSTEM)
    with pytest.raises(ComplaintOpen):
        erasing.erase_client(booked.client, by=SYSTEM)
    assert booked.client.first_name == PLANTED["first_name"]
    complaints.answer(complaint, text=SAID, outcome="withdrawn", by=SYSTEM)
    before = counted()["complaints"]
    certificate = erasing.erase_client(booked.client, by=SYSTEM)
    assert (planted_found(), counted()["complaints"], certificate.stays["complaints"]) == ([], before, 1)
    assert broken_promises() == []


@pytest.mark.guardrail("E8")
def test_who_was_reported_is_not_forgotten_before_somebody_has_decided(booked):
    """They would come back as somebody new, whom nobody has reported."""
    concern = concerns.raise_concern(booked.visit, ["money"], by=SYSTEM)
    with pytest.raises(ConcernOpen):
        erasing.erase_volunteer(booked.volunteer, by=SYSTEM)
    concerns.decide(concern, "stops", note="Gesproken met beiden", by=SYSTEM)
    assert erasing.erase_volunteer(booked.volunteer, by=SYSTEM).person_kind == "volunteer"
    assert broken_promises() == []


def test_register_of_complaints_stays_whole(booked, desk):
    complaint = complaints.note(booked.client, kind="waiting", text=SAID, by=SYSTEM)
    complaints.answer(complaint, text=SAID, outcome="withdrawn", by=SYSTEM)
    erasing.erase_client(booked.client, by=SYSTEM)
    for page in (
        reverse("desk:complaints"),
        reverse("desk:complaint", args=[complaint.pk]),
        reverse("desk:client", args=[booked.client.pk]),
    ):
        response = desk.get(page)
        assert (response.status_code, "Oeverloper" in response.content.decode()) == (200, False), page


def test_what_another_organisation_took_over_is_theirs_to_forget(asked):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    made = handovers.accept(handovers.hand_over(asked, to=sleutel, consent_language="nl", by=SYSTEM), by=SYSTEM)
    erasing.erase_client(Client.objects.get(pk=asked.client_id), by=SYSTEM)
    theirs = Client.objects.get(pk=made.client_id)
    assert (theirs.first_name, HelpRequest.objects.get(pk=made.pk).is_open) == (PLANTED["first_name"], True)
    erasing.erase_client(theirs, by=SYSTEM)
    assert (planted_found(), broken_promises()) == ([], [])


def test_who_was_asked_to_take_it_over_is_asked_no_more(asked, client):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    handover = handovers.hand_over(asked, to=sleutel, consent_language="nl", by=SYSTEM)
    erasing.erase_client(Client.objects.get(pk=asked.client_id), by=SYSTEM)
    handover.refresh_from_db()
    assert (handover.status, CallTask.objects.open().filter(organisation=sleutel).count()) == ("withdrawn", 0)
    with pytest.raises(handovers.Answered):
        handovers.accept(handover, by=SYSTEM)
    client.force_login(sleutel.staff.get(), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("desk:handover", args=[handover.pk]), headers={"accept-language": "en"}).content.decode()
    assert ("You need do nothing." in page, "Speaks" in page, "We take it" in page) == (True, False, False)


def test_fraud_that_was_told_rings_nobody_for_them_any_more(booked):
    with clock.travel(booked.visit.starts_at):
        inside.check_in(booked.visit, by=SYSTEM)
        alarm = fraud.during_visit(booked.visit, by=SYSTEM)
        inside.check_out(booked.visit, by=SYSTEM)
        erasing.erase_client(booked.client, by=SYSTEM)
        assert CallTask.objects.open().about(alarm).count() == 0
        assert (planted_found(), broken_promises()) == ([], [])
