"""A volunteer's own page: theirs alone, without a log-in, never a word about a client."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import CallTask
from digibel.privacy import restoring, rights
from digibel.privacy.models import Right, RightsRequest
from digibel.scheduling import calendars, inside, lostphones, promises, readiness
from digibel.scheduling.models import FollowUp, Offer, Visit
from digibel.scheduling.paid import Payment
from digibel.volunteers import pagelinks
from digibel.volunteers.models import Absence, OwnPageLink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def token(els, lindeboom):
    return pagelinks.open_page(els, lindeboom)


@pytest.fixture
def telephone():
    return Browser(headers={"accept-language": "en"})


def page(browser, token, lang="en"):
    return browser.get(f"/me/{token}?lang={lang}")


def post(browser, token, deed, **data):
    return browser.post(f"/me/{token}/{deed}?lang=en", data)


def in_days(count):
    return clock.today() + timedelta(days=count)


def test_page_tells_when_and_in_which_municipality_and_nothing_of_the_client(telephone, els, lindeboom, token):
    visit = cast.booked(cast.request(lindeboom), els)
    answer = page(telephone, token)
    text = answer.content.decode()
    assert [one["starts_at"] for one in answer.context["coming"]] == [visit.starts_at]
    for secret in (
        visit.client.first_name,
        visit.client.family_name,
        "Theodorstraat",
        visit.word,
        visit.request.reference,
    ):
        assert secret not in text
    assert "/visit/" not in text
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("lang", ["nl", "fr", "en"])
def test_page_is_in_the_language_that_was_chosen(telephone, token, lang):
    assert page(telephone, token, lang)["Content-Language"] == lang


def test_they_change_when_they_are_free_and_pause_and_come_back(telephone, els, token):
    post(telephone, token, "away", **{"away-first_day": in_days(2), "away-last_day": in_days(4)})
    assert Absence.objects.get().volunteer_id == els.pk
    assert post(telephone, token, "week", d1_0_start="12:00", d1_0_end="10:00").status_code == 422
    post(telephone, token, "pause", **{"pause-until": in_days(9)})
    els.refresh_from_db()
    assert (els.paused_until, els.pause_is_own) == (in_days(9), True)
    post(telephone, token, "back")
    els.refresh_from_db()
    assert els.paused_at is None


def test_our_pause_is_not_theirs_to_end(telephone, els, token):
    readiness.pause(els, by=SYSTEM)
    assert f"/me/{token}/back" not in page(telephone, token).content.decode()
    post(telephone, token, "back")
    els.refresh_from_db()
    assert els.paused_at is not None


def test_nobody_touches_what_is_somebody_elses(telephone, lindeboom, token):
    other = Absence.objects.create(volunteer=cast.volunteer(lindeboom), first_day=in_days(1), last_day=in_days(2))
    post(telephone, token, "not-away", which=other.pk)
    assert Absence.objects.filter(pk=other.pk).exists()


def test_what_they_did_and_what_came_of_it_is_counted(telephone, els, lindeboom, token):
    cast.worked(els, lindeboom, in_days(-3), in_days(-9))
    FollowUp.objects.create(visit=Visit.objects.first(), made_at=clock.now(), made_by="-", outcome="works")
    Payment.objects.create(
        organisation=lindeboom,
        volunteer=els,
        year=clock.today().year,
        number=1,
        way="cash",
        paid_on=clock.today(),
        amount=40,
    )
    shown = page(telephone, token).context
    assert (shown["visited"], shown["paid"], shown["still_works"]) == ({"count": 2, "desks": 0, "hours": 2}, 40, 1)


def test_what_still_works_is_told_by_topic_and_never_by_name(telephone, els, lindeboom, token):
    visit = cast.booked(cast.request(lindeboom), els)
    with clock.travel(visit.ends_at + timedelta(minutes=5)):
        Visit.objects.filter(pk=visit.pk).update(
            status="done", checked_in_at=visit.starts_at, checked_out_at=clock.now()
        )
        FollowUp.objects.create(visit=visit, made_at=clock.now(), made_by="-", outcome="works")
        for lang, said in (("en", "It still works: video calls"), ("tr", "Hâlâ çalışıyor: cihaz için yardım")):
            text = page(telephone, token, lang).content.decode()
            assert said in text
            assert visit.client.first_name not in text


# --- their data, and how to leave ---------------------------------------------------------------------------------------


def test_data_to_take_along_has_their_calendar_and_nobody_else(telephone, els, lindeboom, token):
    visit = cast.booked(cast.request(lindeboom), els)
    client = visit.client
    other = cast.organisation("De Sleutel", sms_number="+32460000002")
    cast.make_ready(els, other)
    elsewhere = cast.booked(cast.request(other, windows=cast.windows(days=3)), els)
    answer = post(telephone, token, "data")
    assert answer["Content-Disposition"] == 'attachment; filename="digibel-export.json"'
    assert answer["Cache-Control"] == "no-store"
    told, text = answer.json(), answer.content.decode()
    assert told["calendar"] == calendars.link(els)
    assert [one["first_name"] for one in told["data"]["volunteers.Volunteer"]] == ["Els"]
    assert [one["id"] for one in told["data"]["scheduling.Visit"]] == [str(visit.pk)]
    secrets = [client.first_name, client.family_name, client.street, client.recipient.number, visit.word, "/visit/"]
    secrets += [lindeboom.staff.get().name, token, str(elsewhere.pk)]
    assert [one for one in secrets if one in text] == []
    assert (
        Event.objects.about(els)
        .filter(verb="data.exported")
        .values_list("actor", flat=True)[0]
        .startswith("volunteer:")
    )


def test_page_says_what_happens_before_they_stop(telephone, els, lindeboom, token):
    assert "what you promised is called off" not in page(telephone, token).content.decode()
    cast.booked(cast.request(lindeboom), els)
    text = page(telephone, token).content.decode()
    for said in ("what you promised is called off", "nobody asks you", "De Lindeboom forgets you within a month"):
        assert said in text


def test_the_desk_sees_that_they_stopped_and_where_it_is_answered(telephone, els, token, desk):
    post(telephone, token, "leave")
    theirs = desk.get(f"/volunteers/{els.pk}").content.decode()
    assert "stops, and wants to be forgotten." in theirs
    assert f'href="/privacy/volunteer/{els.pk}">To what they asked' in theirs
    assert "Offers may come again" not in theirs


def test_one_press_stops_everything_and_puts_it_on_a_persons_list(telephone, els, lindeboom, token):
    visit = cast.booked(cast.request(lindeboom), els)
    cast.offered(cast.request(lindeboom, windows=cast.windows(days=5)), els)
    before = len(cast.telephone(els))
    for _ in range(2):
        post(telephone, token, "leave")
    visit.refresh_from_db()
    assert (visit.status, Offer.objects.live().count()) == ("cancelled", 0)
    asked = RightsRequest.objects.get()
    assert (asked.right, asked.person_id, asked.organisation_id) == ("erasure", els.pk, lindeboom.pk)
    assert CallTask.objects.open().about(asked).count() == 1
    outbox.sweep()
    assert cast.telephone(visit.client)[-1].startswith("Digibel: ")
    assert [one for one in cast.telephone(els)[before:] if "gaat niet door" in one] == []
    assert "You have stopped." in page(telephone, token).content.decode()
    assert broken() == []


def test_who_comes_back_in_time_is_not_forgotten(telephone, els, token):
    post(telephone, token, "leave")
    post(telephone, token, "back")
    els.refresh_from_db()
    assert (els.paused_at, RightsRequest.objects.get().outcome) == (None, "dropped")
    assert CallTask.objects.open().filter(kind="privacy.request").count() == 0
    assert "I want to stop" in page(telephone, token).content.decode()


def test_nobody_stops_in_the_middle_of_a_visit(telephone, els, lindeboom, token):
    visit = cast.booked(cast.request(lindeboom), els)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        answer = telephone.post(f"/me/{token}/leave?lang=en", follow=True)
    assert "You are at a visit now." in answer.content.decode()
    els.refresh_from_db()
    assert (els.paused_at, RightsRequest.objects.exists()) == (None, False)


def test_leaving_does_not_end_a_pause_that_we_asked_for(telephone, els, token):
    readiness.pause(els, by=SYSTEM)
    post(telephone, token, "leave")
    post(telephone, token, "back")
    els.refresh_from_db()
    assert els.paused_at is not None
    assert RightsRequest.objects.get().done_at is None


def test_wish_that_was_noted_on_the_telephone_is_not_theirs_to_drop(telephone, els, lindeboom, token):
    rights.note_request(els, Right.ERASURE, organisation=lindeboom, by=SYSTEM)
    post(telephone, token, "pause")
    post(telephone, token, "back")
    assert RightsRequest.objects.get().done_at is None


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_why_not_me_speaks_of_them_and_never_of_a_client(telephone, els, lindeboom, token):
    """A dog or a language would tell who asks: they are one reason that says nothing."""
    for changes in ({"client": {"dog": True}}, {"client": {"speaks": ["tr"]}}):
        cast.request(lindeboom, **changes)
    els.dog_ok = False
    els.save(update_fields=["dog_ok"])
    assert page(telephone, token).context["why_not"] == ["2 did not fit for another reason"]
    els.weekly_limit = 0
    els.hours.all().delete()
    els.dog_ok = True
    els.save(update_fields=["dog_ok", "weekly_limit"])
    assert "one was at a time you are not free" in page(telephone, token).context["why_not"]


def test_why_not_me_counts_only_what_waits_for_a_volunteer(telephone, els, lindeboom, token):
    """Somebody who is always free read "four were at times you are not free": of visits that were booked, or over, long ago."""
    jan = cast.volunteer(lindeboom, name="Jan")
    cast.booked(cast.request(lindeboom), jan)
    assert page(telephone, token).context["why_not"] == []
    waits = cast.request(lindeboom, windows=cast.windows(days=3))
    assert page(telephone, token).context["why_not"] == ["for one nobody has been asked yet: it may be you"]
    cast.offered(waits, jan)
    said = "for one others stood before you: nearer, or asked longer ago"
    assert page(telephone, token).context["why_not"] == [said]
    cast.offered(waits, els)
    assert page(telephone, token).context["why_not"] == []
    cast.texts(els, "nee")
    assert page(telephone, token).context["why_not"] == []


def test_link_opens_for_thirty_days_and_only_its_digest_is_kept(telephone, els, token):
    assert OwnPageLink.objects.get().digest != token
    with clock.travel(clock.now() + timedelta(days=29)):
        assert page(telephone, token).status_code == 200
    with clock.travel(clock.now() + timedelta(days=30)):
        assert page(telephone, token).status_code == 410
        assert post(telephone, token, "pause").status_code == 410
    with clock.travel(clock.now() + timedelta(days=32)):
        assert pagelinks.forget_closed() == 1


@pytest.mark.parametrize("forged", ["x", "é" * 9, "a" * 400, "..%2f"])
def test_forged_link_opens_nothing(telephone, token, forged):
    assert page(telephone, forged).status_code == 404


def test_lost_telephone_closes_every_link(telephone, els, lindeboom, token):
    another = pagelinks.open_page(els, lindeboom)
    lostphones.phone_lost(els, by=SYSTEM)
    assert [page(telephone, one).status_code for one in (token, another)] == [404, 404]


def test_no_restored_link_opens(telephone, token):
    restoring.after_restore(by=SYSTEM)
    assert page(telephone, token).status_code == 404


def test_who_left_has_no_page(telephone, els, token):
    els.left_at = clock.now()
    els.save(update_fields=["left_at"])
    assert page(telephone, token).status_code == 410


def test_text_and_desk_send_a_link_that_opens(telephone, desk, els):
    assert cast.texts(els, "LINK").outcome == "free.page"
    desk.post(reverse("desk:send_page", args=[els.pk]))
    [text] = cast.telephone(els)
    assert OwnPageLink.objects.count() == 2
    assert telephone.get("/me/" + text.rsplit("/", 1)[1]).status_code == 200


def test_who_has_no_internet_gets_no_link(desk, lindeboom):
    bo = cast.volunteer(lindeboom, name="Bo", sms_only=True)
    assert cast.texts(bo, "LINK").status == "inbox"
    desk.post(reverse("desk:send_page", args=[bo.pk]))
    assert not OwnPageLink.objects.exists()


def test_deed_that_is_none_does_not_exist(telephone, token):
    assert post(telephone, token, "dance").status_code == 404
