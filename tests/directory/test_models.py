from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from digibel.audit.actors import SYSTEM
from digibel.directory.corrections import correct
from digibel.directory.models import HelpPlace, Kind

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # 15:30 in Brussels


def test_open_at_finds_whose_door_is_open(known_places: None) -> None:
    assert [place.slug for place in HelpPlace.objects.open_at(TUESDAY)] == ["muntpunt-app-o-theek"]
    assert list(HelpPlace.objects.open_at(TUESDAY.replace(hour=16))) == []
    assert list(HelpPlace.objects.of_kind(Kind.COMPUTER_ROOM).open_at(TUESDAY)) == []


def test_to_check_lists_what_nobody_looked_at_for_a_year(known_places: None) -> None:
    today = date(2026, 11, 21)
    caw = HelpPlace.objects.get(slug="caw-brussel")
    oldest = HelpPlace.objects.to_check(today).first()
    assert oldest is not None
    assert (oldest.slug, oldest.checked_on) == ("card-stop", None)
    everything = set(HelpPlace.objects.to_check(today))
    assert everything == set(HelpPlace.objects.all())
    correct(caw, by=SYSTEM, checked_on=date(2025, 11, 21))
    assert everything - set(HelpPlace.objects.to_check(today)) == {caw}
    correct(caw, by=SYSTEM, checked_on=date(2025, 11, 20))
    assert set(HelpPlace.objects.to_check(today)) == everything


def test_to_check_forgets_what_has_closed(known_places: None) -> None:
    closed = correct(HelpPlace.objects.get(slug="ocr-1000-arc"), by=SYSTEM, checked_on=date(2022, 1, 1), active=False)
    assert list(HelpPlace.objects.to_check(date(2026, 11, 21)).filter(pk=closed.pk)) == []


def test_name_in_falls_back_to_the_only_name(known_places: None) -> None:
    library = HelpPlace.objects.get(slug="ocr-1000-rijke-klaren")
    atelier = HelpPlace.objects.get(slug="ocr-1060-atelier-du-web")
    assert library.name_in("nl") == "OCR van de bibliotheek Rijke Klaren"
    assert library.name_in("tr") == "EPN de la bibliothèque des Riches-Claires"
    assert atelier.name_in("fr") == "Atelier du Web"


def test_a_place_without_a_source_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        HelpPlace(slug="x", kind=Kind.HELPDESK, name="Somewhere", postcode="1080").full_clean()
    assert list(refusal.value.message_dict) == ["source"]
