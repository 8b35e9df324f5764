import os
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from digibel.sealing import keys
from digibel.sealing.cache import KeyCache
from digibel.sealing.errors import Erased, KeyMissing, MasterKeyMissing
from digibel.sealing.models import DestroyedKey, PersonKey

pytestmark = pytest.mark.django_db

OLD = "b2xkIG1hc3RlciBrZXkgb2YgdGhlIHRlc3RzLCAzMmI="
NEW = "bmV3IG1hc3RlciBrZXkgb2YgdGhlIHRlc3RzLCAzMmI="


def test_new_key_is_stored_wrapped_in_the_database_of_keys(frozen_clock):
    key_id = keys.new_key()
    key = PersonKey.objects.get(pk=key_id)
    assert (key._state.db, len(bytes(key.wrapped)), key.created_at) == ("keys", 1 + 12 + 32 + 16, frozen_clock)


def test_key_is_read_once_and_then_remembered(django_assert_num_queries):
    key_id = keys.new_key()
    keys.cache.clear()
    with django_assert_num_queries(1, connection=connections["keys"]):
        assert keys.cipher_of(key_id) is keys.cipher_of(key_id)


def test_page_of_thirty_people_costs_one_query(make_person, person_model, django_assert_num_queries):
    for number in range(30):
        make_person(f"Persoon {number}")
    keys.cache.clear()
    people = list(person_model.objects.all())
    with django_assert_num_queries(1, connection=connections["keys"]):
        keys.prefetch(person.key_id for person in people)
        assert {person.name for person in people} == {f"Persoon {number}" for number in range(30)}


def test_page_of_erased_people_costs_two(django_assert_num_queries):
    gone = [keys.new_key() for _ in range(30)]
    keys.destroy(*gone)
    with django_assert_num_queries(2, connection=connections["keys"]):
        keys.prefetch(gone)
        for key_id in gone:
            with pytest.raises(Erased):
                keys.cipher_of(key_id)


def test_unknown_key_is_missing_and_not_erased():
    with pytest.raises(KeyMissing):
        keys.cipher_of(uuid4())


def test_destroyed_key_is_gone_at_once_and_in_the_ledger(frozen_clock):
    gone, kept = keys.new_key(), keys.new_key()
    keys.destroy(gone)
    keys.destroy(gone)
    with pytest.raises(Erased):
        keys.cipher_of(gone)
    assert list(PersonKey.objects.values_list("pk", flat=True)) == [kept]
    assert list(DestroyedKey.objects.values_list("pk", "at")) == [(gone, frozen_clock)]
    assert keys.destroyed_among([gone, kept]) == {gone}


def test_key_that_came_back_from_an_older_copy_stays_destroyed():
    gone, kept = keys.new_key(), keys.new_key()
    older_copy = PersonKey.objects.get(pk=gone)
    keys.destroy(gone)
    older_copy.save(force_insert=True)
    keys.cache.clear()
    with pytest.raises(Erased):
        keys.cipher_of(gone)
    assert keys.replay_destructions() == 1
    assert list(PersonKey.objects.values_list("pk", flat=True)) == [kept]


def test_yesterdays_backup_does_not_bring_the_person_back(make_person, person_model):
    person = make_person("Rachida", visits=3)
    table = person_model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE yesterday AS SELECT * FROM {table}")
        keys.destroy(person.key_id)
        person.delete()
        cursor.execute(f"INSERT INTO {table} SELECT * FROM yesterday")
        cursor.execute("DROP TABLE yesterday")
    restored = person_model.objects.get()
    assert (restored.key_id, restored.visits) == (person.key_id, 3)
    with pytest.raises(Erased):
        _ = restored.name


