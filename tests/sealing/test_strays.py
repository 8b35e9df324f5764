import pytest

from digibel.sealing import keys
from digibel.sealing.strays import find_strays

pytestmark = pytest.mark.django_db


@pytest.fixture
def models(person_model, letter_model):
    return [person_model, letter_model]


def test_sound_rows_are_no_strays(models, letter_model, make_person):
    letter_model.objects.create(person=make_person("Rachida"), body="Beste mevrouw")
    assert find_strays(models) == []


def test_text_left_behind_under_another_key_is_found(models, letter_model, person_model, make_person):
    person = make_person("Rachida", note=None)
    letter = letter_model.objects.create(person=person, body="Beste mevrouw")
    person_model.objects.update(key_id=keys.new_key())
    assert find_strays(models) == [
        f"sealing_cast.Person {person.pk}: name does not lie under its owner's key.",
        f"sealing_cast.Letter {letter.pk}: body does not lie under its owner's key.",
    ]


def test_erased_person_is_no_stray(models, make_person):
    keys.destroy(make_person("Rachida").key_id)
    assert find_strays(models) == []
