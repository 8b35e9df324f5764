import base64

import pytest
from django.conf import settings

from digibel.sealing.checks import check_keys

GOOD, OTHER, THIRD = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 40, 90))
SHORT = base64.b64encode(b"short").decode()
GUESSABLE = base64.b64encode(b"digibel!" * 4).decode()
APART = {"default": {"NAME": "data"}, "keys": {"NAME": "keys"}}


SOUND = {
    "DIGIBEL_MASTER_KEYS": [GOOD, OTHER],
    "DIGIBEL_INDEX_KEY": THIRD,
    "DATABASES": APART,
    "DEBUG": False,
    "DIGIBEL_DEMO": False,
}


@pytest.fixture
def change(monkeypatch):
    """Past pytest-django's own fixture, which tells Django of every change: nothing is to happen here."""
    return lambda name, value: monkeypatch.setattr(settings, name, value)


@pytest.fixture(autouse=True)
def sound(change):
    for name, value in SOUND.items():
        change(name, value)


def ids():
    return [problem.id for problem in check_keys()]


def test_sound_settings_pass():
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DIGIBEL_MASTER_KEYS", [], "sealing.E001"),
        ("DIGIBEL_MASTER_KEYS", [GOOD, SHORT], "sealing.E002"),
        ("DIGIBEL_MASTER_KEYS", ["no base64"], "sealing.E002"),
        ("DIGIBEL_MASTER_KEYS", [GUESSABLE], "sealing.E003"),
        ("DIGIBEL_INDEX_KEY", "", "sealing.E004"),
        ("DIGIBEL_INDEX_KEY", SHORT, "sealing.E004"),
        ("DIGIBEL_INDEX_KEY", GUESSABLE, "sealing.E005"),
        ("DATABASES", {"default": {"NAME": "data"}}, "sealing.E006"),
        ("DATABASES", {"default": {"NAME": "data"}, "keys": {"NAME": "data"}}, "sealing.E006"),
        ("DIGIBEL_INDEX_KEY", GOOD, "sealing.E007"),
    ],
)
def test_each_mistake_has_its_own_error_with_a_hint(change, name, value, expected):
    change(name, value)
    assert ids() == [expected]
    assert [bool(problem.hint) for problem in check_keys()] == [True]


@pytest.mark.parametrize("excuse", ["DEBUG", "DIGIBEL_DEMO"])
def test_guessable_key_is_allowed_where_nobody_is_real(change, excuse):
    change("DIGIBEL_MASTER_KEYS", [GUESSABLE])
    change(excuse, True)
    assert ids() == []


def test_no_error_quotes_a_key(change):
    change("DIGIBEL_MASTER_KEYS", [SHORT, GUESSABLE])
    change("DIGIBEL_INDEX_KEY", SHORT)
    said = " ".join(problem.msg + problem.hint for problem in check_keys())
    assert [key for key in (SHORT, GUESSABLE) if key in said] == []