def test_deed_that_is_rolled_back_does_not_bring_a_destroyed_key_back(make_person):
    person = make_person("Rachida")
    with transaction.atomic():
        keys.destroy(person.key_id)
        transaction.set_rollback(True)
    with pytest.raises(Erased):
        _ = person.name


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("audit_gives_way_to_the_flush")
def test_traces_are_swept_after_the_commit(caplog):
    key_id = keys.new_key()
    keys.destroy(key_id)
    assert [record.message for record in caplog.records] == []
    with pytest.raises(Erased):
        keys.cipher_of(key_id)


# --- master keys --------------------------------------------------------------------------------------------------


@given(names=st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=8), half=st.integers(0, 8))
def test_everybody_reads_on_while_the_master_key_changes(make_person, person_model, settings, names, half):
    PersonKey.objects.all().delete()
    settings.DIGIBEL_MASTER_KEYS = [OLD]
    people = {make_person(name).pk: name for name in names}

    def read():
        keys.cache.clear()
        return {pk: person_model.objects.get(pk=pk).name for pk in people}

    settings.DIGIBEL_MASTER_KEYS = [NEW, OLD]
    assert read() == people
    for key in PersonKey.objects.order_by("pk")[:half]:
        keys._rewrap(key)
    assert read() == people
    assert keys.rewrap_all() == max(0, len(people) - half)
    assert (read(), keys.rewrap_all()) == (people, 0)
    settings.DIGIBEL_MASTER_KEYS = [NEW]
    assert read() == people


def test_master_key_taken_out_too_early_is_said(settings):
    settings.DIGIBEL_MASTER_KEYS = [OLD]
    key_id = keys.new_key()
    keys.cache.clear()
    settings.DIGIBEL_MASTER_KEYS = [NEW]
    with pytest.raises(MasterKeyMissing):
        keys.cipher_of(key_id)


def test_key_destroyed_while_it_is_rewrapped_stays_destroyed(settings):
    settings.DIGIBEL_MASTER_KEYS = [OLD]
    key = PersonKey.objects.get(pk=keys.new_key())
    settings.DIGIBEL_MASTER_KEYS = [NEW, OLD]
    keys.destroy(key.pk)
    assert (keys._rewrap(key), PersonKey.objects.count()) == (0, 0)


@pytest.mark.parametrize("master_keys", [[], ["c2hvcnQ="], ["not base64!"]])
def test_unusable_master_keys_are_refused_without_quoting_them(settings, master_keys):
    settings.DIGIBEL_MASTER_KEYS = master_keys
    with pytest.raises(MasterKeyMissing) as refusal:
        keys.new_key()
    assert (refusal.value.__cause__, str(refusal.value)) == (None, MasterKeyMissing.message)


def test_rewrap_command_says_how_many(settings, capsys):
    settings.DIGIBEL_MASTER_KEYS = [OLD]
    keys.new_key()
    settings.DIGIBEL_MASTER_KEYS = [NEW, OLD]
    call_command("rewrap_keys")
    assert capsys.readouterr().out == "1 keys wrapped with the newest master key.\n"


# --- the memory of a process --------------------------------------------------------------------------------------


def test_cache_forgets_the_oldest_beyond_its_size():
    cache = KeyCache(size=2, seconds=60)
    first, second, third = uuid4(), uuid4(), uuid4()
    for key_id in (first, second, third):
        cache.put(key_id, None)
    assert [key_id in cache for key_id in (first, second, third)] == [False, True, True]


def test_cache_forgets_after_its_time(monkeypatch):
    cache, key_id, now = KeyCache(size=2, seconds=60), uuid4(), [1000.0]
    monkeypatch.setattr("digibel.sealing.cache.time.monotonic", lambda: now[0])
    cache.put(key_id, None)
    now[0] += 60
    remembered = key_id in cache
    now[0] += 1
    assert (remembered, key_id in cache, len(cache)) == (True, False, 0)


def test_child_process_starts_with_nothing_and_can_use_it():
    cache, key_id = KeyCache(size=2, seconds=60), uuid4()
    cache.put(key_id, None)
    with cache._lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if len(cache) == 0 and key_id not in cache else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert key_id in cache
