"""The pages of desk sessions: made, filled by hand, printed, called off, and who was there; and a volunteer's own page."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.desk import desksessions as lines
from digibel.organisations.models import Role
from digibel.scheduling.desksessions import asking, attending, signing
from digibel.scheduling.models import DeskSession, Seat
from digibel.volunteers import pagelinks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom, name="Els", family_name="Maes")


@pytest.fixture
def session(lindeboom):
    return cast.desk_session(lindeboom, seats=1)


def page(desk, session):
    return desk.get(reverse("desk:desk_session", args=[session.pk]))


def do(desk, session, deed, **data):
    return desk.post(reverse("desk:desk_session_deed", args=[session.pk, deed]), data, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_weekly_sessions_are_made_on_the_page(desk, lindeboom):
    first = clock.today() + timedelta(days=7)
    told = {
        "place": cast.place().pk,
        "day": first.isoformat(),
        "start": "10:00",
        "end": "12:00",
        "seats": "3",
        "language": "ar",
        "until": (first + timedelta(days=14)).isoformat(),
    }
    answer = desk.post(reverse("desk:desk_sessions"), told, follow=True)
    assert said(answer) == ["3 sessions stand."]
    made = list(DeskSession.objects.of(lindeboom))
    assert [(one.seats, one.language) for one in made] == [(3, "ar")] * 3
    assert [line.session for line in desk.get(reverse("desk:desk_sessions")).context["to_come"]] == made
    again = desk.post(reverse("desk:desk_sessions"), told)
    assert (again.status_code, DeskSession.objects.count()) == (409, 3)


@pytest.mark.parametrize("wrong", [{"day": "x"}, {"start": "10:07"}, {"seats": "99"}, {"place": "x"}, {"end": "09:00"}])
def test_mistakes_come_back_with_a_sentence_and_nothing_is_made(desk, wrong):
    told = {"place": cast.place().pk, "day": "2026-09-20", "start": "10:00", "end": "12:00", "seats": "2", **wrong}
    answer = desk.post(reverse("desk:desk_sessions"), told)
    assert answer.status_code in {400, 422}
    assert not DeskSession.objects.exists()


def test_page_shows_who_comes_and_waits_and_signs_up_and_out(desk, lindeboom, els, session):
    jan = cast.volunteer(lindeboom, name="Jan")
    assert [name for _, name in page(desk, session).context["could_come"]] == ["Els Maes", "Jan"]
    assert said(do(desk, session, "sign-up", volunteer=els.pk)) == ["Signed up. They hear it by text."]
    do(desk, session, "sign-up", volunteer=jan.pk)
    people = page(desk, session).context["people"]
    assert [[seat.volunteer for seat in some] for some in (people.taken, people.waiting)] == [[els], [jan]]
    do(desk, session, "sign-out", seat=people.taken[0].pk)
    assert Seat.objects.get(volunteer=els).status == "left"


def test_refusal_is_said_and_changes_nothing(desk, lindeboom, els, session):
    other = cast.desk_session(lindeboom, place=cast.place("Elders"))
    do(desk, session, "sign-up", volunteer=els.pk)
    assert said(do(desk, other, "sign-up", volunteer=els.pk)) == [
        "There is a visit or another desk session at that hour. Choose one of the two."
    ]
    assert said(do(desk, session, "seats", seats="0")) == ["Fill in how many volunteers can come, from one to thirty."]
    for deed, data in (("sign-up", {"volunteer": "x"}), ("sign-out", {"seat": "x"}), ("sing", {})):
        assert do(desk, session, deed, **data).status_code == 404


def test_called_off_shows_so_and_offers_nothing_more(desk, els, session):
    do(desk, session, "call-off")
    answer = page(desk, session)
    assert (answer.context["is_to_come"], answer.context["could_come"]) == (False, [])
    assert "Called off:" in answer.content.decode()


def test_list_is_printed_with_names_and_recorded(desk, els, session):
    signing.sign_up(session, els, by=SYSTEM)
    answer = desk.post(reverse("desk:desk_session_list", args=[session.pk]))
    assert "Els Maes" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert Event.objects.get(verb="session.list_printed").facts == {"people": 1}


def test_minutes_are_noted_afterwards_with_who_walked_in(desk, lindeboom, els, session):
    jan = cast.volunteer(lindeboom, name="Jan")
    asking.ask(session, by=SYSTEM)
    signing.sign_up(session, els, by=SYSTEM)
    with clock.travel(session.ends_at + timedelta(hours=1)):
        # As the clock would have done.
        signing.begin(session.pk)
        [box, *_] = page(desk, session).context["attendance"].fields
        answer = do(desk, session, "attended", **{box: "-5"})
        assert (answer.status_code, DeskSession.objects.get().attended_at) == (422, None)
        do(desk, session, "attended", **{box: "90", "walked_in": str(jan.pk), "walked_in_minutes": "30"})
        there = Seat.objects.filter(status="came").values_list("volunteer", "minutes")
        assert dict(there) == {els.pk: 90, jan.pk: 30}
        line = desk.get(reverse("desk:desk_sessions")).context["past"][0]
        assert (line.bell, line.state) == ("done", "2 volunteers were there")


def test_today_names_an_empty_seat_and_a_list_that_is_not_noted(desk, els, session):
    def lines():
        groups = desk.get(reverse("desk:today")).context["groups"]
        return [str(line.what) for group in groups for line in group.rows if "/sessions/" in line.url]

    assert lines() == []
    with clock.travel(session.starts_at - timedelta(hours=30)):
        assert lines() == ["Desk session: a seat is empty"]
        signing.sign_up(session, els, by=SYSTEM)
        assert lines() == []
    with clock.travel(session.ends_at + timedelta(hours=1)):
        assert lines() == ["Desk session: note who was there"]
        attending.note(session, {els.pk: 120}, by=SYSTEM)
        assert lines() == []


def test_intake_worker_looks_and_does_nothing(client, lindeboom, els, session):
    client.force_login(cast.staff(lindeboom, role=Role.INTAKE), backend="django.contrib.auth.backends.ModelBackend")
    assert page(client, session).context["may_hold"] is False
    assert do(client, session, "call-off").status_code == 403


def test_own_page_signs_up_and_out_and_only_for_what_is_theirs(lindeboom, els, session):
    telephone, token = Browser(headers={"accept-language": "en"}), pagelinks.open_page(els, lindeboom)
    jan = cast.volunteer(lindeboom, name="Jan")
    asking.ask(session, by=SYSTEM)
    seat, other = Seat.objects.get(volunteer=els), Seat.objects.get(volunteer=jan)

    def post(deed, seat_id):
        return telephone.post(f"/me/{token}/{deed}?lang=en", {"seat": seat_id}).status_code

    shown = telephone.get(f"/me/{token}?lang=en").context["desks"]
    assert [(one["id"], one["status"]) for one in shown] == [(seat.pk, "asked")]
    assert (post("desk-in", seat.pk), Seat.objects.get(pk=seat.pk).status) == (303, "taken")
    assert (post("desk-out", seat.pk), Seat.objects.get(pk=seat.pk).status) == (303, "left")
    assert [post("desk-in", one) for one in (other.pk, "x", "")] == [404, 404, 404]
    assert Event.objects.get(verb="session.signed_up").actor == str(Actor.volunteer(els))


def test_organisation_of_somebody_else_sees_nothing(client, els, session):
    neighbour = cast.organisation("De Sleutel", sms_number="+32460000002")
    client.force_login(cast.coordinator(neighbour), backend="django.contrib.auth.backends.ModelBackend")
    assert page(client, session).status_code == 404
    assert client.get(reverse("desk:desk_sessions")).context["to_come"] == []
    near = session.starts_at - timedelta(hours=1)
    assert [len(lines.to_do(one, near)) for one in (session.organisation, neighbour)] == [1, 0]
