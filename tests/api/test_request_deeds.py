"""Other moments, the end of a request, its offers, its slip and its texts."""

from typing import Any

import pytest

import cast
from digibel.directory.loading import load_known_places
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import Offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def request_(program: Any) -> HelpRequest:
    return cast.request(program.organisation)


def test_other_moments_take_back_what_was_offered(program: Any, request_: HelpRequest) -> None:
    [offer] = cast.offered(request_, cast.volunteer(program.organisation))
    path = f"/help-requests/{request_.reference}"
    answer = program.put(f"{path}/moments", {"windows": cast.windows(days=3)}, If_Match=program.get(path)["ETag"])
    offer.refresh_from_db()
    assert (answer.status_code, offer.status) == (200, "withdrawn")
    assert program.get(path).json()["windows"] == [{"from": "2026-09-18T12:00:00Z", "until": "2026-09-18T15:00:00Z"}]
    assert program.get(path)["ETag"] == answer["ETag"]


def test_moments_that_somebody_changed_meanwhile_stay(program: Any, request_: HelpRequest, refusal: Any) -> None:
    path = f"/help-requests/{request_.reference}"
    seen = program.get(path)["ETag"]
    assert program.put(f"{path}/moments", {"always_home": True}, If_Match=seen).status_code == 200
    late = program.put(f"{path}/moments", {"windows": cast.windows(days=3)}, If_Match=seen)
    assert refusal(late) == (412, "changed_since", {})
    assert refusal(program.put(f"{path}/moments", {"always_home": True})) == (428, "precondition_required", {})
    assert program.get(path).json()["always_home"] is True


def test_version_of_a_request_is_the_same_in_every_language_and_for_every_key(
    program: Any, request_: HelpRequest
) -> None:
    path = f"/help-requests/{request_.reference}"
    seen = {program.get(path, Accept_Language=language)["ETag"] for language in ("nl", "fr", "en")}
    program.key.scopes = ["requests:read"]
    program.key.save()
    assert seen == {program.get(path)["ETag"]}


def test_moments_that_do_not_fit_are_named(program: Any, request_: HelpRequest, refusal: Any) -> None:
    path = f"/help-requests/{request_.reference}"
    answer = program.put(f"{path}/moments", {"windows": []}, If_Match=program.get(path)["ETag"])
    assert refusal(answer) == (422, "invalid", {"windows": ["no_windows"]})


def test_request_is_closed_once(program: Any, request_: HelpRequest, refusal: Any) -> None:
    path = f"/help-requests/{request_.reference}/close"
    answers = [program.post(path, {"closed_as": "solved"}, Idempotency_Key="c") for _ in range(2)]
    assert [(answer.status_code, answer.json()["closed_as"]) for answer in answers] == [(200, "solved")] * 2
    assert refusal(program.post(path, {"closed_as": "solved"}))[:2] == (409, "already_closed")
    assert refusal(program.post(path, {"closed_as": "gone"})) == (422, "invalid", {"closed_as": ["not_one_of"]})


# Offers.


def test_offers_are_listed_and_one_is_withdrawn(program: Any, request_: HelpRequest, refusal: Any) -> None:
    els, bo = (cast.volunteer(program.organisation, name=name) for name in ("Els", "Bo"))
    offer, other = cast.offered(request_, els, bo)
    path = f"/help-requests/{request_.reference}/offers"
    assert {one["id"] for one in program.get(path).json()["offers"]} == {str(offer.pk), str(other.pk)}
    assert program.post(f"{path}/{offer.pk}/withdraw").json()["status"] == "withdrawn"
    assert refusal(program.post(f"{path}/{offer.pk}/withdraw"))[0] == 409
    [left] = program.get(f"{path}?status=sent").json()["offers"]
    assert left["volunteer"]["first_name"] == "Bo"
    outbox.sweep()
    assert (len(cast.telephone(els)), len(cast.telephone(bo))) == (2, 1)


