"""Three people out of practice, whom the house must be good to: in Molenbeek, in Jette, in Anderlecht."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.directory import loading
from digibel.guardrails import catalogue, suggestions
from digibel.notifications import calls, outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests import referrals
from digibel.scheduling import clockwork, errors, offers, openings, reports, worklist
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Visit

pytestmark = pytest.mark.django_db


def open_calls(subject):
    return sorted(CallTask.objects.open().about(subject).values_list("kind", flat=True))


def make_call(subject, kind, outcome, by):
    """Somebody does this call, with the script before them. Returns what they say."""
    call = CallTask.objects.open().about(subject).get(kind=kind)
    script = calls.script_of(call)
    assert outcome in script.outcomes
    calls.note_outcome(call, outcome, by=by)
    subject.refresh_from_db()
    return script


def test_molenbeek_a_daughter_calls_for_her_mother(frozen_clock):
    """The mother speaks Tarifit and reads nothing. WhatsApp, and a form for an allowance. A woman, please."""
    loading.load_known_places()
    tilleul = cast.organisation("Le Tilleul")
    by = Actor.staff(tilleul.staff.get())
    malika = cast.volunteer(tilleul, name="Malika", gender="woman", speaks=["rif", "fr"], postcode="1080")
    karim = cast.volunteer(tilleul, name="Karim", gender="man", speaks=["rif", "fr"], postcode="1080")
    told = cast.draft(
        caller="family",
        tasks=["app-install", "benefits"],
        client={
            "first_name": "Fadma",
            "speaks": ["rif"],
            "reads": [],
            "channel": "call",
            "phone": "02 410 10 10",
            "postcode": "1080",
            "wish": "woman",
            "helpers": [{"name": "Nadia, haar dochter", "may_change": True, "may_hear_word": True}],
        },
        consent={"given": False},
    )
    whatsapp, form = openings.open_request(told, organisation=tilleul, by=by)
    assert [task.slug for task in whatsapp.tasks.all()] == ["app-install"]
    assert [task.slug for task in form.tasks.all()] == ["benefits"]
    assert form.split_from == whatsapp

    # The daughter's word is not the mother's yes: nobody is asked before she has said it herself.
    assert (whatsapp.next_kind, form.next_kind) == ("own_yes", "own_yes")
    with pytest.raises(errors.NoOwnYes):
        offers.send_wave(whatsapp, by=by)
    make_call(whatsapp, "request.own_yes", "reached", by)
    form.refresh_from_db()
    assert (whatsapp.next_kind, form.next_kind) == ("choose", "refer")
    assert open_calls(form) == []

    # The form goes to the welfare centre of her own postcode, with a slip, and is asked after.
    with pytest.raises(errors.NotForVolunteers):
        offers.send_wave(form, by=by, volunteers=[malika])
    welfare = next(advice for advice in referrals.propose(form, "fr") if advice.route == "OCMW")
    place = welfare.places[0].place
    assert place.is_for("1080")
    openings.refer(form, by=by, place_ids=[str(place.pk)])
    form.refresh_from_db()
    assert form.referrals.get().place == place
    assert (form.next_kind, form.next_due) == ("check_referral", frozen_clock + timedelta(days=14))

    # A woman, please: a man is not asked, and the reason is not stored.
    ranking = rank(whatsapp)
    assert [one.volunteer for one in ranking.candidates] == [malika]
    assert {one.volunteer: one.reasons[0].code for one in ranking.skipped} == {karim: "not_the_wish"}
    cast.offered(whatsapp)
    assert cast.texts(malika, "oui").outcome == "offer.accepted"
    visit = Visit.objects.get()

    # Calls instead of texts, with the word; nothing is written to somebody who reads nothing.
    assert open_calls(visit) == ["visit.announce"]
    script = make_call(visit, "visit.announce", "reached", by)
    assert visit.word in script.sentences
    assert visit.confirmed_at == frozen_clock
    assert OutboundMessage.objects.filter(recipient=visit.client.recipient).count() == 0
    assert worklist.differences() == []


@pytest.mark.guardrail("E14", "Z6")
def test_jette_four_floors_a_dog_and_a_bank_card_on_the_table(frozen_clock):
    """A landline only, "de tablet doet raar", itsme has run out; and then he holds out his card."""
    loading.load_known_places()
    lindeboom = cast.organisation()
    by = Actor.staff(lindeboom.staff.get())
    els = cast.volunteer(lindeboom, name="Els")
    tine = cast.volunteer(lindeboom, name="Tine", dog_ok=False)
    assert suggestions.suggest("de tablet doet raar", "nl")[0] == "look-first"
    tomorrow = clock.local(frozen_clock).date() + timedelta(days=1)
    request = cast.request(
        lindeboom,
        tasks=["look-first", "itsme-activate"],
        client={"channel": "call", "phone": "02 426 10 10", "floor": 4, "lift": False, "dog": True},
        windows=[{"from": f"{tomorrow}T14:00", "until": f"{tomorrow}T17:00"}],
    )

    # Stairs and dog are told before the yes: they say nothing of who it is. And who does not like dogs is not asked.
    cast.offered(request)
    [offer] = cast.telephone(els)
    assert "4e verd geen lift, hond" in offer
    assert [secret for secret in ("Guido", "Claes", "Theodor") if secret in offer] == []
    assert cast.telephone(tine) == []

    assert cast.texts(els, "ja").outcome == "offer.accepted"
    visit = Visit.objects.get()
    script = make_call(visit, "visit.announce", "reached", by)
    assert script.language == "nl"
    assert visit.word in script.sentences

    with clock.travel(clockwork.live_through(visit.starts_at)):
        assert cast.texts(els, "IN").outcome == "visit.begun"
        # What he asks at the table is judged on the spot: no, the sentence to say, and where to go instead.
        assert suggestions.suggest("geld afhalen met zijn bankkaart", "nl")[0] == "cash-withdrawal"
        asked = catalogue.get("cash-withdrawal")
        assert asked.verdict == "forbidden"
        assert asked.sentence_to_say("nl") != asked.sentence_to_say("fr")
        assert "BANK" in asked.routes
        with pytest.raises(errors.AlreadyBooked):
            offers.send_wave(request, by=by)
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=50))):
        cast.texts(els, "UIT")
        # Telling it is a talk the same day, and no punishment.
        reports.report(
            Visit.objects.get(), by=Actor.volunteer(els), all_right=False, note="Hij hield zijn bankkaart op"
        )
        call = CallTask.objects.open().about(visit).get(kind="visit.not_ok")
        assert (call.owner, call.urgent, call.recipient) == ("coordinator", True, els.recipient)
        els.refresh_from_db()
        assert els.paused_at is None
        assert worklist.differences() == []


def test_anderlecht_the_son_decides_about_money_and_she_about_the_rest(frozen_clock):
    """A care home; she speaks Arabic. The son, who is her administrator, wants online banking on her telephone."""
    sleutel = cast.organisation("De Sleutel")
    by = Actor.staff(sleutel.staff.get())
    samir = cast.volunteer(
        sleutel, name="Samir", speaks=["ar", "nl"], postcode="1070", skills=[*cast.SKILLS, "payments"]
    )
    told = cast.draft(
        caller="family",
        tasks=["bank-app", "video-call"],
        client={
            "first_name": "Amina",
            "speaks": ["ar"],
            "reads": ["ar"],
            "postcode": "1070",
            "decides_about_money": "Youssef, haar zoon, bewindvoerder",
            "contact_name": "Onthaal van het woonzorgcentrum",
            "contact_phone": "02 522 10 10",
            "door_note": "Melden aan het onthaal",
        },
        consent={"given": False},
        always_home=True,
        windows=[],
    )
    video, bank = openings.open_request(told, organisation=sleutel, by=by)

    # Money goes to staff, though in other homes a volunteer may sit beside it.
    assert catalogue.get("bank-app").verdict == "conditions"
    assert [task.slug for task in bank.tasks.all()] == ["bank-app"]
    assert [task.verdict for task in bank.tasks.all()] == ["staff_only"]
    # Video calls happen if she says yes, whatever the son wants.
    assert video.next_kind == "own_yes"
    make_call(video, "request.own_yes", "reached", by)
    bank.refresh_from_db()
    assert (video.next_kind, bank.next_kind) == ("choose", "refer")
    with pytest.raises(errors.NotForVolunteers):
        offers.send_wave(bank, by=by, volunteers=[samir])

    cast.offered(video, samir)
    assert cast.texts(samir, "1").outcome == "offer.accepted"
    visit = Visit.objects.get()
    # The word is hers and the volunteer's; the reception has the appointment, and no text or script with the word.
    knows_word = {message.recipient for message in OutboundMessage.objects.all() if visit.word in message.body}
    assert knows_word == {samir.recipient, visit.client.recipient}
    assert CallTask.objects.open().about(visit).count() == 0
    word = visit.word

    # In hospital: cancelled, the volunteer hears it, and a new start is dated.
    until = clock.today() + timedelta(days=9)
    openings.note_away(visit.client, until=until, by=by)
    outbox.sweep()
    visit.refresh_from_db()
    assert (visit.status, visit.word) == ("cancelled", "")
    assert [word in text for text in cast.telephone(samir)] == [False, True, False]
    kinds = OutboundMessage.objects.filter(recipient=samir.recipient, status="sent").values_list("kind", flat=True)
    assert sorted(kinds) == ["offer.offer_many", "visit.accepted", "visit.visit_cancelled"]
    video.refresh_from_db()
    assert (video.next_kind, video.next_owner) == ("away", "coordinator")
    assert clock.local(video.next_due).date() == until
    with pytest.raises(errors.ClientAway):
        offers.send_wave(video, by=by)
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(days=1))):
        assert len(cast.telephone(samir)) == 3, "no reminder of a visit that is off"
        openings.note_back(visit.client, by=by)
        video.refresh_from_db()
        assert video.next_kind == "choose"
        assert worklist.differences() == []
