"""Visits: day by day, and what can be done about one by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests.models import HelpRequest
from digibel.scheduling import cards, corrections, inside, lostphones, onego, visits
from digibel.scheduling.errors import NoSuchCard
from digibel.scheduling.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def visit(lindeboom):
    return cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))


def page_of(visit):
    return reverse("desk:visit_desk", args=[visit.pk])


def do(browser, visit, deed, **fields):
    answer = browser.post(reverse("desk:visit_deed", args=[visit.pk, deed]), fields)
    visit.refresh_from_db()
    return answer


def deeds(browser, visit):
    return [deed.name for deed in browser.get(page_of(visit)).context["deeds"]]


def test_visits_stand_on_their_day(desk, visit):
    tomorrow = clock.local(visit.starts_at).date()
    assert desk.get("/visits").context["lines"] == []
    [line] = desk.get(f"/visits?day={tomorrow}").context["lines"]
    assert (line.visit, line.bell, line.state, line.place) == (visit, "you", "not confirmed yet", "Jette")


def test_the_first_visit_of_a_volunteer_is_flagged_and_the_next_is_not(desk, lindeboom, visit):
    later = cast.booked(cast.request(lindeboom, windows=cast.windows(days=3)), visit.volunteer)
    assert [desk.get(page_of(one)).context["first"] for one in (visit, later)] == [True, False]
    [line] = desk.get(f"/visits?day={clock.local(visit.starts_at).date()}").context["lines"]
    assert line.first
    visits.cancel(visit, by=SYSTEM, reason="organisation")
    assert desk.get(page_of(later)).context["first"]


def test_a_day_that_is_no_day_is_today(desk):
    assert desk.get("/visits?day=someday").context["day"] == clock.today()


def test_the_week_counts_its_visits(desk, visit):
    week = desk.get("/visits").context["days"]
    assert [one["count"] for one in week] == [0, 1, 0, 0, 0, 0, 0]


def test_the_day_costs_the_same_queries_for_one_visit_and_for_three(desk, lindeboom):
    counted = []
    for _ in range(3):
        made = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
        address = f"/visits?day={clock.local(made.starts_at).date()}"
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        counted.append(len(queries))
    assert counted[0] == counted[2]


def test_the_address_is_shown_only_when_asked_and_that_is_recorded(desk, nadia, visit):
    assert desk.get(page_of(visit)).content.decode().count("Theodorstraat") == 0
    assert Event.objects.filter(verb="address.shown").count() == 0
    page = desk.post(reverse("desk:visit_address", args=[visit.pk]))
    assert page.content.decode().count("Theodorstraat 41") == 1
    event = Event.objects.get(verb="address.shown")
    assert (event.actor, event.subject_id) == (f"staff:{nadia.pk}", str(visit.pk))


def test_the_address_comes_as_a_fragment_where_the_page_asks_for_it(desk, visit):
    page = desk.post(reverse("desk:visit_address", args=[visit.pk]), headers={"hx-request": "true"})
    assert page.content.decode().count("<h1") == 0
    assert page.content.decode().count("Theodorstraat 41") == 1


def test_the_story_tells_what_was_sent_and_not_the_link(desk, visit):
    page = desk.get(page_of(visit))
    titles = [str(event.title) for event in page.context["events"]]
    assert titles.count("Text to the volunteer: the visit is booked") == 1
    assert page.content.decode().count(cards.token(visit)) == 0


def test_the_story_says_which_text_it_was_and_why_it_was_called_off(desk, visit):
    lostphones.new_word(visit, known={visit.word}, by=SYSTEM)
    story = desk.get(f"/visits/{visit.pk}").content.decode()
    assert "Text to the client: the codeword has changed" in story
    assert "the codeword has changed" in desk.get(f"/requests/{visit.request.reference}").content.decode()
    desk.post(f"/privacy/client/{visit.client_id}/do/withdraw", {"then": "ask"})
    for page in (f"/visits/{visit.pk}", f"/requests/{visit.request.reference}"):
        assert "the client took back their yes" in desk.get(page).content.decode()


def test_confirmed_by_telephone(desk, visit):
    do(desk, visit, "confirm")
    assert visit.confirmed_at == clock.now()
    assert deeds(desk, visit) == ["check-in", "late", "send-link", "cancel", "revoke"]


def test_cancelled_with_a_reason(desk, visit):
    do(desk, visit, "cancel", reason="volunteer_cannot")
    assert visit.status == "cancelled"
    assert Event.objects.get(verb="visit.cancelled").facts["reason"] == "volunteer_cannot"
    assert deeds(desk, visit) == []


@pytest.mark.parametrize("deed", ["cancel", "miss", "check-in", "check-out"])
def test_without_a_reason_nothing_is_corrected(desk, visit, deed):
    answer = desk.post(reverse("desk:visit_deed", args=[visit.pk, deed]), {"reason": "because"}, follow=True)
    visit.refresh_from_db()
    assert visit.status == "booked"
    assert answer.content.decode().count("Choose a reason.") == 1


def test_in_and_out_by_hand(desk, visit):
    with clock.travel(visit.starts_at):
        do(desk, visit, "check-in", reason="told_by_telephone")
        assert (visit.status, visit.checked_in_at) == ("under_way", visit.starts_at)
        assert deeds(desk, visit) == ["check-out", "extend", "revoke"]
        do(desk, visit, "check-out", reason="forgotten")
    assert visit.status == "done"
    corrections = Event.objects.filter(verb="visit.corrected").order_by("id")
    assert [(one.facts["corrected"], one.facts["reason"]) for one in corrections] == [
        ("in", "told_by_telephone"),
        ("out", "forgotten"),
    ]


def test_half_an_hour_more_by_hand(desk, visit):
    before = visit.ends_at
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=cast.SYSTEM)
        do(desk, visit, "extend")
    assert visit.ends_at == before + timedelta(minutes=30)


def test_it_did_not_take_place(desk, visit):
    with clock.travel(visit.starts_at):
        do(desk, visit, "miss", reason="nobody_opened")
    assert visit.status == "missed"


@pytest.mark.parametrize(
    ("reason", "said"),
    [("nobody_came", "without a word"), ("excused", "with a good reason"), ("nobody_opened", "")],
)
def test_whether_they_were_excused_stands_on_their_page_and_nothing_follows_by_itself(desk, visit, reason, said):
    with clock.travel(visit.starts_at + timedelta(minutes=30)):
        do(desk, visit, "miss", reason=reason)
        address = reverse("desk:volunteer", args=[visit.volunteer_id])
        page = desk.get(address).content.decode()
    assert ("Did not come" in page, said in page) == (bool(said), True)
    visit.volunteer.refresh_from_db()
    assert visit.volunteer.paused_at is None
    with clock.travel(visit.starts_at + timedelta(days=366)):
        assert corrections.not_come(visit.volunteer, visit.request.organisation) == []


def test_later_opens_a_call_to_the_client(desk, visit):
    do(desk, visit, "late", minutes="20")
    assert CallTask.objects.open().filter(kind="visit.late").count() == 1


def test_a_lost_telephone_closes_the_card_and_holds_back_its_link(desk, visit):
    token = cards.token(visit)
    assert cards.open_card(token) == visit
    do(desk, visit, "revoke")
    with pytest.raises(NoSuchCard):
        cards.open_card(token)
    assert cards.open_card(cards.token(visit)) == visit
    assert visit.card_version == 2
    waiting = OutboundMessage.objects.about(visit).waiting()
    assert waiting.filter(kind="visit.reminder_day").count() == 0
    assert Event.objects.get(verb="card.revoked").facts == {"version": 2}


def test_the_new_link_is_texted_when_somebody_asks_for_it(desk, visit):
    do(desk, visit, "revoke")
    do(desk, visit, "send-link")
    assert not OutboundMessage.objects.about(visit).waiting().filter(kind="visit.reminder_day").exists()
    assert "the number they have now" in desk.get(f"/visits/{visit.pk}").content.decode()
    theirs = f"/volunteers/{visit.volunteer_id}"
    assert "cannot be reached: we need another number." in desk.get(theirs).content.decode()
    for asked in ("page", "questions"):
        told = desk.post(f"{theirs}/{asked}", follow=True).content.decode()
        assert "Somebody else may have the telephone" in told
    assert not OutboundMessage.objects.filter(kind__in=["plain.page_link", "readiness.questions_ask"]).exists()
    desk.post(f"{theirs}/do/right-number")
    do(desk, visit, "send-link")
    [sent] = OutboundMessage.objects.about(visit).waiting().filter(kind="visit.reminder_day")
    assert sent.body.count(cards.link(visit)) == 1


def test_a_card_that_is_closed_cannot_be_revoked(desk, visit):
    do(desk, visit, "cancel", reason="client_away")
    do(desk, visit, "revoke")
    assert (visit.card_version, visit.card_digest) == (1, "")


def test_an_intake_worker_may_say_yes_and_not_correct(client, lindeboom, visit):
    client.force_login(cast.staff(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    assert deeds(client, visit) == ["confirm", "late", "send-link", "revoke"]
    assert do(client, visit, "cancel", reason="organisation").status_code == 403
    assert visit.status == "booked"


def test_visits_of_others_do_not_exist(neighbour, visit):
    assert neighbour.get(page_of(visit)).status_code == 404
    assert neighbour.post(reverse("desk:visit_address", args=[visit.pk])).status_code == 404
    assert do(neighbour, visit, "cancel", reason="organisation").status_code == 404
    assert visit.status == "booked"
    assert neighbour.get(f"/visits?day={clock.local(visit.starts_at).date()}").context["lines"] == []


def test_an_unheard_of_deed_does_not_exist(desk, visit):
    assert do(desk, visit, "dance").status_code == 404


def test_a_visit_that_never_began_rings(desk, visit):
    with clock.travel(visit.starts_at + timedelta(minutes=25)):
        page = desk.get(page_of(visit))
        assert (page.context["bell"], page.context["state"]) == ("alarm", "should have begun, nobody said IN")


def test_reading_a_visit_changes_nothing(desk, visit):
    before = Visit.objects.values().get(pk=visit.pk)
    desk.get(page_of(visit))
    assert desk.get(reverse("desk:visit_deed", args=[visit.pk, "confirm"])).status_code == 405
    assert Visit.objects.values().get(pk=visit.pk) == before


def test_each_of_two_visited_in_one_go_tells_of_the_other(desk, lindeboom):
    both = [
        cast.request(lindeboom, windows=cast.windows(days=3), client={"first_name": name}) for name in ("Guido", "Rosa")
    ]
    onego.visit_both(*both, by=SYSTEM)
    cast.booked(HelpRequest.objects.get(household_turn=1), cast.volunteer(lindeboom))
    first, second = Visit.objects.order_by("starts_at")
    assert [desk.get(page_of(one)).context["beside"] for one in (first, second)] == [second, first]
    assert page_of(second) in desk.get(page_of(first)).content.decode()
