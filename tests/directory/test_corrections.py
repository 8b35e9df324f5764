"""What a coordinator found out: saved with the day and the organisation, and over nobody's head."""

from datetime import date

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.directory.corrections import add, correct
from digibel.directory.errors import ChangedMeanwhile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

FACTS = {"kind": "library", "name": "Bib Jette", "postcode": "1090", "source": "rang them"}


@pytest.fixture
def library(lindeboom):
    return add(**FACTS, organisation=lindeboom, by=SYSTEM)


def test_a_new_place_was_seen_today_by_who_noted_it(library, lindeboom):
    assert (library.checked_on, library.checked_by, library.version) == (clock.today(), lindeboom, 1)
    assert library.slug == f"bib-jette-{library.pk.hex[:8]}"
    assert Event.objects.get(verb="place.added").subject_id == str(library.pk)


def test_a_name_without_a_letter_of_ours_has_a_slug_too(lindeboom):
    assert add(**{**FACTS, "name": "مكتبة"}, organisation=lindeboom, by=SYSTEM).slug


def test_correcting_names_the_fields_in_the_audit_and_not_what_they_say(library, lindeboom):
    correct(library, by=SYSTEM, organisation=lindeboom, version=1, phone="02 555 00 00", name="Bib Jette")
    facts = Event.objects.get(verb="place.checked").facts
    assert facts == {"fields": ["phone"]}


def test_nobody_saves_over_what_they_did_not_see(library, lindeboom):
    correct(library, by=SYSTEM, organisation=lindeboom, version=1, phone="02 555 00 00")
    with pytest.raises(ChangedMeanwhile):
        correct(library, by=SYSTEM, organisation=lindeboom, version=1, phone="")
    library.refresh_from_db()
    assert (library.phone, library.version) == ("02 555 00 00", 2)


def test_a_check_says_the_day_and_the_organisation(library):
    neighbour = cast.organisation("De Sleutel", sms_number="+32460000002")
    checked = correct(library, by=SYSTEM, organisation=neighbour, checked_on=date(2026, 9, 14))
    assert (checked.checked_on, checked.checked_by) == (date(2026, 9, 14), neighbour)


def test_no_secret_is_noted_with_a_place(lindeboom):
    noted = add(**{**FACTS, "price": "pincode 4821"}, organisation=lindeboom, by=SYSTEM)
    assert "4821" not in noted.price
