"""Houses with a log-in of their own, as the operator's file names one, and what a browser shows of it."""

import re
from contextlib import contextmanager

from django.test import Client as Browser
from django.test import override_settings

from digibel.desk import limits
from digibel.organisations import openid

FILE = """
[[login]]
slug = "stad"
name = "Stad Brussel"
issuer = "{issuer}"
client_id = "digibel"
client_secret_file = "stad.secret"
"""
SECRET = "between-us-two"


@contextmanager
def named_in_file(issuer, folder):
    """With nothing known of the house from the test before. Yields what writes the file anew, with more lines behind it."""
    limits.cache.clear()
    openid._client.cache_clear()
    (folder / "stad.secret").write_text(f"{SECRET}\n")

    def write(*more):
        openid._houses.cache_clear()
        (folder / "logins.toml").write_text("\n".join((FILE.format(issuer=issuer), *more)))

    write()
    with override_settings(DIGIBEL_LOGINS_FILE=str(folder / "logins.toml"), DIGIBEL_PUBLIC_URL="http://testserver"):
        yield write
    openid._houses.cache_clear()


def new_browser():
    return Browser(headers={"accept-language": "en"})


def words(answer):
    """What stands on the page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def said(browser, page="/login"):
    return words(browser.get(page))
