"""What we knew was wrong: it is put right, nobody's correction is lost in another's, and everybody concerned hears it."""

from dataclasses import replace
from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.guardrails import catalogue
from digibel.notifications import calls as errands
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests import errors, intake
from digibel.requests.drafts import HelperDraft
from digibel.requests.models import Client
from digibel.requests.rectifying import as_draft, keeping_theirs
from digibel.scheduling import offers, openings, promises, rectifying, visits
from digibel.scheduling.errors import NoOwnYes
from digibel.scheduling.matching.ranking import travel_time
from digibel.scheduling.models import Offer, Visit

pytestmark = pytest.mark.django_db

SKILLS = sorted({*cast.SKILLS, *(catalogue.get("online-payment").skills)})
NEXT_WEEK = {"windows": [{"from": "2026-09-22T14:00", "until": "2026-09-22T17:00"}]}


@pytest.fixture
def request_(lindeboom):
    return cast.request(lindeboom, client={"phone": "0470 12 34 56"})


def correct(client, *, version=None, by=SYSTEM, **changes):
    client = Client.objects.select_related("recipient", "organisation").get(pk=client.pk)
    draft = replace(as_draft(client), **changes)
    return rectifying.correct(client, draft, version=version or client.version, by=by)


def calls(kind):
    return list(CallTask.objects.open().filter(kind=kind))


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_every_field_can_be_put_right_and_only_its_name_is_recorded(request_):
    told = {
        "first_name": "Guy", "family_name": "Claeys", "address_as": "Meneer Guy", "postcode": "1080", "street": "Nieuwstraat",
        "house_number": "2", "box": "3", "bell": "Claeys", "door_note": "achterdeur", "floor": 3, "lift": True, "dog": True,
        "smoke": True, "speaks": ("fr", "rif"), "reads": ("fr",), "channel": "call", "phone": "+32471000001", "wish": "woman",
        "contact_name": "Rita", "contact_phone": "+32471000002", "trusted_worker": "An", "trusted_worker_phone": "+32471000003",
        "reception": True, "helpers": (HelperDraft("Mia", "+32471000004", may_change=True),), "interpreter": "Ali",
        "decides_about_money": "Bo", "money_kind": "administrator", "money_phone": "+32471000005",
    }  # fmt: skip
    assert correct(request_.client, **told) == frozenset(told)
    client = Client.objects.get()
    assert as_draft(client) == replace(as_draft(client), **told)
    event = Event.objects.get(verb="client.corrected")
    assert event.facts == {"fields": sorted(told), "version": 2}
    assert intake.known_clients(client.organisation, phone="+32471000001") == [client]
    assert intake.known_clients(client.organisation, phone="+32470123456") == []
    assert intake.known_clients(client.organisation, name="claeys") == [client]
    assert broken() == []


def test_nothing_different_changes_nothing(request_):
    assert correct(request_.client) == frozenset()
    assert Client.objects.get().version == 1
    assert not Event.objects.filter(verb="client.corrected").exists()


def test_two_people_on_other_fields_both_get_their_way(request_):
    correct(request_.client, bell="Claes-Peeters")
    client = Client.objects.get()
    stale = replace(as_draft(client), box="7")
    rectifying.correct(client, stale, version=1, by=SYSTEM)
    client.refresh_from_db()
    assert (client.bell, client.box, client.version) == ("Claes-Peeters", "7", 3)


def test_a_stale_form_never_turns_back_what_somebody_else_corrected(request_):
    seen = as_draft(Client.objects.get())
    correct(request_.client, bell="Claes-Peeters", dog=True)
    client = Client.objects.get()
    mine = replace(seen, bell="Peeters", box="7")
    with pytest.raises(errors.ChangedMeanwhile):
        rectifying.correct(client, mine, version=1, by=SYSTEM)
    rectifying.correct(client, keeping_theirs(client, mine, 1), version=2, by=SYSTEM)
    client.refresh_from_db()
    assert (client.bell, client.dog, client.box) == ("Claes-Peeters", True, "7")


def test_a_number_may_be_of_two_people(lindeboom, request_):
    her = cast.request(lindeboom, client={"first_name": "Rita"})
    correct(her.client, phone="+32470123456")
    assert len(intake.known_clients(lindeboom, phone="+32470123456")) == 2


# --- how they are reached -------------------------------------------------------------------------------------------


def test_what_was_not_heard_yet_takes_the_new_way(lindeboom, request_):
    [offer] = cast.offered(request_, cast.volunteer(lindeboom))
    visit = offers.accept(offer, 1, by=SYSTEM)
    correct(request_.client, phone="+32471000001", channel="call")
    outbox.sweep()
    assert [message.status for message in OutboundMessage.objects.filter(kind="visit.announce")] == ["withdrawn"]
    [call] = calls("visit.announce")
    assert (call.subject_id, call.channel) == (visit.pk, "call")
    assert broken() == []


