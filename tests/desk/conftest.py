"""Two organisations, a coordinator of the first, and her browser: what most pages are looked at with."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import translation

import cast
from digibel.organisations.models import Organisation, Staff


@pytest.fixture
def english() -> Iterator[None]:
    """What is said outside a request is said in English, whatever the last request left behind."""
    with translation.override("en"):
        yield


@pytest.fixture
def sleutel(frozen_clock: datetime) -> Organisation:
    """The neighbours, who must see nothing of it."""
    return cast.organisation("De Sleutel", sms_number="+32460000002")


@pytest.fixture
def nadia(lindeboom: Organisation) -> Staff:
    return cast.coordinator(lindeboom)


@pytest.fixture
def desk(client: Browser, nadia: Staff) -> Browser:
    """A browser in which Nadia is logged in, in English."""
    return logged_in(client, nadia)


@pytest.fixture
def neighbour(sleutel: Organisation) -> Browser:
    """A browser in which a coordinator of the other organisation is logged in."""
    return logged_in(Browser(), cast.coordinator(sleutel, name="Rachid"))


@pytest.fixture
def anybody() -> Browser:
    """Somebody without an account, who reads English."""
    return Browser(headers={"accept-language": "en"})


@pytest.fixture
def nobody_has_asked() -> Iterator[None]:
    """How often a public page may be asked is counted anew."""
    cache.clear()
    yield
    cache.clear()


def logged_in(browser: Browser, person: Staff) -> Browser:
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser
