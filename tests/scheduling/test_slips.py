"""A slip that is told: as a text for each place, or read out on the telephone in the client's own language."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.directory.models import HelpPlace
from digibel.notifications import calls, outbox
from digibel.notifications.models import CallTask, MessageStatus, OutboundMessage
from digibel.requests.errors import AlreadyClosed
from digibel.requests.models import Closing
from digibel.scheduling import openings, slips
from digibel.scheduling.errors import NoSlip, NoTelephone, SlipTexted, WantsNoTexts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def office():
    return HelpPlace.objects.create(
        slug="ocmw-jette",
        kind="office",
        name="OCMW Jette",
        name_fr="CPAS de Jette",
        postcode="1090",
        street="Voorbeeldstraat",
        house_number="1",
        phone="+3224275566",
        hours={"tue": [["09:00", "12:00"], ["13:00", "16:00"]]},
        source="seen",
    )


def handed_out(lindeboom, place=None, route="", **client):
    told = {"speaks": ["tr"], "reads": ["tr"], **client}
    request = cast.request(lindeboom, tasks=["benefits"], client=told)
    openings.refer(request, by=SYSTEM, place_ids=[str(place.pk)] if place else [], route=route)
    request.refresh_from_db()
    return request


def texted(request):
    return list(OutboundMessage.objects.filter(subject_id=request.pk, kind=slips.TEXT))


def test_a_place_is_texted_in_the_clients_language(lindeboom, office):
    request = handed_out(lindeboom, office)
    assert slips.text(request, by=SYSTEM) == 1
    assert [message.body for message in texted(request)] == [
        "Digibel: sorunuz icin gidebileceginiz yer: CPAS de Jette, Voorbeeldstraat 1, 1090 Jette, 02 427 55 66. "
        "Önce arayin. Olmadi mi? 02 511 22 33 numarasini arayin."
    ]


def test_the_same_slip_is_not_texted_twice_and_a_new_one_is(lindeboom, office):
    request = handed_out(lindeboom, office)
    slips.text(request, by=SYSTEM)
    with pytest.raises(SlipTexted):
        slips.text(request, by=SYSTEM)
    with clock.travel(clock.now() + timedelta(days=1)):
        openings.refer(request, by=SYSTEM, place_ids=[str(office.pk)])
        slips.text(request, by=SYSTEM)
    assert len(texted(request)) == 2


def test_a_way_without_a_place_is_read_out_and_never_texted(lindeboom):
    request = handed_out(lindeboom, route="GP")
    with pytest.raises(NoSlip):
        slips.text(request, by=SYSTEM)
    call = slips.read_out(request, by=SYSTEM)
    assert "Kendi doktorunuza sorun. Acil mi? 112'yi arayın." in calls.script_of(call).sentences.splitlines()
    assert slips.ways(request) == {"read-out"}


def test_it_is_read_out_with_the_hours_and_line_by_line_in_every_language(lindeboom, office):
    call = slips.read_out(handed_out(lindeboom, office), by=SYSTEM)
    lines = {code: calls.script_of(call, language=code).sentences.splitlines() for code in ("nl", "tr", "ar")}
    assert {code: len(said) for code, said in lines.items()} == {"nl": 6, "tr": 6, "ar": 6}
    assert lines["nl"][2] == "OCMW Jette, Voorbeeldstraat 1, 1090 Jette, 02 427 55 66. di 09:00-12:00, 13:00-16:00"


def test_asked_twice_it_is_one_call(lindeboom, office):
    request = handed_out(lindeboom, office)
    assert slips.read_out(request, by=SYSTEM) == slips.read_out(request, by=SYSTEM)


def test_a_text_that_does_not_arrive_is_read_out(lindeboom, office):
    request = handed_out(lindeboom, office)
    slips.text(request, by=SYSTEM)
    [message] = texted(request)
    slips.SlipTexts().undelivered(message)
    assert CallTask.objects.open().filter(kind=slips.CALL, subject_id=request.pk).count() == 1


@pytest.mark.parametrize("end", ["closed", "gone", "stopped"])
def test_a_text_that_is_no_longer_wanted_does_not_leave(lindeboom, office, end):
    request = handed_out(lindeboom, office)
    slips.text(request, by=SYSTEM)
    if end == "closed":
        openings.close(request, closing=Closing.REFERRED, by=SYSTEM)
    elif end == "gone":
        openings.note_gone(request.client, by=SYSTEM)
    else:
        cast.texts(request.client, "STOP")
    outbox.sweep()
    assert {message.status for message in texted(request)} == {MessageStatus.WITHDRAWN}


def test_who_has_no_mobile_is_rung_and_who_has_no_telephone_gets_paper(lindeboom, office):
    landline = handed_out(lindeboom, office, phone="02 427 55 66", channel="call")
    assert slips.ways(landline) == {"read-out"}
    with pytest.raises(NoTelephone):
        slips.text(landline, by=SYSTEM)
    nothing = handed_out(lindeboom, office, phone="", channel="letter")
    assert slips.ways(nothing) == frozenset()
    with pytest.raises(NoTelephone):
        slips.read_out(nothing, by=SYSTEM)


def test_who_said_stop_gets_no_text_and_may_be_rung(lindeboom, office):
    request = handed_out(lindeboom, office)
    cast.texts(request.client, "STOP")
    request.client.recipient.refresh_from_db()
    assert slips.ways(request) == {"read-out"}
    with pytest.raises(WantsNoTexts):
        slips.text(request, by=SYSTEM)


def test_a_closed_request_tells_nothing(lindeboom, office):
    request = handed_out(lindeboom, office)
    slips.read_out(request, by=SYSTEM)
    openings.close(request, closing=Closing.REFERRED, by=SYSTEM)
    request.refresh_from_db()
    assert slips.ways(request) == frozenset()
    for deed in (slips.text, slips.read_out):
        with pytest.raises(AlreadyClosed):
            deed(request, by=SYSTEM)
    assert not CallTask.objects.open().filter(kind=slips.CALL).exists()