def test_who_was_told_keeps_the_reminder_and_in_the_new_language(lindeboom):
    visit = cast.booked(cast.request(lindeboom, **NEXT_WEEK), cast.volunteer(lindeboom))
    correct(visit.client, reads=("fr",), speaks=("fr", "nl"))
    texts = OutboundMessage.objects.filter(recipient=visit.client.recipient).order_by("created_at", "status")
    assert sorted((text.kind, text.status, text.language) for text in texts) == [
        ("visit.announce", "sent", "nl"),
        ("visit.client_reminder", "queued", "fr"),
        ("visit.client_reminder", "withdrawn", "nl"),
    ]


def test_nobody_but_the_client_starts_texts_again(request_):
    cast.booked(request_, cast.volunteer(request_.organisation))
    cast.texts(request_.client, "STOP")
    with pytest.raises(errors.OnlyByStart):
        correct(request_.client, channel="sms")
    client = Client.objects.select_related("recipient").get()
    assert (client.recipient.channel, client.version) == ("call", 1)


def test_the_call_for_their_own_yes_goes_the_new_way(lindeboom):
    request = cast.request(lindeboom, consent={"given": False})
    correct(request.client, channel="worker", trusted_worker="An", trusted_worker_phone="+32471000003")
    assert [call.channel for call in calls("request.own_yes")] == ["worker"]
    assert broken() == []


# --- who is asked, and who goes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"dog": True}, {"wish": "woman"}, {"postcode": "1080"}, {"floor": 4}, {"speaks": ("ar",)}]
)
def test_whoever_was_asked_on_other_facts_is_asked_no_more(lindeboom, request_, change):
    cast.offered(request_, cast.volunteer(lindeboom))
    correct(request_.client, **change)
    request_.refresh_from_db()
    assert (Offer.objects.live().count(), request_.next_kind) == (0, "choose")
    assert broken() == []


def test_a_name_put_right_asks_nobody_anew(lindeboom, request_):
    cast.offered(request_, cast.volunteer(lindeboom))
    correct(request_.client, family_name="Claeys")
    assert Offer.objects.live().count() == 1


def test_volunteer_hears_the_new_address_and_is_rung_about_the_dog(lindeboom, request_):
    els = cast.volunteer(lindeboom)
    visit = cast.booked(request_, els)
    correct(request_.client, street="Nieuwstraat", dog=True)
    outbox.sweep()
    assert "Kijk: http" in cast.telephone(els)[-1]
    assert "Nieuwstraat" not in cast.telephone(els)[-1]
    [call] = calls("visit.door_changed")
    assert (call.recipient_id, call.subject_id, call.urgent) == (els.recipient_id, visit.pk, False)
    assert broken() == []


def test_a_day_before_every_change_at_the_door_is_rung_about(lindeboom, request_):
    visit = cast.booked(request_, cast.volunteer(lindeboom))
    with clock.travel(visit.starts_at - timedelta(hours=5)):
        correct(request_.client, bell="Claes-Peeters")
        assert [call.urgent for call in calls("visit.door_changed")] == [True]


def test_who_has_texts_only_gets_the_booking_once_more(lindeboom, request_):
    els = cast.volunteer(lindeboom, sms_only=True)
    cast.booked(request_, els)
    correct(request_.client, street="Nieuwstraat")
    outbox.sweep()
    assert "Nieuwstraat 41" in cast.telephone(els)[-1]


