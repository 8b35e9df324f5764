"""What a caller says of its alphabet breaks nothing: addresses and forms are UTF-8."""

from io import BytesIO

import pytest
from django.core.exceptions import RequestDataTooBig
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


def in_chunks(stream, *, terminated=True):
    """As granian hands it on: no length, and a stream that ends where the body does."""
    environ = RequestFactory().generic("POST", "/gateways/simulator/inbound").environ
    environ |= {"CONTENT_TYPE": "application/json", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": stream}
    return Wsgi.request_class(environ | {"wsgi.input_terminated": terminated})


def test_what_comes_in_chunks_is_read():
    assert in_chunks(BytesIO(b'{"text": "ja"}')).body == b'{"text": "ja"}'


def test_what_never_ends_is_read_until_it_is_too_long(settings):
    stream = BytesIO(b" " * (2 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    with pytest.raises(RequestDataTooBig):
        _ = in_chunks(stream).body
    assert stream.tell() == settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1


def test_a_server_that_does_not_know_where_a_body_ends_is_not_waited_for():
    stream = BytesIO(b"x")
    assert in_chunks(stream, terminated=False).body == b""
    assert stream.tell() == 0
