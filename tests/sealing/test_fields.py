import copy
import pickle
import uuid

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import NotSupportedError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.template import Context, Engine
from django.test.utils import isolate_apps
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from digibel.sealing import keys
from digibel.sealing.envelope import Sealed
from digibel.sealing.errors import Erased, KeyMissing, SealingError, Unsealable
from digibel.sealing.fields import SealedTextField
from digibel.sealing.reading import unsealed_or_none

pytestmark = pytest.mark.django_db


def column(model, pk, name="name"):
    """What the database holds: bytes, or None."""
    table, quote = model._meta.db_table, connection.ops.quote_name
    value = model._meta.pk.get_db_prep_value(pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quote(name)} FROM {quote(table)} WHERE id = %s", [value])
        stored = cursor.fetchone()[0]
    return None if stored is None else bytes(stored)


def overwrite(model, pk, stored, name="name"):
    table, quote = model._meta.db_table, connection.ops.quote_name
    value = model._meta.pk.get_db_prep_value(pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quote(table)} SET {quote(name)} = %s WHERE id = %s", [stored, value])


@given(name=st.text(), note=st.none() | st.text())
def test_any_text_comes_back_as_it_was(person_model, make_person, name, note):
    person = make_person(name, note=note)
    found = person_model.objects.get(pk=person.pk)
    assert (found.name, found.note) == (name, note)


def test_text_is_readable_before_and_after_saving(person_model):
    person = person_model(key_id=keys.new_key(), name="Rachida")
    before = person.name
    person.save()
    assert (before, person.name) == ("Rachida", "Rachida")


def test_database_holds_nothing_readable(person_model, make_person):
    person = make_person("Rachida")
    stored = column(person_model, person.pk)
    assert b"Rachida" not in stored
    assert stored[:17] == b"\x01" + person.key_id.bytes


def test_equal_texts_are_sealed_differently(person_model, make_person):
    key_id = keys.new_key()
    one, two = (person_model.objects.create(key_id=key_id, name="Jan") for _ in range(2))
    assert column(person_model, one.pk)[17:] != column(person_model, two.pk)[17:]


def test_empty_text_is_sealed_and_none_is_null(person_model, make_person):
    person = make_person("", note=None)
    assert len(column(person_model, person.pk)) == 1 + 16 + 12 + 16
    assert column(person_model, person.pk, "note") is None


def test_lazy_translation_is_text(make_person):
    assert make_person(gettext_lazy("Dutch")).name == str(gettext_lazy("Dutch"))


def test_something_else_than_text_is_refused(person_model):
    with pytest.raises(TypeError, match="takes text, not bytes"):
        person_model(name=b"Rachida")


# --- tampering ----------------------------------------------------------------------------------------------------


@given(data=st.data())
def test_one_flipped_bit_anywhere_is_never_read(person_model, make_person, data):
    person = make_person("Rachida")
    stored = bytearray(column(person_model, person.pk))
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << (bit % 8)
    overwrite(person_model, person.pk, bytes(stored))
    with pytest.raises(Unsealable):
        _ = person_model.objects.get(pk=person.pk).name


@given(length=st.integers(0, 51))
def test_cut_text_is_never_read(person_model, make_person, length):
    person = make_person("Rachida")
    overwrite(person_model, person.pk, column(person_model, person.pk)[:length])
    with pytest.raises(Unsealable):
        _ = person_model.objects.get(pk=person.pk).name


def test_text_moved_to_another_row_of_the_same_person_is_refused(person_model):
    key_id = keys.new_key()
    one, two = (person_model.objects.create(key_id=key_id, name=name) for name in ("Jan", "Mia"))
    overwrite(person_model, two.pk, column(person_model, one.pk))
    with pytest.raises(Unsealable):
        _ = person_model.objects.get(pk=two.pk).name


def test_text_moved_to_another_column_is_refused(person_model, make_person):
    person = make_person("Rachida", note="derde bel")
    overwrite(person_model, person.pk, column(person_model, person.pk, "note"))
    with pytest.raises(Unsealable):
        _ = person_model.objects.get(pk=person.pk).name


def test_text_that_claims_another_persons_key_is_refused(person_model, make_person):
    person, other = make_person("Jan"), make_person("Mia")
    stored = column(person_model, person.pk)
    overwrite(person_model, person.pk, stored[:1] + other.key_id.bytes + stored[17:])
    with pytest.raises(Unsealable):
        _ = person_model.objects.get(pk=person.pk).name


# --- erasing ------------------------------------------------------------------------------------------------------


def test_erased_text_is_never_silently_empty(person_model, make_person):
    person = make_person("Rachida")
    keys.destroy(person.key_id)
    with pytest.raises(Erased):
        _ = person_model.objects.get(pk=person.pk).name


def test_unsealed_or_none_says_none_for_the_erased_only(person_model, make_person):
    erased, altered, well = make_person("A"), make_person("B"), make_person("")
    keys.destroy(erased.key_id)
    overwrite(person_model, altered.pk, b"\x01")
    assert unsealed_or_none(erased, "name") is None
    assert unsealed_or_none(well, "name") == ""
    with pytest.raises(Unsealable):
        unsealed_or_none(person_model.objects.get(pk=altered.pk), "name")