def way(visit):
    """Minutes on the way there and back, as they are kept free."""
    visit.refresh_from_db()
    return [
        int(one.total_seconds() // 60) for one in (visit.starts_at - visit.busy_from, visit.busy_until - visit.ends_at)
    ]


def test_the_street_of_who_has_texts_only_is_a_look_each_time_it_is_texted(lindeboom, request_):
    visit = cast.booked(request_, cast.volunteer(lindeboom, sms_only=True))
    correct(request_.client, street="Nieuwstraat")
    looks = Event.objects.about(visit).filter(verb="address.shown")
    assert [event.facts["on"] for event in looks] == ["text", "text"]


def test_the_way_of_a_booked_visit_is_measured_again_to_another_municipality(lindeboom, request_):
    els = cast.volunteer(lindeboom)
    visit = cast.booked(request_, els)
    near = way(visit)
    correct(request_.client, postcode="1170")
    far = way(visit)
    assert far == [int(travel_time(els, visit.request).total_seconds() // 60)] * 2
    assert far > near
    assert (len(calls("visit.door_changed")), calls("visit.way_too_long")) == (1, [])
    correct(request_.client, street="Nieuwstraat")
    assert way(visit) == far
    assert broken() == []


def two_visits(lindeboom, els):
    """Els goes to two people one after the other, with just the time for the way between them."""
    first = cast.booked(cast.request(lindeboom, **NEXT_WEEK), els)
    begin = clock.local(first.busy_until + travel_time(els, first.request))
    moment = {"from": begin.strftime("%Y-%m-%dT%H:%M"), "until": "2026-09-22T19:00"}
    return first, cast.booked(cast.request(lindeboom, windows=[moment]), els)


def test_too_little_time_between_two_visits_is_a_call_and_nobody_is_in_both(lindeboom):
    first, second = two_visits(lindeboom, cast.volunteer(lindeboom))
    correct(second.client, postcode="1170")
    first.refresh_from_db()
    [call] = calls("visit.way_too_long")
    assert (call.subject_id, call.recipient_id, call.urgent) == (second.pk, second.volunteer.recipient_id, True)
    assert calls("visit.door_changed") == []
    there, back = way(second)
    assert (there < back, second.busy_from) == (True, first.busy_until)
    assert broken() == []
    correct(second.client, bell="Claes-Peeters")
    assert calls("visit.way_too_long") == [call]
    visits.cancel(first, by=SYSTEM, reason="client_cannot")
    correct(second.client, postcode="1160")
    assert calls("visit.way_too_long") == []
    assert len(set(way(second))) == 1


def test_another_persons_visit_is_left_alone(lindeboom, request_):
    cast.booked(cast.request(lindeboom, client={"phone": "0470 12 34 56"}), cast.volunteer(lindeboom))
    correct(request_.client, street="Nieuwstraat", dog=True)
    assert calls("visit.door_changed") == []


# --- money ----------------------------------------------------------------------------------------------------------


def test_money_goes_to_staff_as_soon_as_somebody_else_decides(lindeboom):
    request = cast.request(lindeboom, tasks=["online-payment", "video-call"])
    els = cast.volunteer(lindeboom, skills=SKILLS)
    correct(request.client, decides_about_money="Meester Bo", money_kind="administrator")
    left, money = request.client.help_requests.order_by("reference")
    assert ([task.slug for task in left.tasks.all()], left.next_kind) == (["video-call"], "choose")
    assert ([(task.slug, task.verdict) for task in money.tasks.all()], money.next_kind) == (
        [("online-payment", "staff_only")],
        "refer",
    )
    assert money.split_from == left
    assert cast.offered(left, els)
    assert broken() == []


def test_a_visit_about_money_alone_is_cancelled(lindeboom):
    request = cast.request(lindeboom, tasks=["online-payment"])
    visit = cast.booked(request, cast.volunteer(lindeboom, skills=SKILLS))
    correct(request.client, decides_about_money="Meester Bo")
    visit.refresh_from_db()
    request.refresh_from_db()
    assert (visit.status, request.next_kind) == ("cancelled", "refer")
    assert broken() == []


# --- a reception ----------------------------------------------------------------------------------------------------


@pytest.fixture
def in_a_home(lindeboom):
    told = {
        "channel": "worker",
        "trusted_worker": "Onthaal",
        "trusted_worker_phone": "02 511 22 44",
        "reception": True,
        "phone": "02 511 22 33",
    }
    request = cast.request(lindeboom, client=told, **NEXT_WEEK)
    return cast.booked(request, cast.volunteer(lindeboom))


def test_reception_knows_the_appointment_and_never_the_word(in_a_home):
    [call] = calls("visit.announce")
    script = errands.script_of(call).sentences
    assert in_a_home.word not in script
    assert "Meneer Claes" in script
    errands.note_outcome(call, "reached", by=SYSTEM)
    in_a_home.refresh_from_db()
    assert in_a_home.confirmed_at is None
    [call] = calls("visit.confirm")
    assert call.channel == "call"
    assert in_a_home.word in errands.script_of(call).sentences
    errands.note_outcome(call, "reached", by=SYSTEM)
    in_a_home.refresh_from_db()
    assert in_a_home.confirmed_at == clock.now()
    assert broken() == []


def test_when_nobody_answers_the_word_still_never_goes_through_the_reception(in_a_home):
    visits.hold_back(in_a_home.pk)
    for _ in range(3):
        [call] = calls("visit.confirm")
        errands.note_outcome(call, "no_answer", by=SYSTEM)
    assert [call.channel for call in calls("visit.confirm")] == ["call"]


def test_nothing_can_be_offered_before_the_own_yes(lindeboom):
    request = cast.request(lindeboom, consent={"given": False})
    els = cast.volunteer(lindeboom)
    with pytest.raises(NoOwnYes):
        offers.send_wave(request, by=SYSTEM, volunteers=[els])
    openings.note_own_yes(request.client, language="nl", by=SYSTEM)
    assert offers.send_wave(request, by=SYSTEM, volunteers=[els])
    assert Visit.objects.count() == 0
