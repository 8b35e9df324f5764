"""What a caller says of its alphabet breaks nothing: addresses and forms are UTF-8."""

from io import BytesIO

import pytest
from django.test import RequestFactory

from digibel.alphabets import Wsgi

pytestmark = pytest.mark.django_db

ODD = ["rot13", "idna", "undefined", "punycode", "hex", "utf-16", "utf-7", "nonsense", "a\x00b", '"', "é"]


def ask(method, path, charset, body=b""):
    said = []
    environ = RequestFactory().generic(method, path).environ
    environ |= {"CONTENT_TYPE": f"text/plain; charset={charset}", "CONTENT_LENGTH": str(len(body))}
    environ["wsgi.input"] = BytesIO(body)
    answer = Wsgi()(environ, lambda status, headers: said.append(status))
    answer.close()
    return said[0]


@pytest.mark.parametrize("charset", ODD)
def test_a_page_is_a_page_whatever_alphabet_is_named(charset):
    assert ask("GET", "/healthz?x=%C3%A9", charset) == "200 OK"


@pytest.mark.parametrize("charset", ODD)
def test_a_webhook_that_is_none_is_refused_and_not_broken(charset):
    assert ask("POST", "/gateways/simulator/inbound", charset, b"x") == "400 Bad Request"