def test_key_that_is_lost_is_not_taken_for_an_erasure(person_model, make_person):
    person = make_person("Rachida")
    keys.PersonKey.objects.all().delete()
    keys.cache.clear()
    with pytest.raises(KeyMissing):
        _ = person_model.objects.get(pk=person.pk).name


def test_template_prints_an_erased_name_as_nothing(make_person):
    person = make_person("Rachida")
    page = Engine().from_string("[{{ person.name }}] {{ person.visits }}")
    before = page.render(Context({"person": person}))
    keys.destroy(person.key_id)
    assert (before, page.render(Context({"person": person}))) == ("[Rachida] 0", "[] 0")


def test_template_does_not_hide_an_altered_text(person_model, make_person):
    person = make_person("Rachida")
    overwrite(person_model, person.pk, b"\x01")
    page = Engine().from_string("{{ person.name }}")
    with pytest.raises(Unsealable):
        page.render(Context({"person": person_model.objects.get(pk=person.pk)}))


def test_row_of_an_erased_person_can_be_counted_refreshed_and_saved(person_model, make_person):
    person = make_person("Rachida")
    stored = column(person_model, person.pk)
    keys.destroy(person.key_id)
    person.refresh_from_db()
    person.visits = 3
    person.save()
    assert person_model.objects.values_list("visits", flat=True).get(pk=person.pk) == 3
    assert column(person_model, person.pk) == stored


def test_nothing_new_is_sealed_for_an_erased_person(make_person):
    person = make_person("Rachida")
    keys.destroy(person.key_id)
    person.name = "Rachida"
    with pytest.raises(Erased):
        person.save()


# --- the ways Django writes and reads -----------------------------------------------------------------------------


def test_bulk_create_seals(person_model):
    people = [person_model(key_id=keys.new_key(), name=name) for name in ("Jan", "Mia")]
    person_model.objects.bulk_create(people)
    assert {person.name for person in person_model.objects.all()} == {"Jan", "Mia"}
    assert b"Jan" not in column(person_model, people[0].pk)


def test_update_fields_writes_the_named_text_only(person_model, make_person):
    person = make_person("Rachida", note="derde bel")
    person.name, person.note = "Rachida A.", "vierde bel"
    person.save(update_fields=["name"])
    found = person_model.objects.get(pk=person.pk)
    assert (found.name, found.note) == ("Rachida A.", "derde bel")


def test_unchanged_text_is_written_as_it_was(person_model, make_person):
    person = make_person("Rachida")
    stored = column(person_model, person.pk)
    person_model.objects.get(pk=person.pk).save()
    assert column(person_model, person.pk) == stored


def test_deferred_text_is_read_when_asked_for(person_model, make_person, django_assert_num_queries):
    person = person_model.objects.only("visits").get(pk=make_person("Rachida").pk)
    with django_assert_num_queries(1):
        assert (person.name, person.name) == ("Rachida", "Rachida")


def test_deferred_text_that_is_saved_stays_as_it_was(person_model, make_person):
    person = make_person("Rachida")
    stored = column(person_model, person.pk)
    person_model.objects.only("visits").get(pk=person.pk).save(update_fields=["name"])
    assert column(person_model, person.pk) == stored


def test_refresh_takes_what_the_database_says(person_model, make_person):
    person = make_person("Rachida")
    same = person_model.objects.get(pk=person.pk)
    same.name = "Fatiha"
    same.save()
    person.refresh_from_db()
    assert person.name == "Fatiha"


def test_select_related_reads_the_owners_text(letter_model, make_person):
    letter_model.objects.create(person=make_person("Rachida"), body="Beste mevrouw")
    letter = letter_model.objects.select_related("person").get()
    assert (letter.body, letter.person.name) == ("Beste mevrouw", "Rachida")


def test_saved_instance_pickles_and_copies_without_readable_text(make_person, person_model, monkeypatch):
    # The cast belongs to no installed app, where Django would look it up.
    monkeypatch.setattr("django.db.models.base.apps.get_model", lambda label, name: person_model)
    person = make_person("Rachida")
    pickled = pickle.dumps(person)
    assert b"Rachida" not in pickled
    assert [pickle.loads(pickled).name, copy.copy(person).name, copy.deepcopy(person).name] == ["Rachida"] * 3


def test_sealed_text_shows_nothing_of_itself(person_model, make_person):
    person = make_person("Rachida")
    (stored,) = person_model.objects.values_list("name", flat=True)
    assert (repr(stored), str(stored), "Rachida" in repr(vars(person))) == ("<sealed>", "<sealed>", False)


def test_copied_row_says_that_its_texts_must_be_given_again(make_person, person_model):
    person = make_person("Rachida")
    person.pk, person._state.adding = uuid.uuid4(), True
    with pytest.raises(SealingError, match="was copied"), transaction.atomic():
        person.save()
    person.name = "Rachida"
    person.save()
    assert [found.name for found in person_model.objects.all()] == ["Rachida", "Rachida"]


