"""A password that others guess is refused, without asking anybody outside; four words are not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def nadia():
    return cast.coordinator(cast.organisation())


@pytest.mark.parametrize(
    "password",
    [
        "password123!",
        "Passw0rd2026",
        "azertyuiop1",
        "motdepasse1!",
        "Wachtwoord123",
        "welkom2026!",
        "Brussel1000!",
        "voorjaar2026",
        "Digibel2026!",
        "Lindeboom2026!",
        "nadia1234!",
        "1234567890ab",
        "aaaaaaaaaaaaaaaa",
        "korte",
    ],
)
def test_guessable_one_is_refused(nadia, password):
    with pytest.raises(ValidationError):
        validate_password(password, nadia)


@pytest.mark.parametrize(
    "password",
    [
        "zeven gele fietsen",
        "onze kat slaapt onder de trap",
        "quatre chaises bleues",
        "k8Vq2xPz7Lm4",
        "سبع دراجات صفراء",
    ],
)
def test_few_words_that_do_not_belong_together_are_taken(nadia, password):
    validate_password(password, nadia)


def test_long_one_is_judged_at_once(nadia):
    validate_password("zeven gele fietsen " * 400, nadia)
