"""What the settings make of the environment, where it decides who can read along."""

import os
import runpy
from pathlib import Path

import pytest

SETTINGS = Path(__file__).parents[1] / "src" / "digibel" / "settings.py"


@pytest.fixture
def read(monkeypatch, tmp_path):
    def made_of(**told):
        for name in [name for name in os.environ if name.startswith("DIGIBEL_")]:
            monkeypatch.delenv(name)
        for name, value in {"DIGIBEL_HOME": str(tmp_path), **told}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return made_of


def test_over_https_cookies_and_browsers_keep_to_it(read):
    told = read(DIGIBEL_PUBLIC_URL="https://digibel.example")
    assert (told["SESSION_COOKIE_SECURE"], told["CSRF_COOKIE_SECURE"]) == (True, True)
    assert told["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert told["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]", "digibel.example"]


def test_nothing_in_the_environment_opens_the_pages_for_developers(read):
    assert read(DEBUG="1", DJANGO_DEBUG="1", DIGIBEL_DEBUG="1", DIGIBEL_DEMO="1")["DEBUG"] is False


def test_only_the_demo_has_one_step(read):
    assert read()["DIGIBEL_TWO_STEPS"] is True
    assert read(DIGIBEL_DEMO="1")["DIGIBEL_TWO_STEPS"] is False


@pytest.mark.parametrize("read_only", ["0", "1"])
def test_the_way_to_the_databases_is_closed_as_the_address_says(read, read_only):
    closed = "?sslmode=verify-full&sslrootcert=/etc/ssl/data.pem"
    told = read(
        DIGIBEL_DATABASE_URL=f"postgres://d:p%40ss@data.example/digibel{closed}",
        DIGIBEL_KEYS_DATABASE_URL=f"postgres://d:other@keys.example/keys{closed}",
        DIGIBEL_READ_ONLY=read_only,
    )
    for one in told["DATABASES"].values():
        assert (one["OPTIONS"]["sslmode"], one["OPTIONS"]["sslrootcert"]) == ("verify-full", "/etc/ssl/data.pem")
        assert ("options" in one["OPTIONS"]) is (read_only == "1")
    assert told["DATABASES"]["default"]["PASSWORD"] == "p@ss"


def test_a_mail_server_elsewhere_is_reached_closed(read):
    assert read(DIGIBEL_MAIL="smtp://u:p@mail.example:587")["EMAIL_USE_TLS"] is True
    assert read(DIGIBEL_MAIL="smtps://u:p@mail.example")["EMAIL_USE_SSL"] is True
