"""Who puts themselves forward: one line for one number, one answer, and nothing before a coordinator's yes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import outbox
from digibel.notifications.errors import NotANumber, NoTextsThere
from digibel.notifications.models import OutboundMessage, Recipient
from digibel.places import UnknownPostcode
from digibel.privacy import sweeping
from digibel.sealing.models import DestroyedKey
from digibel.volunteers import applying
from digibel.volunteers.models import Applicant, Volunteer
from digibel.volunteers.pool import AlreadyInThePool

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

NUMBER = "0470 12 34 56"


def asked(**changes):
    return applying.put_forward(
        **{"first_name": "Aïcha", "number": NUMBER, "postcode": "1090", "speaks": ["fr", "ar"], **changes}
    )


def test_it_lies_with_the_nearest_organisation_and_no_text_leaves(lindeboom):
    far = cast.organisation("Ver", sms_number="+32460000002")
    far.postcode = "1180"
    far.save()
    made = asked(postcode="1020")
    assert (made.organisation, made.due_at > clock.now()) == (lindeboom, True)
    assert (Volunteer.objects.exists(), OutboundMessage.objects.exists()) == (False, False)


def test_the_same_number_twice_is_one_line(lindeboom):
    assert asked() == asked(first_name="Iemand anders", number="+32 470 12 34 56")
    assert Applicant.objects.get().first_name == "Aïcha"


def test_the_same_number_elsewhere_is_a_line_of_their_own_there(lindeboom):
    """Nobody learns, by whose list it is, that another organisation was asked."""
    far = cast.organisation("Ver", sms_number="+32460000002")
    far.postcode = "1180"
    far.save()
    assert [asked(postcode=one).organisation for one in ("1090", "1180")] == [lindeboom, far]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"number": "call me"}, NotANumber),
        ({"number": "02 427 55 66"}, NoTextsThere),
        ({"postcode": "0000"}, UnknownPostcode),
    ],
)
def test_what_cannot_be_rung_or_placed_leaves_nothing_behind(lindeboom, wrong, problem):
    with pytest.raises(problem):
        asked(**wrong)
    assert (Applicant.objects.exists(), Recipient.objects.filter(kind="unknown").exists()) == (False, False)


def test_where_nobody_is_it_is_refused():
    with pytest.raises(applying.NobodyNear):
        asked()


def test_a_full_list_names_the_telephone(lindeboom, monkeypatch):
    monkeypatch.setattr(applying, "MOST_WAITING", 1)
    asked()
    with pytest.raises(applying.ListFull, match="02 511 22 33"):
        asked(number=cast.mobile())


def test_yes_makes_a_volunteer_without_hours_and_tells_them(lindeboom):
    volunteer = applying.take(asked(), by=SYSTEM)
    outbox.sweep()
    assert (volunteer.first_name, volunteer.postcode, volunteer.speaks) == ("Aïcha", "1090", ["fr", "ar"])
    assert volunteer.hours.exists() is False
    assert cast.telephone(volunteer) == [
        "Digibel: merci Aicha! De Lindeboom t'accueille avec plaisir. Nous t'appelons pour la suite. Une question? "
        "Appelle le 02 511 22 33."
    ]


def test_no_is_said_kindly_and_makes_nobody(lindeboom):
    made = asked(speaks=["ber", "nl"])
    applying.decline(made, by=SYSTEM)
    [message] = OutboundMessage.objects.filter(recipient=made.recipient)
    assert message.body == (
        "Digibel: dank je dat je wou helpen. We kunnen nu niet met je verder. Vragen? Bel 02 511 22 33."
    )
    assert not Volunteer.objects.exists()


@pytest.mark.parametrize("first", [applying.take, applying.decline])
@pytest.mark.parametrize("second", [applying.take, applying.decline])
def test_of_two_who_decide_one_wins(lindeboom, first, second):
    made = asked()
    first(made, by=SYSTEM)
    texts = OutboundMessage.objects.count()
    with pytest.raises(applying.ApplicantDecided):
        second(made, by=SYSTEM)
    assert (OutboundMessage.objects.count(), texts) == (1, 1)


def test_who_is_in_the_pool_already_stays_on_the_list(lindeboom):
    cast.volunteer(lindeboom, number=NUMBER)
    made = asked()
    with pytest.raises(AlreadyInThePool):
        applying.take(made, by=SYSTEM)
    made.refresh_from_db()
    assert made.decided_at is None


def test_nobody_waits_without_a_day(lindeboom):
    made = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        Applicant.objects.filter(pk=made.pk).update(due_at=None)


def test_after_ninety_days_nothing_of_them_can_be_read(lindeboom):
    made = asked()
    applying.decline(made, by=SYSTEM)
    with clock.travel(clock.now() + timedelta(days=89)):
        assert sweeping.sweep("strangers", "applicants") == {"strangers": 0, "applicants": 0}
    with clock.travel(clock.now() + timedelta(days=91)):
        assert sweeping.sweep("strangers", "applicants") == {"strangers": 0, "applicants": 1}
    assert not Applicant.objects.exists()
    assert not Recipient.objects.filter(pk=made.recipient_id).exists()
    assert DestroyedKey.objects.filter(pk=made.key_id).exists()
