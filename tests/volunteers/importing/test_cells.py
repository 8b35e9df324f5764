"""One cell, as people write it."""

from datetime import date, time

import pytest

from digibel.problems import Problem
from digibel.sheets import cells as common
from digibel.sheets import hours
from digibel.volunteers.importing import cells

MORNING, NINE_TO_FIVE = (time(9), time(12)), (time(9), time(17))


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("0470 12 34 56", "+32470123456"),
        ("+32 (0)470 12 34 56", "+32470123456"),
        ("0032470123456", "+32470123456"),
        ("32470123456", "+32470123456"),
        ("470123456", "+32470123456"),
        ("0470/12.34.56 (gsm)", "+32470123456"),
        ("02 345 67 89 / 0470 12 34 56", "+32470123456"),
        ("+33 6 12 34 56 78", "+33612345678"),
    ],
)
def test_numbers(told: str, read: str) -> None:
    assert cells.number(told) == read


@pytest.mark.parametrize(
    ("told", "code"),
    [("", "cell_empty"), ("02 345 67 89", "no_mobile"), ("abc", "not_a_number"), ("0470", "not_a_number")],
)
def test_numbers_that_no_text_reaches(told: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        cells.number(told)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("told", "known", "unknown"),
    [
        ("nl", ["nl"], []),
        ("NL, FR", ["nl", "fr"], []),
        ("nl en fr", ["nl", "fr"], []),
        ("nl fr en", ["nl", "fr", "en"], []),
        ("Nederlands / Frans", ["nl", "fr"], []),
        ("Frans, Engels en Arabisch", ["fr", "en", "ar"], []),
        ("néerlandais et français", ["nl", "fr"], []),
        ("arabe marocain; berbère", ["ary", "rif"], []),
        ("Polski", ["pl"], []),
        ("العربية", ["ar"], []),
        ("frans, klingon", ["fr"], ["klingon"]),
    ],
)
def test_languages(told: str, known: list[str], unknown: list[str]) -> None:
    assert common.spoken(told) == common.Several(known, unknown)


def test_skills_by_code_by_name_and_by_what_people_say() -> None:
    told = "smartphone; Wifi en internet, WhatsApp, itsme & printen, koken"
    read = cells.skills(told)
    assert read == common.Several(["smartphone", "wifi", "video-call", "itsme-eid", "printer"], ["koken"])


@pytest.mark.parametrize("told", ["30/11/2026", "30-11-26", "2026-11-30", "30.11.2026", "46356", "2026-11-30 00:00:00"])
def test_days(told: str) -> None:
    assert common.day(told) == date(2026, 11, 30)


@pytest.mark.parametrize("told", ["31/02/2026", "november", "2026", "30/11", "³⁰/11/2026"])
def test_what_is_no_day(told: str) -> None:
    with pytest.raises(Problem):
        common.day(told)


def test_postcodes_wherever_the_digits_stand() -> None:
    assert [cells.postcode(told) for told in ("1080", "B-1080", "1080 Molenbeek", "Molenbeek (1080)")] == ["1080"] * 4
    with pytest.raises(Problem):
        cells.postcode("Molenbeek")


def every(days: range, *spans: tuple[time, time]) -> list[hours.Hours]:
    return [(day, *span) for day in days for span in spans]


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("", []),
        ("ma-vr 9-17", every(range(5), NINE_TO_FIVE)),
        ("ma t/m do 9.00-12.00", every(range(4), MORNING)),
        ("van maandag tot en met vrijdag van 9 tot 17 uur", every(range(5), NINE_TO_FIVE)),
        ("en semaine de 9h à 17h", every(range(5), NINE_TO_FIVE)),
        ("lundi et jeudi matin; mardi 14h-17h30", [(0, *MORNING), (1, time(14), time(17, 30)), (3, *MORNING)]),
        ("ma 9u-12u en 13u30-17u, wo voormiddag", [(0, *MORNING), (0, time(13, 30), time(17)), (2, *MORNING)]),
        ("le mardi après-midi", [(1, time(13), time(17))]),
        ("dinsdagvoormiddag", [(1, *MORNING)]),
        ("altijd", every(range(7), (time(9), time(18)))),
        ("week-end", every(range(5, 7), (time(9), time(18)))),
        ("lu ma me 9h-12h", every(range(3), MORNING)),
        ("zo-di 9-12", [(0, *MORNING), (1, *MORNING), (6, *MORNING)]),
        ("Monday 9:00-12:00, Monday 11:00-17:00", [(0, time(9), time(17))]),
    ],
)
def test_hours(told: str, read: list[hours.Hours]) -> None:
    assert hours.read(told) == read


@pytest.mark.parametrize(
    "told",
    [
        "maandag na 17u",
        "tous les jours sauf mercredi",
        "9-12",
        "vr 22-2",
        "vr 9-",
        "wat past",
        "mon 2pm-4pm",
        "di 9-12",
        "ma 25-26",
        "ma 9-12-13",
    ],
)
def test_hours_that_are_not_wholly_understood_are_refused(told: str) -> None:
    with pytest.raises(Problem) as refused:
        hours.read(told)
    assert refused.value.code == "no_such_hours"


def test_the_column_shows_in_which_language_two_letters_are_meant() -> None:
    dutch, french = hours.words(["wo 9-12", "ma 9-12"]), hours.words(["je 9-12", "ma 9-12"])
    assert hours.read("di 9-12", dutch) == [(1, *MORNING)]
    assert hours.read("di 9-12", french) == [(6, *MORNING)]
