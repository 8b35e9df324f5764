"""The second step: each code counts once, is nobody else's, and goes with the account."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.test import override_settings

import cast
from authenticator import Authenticator
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.organisations import accounts, passkeys, secondsteps, sixdigits
from digibel.organisations.models import CodeApp, Passkey, SpareCode

pytestmark = pytest.mark.django_db

AT = 1_800_000_000


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def nadia():
    return cast.coordinator(cast.organisation())


def code(app, later=0):
    return sixdigits.digits(app.secret, int(time.time() // 30) + later)


def set_up(staff):
    app = secondsteps.begin_app(staff)
    return app, secondsteps.confirm_app(staff, code(app))


def test_app_counts_once_a_code_of_it_was_typed(nadia):
    app = secondsteps.begin_app(nadia)
    assert (secondsteps.exist(nadia), secondsteps.take(nadia, code(app))) == (False, False)
    with pytest.raises(secondsteps.WrongDigits):
        secondsteps.confirm_app(nadia, "000000" if code(app) != "000000" else "000001")
    spare = secondsteps.confirm_app(nadia, f" {code(app)[:3]} {code(app)[3:]} ")
    assert (secondsteps.exist(nadia), len(set(spare))) == (True, 10)
    with pytest.raises(secondsteps.NothingBegun):
        secondsteps.confirm_app(nadia, code(app))


def test_no_code_counts_twice_nor_one_before_it(nadia, now):
    app, _ = set_up(nadia)
    assert secondsteps.take(nadia, code(app)) is False  # it was typed to set up
    now.shift(60)
    assert [secondsteps.take(nadia, code(app, later)) for later in (1, 1, 0, -1)] == [True, False, False, False]


def test_code_in_other_numerals_counts(nadia, now):
    app, _ = set_up(nadia)
    now.shift(30)
    assert secondsteps.take(nadia, code(app).translate({ord("0") + one: 0x660 + one for one in range(10)}))


def test_spare_code_counts_once_and_only_for_its_owner(nadia):
    _, spare = set_up(nadia)
    omar = cast.staff(nadia.organisation, name="Omar")
    set_up(omar)
    assert secondsteps.take(omar, spare[0]) is False
    assert [secondsteps.take(nadia, spare[0].upper().replace("-", " ")) for _ in range(2)] == [True, False]
    assert nadia.spare_codes.count() == 9
    assert Event.objects.get(verb="staff.spare_code_used").facts["left"] == 9


def test_new_spare_codes_end_the_old_ones(nadia):
    _, old = set_up(nadia)
    new = secondsteps.new_spare_codes(nadia)
    assert (secondsteps.take(nadia, old[1]), secondsteps.take(nadia, new[1])) == (False, True)


def test_another_telephone_takes_the_place_of_the_first(nadia, now):
    first, _ = set_up(nadia)
    now.shift(60)
    second = secondsteps.begin_app(nadia)
    assert secondsteps.take(nadia, code(first)) is True
    assert secondsteps.confirm_app(nadia, code(second)) == []
    now.shift(60)
    assert (secondsteps.take(nadia, code(first)), secondsteps.take(nadia, code(second))) == (False, True)


def test_database_holds_no_secret_and_no_code(nadia):
    app, spare = set_up(nadia)
    secret = app.secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM organisations_codeapp")
        [(sealed,)] = cursor.fetchall()
    assert secret.encode() not in bytes(sealed)
    digests = " ".join(SpareCode.objects.values_list("digest", flat=True))
    assert [one for one in spare if one in digests or one.replace("-", "") in digests] == []


@override_settings(DIGIBEL_TWO_STEPS=True)
def test_last_step_stays_where_everybody_has_two(nadia):
    set_up(nadia)
    with pytest.raises(secondsteps.LastStep):
        secondsteps.remove_app(nadia)
    assert secondsteps.exist(nadia)


def test_last_step_goes_with_its_spare_codes_where_nobody_must(nadia):
    set_up(nadia)
    secondsteps.remove_app(nadia)
    assert (secondsteps.exist(nadia), nadia.spare_codes.count()) == (False, 0)


@pytest.mark.parametrize(
    "leave",
    [
        lambda staff: accounts.close(staff, by=SYSTEM),
        lambda staff: secondsteps.drop(staff, by=SYSTEM),
    ],
)
def test_nothing_of_it_stays_with_an_account_that_is_closed_or_begins_anew(nadia, leave):
    set_up(nadia)
    leave(nadia)
    assert [model.objects.count() for model in (CodeApp, Passkey, SpareCode)] == [0, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_type_one_code_at_the_same_instant_one_comes_in(nadia, now):
    app, _ = set_up(nadia)
    now.shift(60)
    typed = code(app)

    def take(_):
        try:
            return secondsteps.take(nadia, typed)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(take, range(2))) == [False, True]


# --- passkeys -----------------------------------------------------------------------------------------------------

HERE = "http://localhost:8000"


@pytest.fixture
def at_home():
    with override_settings(DIGIBEL_PUBLIC_URL=HERE):
        yield


@pytest.fixture
def key(nadia, at_home):
    made = Authenticator(HERE)
    options, asked = passkeys.begin_adding(nadia)
    assert len(passkeys.add(nadia, asked, made.make(options))) == 10
    return made


def test_passkey_counts_and_its_answer_only_for_what_was_asked(nadia, key):
    options, asked = passkeys.begin_asking(nadia)
    answer = key.sign(options)
    _, other = passkeys.begin_asking(nadia)
    for state in (other, {}):
        with pytest.raises(passkeys.NoSuchKey):
            passkeys.accept(nadia, state, answer)
    passkeys.accept(nadia, asked, answer)
    assert (secondsteps.exist(nadia), nadia.passkeys.get().uses) == (True, 1)


def test_page_that_only_looks_like_ours_gets_nothing(nadia, key):
    options, asked = passkeys.begin_asking(nadia)
    for origin in ("http://localhost:9000", "https://localhost:8000", "http://digibel.localhost:8000", "null"):
        with pytest.raises(passkeys.NoSuchKey):
            passkeys.accept(nadia, asked, key.sign(options, origin=origin))


def test_copy_of_a_key_is_noticed_by_its_count(nadia, key):
    options, asked = passkeys.begin_asking(nadia)
    passkeys.accept(nadia, asked, key.sign(options))
    key.count -= 1
    options, asked = passkeys.begin_asking(nadia)
    with pytest.raises(passkeys.NoSuchKey):
        passkeys.accept(nadia, asked, key.sign(options))


def test_key_of_somebody_else_opens_nothing(nadia, key):
    omar = cast.staff(nadia.organisation, name="Omar")
    theirs = Authenticator(HERE, name=b"two")
    options, asked = passkeys.begin_adding(omar)
    passkeys.add(omar, asked, theirs.make(options))
    options, asked = passkeys.begin_asking(nadia)
    with pytest.raises(passkeys.NoSuchKey):
        passkeys.accept(nadia, asked, theirs.sign(options))
    options, asked = passkeys.begin_adding(omar)
    with pytest.raises(passkeys.NoSuchKey):
        passkeys.add(omar, asked, key.make(options))  # it is Nadia's already


@pytest.mark.parametrize(
    "answer", ["", "null", "[]", "{}", "x" * 100, '{"id": 1, "rawId": 1}', '{"id":"a","rawId":"b"}']
)
def test_answer_that_is_none_is_refused_and_breaks_nothing(nadia, key, answer):
    _, asked = passkeys.begin_asking(nadia)
    with pytest.raises(passkeys.NoSuchKey):
        passkeys.accept(nadia, asked, answer)
    with pytest.raises(passkeys.NoSuchKey):
        passkeys.add(nadia, asked, answer)


def test_nobody_has_more_than_eight(nadia, key):
    Passkey.objects.bulk_create(Passkey(staff=nadia, credential=f"{one:064}", public=b"") for one in range(7))
    with pytest.raises(passkeys.EnoughKeys):
        passkeys.begin_adding(nadia)


@pytest.mark.parametrize(
    ("public", "https", "possible"),
    [
        ("https://digibel.example", True, True),
        ("http://digibel.example", False, False),
        ("http://localhost:8000", False, True),
        ("http://127.0.0.1:8000", False, False),
        ("https://192.0.2.7", True, False),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(public, https, possible):
    with override_settings(DIGIBEL_PUBLIC_URL=public, SESSION_COOKIE_SECURE=https):
        assert passkeys.are_possible() is possible
