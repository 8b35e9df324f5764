"""The loader, and the pieces that texts are put together from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel import places
from digibel.languages import LANGUAGES
from digibel.notifications import phrasebook
from digibel.notifications.phrasebook.folding import GSM_LETTERS
from digibel.notifications.phrasebook.longest import longest_value
from digibel.scheduling.offers import LONGEST_AREA


def test_render_fills_in_a_text():
    text = phrasebook.render("reminder_hour", "nl", client="Anna", time="14u", word="tulp")
    assert text == (
        "Digibel: Anna verwacht je om 14u. Woord: tulp. Antwoord IN als je binnen bent en UIT als je klaar bent."
    )


def test_render_leaves_no_gap_for_an_empty_letter():
    values = {
        "area": "Jette",
        "distance": "2 km",
        "languages": "Frans",
        "topic": "videobellen",
        "windows": "do 26/11 14u-16u",
    }
    alone = phrasebook.render("offer_one", "nl", letter="", door="", **values)
    one_of_two = phrasebook.render("offer_one", "nl", letter="A", door=", hond", **values)
    assert alone == "Digibel: bezoek in Jette (2 km), Frans: videobellen. do 26/11 14u-16u. JA of NEE?"
    assert one_of_two == "Digibel A: bezoek in Jette (2 km), Frans: videobellen, hond. do 26/11 14u-16u. JA A of NEE A?"


def test_render_refuses_an_unknown_text():
    with pytest.raises(phrasebook.PhrasebookError, match="no_such_text"):
        phrasebook.render("no_such_text", "nl")


def test_render_refuses_an_unknown_language():
    with pytest.raises(phrasebook.PhrasebookError, match="xx"):
        phrasebook.render("taken", "xx")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"client": "Anna", "time": "14u"},
        {"client": "Anna", "time": "14u", "word": "tulp", "street": "Kerkstraat 1"},
    ],
)
def test_render_refuses_values_that_are_missing_or_too_many(values):
    with pytest.raises(phrasebook.PhrasebookError, match="reminder_hour"):
        phrasebook.render("reminder_hour", "nl", **values)


def test_render_folds_names_but_neither_links_nor_words():
    text = phrasebook.render(
        "accepted", "fr", name="Zoë", client="Çağlar", moment="jeu 26/11", word="tulp", link="https://example.org/ë"
    )
    assert text == "Digibel: merci Zoe! Çaglar, jeu 26/11. Dis à la porte: tulp. Infos: https://example.org/ë"


def test_render_keeps_the_letters_of_scripts():
    assert phrasebook.render("voicemail", "fr", organisation="Le Chaînon", phone="02 1") == (
        "Bonjour. Ici Le Chaînon. Pouvez-vous nous appeler au 02 1 ? Merci beaucoup."
    )


def test_render_keeps_a_telephone_number_in_one_piece_from_right_to_left():
    text = phrasebook.render("help_client", "ar", phone="02 345 67 89")
    assert text == "Digibel: اتصلوا بنا: 02.345.67.89. يسعدنا أن نساعدكم."


def test_render_does_not_read_placeholders_in_values():
    assert "{word}" in phrasebook.render("reminder_hour", "nl", client="{word}", time="14u", word="tulp")


def test_voicemail_says_nothing_but_to_ring():
    assert phrasebook.placeholders("voicemail") == {"organisation", "phone"}


def test_door_tells_stairs_dog_and_smoke():
    assert phrasebook.door("nl", floor=4, lift=False, dog=True) == ", 4e verd geen lift, hond"
    assert phrasebook.door("fr", floor=4, lift=True, smoke=True) == ", étage 4 ascenseur, fumée"
    assert phrasebook.door("ar", floor=4, dog=True) == "، الطابق 4، كلب"


@pytest.mark.parametrize("language", ["fr", "es", "pt"])
def test_a_shortened_word_at_the_end_of_the_door_leaves_the_full_stop_to_the_text(language):
    assert not phrasebook.door(language, floor=2, lift=False).endswith(".")
    assert "., " in phrasebook.door(language, floor=2, lift=False, dog=True)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_no_name_of_a_municipality_in_brussels_is_cut(language):
    names = [places.name(one.postcode, language) for one in places.brussels()]
    assert max(map(len, names)) <= LONGEST_AREA == len(longest_value("area", language))


def test_door_is_empty_when_there_is_nothing_to_tell():
    assert phrasebook.door("nl") == ""
    assert phrasebook.door("nl", floor=0, lift=False) == ""


def test_distance_is_never_finer_than_a_kilometre():
    assert [phrasebook.distance(far, "nl") for far in (0.0, 0.4, 2.4, 12.0)] == ["1 km", "1 km", "2 km", "12 km"]


def test_numbered_windows_have_the_number_to_answer():
    windows = ["do 26/11 14u", "vr 27/11 9u"]
    assert phrasebook.numbered(windows, "nl") == "1 = do 26/11 14u, 2 = vr 27/11 9u"
    assert phrasebook.numbered(windows, "nl", letter="B") == "B1 = do 26/11 14u, B2 = vr 27/11 9u"


def test_either_joins_letters_with_a_word():
    assert [phrasebook.either(list(letters), "nl") for letters in ("A", "AB", "ABC")] == ["A", "A of B", "A, B of C"]


def test_spoken_names_languages_in_the_readers_language():
    assert phrasebook.spoken(["fr", "ar"], "nl") == "Frans/Arabisch"


def test_topic_fallback_fits_in_the_place_of_a_topic():
    assert [code for code in LANGUAGES if len(phrasebook.topic_fallback(code)) > 24] == []


def test_fold_writes_with_the_letters_of_every_telephone():
    assert (
        phrasebook.fold("Zoë wacht… “op” Łukasz’ œuvre, 5 €, ñ é à") == 'Zoe wacht... "op" Lukasz\' oeuvre, 5 €, ñ é à'
    )
    assert phrasebook.fold("İyi günler, ışık çağı") == "Iyi günler, isik cagi"


def test_fold_leaves_other_scripts_alone():
    assert phrasebook.fold("مرحبا") == "مرحبا"


@given(st.text())
def test_fold_is_done_after_once(text):
    assert phrasebook.fold(phrasebook.fold(text)) == phrasebook.fold(text)


@given(st.text(alphabet=sorted(GSM_LETTERS)))
def test_fold_leaves_the_gsm_alphabet_alone(text):
    assert phrasebook.fold(text) == text
