"""Who waits where, and who can come: counts, never of the neighbours' requests."""

import pytest
from django.urls import reverse

import cast
from digibel import places
from digibel.desk import maps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock", "english")]


def at(found, postcode):
    return next(area for area in found.rows if area.postcode == postcode)


def test_a_request_where_nobody_is_ready_to_go_is_a_gap(desk, lindeboom):
    cast.request(lindeboom)
    jette = at(maps.of(lindeboom), "1090")
    assert (jette.open, jette.waiting, jette.reach, jette.gap) == (1, 1, 0, "none")
    page = desk.get(reverse("desk:reach")).content.decode()
    assert page.count("One person waits where no volunteer can come") == 1
    assert page.count("nobody can come, and somebody waits") == 2  # on the tile for the ear, and in the table


def test_reach_follows_how_far_somebody_goes(lindeboom):
    els = cast.volunteer(lindeboom)
    found = maps.of(lindeboom)
    assert (at(found, els.postcode).live, at(found, els.postcode).reach) == (1, 1)
    els.reach_minutes, els.reach_km = None, 0
    els.save()
    assert [area.postcode for area in maps.of(lindeboom).rows if area.reach] == [els.postcode]


def test_few_can_come_only_counts_where_somebody_waits(lindeboom):
    els = cast.volunteer(lindeboom)
    assert at(maps.of(lindeboom), els.postcode).gap == ""
    cast.request(lindeboom)
    assert at(maps.of(lindeboom), "1090").gap == "few"


def test_a_language_narrows_both_sides(lindeboom):
    cast.request(lindeboom)
    cast.volunteer(lindeboom)
    for language, told in {"nl": (1, 1), "so": (0, 0)}.items():
        jette = at(maps.of(lindeboom, language=language), "1090")
        assert (jette.open, jette.reach) == told


def test_of_the_neighbours_nothing_is_counted(lindeboom, sleutel):
    cast.request(sleutel)
    cast.volunteer(sleutel)
    assert {(area.open, area.waiting, area.live, area.reach) for area in maps.of(lindeboom).rows} == {(0, 0, 0, 0)}


def test_every_postcode_of_brussels_lies_on_one_tile():
    codes = [code for tile in maps.tiles() for code in tile["postcodes"]]
    assert sorted(codes) == sorted(place.postcode for place in places.brussels())


def test_another_region_is_drawn_by_the_points_of_its_postcodes(lindeboom):
    cast.request(lindeboom, client={"first_name": "Anna", "postcode": "9000"})
    cast.request(lindeboom, client={"first_name": "Bo", "postcode": "2000"})
    gent, antwerp = (at(maps.of(lindeboom), code) for code in ("9000", "2000"))
    assert gent.x < antwerp.x  # west of it
    assert gent.y > antwerp.y  # and south of it
    for area in (gent, antwerp):
        assert 0 < area.x < maps.WIDTH
        assert 0 < area.y < maps.HEIGHT


def test_one_place_alone_has_its_point(lindeboom):
    cast.request(lindeboom, client={"first_name": "Anna", "postcode": "9000"})
    gent = at(maps.of(lindeboom), "9000")
    assert (gent.x, gent.y) == (maps.MARGIN, maps.MARGIN)


@pytest.mark.parametrize("query", ["?language=xx", "?language=", "?language=nl&language=fr", "?postcode=1090"])
def test_what_makes_no_sense_is_left_out_of_the_filter(desk, lindeboom, query):
    assert desk.get(reverse("desk:reach") + query).status_code == 200