def test_saving_again_after_a_failed_save_works(person_model):
    person = person_model(key_id=keys.new_key(), name="Rachida")
    type(person)._meta.get_field("name").pre_save(person, True)
    person.save()
    assert person_model.objects.get(pk=person.pk).name == "Rachida"


# --- whose key ----------------------------------------------------------------------------------------------------


def test_key_through_a_foreign_key_is_the_owners(letter_model, make_person):
    person = make_person()
    letter = letter_model.objects.create(person=person, body="Beste mevrouw")
    assert letter_model.objects.get(pk=letter.pk).body == "Beste mevrouw"
    keys.destroy(person.key_id)
    with pytest.raises(Erased):
        _ = letter_model.objects.get(pk=letter.pk).body


def test_new_owner_means_sealed_anew_under_the_new_key(letter_model, make_person):
    first, second = make_person(), make_person()
    letter = letter_model.objects.create(person=first, body="Beste mevrouw")
    letter.person = second
    letter.save()
    keys.destroy(first.key_id)
    assert letter_model.objects.get(pk=letter.pk).body == "Beste mevrouw"


def test_new_key_means_sealed_anew(person_model, make_person):
    person = make_person("Rachida")
    old, person.key_id = person.key_id, keys.new_key()
    person.save()
    keys.destroy(old)
    assert person_model.objects.get(pk=person.pk).name == "Rachida"


def test_text_without_a_person_is_not_written(letter_model):
    with pytest.raises(SealingError, match="no key to seal with"):
        letter_model.objects.create(person=None, body="Beste mevrouw")


def test_letter_whose_person_row_is_gone_stays_as_it_is(letter_model, make_person):
    letter = letter_model.objects.create(person=make_person(), body="Beste mevrouw")
    letter.person = None
    letter.save()
    assert letter_model.objects.get(pk=letter.pk).body == "Beste mevrouw"


# --- what a query may not do --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda people: people.filter(name="Rachida"),
        lambda people: people.exclude(name="Rachida"),
        lambda people: people.filter(name__icontains="rach"),
        lambda people: people.filter(name__in=["Rachida"]),
        lambda people: people.filter(name__lower="rachida"),
        lambda people: people.order_by("name"),
        lambda people: people.order_by("-name"),
        lambda people: people.update(name="Fatiha"),
        lambda people: people.bulk_update(list(people), ["name"]),
    ],
)
def test_query_that_would_have_to_read_is_refused(person_model, make_person, ask):
    make_person("Rachida")
    with pytest.raises(FieldError, match="is sealed"):
        list(ask(person_model.objects.all()) or [])


def test_query_may_ask_whether_there_is_a_text(person_model, letter_model, make_person):
    with_note, without = make_person("A", note="derde bel"), make_person("B")
    people = person_model.objects
    assert list(people.filter(note__isnull=True)) == [without]
    assert list(people.exclude(note__isnull=True)) == [with_note]
    letter_model.objects.create(person=with_note, body="x")
    inner = letter_model.objects.filter(person=models.OuterRef("pk"), person__note__isnull=False)
    assert list(people.filter(models.Exists(inner)).order_by("visits")) == [with_note]


def test_text_may_be_taken_away_by_update(person_model, make_person):
    person = make_person("Rachida", note="derde bel")
    person_model.objects.update(note=None)
    assert person_model.objects.get(pk=person.pk).note is None


def test_fixture_never_holds_a_sealed_text(make_person):
    with pytest.raises(NotSupportedError):
        serializers.serialize("json", [make_person("Rachida")])


# --- forms, migrations, checks ------------------------------------------------------------------------------------


def test_max_length_is_checked(person_model):
    person = person_model(key_id=keys.new_key(), name="Rachida", note="x" * 21)
    with pytest.raises(ValidationError, match="20"):
        person.full_clean()


def test_migration_names_the_key_only_where_it_is_another(person_model, letter_model):
    fields = [person_model._meta.get_field("name"), letter_model._meta.get_field("body")]
    own, owners = (MigrationWriter.serialize(field)[0] for field in fields)
    assert own == "digibel.sealing.fields.SealedTextField(blank=True, default='')"
    assert owners == "digibel.sealing.fields.SealedTextField(key='person.key_id')"


@isolate_apps("digibel.sealing")
def test_model_that_cannot_be_sealed_is_an_error():
    class Wrong(models.Model):  # noqa: DJ008
        name = SealedTextField(db_index=True)

        class Meta:
            app_label = "sealing"

    errors = [error.id for error in Wrong._meta.get_field("name").check()]
    assert errors == ["sealing.E101", "sealing.E102", "sealing.E103"]


def test_sound_models_have_no_errors(person_model, letter_model):
    fields = [person_model._meta.get_field("name"), letter_model._meta.get_field("body")]
    assert [field.check() for field in fields] == [[], []]


def test_sealed_may_be_handed_on_but_not_opened_elsewhere(person_model, make_person):
    person, other = make_person("Rachida"), make_person("Mia")
    other.name = Sealed(column(person_model, person.pk))
    with pytest.raises(Unsealable):
        _ = other.name