def test_offers_are_sent_once_under_one_key(program: Any, request_: HelpRequest) -> None:
    cast.volunteer(program.organisation)
    path = f"/help-requests/{request_.reference}/offers"
    first, again = (program.post(path, {}, Idempotency_Key="o") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Offer.objects.count() == 1


def test_offer_of_another_request_is_not_found(program: Any, request_: HelpRequest, refusal: Any) -> None:
    [offer] = cast.offered(cast.request(program.organisation), cast.volunteer(program.organisation))
    path = f"/help-requests/{request_.reference}/offers/{offer.pk}/withdraw"
    assert refusal(program.post(path))[0] == 404


# The slip, and the texts.


def test_slip_names_places_and_is_handed_out(program: Any, refusal: Any) -> None:
    load_known_places()
    request = cast.request(program.organisation, tasks=["benefits"])
    path = f"/help-requests/{request.reference}/slip"
    [first, *_] = program.get(path, Accept_Language="en").json()["routes"]
    answer = program.post(path, {"places": [one["id"] for one in first["places"]], "route": first["route"]})
    assert answer.status_code == 201
    assert answer.json()["request"]["next_action"]["kind"] == "check_referral"
    assert len(answer.json()["referrals"]) == max(len(first["places"]), 1)
    assert refusal(program.post(path, {"route": "MARS"})) == (422, "invalid", {"route": ["not_one_of"]})


def test_a_seat_is_booked_with_the_slip(program: Any, refusal: Any) -> None:
    session = cast.place_session(program.organisation, seats=1)
    sessions = f"/places/{session.place.slug}/sessions"
    [offered] = program.get(sessions).json()["sessions"]
    assert (offered["id"], offered["seats"], offered["free"]) == (str(session.pk), 1, 1)
    request = cast.request(program.organisation, tasks=["benefits"])
    path = f"/help-requests/{request.reference}/slip"
    told = {"sessions": [str(session.pk)]}
    first = program.post(path, told, Idempotency_Key="seat-1")
    again = program.post(path, told, Idempotency_Key="seat-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["seats"] == again.json()["seats"] == [{"session": str(session.pk), "number": 1}]
    assert program.get(sessions).json()["sessions"][0]["free"] == 0
    [line] = request.referrals.all()
    assert (line.place, line.session, line.seat_number) == (session.place, session, 1)
    other = cast.request(program.organisation, first_name="Ida", mobile=cast.mobile(), tasks=["benefits"])
    assert refusal(program.post(f"/help-requests/{other.reference}/slip", told)) == (409, "no_seat_left", {})
    assert not other.referrals.exists()


def test_sessions_that_nobody_knows_or_two_of_one_place_are_refused(program: Any, refusal: Any) -> None:
    first = cast.place_session(program.organisation)
    second = cast.place_session(program.organisation, days=5, place=first.place)
    request = cast.request(program.organisation, tasks=["benefits"])
    for wanted in ([str(first.pk), str(second.pk)], [str(request.pk)]):
        answer = program.post(f"/help-requests/{request.reference}/slip", {"sessions": wanted})
        assert refusal(answer) == (422, "invalid", {"sessions": ["one_seat_each"]})
    assert not request.referrals.exists()


def test_texts_are_told_without_their_words(program: Any, request_: HelpRequest) -> None:
    els = cast.volunteer(program.organisation)
    cast.offered(request_, els)
    answer = program.get(f"/help-requests/{request_.reference}/messages")
    [text] = answer.json()["messages"]
    assert (text["kind"], text["to"], text["status"]) == ("offer.offer_one", "volunteer", "sent")
    assert "body" not in text
    assert els.recipient.number.encode() not in answer.content
    assert OutboundMessage.objects.count() == 1


# Reading page by page.


def test_pages_follow_each_other_while_new_ones_come(program: Any, refusal: Any, outsider: Any) -> None:
    references = [cast.request(program.organisation).reference for _ in range(3)]
    first = program.get("/help-requests?limit=2").json()
    cast.request(program.organisation)
    rest = program.get(f"/help-requests?limit=2&cursor={first['next_cursor']}").json()
    assert [row["reference"] for row in first["requests"] + rest["requests"]] == references[::-1]
    assert rest["next_cursor"] is None
    assert refusal(outsider.get(f"/help-requests?cursor={first['next_cursor']}")) == (
        422,
        "invalid",
        {"cursor": ["not_a_cursor"]},
    )
    assert refusal(program.get("/visits?cursor=x"))[2] == {"cursor": ["not_a_cursor"]}
