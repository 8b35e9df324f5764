"""Tables for funders: rows and columns of too few people are told together, and no number can be had by subtracting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.reports.counting import Count, Key
from digibel.reports.tables import LEAST, OTHER, by_place, grouped, table


def figures(told, measure="requests.language", population="requests"):
    """`told`: place to value to (number, people); people of one place are told apart, so the whole is their sum."""
    found = {}
    for place, values in told.items():
        for value, (number, people) in values.items():
            found[Key(measure, value, place)] = Count(number, people)
        whole = [Count(*one) for one in values.values()]
        found[Key(population, "", place)] = Count(sum(one.number for one in whole), sum(one.people for one in whole))
    return found


def same(number):
    return (number, number)


def test_places_and_values_of_too_few_are_told_together():
    found = table(
        figures(
            {
                "1090": {"nl": same(20), "ar": same(2)},
                "1080": {"nl": same(3)},
                "1070": {"nl": same(8), "ar": same(2), "ti": same(1)},
            }
        ),
        "requests",
        "requests.language",
    )
    # 1080 and the smallest that is enough; Arabic and Tigrinya are five in all, but perhaps the same people.
    assert found is not None
    assert (found.rows, found.columns, found.row_totals, found.column_totals, found.total) == (
        ("1090", OTHER),
        (OTHER,),
        (22, 14),
        (36,),
        36,
    )
    assert found.cells == ((22,), (14,))


def test_the_city_of_brussels_is_one_place():
    told = {code: {"fr": same(3)} for code in ("1000", "1020", "1120", "1130")}
    assert by_place(figures(told), "requests") == [("1000", (12,))]


def test_fewer_than_five_people_in_all_are_no_table():
    assert table(figures({"1090": {"nl": (9, 4)}}), "requests", "requests.language") is None
    assert by_place(figures({"1090": {"nl": (9, 4)}}), "requests") == []
    assert table({}, "requests", "requests.language") is None


def test_values_that_are_all_too_few_are_one():
    told = table(figures({"1090": {"nl": same(3), "fr": same(4)}}), "requests", "requests.language")
    assert told is not None
    assert (told.columns, told.cells, told.total) == ((OTHER,), ((7,),), 7)


def test_minutes_are_told_of_the_same_places():
    told = figures({"1090": {"x": same(9)}, "1080": {"x": same(2)}, "1070": {"x": same(7)}}, population="visits")
    minutes = {
        Key("visits.minutes", "", place): Count(60 * at, at) for place, at in (("1090", 9), ("1080", 2), ("1070", 7))
    }
    assert by_place({**told, **minutes}, "visits", "visits.minutes") == [("1090", (9, 540)), (OTHER, (9, 540))]


@pytest.mark.parametrize(
    ("people", "groups"),
    [
        ({"a": 5, "b": 9}, {"a": "a", "b": "b"}),
        ({"a": 2, "b": 3, "c": 9}, {"a": OTHER, "b": OTHER, "c": "c"}),
        ({"a": 2, "b": 6, "c": 9}, {"a": OTHER, "b": OTHER, "c": "c"}),
        ({"a": 2}, {}),
        ({}, {}),
    ],
)
def test_who_is_told_together(people, groups):
    assert grouped({name: Count(*same(number)) for name, number in people.items()}) == groups


PLACES = ("1030", "1070", "1080", "1090", "1120")
CELLS = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 30))


@given(st.fixed_dictionaries({place: st.fixed_dictionaries(dict.fromkeys("abcd", CELLS)) for place in PLACES}))
def test_every_number_that_is_told_is_of_five_people_or_of_nobody(drawn):
    told = {place: {value: same(one) for value, one in line.items() if one} for place, line in drawn.items()}
    found = table(figures({place: line for place, line in told.items() if line}), "requests", "requests.language")
    everything = sum(one for line in drawn.values() for one in line.values())
    if found is None:
        assert everything < LEAST
        return
    numbers = [*found.row_totals, *found.column_totals, found.total]
    assert [one for one in numbers if one < LEAST] == []
    assert [cell for line in found.cells for cell in line if cell is not None and 0 < cell < LEAST] == []
    assert found.total == everything == sum(found.row_totals) == sum(found.column_totals)
