"""How volunteers are asked is chosen by a coordinator, within what people bear, and written down."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.organisations.asking import NotAWayToAsk, NotSuchAHope, NotThatOften, choose_asking
from digibel.organisations.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_an_organisation_begins_with_as_many_as_needed(lindeboom):
    assert (lindeboom.asking, lindeboom.asking_h, lindeboom.asked_a_week) == ("hazard", Decimal("0.50"), 5)


def test_what_was_chosen_holds_here_and_is_written_down(lindeboom):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    choose_asking(lindeboom, way="waves", a_week=3, h=Decimal("0.75"), by=SYSTEM)
    lindeboom.refresh_from_db()
    sleutel.refresh_from_db()
    assert (lindeboom.asking, lindeboom.asking_h, lindeboom.asked_a_week) == ("waves", Decimal("0.75"), 3)
    assert sleutel.asking == "hazard"
    event = Event.objects.get(verb="organisation.asking_chosen")
    assert event.facts == {"way": "waves", "a_week": 3, "h": "0.75"}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"way": "by_hand"}, NotAWayToAsk),
        ({"way": ""}, NotAWayToAsk),
        ({"a_week": 6}, NotThatOften),
        ({"a_week": 0}, NotThatOften),
        ({"a_week": None}, NotThatOften),
        ({"h": Decimal("NaN")}, NotSuchAHope),
        ({"h": Decimal("9")}, NotSuchAHope),
        ({"h": None}, NotSuchAHope),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_changes(lindeboom, changes, refusal):
    with pytest.raises(refusal):
        choose_asking(lindeboom, **{"way": "waves", "a_week": 3, "h": Decimal("0.5"), **changes}, by=SYSTEM)
    assert Organisation.objects.get().asking == "hazard"


def test_the_database_refuses_a_sixth_offer_a_week(lindeboom):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.update(asked_a_week=6)
