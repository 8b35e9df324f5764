"""Languages, and moments as each of them says it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date
from django.utils import translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from digibel import languages
from digibel.notifications.phrasebook.folding import GSM_LETTERS

# A Thursday in winter time: half past two in Brussels.
THURSDAY = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
FULL_HOUR = THURSDAY - timedelta(minutes=30)
TWO_HOURS = timedelta(hours=2)
TEXT_LANGUAGES = tuple(languages.LANGUAGES)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def test_languages_are_those_of_brussels_and_three_at_the_desk():
    assert TEXT_LANGUAGES == ("nl", "fr", "en", "ar", "tr", "ro", "sq", "pl", "pt", "es")
    assert languages.DESK_LANGUAGES == ("nl", "fr", "en")
    assert {"rif", "ary", "vgt", "sfb", "other"} <= languages.SPOKEN.keys() - languages.LANGUAGES.keys()


@pytest.mark.parametrize("language", TEXT_LANGUAGES)
@pytest.mark.parametrize("code", languages.SPOKEN)
def test_name_of_is_known_for_every_language_in_every_language(code, language):
    assert languages.name_of(code, language).strip() != ""
    assert languages.name_of(code, language) != code


def test_name_of_is_said_in_the_language_of_the_reader():
    assert languages.name_of("fr", "nl") == "Frans"
    assert languages.name_of("nl", "fr") == "néerlandais"
    assert languages.name_of("rif", "en") == "Tarifit/Tamazight"
    assert languages.name_of("vgt", "nl") == "Vlaamse Gebarentaal"
    assert languages.name_of("other", "fr") == "autre langue"


def test_name_of_refuses_a_code_that_nobody_speaks():
    with pytest.raises(KeyError):
        languages.name_of("xx", "nl")


def test_best_language_is_the_first_with_texts():
    assert languages.best_language(["rif", "fr", "nl"], "nl") == "fr"
    assert languages.best_language(["fr-BE"], "nl") == "fr"
    assert languages.best_language(["pt_BR"], "nl") == "pt"


def test_best_language_falls_back_when_there_are_no_texts():
    assert languages.best_language(["rif", "vgt"], "fr") == "fr"
    assert languages.best_language([], "nl") == "nl"


def test_window_tells_the_day_once():
    told = {language: languages.window(THURSDAY, THURSDAY + TWO_HOURS, language) for language in TEXT_LANGUAGES}
    assert told == {
        "nl": "do 26/11 14u30-16u30",
        "fr": "jeu 26/11 14h30-16h30",
        "en": "Thu 26/11 14:30-16:30",
        "ar": "الخميس 26/11 14:30 إلى 16:30",
        "tr": "Per 26/11 14:30-16:30",
        "ro": "joi 26/11 14:30-16:30",
        "sq": "enj 26/11 14:30-16:30",
        "pl": "czw 26/11 14:30-16:30",
        "pt": "qui 26/11 14h30-16h30",
        "es": "jue 26/11 14:30-16:30",
    }


def test_window_over_midnight_names_both_days():
    evening = datetime(2026, 11, 26, 22, tzinfo=UTC)
    assert languages.window(evening, evening + TWO_HOURS, "nl") == "do 26/11 23u-vr 27/11 1u"


def test_clock_time_leaves_out_the_minutes_of_a_full_hour():
    assert [languages.clock_time(FULL_HOUR, language) for language in ("nl", "fr", "en")] == ["14u", "14h", "14:00"]


def test_clock_time_of_a_morning_has_no_zero_in_front():
    morning = datetime(2026, 11, 26, 8, 5, tzinfo=UTC)
    assert [languages.clock_time(morning, language) for language in ("nl", "en")] == ["9u05", "9:05"]


def test_clock_time_follows_summer_time():
    assert languages.clock_time(datetime(2026, 7, 1, 12, tzinfo=UTC), "nl") == "14u"


def test_about_is_the_half_hour_from_the_start():
    assert languages.about(FULL_HOUR, "nl") == "tussen 14u en 14u30"
    assert languages.about(FULL_HOUR, "fr") == "entre 14h et 14h30"
    assert languages.about(FULL_HOUR, "en") == "between 14:00 and 14:30"


def test_about_is_half_an_hour_in_the_night_that_the_clock_jumps():
    before_the_jump = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)
    assert languages.about(before_the_jump, "nl") == "tussen 1u45 en 3u15"
    assert languages.about(before_the_jump.astimezone(languages.BRUSSELS), "nl") == "tussen 1u45 en 3u15"


def test_day_in_words_uses_the_letters_of_the_language():
    august = datetime(2026, 8, 12, 12, tzinfo=UTC)
    assert languages.day_in_words(THURSDAY, "nl") == "donderdag 26 november"
    assert languages.day_in_words(august, "fr") == "mercredi 12 août"
    assert languages.day_in_words(august, "es") == "miércoles 12 de agosto"
    assert languages.day_in_words(august, "tr") == "12 Ağustos Çarşamba"


@pytest.mark.parametrize("tell", [languages.day, languages.clock_time, languages.about, languages.day_in_words])
def test_moments_without_a_time_zone_are_refused(tell):
    with pytest.raises(ValueError, match="time zone"):
        tell(datetime(2026, 11, 26, 14), "nl")


@given(MOMENTS, st.sampled_from([code for code in TEXT_LANGUAGES if code != "ar"]))
def test_moments_for_text_messages_fit_the_gsm_alphabet(moment, language):
    told = languages.window(moment, moment + TWO_HOURS, language) + languages.about(moment, language)
    assert set(told) <= GSM_LETTERS


@given(MOMENTS, st.sampled_from(TEXT_LANGUAGES))
def test_day_is_the_day_in_brussels(moment, language):
    there = moment.astimezone(languages.BRUSSELS)
    expected = f"{languages.LANGUAGES[language].days[there.weekday()]} {there.day}/{there.month}"
    assert languages.day(moment, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("ja donderdag is goed", "nl", {3}),
        ("tengo tiempo el domingo", "es", {6}),
        ("w niedzielę", "pl", {6}),
        ("PAZARTESI olur", "tr", {0}),
        ("pazar", "tr", {6}),
        ("të enjten mundem", "sq", {3}),
        ("يوم الاحد", "ar", {6}),
        ("na segunda-feira ou terça-feira", "pt", {0, 1}),
        ("a segunda está bem", "pt", set()),
        ("luna asta", "ro", set()),
        ("sunny days", "en", set()),
    ],
)
def test_days_named_in_a_text_are_known_in_their_cases(text, language, days):
    assert languages.weekdays_named(text, language) == days


@pytest.mark.parametrize("language", languages.DESK_LANGUAGES)
def test_no_sentence_of_ours_takes_the_place_of_a_month(language):
    """Django looks the names of months up among our sentences: what somebody may do was once a month."""
    months = [date(2026, number, 1) for number in range(1, 13)]
    with translation.override(language):
        told = [date_format(month, "F").casefold() for month in months]
    assert told == [format_date(month, "LLLL", locale=language).casefold() for month in months]


def test_first_of_a_month_is_le_premier_in_french():
    first, second = date(2026, 12, 1), date(2026, 12, 2)
    assert languages.date_in_words(first, "fr", weekday=True, year=True) == "mardi 1er décembre 2026"
    assert languages.date_in_words(second, "fr", weekday=True) == "mercredi 2 décembre"
    assert languages.short_date(first, "fr") == "mar. 1er déc."
    assert languages.date_in_words(first, "nl", weekday=True) == "dinsdag 1 december"
