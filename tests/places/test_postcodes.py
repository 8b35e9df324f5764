import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel import places
from digibel.problems import Problem

BRUSSELS = {
    "1000": ("Brussel", "Bruxelles"),
    "1020": ("Laken", "Laeken"),
    "1030": ("Schaarbeek", "Schaerbeek"),
    "1040": ("Etterbeek", "Etterbeek"),
    "1050": ("Elsene", "Ixelles"),
    "1060": ("Sint-Gillis", "Saint-Gilles"),
    "1070": ("Anderlecht", "Anderlecht"),
    "1080": ("Sint-Jans-Molenbeek", "Molenbeek-Saint-Jean"),
    "1081": ("Koekelberg", "Koekelberg"),
    "1082": ("Sint-Agatha-Berchem", "Berchem-Sainte-Agathe"),
    "1083": ("Ganshoren", "Ganshoren"),
    "1090": ("Jette", "Jette"),
    "1120": ("Neder-Over-Heembeek", "Neder-Over-Heembeek"),
    "1130": ("Haren", "Haren"),
    "1140": ("Evere", "Evere"),
    "1150": ("Sint-Pieters-Woluwe", "Woluwe-Saint-Pierre"),
    "1160": ("Oudergem", "Auderghem"),
    "1170": ("Watermaal-Bosvoorde", "Watermael-Boitsfort"),
    "1180": ("Ukkel", "Uccle"),
    "1190": ("Vorst", "Forest"),
    "1200": ("Sint-Lambrechts-Woluwe", "Woluwe-Saint-Lambert"),
    "1210": ("Sint-Joost-ten-Node", "Saint-Josse-ten-Noode"),
}

# The letters of GSM-7 that these names may use: any other would turn a whole text into UCS-2 and double its price.
PLAIN = set(string.ascii_letters + "-")


def test_brussels_has_its_22_postcodes_in_two_languages() -> None:
    assert {place.postcode: (place.name_nl, place.name_fr) for place in places.brussels()} == BRUSSELS


def test_brussels_names_fit_in_a_plain_text() -> None:
    assert set("".join(nl + fr for nl, fr in BRUSSELS.values())) - PLAIN == set()


@pytest.mark.parametrize(
    ("postcode", "language", "name"),
    [
        ("1050", "nl", "Elsene"),
        ("1050", "fr", "Ixelles"),
        ("1050", "ar", "Ixelles"),
        ("4000", "nl", "Luik"),
        ("9000", "fr", "Gand"),
        ("3700", "nl", "Tongeren"),
        ("1731", "fr", "Zellik"),
        ("7090", "nl", "'s-Gravenbrakel"),
    ],
)
def test_name_is_said_in_the_readers_language(postcode: str, language: str, name: str) -> None:
    assert places.name(postcode, language) == name


@pytest.mark.parametrize("written", ["1080", " 1080 ", "B-1080", "b 1080", "BE-1080"])
def test_get_forgives_how_it_is_written(written: str) -> None:
    assert places.get(written).name_nl == "Sint-Jans-Molenbeek"


@pytest.mark.parametrize("written", ["", "108", "10800", "9999", "0000", "B", "Molenbeek", "4821 is my pin"])
def test_get_refuses_what_is_no_postcode(written: str) -> None:
    with pytest.raises(places.UnknownPostcode) as refusal:
        places.get(written)
    assert str(refusal.value) == places.UnknownPostcode.message
    assert isinstance(refusal.value, Problem)
    assert not places.is_known(written)


@given(st.text() | st.from_regex(r"\s*B?E?-?[0-9]{3,5}\s*", fullmatch=True))
def test_is_known_exactly_where_get_answers(written: str) -> None:
    if places.is_known(written):
        assert places.get(written).postcode in written
    else:
        with pytest.raises(places.UnknownPostcode):
            places.get(written)


@pytest.mark.parametrize(("postcode", "answer"), [("1210", True), ("B-1000", True), ("1700", False), ("1110", False)])
def test_is_brussels_stops_at_the_border_of_the_region(postcode: str, answer: bool) -> None:
    assert places.is_brussels(postcode) is answer


def test_every_postcode_has_a_point_in_belgium() -> None:
    every = [places.get(f"{number}") for number in range(1000, 10000) if places.is_known(f"{number}")]
    assert len(every) == 1146
    outside = [p.postcode for p in every if not (49.4 < p.latitude < 51.6 and 2.5 < p.longitude < 6.5)]
    assert outside == []
    assert [p.postcode for p in every if not (p.name_nl and p.name_fr)] == []
