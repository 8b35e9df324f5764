"""Offers: who is asked, what a text says, what a yes means, and what happens to the others."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import inbound, outbox
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import OutboundMessage
from digibel.organisations import asking
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import clockwork, errors, followups, inside, offers, openings, worklist
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Offer, Visit

pytestmark = pytest.mark.django_db

# From the moment of the yes; and from the text that says it, which is stored with its wake-up, and read after whatever they said
# before. The lock of the request is a statement of its own where rows can be locked.
STATEMENTS, WITH_THE_TEXT = (19, 30) if connection.vendor == "sqlite" else (20, 31)


def two_moments(now):
    day = clock.local(now).date() + timedelta(days=1)
    return [
        {"from": f"{day}T09:00", "until": f"{day}T11:00"},
        {"from": f"{day}T14:00", "until": f"{day}T17:00"},
    ]


def statuses(request):
    return sorted(Offer.objects.filter(request=request).values_list("status", flat=True))


def test_a_wave_asks_three_and_the_next_one_follows_by_itself(lindeboom, now):
    for number in range(5):
        cast.volunteer(lindeboom, name=f"V{number}")
    asking.choose_asking(lindeboom, way="waves", a_week=5, h=lindeboom.asking_h, by=SYSTEM)
    request = cast.request(lindeboom)
    cast.offered(request)
    assert statuses(request) == ["sent"] * 3
    with clock.travel(clockwork.live_through(now + timedelta(hours=1))):
        assert statuses(request) == ["sent"] * 5
        assert set(Offer.objects.values_list("wave", flat=True)) == {1, 2}


def test_nobody_is_asked_twice_for_the_same_and_the_search_ends_in_vain(lindeboom, now):
    els = cast.volunteer(lindeboom)
    request = cast.request(lindeboom)
    cast.offered(request)
    assert cast.texts(els, "nee").outcome == "offer.declined"
    with clock.travel(clockwork.live_through(now + timedelta(minutes=1))):
        request.refresh_from_db()
        assert (request.next_kind, request.next_owner) == ("nobody", "matcher")
        assert statuses(request) == ["declined"]


def test_who_said_no_is_asked_again_once_other_moments_are_told(lindeboom, now):
    """A no is nearly always about the moment. At the same moments it stays a no, also by hand."""
    els, ayse = (cast.volunteer(lindeboom, name=name) for name in ("Els", "Ayse"))
    request = cast.request(lindeboom)
    cast.offered(request, els, ayse)
    cast.texts(els, "nee")
    with clock.travel(clockwork.live_through(now + timedelta(hours=5))):
        assert statuses(request) == ["declined", "expired"]
        assert len(rank(request)) == 0
        with pytest.raises(errors.NotACandidate):
            offers.send_wave(request, by=SYSTEM, volunteers=[els])
        openings.change_moments(request, windows=[cast.draft(windows=cast.windows(days=3)).windows[0]], by=SYSTEM)
        request = HelpRequest.objects.get(pk=request.pk)
        assert {offer.volunteer for offer in cast.offered(request)} == {els, ayse}
        assert cast.texts(els, "ja").outcome == "offer.accepted"


def test_late_yes_counts_while_nobody_was_faster(lindeboom, now):
    """One in twelve answers comes after four hours: from work, in the evening."""
    els = cast.volunteer(lindeboom)
    request = cast.request(lindeboom, windows=cast.windows(days=3))
    cast.offered(request, els)
    with clock.travel(clockwork.live_through(now + timedelta(hours=3))):
        ayse = cast.volunteer(lindeboom, name="Ayse")
        cast.offered(request, ayse)
    with clock.travel(clockwork.live_through(now + timedelta(hours=4, minutes=5))):
        assert statuses(request) == ["expired", "sent"]
        assert cast.texts(els, "ja hoor").outcome == "offer.accepted"
        assert statuses(request) == ["accepted", "withdrawn"]
        assert Visit.objects.get().volunteer == els
        assert cast.telephone(ayse)[-1].startswith("Digibel: onze vraag in Jette is niet meer nodig.")
        assert worklist.differences() == []


def test_late_yes_is_too_late_once_it_is_taken_or_the_moments_are_others(lindeboom, now):
    els = cast.volunteer(lindeboom)
    ayse = cast.volunteer(lindeboom, name="Ayse")
    taken = cast.request(lindeboom, windows=cast.windows(days=3))
    cast.offered(taken, els)
    with clock.travel(clockwork.live_through(now + timedelta(hours=5))):
        cast.texts(ayse, "ja")
        assert cast.texts(els, "ja").outcome == "offer.taken"
    moved = cast.request(lindeboom, windows=cast.windows(days=4))
    with clock.travel(now + timedelta(hours=6)):
        cast.offered(moved, els)
    with clock.travel(clockwork.live_through(now + timedelta(hours=11))):
        openings.change_moments(moved, windows=[cast.draft(windows=cast.windows(days=5)).windows[0]], by=SYSTEM)
        outbox.sweep()
        assert cast.texts(els, "ja").outcome == "offer.gone"
    assert Visit.objects.get().volunteer == ayse


def test_accepting_books_one_visit_and_ends_the_others(lindeboom):
    els, ayse, bob = (cast.volunteer(lindeboom, name=name) for name in ("Els", "Ayse", "Bob"))
    request = cast.request(lindeboom)
    cast.offered(request)
    offer = Offer.objects.get(volunteer=ayse)
    with CaptureQueriesContext(connection) as captured:
        visit = offers.accept(offer, 1, by=Actor.volunteer(ayse))
    assert len(statements_of(captured)) == STATEMENTS
    assert statuses(request) == ["accepted", "withdrawn", "withdrawn"]
    assert (visit.volunteer, visit.starts_at, visit.ends_at) == (ayse, *offer.window(1))
    outbox.sweep()
    for volunteer in (els, bob):
        last = OutboundMessage.objects.filter(recipient=volunteer.recipient).order_by("created_at", "pk")
        assert sorted(last.values_list("kind", flat=True)) == ["offer.offer_one", "offer.offer_withdrawn"]


def statements_of(captured):
    return [query["sql"][:120] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]


def test_a_number_by_text_costs_so_many_statements_from_the_webhook_to_the_queued_texts(lindeboom, now):
    els, *_ = (cast.volunteer(lindeboom, name=name) for name in ("Els", "Ayse", "Bob"))
    cast.offered(cast.request(lindeboom, windows=two_moments(now)))
    with CaptureQueriesContext(connection) as captured:
        text = InboundText("two", els.recipient.number, cast.SMS_NUMBER, "2")
        message = inbound.receive_text("simulator", text)
        assert inbound.route_text(message.pk) == "offer.accepted"
    assert len(statements_of(captured)) == WITH_THE_TEXT


@pytest.mark.parametrize("choice", [0, 2, -1, 99])
def test_a_number_that_was_not_offered_books_nothing(lindeboom, choice):
    els = cast.volunteer(lindeboom)
    [offer] = cast.offered(cast.request(lindeboom), els)
    with pytest.raises(errors.NoSuchWindow):
        offers.accept(offer, choice, by=Actor.volunteer(els))
    assert Visit.objects.count() == 0


def test_a_text_is_read_with_the_letters_it_was_sent_with(lindeboom, now):
    """A has ended; B and C are open. "B1" is B, though it is the first of those that are left."""
    els = cast.volunteer(lindeboom)
    requests = [cast.request(lindeboom, windows=two_moments(now)) for _ in range(3)]
    made = [cast.offered(request, els)[0] for request in requests]
    assert [offer.letter for offer in made] == ["A", "B", "C"]
    offers.decline(Offer.objects.get(pk=made[0].pk), by=SYSTEM)
    assert cast.texts(els, "B1").outcome == "offer.accepted"
    assert Visit.objects.get().request == requests[1]
    assert cast.texts(els, "C2").outcome == "offer.accepted"
    assert Visit.objects.filter(request=requests[2]).get().starts_at == made[2].window(2)[0]


@pytest.mark.parametrize("body", ["B1", "b 2", "ja B1", "nee B"])
def test_an_answer_to_an_offer_that_is_gone_touches_no_other(lindeboom, now, body):
    """A is open, and B has ended meanwhile: who answers B must not stand at the door of A, nor lose it."""
    els = cast.volunteer(lindeboom)
    made = [cast.offered(cast.request(lindeboom, windows=two_moments(now)), els)[0] for _ in range(2)]
    offers.decline(Offer.objects.get(pk=made[1].pk), by=SYSTEM)
    heard = cast.texts(els, body)
    assert (heard.outcome, heard.status) == ("", "inbox")
    assert Visit.objects.count() == 0
    assert Offer.objects.live().filter(pk=made[0].pk).exists()


def test_a_bare_yes_to_two_open_offers_books_nothing_and_asks_back(lindeboom):
    els = cast.volunteer(lindeboom)
    for _ in range(2):
        cast.offered(cast.request(lindeboom), els)
    assert cast.texts(els, "ja").outcome == "asked_which"
    assert Visit.objects.count() == 0
    assert "A" in cast.telephone(els)[-1]
    assert "B" in cast.telephone(els)[-1]
    asked_again = cast.texts(els, "ja")
    assert (asked_again.outcome, asked_again.status) == ("", "inbox")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("zondag is goed", ""),
        ("ja dat is goed dinsdag", ""),
        ("woensdag is goed", "offer.accepted"),
        ("ja", "offer.accepted"),
    ],
)
def test_a_yes_for_another_day_than_was_asked_books_nobody(lindeboom, body, outcome):
    els = cast.volunteer(lindeboom)
    [offer] = cast.offered(cast.request(lindeboom), els)
    assert clock.local(offer.window(1)[0]).strftime("%A") == "Wednesday"
    assert cast.texts(els, body).outcome == outcome
    assert Visit.objects.exists() == bool(outcome)


def test_a_letter_alone_completes_what_was_said_before_we_asked_back(lindeboom):
    els = cast.volunteer(lindeboom)
    made = [cast.offered(cast.request(lindeboom), els)[0] for _ in range(2)]
    assert cast.texts(els, "nee").outcome == "asked_which"
    assert cast.texts(els, "b.").outcome == "offer.declined"
    assert [Offer.objects.get(pk=offer.pk).status for offer in made] == ["sent", "declined"]
    assert Visit.objects.count() == 0


def test_a_letter_alone_chooses_among_offers_of_one_moment(lindeboom):
    els = cast.volunteer(lindeboom)
    made = [cast.offered(cast.request(lindeboom), els)[0] for _ in range(2)]
    assert cast.texts(els, "B").outcome == "offer.accepted"
    assert Visit.objects.get().request == made[1].request


def test_a_late_no_touches_its_own_offer_only(lindeboom):
    els = cast.volunteer(lindeboom)
    made = [cast.offered(cast.request(lindeboom), els)[0] for _ in range(2)]
    assert cast.texts(els, "nee A").outcome == "offer.declined"
    assert [Offer.objects.get(pk=offer.pk).status for offer in made] == ["declined", "sent"]


def test_an_offer_made_at_night_leaves_in_the_morning(lindeboom):
    els = cast.volunteer(lindeboom)
    night = datetime(2026, 9, 15, 20, 30, tzinfo=UTC)
    with clock.travel(night):
        [offer] = cast.offered(cast.request(lindeboom), els)
        assert cast.telephone(els) == []
        assert Offer.objects.get().status == "queued"
        assert offer.expires_at == clock.at(clock.today() + timedelta(days=1), datetime(2026, 1, 1, 12).time())
    with clock.travel(clockwork.live_through(datetime(2026, 9, 16, 6, 0, 5, tzinfo=UTC))):
        assert len(cast.telephone(els)) == 1
        assert Offer.objects.get().status == "sent"


@pytest.mark.parametrize("what", ["closed", "stopped", "taken"])
def test_an_offer_that_is_no_longer_true_in_the_morning_never_leaves(lindeboom, what):
    els, ayse = cast.volunteer(lindeboom), cast.volunteer(lindeboom, name="Ayse")
    with clock.travel(datetime(2026, 9, 15, 20, 30, tzinfo=UTC)):
        request = cast.request(lindeboom)
        _, other = cast.offered(request, els, ayse)
        if what == "closed":
            openings.close(request, closing="withdrawn", by=SYSTEM)
        elif what == "stopped":
            cast.texts(els, "STOP")
        else:
            offers.accept(other, 1, by=Actor.volunteer(ayse))
    with clock.travel(clockwork.live_through(datetime(2026, 9, 16, 7, 0, tzinfo=UTC))):
        sent = OutboundMessage.objects.filter(recipient=els.recipient, status="sent").values_list("kind", flat=True)
        assert set(sent) <= {"plain.stop_confirmed"}
        asked = OutboundMessage.objects.get(recipient=els.recipient, kind="offer.offer_one")
        assert (asked.status, asked.trouble) == ("withdrawn", "untrue")


def test_stop_ends_what_was_asked_at_once_and_the_next_one_is_asked(lindeboom, now):
    els = cast.volunteer(lindeboom)
    request = cast.request(lindeboom)
    [offer] = cast.offered(request, els)
    ayse = cast.volunteer(lindeboom, name="Ayse")
    message = cast.texts(els, "STOP")
    assert (message.outcome, message.status) == ("stopped", "inbox")
    assert Offer.objects.get(pk=offer.pk).status == "withdrawn"
    assert [text.kind for text in OutboundMessage.objects.filter(recipient=els.recipient).order_by("created_at")] == [
        "offer.offer_one",
        "plain.stop_confirmed",
    ]
    clockwork.tick()
    assert Offer.objects.live().get().volunteer == ayse


def test_an_offer_whose_text_cannot_be_delivered_ends_and_the_number_is_looked_at(lindeboom):
    els = cast.volunteer(lindeboom)
    [offer] = cast.offered(cast.request(lindeboom), els)
    message = OutboundMessage.objects.get(offer=offer)
    outbox.put_on_list(message, trouble="undelivered")
    offer.refresh_from_db()
    assert offer.status == "expired"
    assert HelpRequest.objects.get().next_kind in {"choose", "nobody"}
    assert worklist.differences() == []


def test_a_request_that_did_not_stay_solved_gets_a_second_visit(lindeboom):
    """The first yes keeps its place in history, and the second visit has a place of its own."""
    els = cast.volunteer(lindeboom)
    request = cast.request(lindeboom, always_home=True, windows=[])
    first = cast.booked(request, els)
    with clock.travel(clockwork.live_through(first.starts_at)):
        inside.check_in(first, by=SYSTEM)
    with clock.travel(clockwork.live_through(first.ends_at)):
        inside.check_out(first, by=SYSTEM)
    with clock.travel(clockwork.live_through(first.starts_at + timedelta(days=8))):
        followups.note(first, "fails", by=SYSTEM)
        second = cast.booked(request, els)
        assert second.pk != first.pk
        assert [offer.place for offer in Offer.objects.filter(status="accepted").order_by("created_at")] == [1, 2]
        assert worklist.differences() == []


def test_a_volunteer_who_left_or_pauses_cannot_say_yes(lindeboom):
    els = cast.volunteer(lindeboom)
    [offer] = cast.offered(cast.request(lindeboom), els)
    for field in ("paused_at", "left_at"):
        type(els).objects.filter(pk=els.pk).update(**{"paused_at": None, field: clock.now()})
        with pytest.raises(errors.OfferGone):
            offers.accept(Offer.objects.get(pk=offer.pk), 1, by=Actor.volunteer(els))
    assert Visit.objects.count() == 0


def test_an_answer_that_overtakes_the_gateway_counts(lindeboom):
    """The text has left, the yes is here, and only then the gateway says that it was sent."""
    els = cast.volunteer(lindeboom)
    [offer] = offers.send_wave(cast.request(lindeboom), by=SYSTEM, volunteers=[els])
    stale = Offer.objects.get(pk=offer.pk)
    offers.accept(offer, 1, by=Actor.volunteer(els))
    offers.note_sent(stale)
    assert Offer.objects.get().status == "accepted"


@pytest.mark.parametrize(
    ("facts", "is_away"),
    [
        (lambda today: {"gone_at": clock.now(), "gone_as": "moved"}, True),
        (lambda today: {"away_until": today + timedelta(days=1)}, True),
        (lambda today: {"away_until": today}, False),
    ],
)
def test_nobody_is_asked_for_who_is_gone_or_in_hospital(lindeboom, facts, is_away):
    request = cast.request(lindeboom)
    Client.objects.filter(pk=request.client_id).update(**facts(clock.today()))
    found = HelpRequest.objects.get(pk=request.pk)
    if is_away:
        with pytest.raises(errors.ClientAway):
            offers.check_request(found)
    else:
        assert offers.check_request(found)
