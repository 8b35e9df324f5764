"""The wire itself: whom we tell our words, how long we wait, and what becomes of words nobody can write."""

import contextlib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways import http


def call(address):
    with pytest.raises(GatewayError) as refusal:
        http.call("POST", address, login=("user", "a secret"), body=b"the words of a text")
    return refusal.value.code, refusal.value.perhaps_sent


@pytest.fixture
def listens():
    """A server that does with its one connection what it is told."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def doing(deed):
        threading.Thread(target=lambda: deed(listener.accept()[0]), daemon=True).start()
        return listener.getsockname()[1]

    yield doing
    listener.close()


def test_a_provider_that_drips_does_not_hold_us_for_ever(listens, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)

    def drips(connection):
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(40):
                connection.sendall(b"x")
                time.sleep(0.05)

    began = time.monotonic()
    assert call(f"http://127.0.0.1:{listens(drips)}/messages") == ("no_answer", True)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("answer", [b"", b"\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 2xx\r\n\r\n"])
def test_an_answer_that_is_no_http_leaves_it_in_doubt(listens, answer):
    def says(connection):
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    assert call(f"http://127.0.0.1:{listens(says)}/messages") == ("no_answer", True)


def test_words_and_password_are_told_to_nobody_whose_name_is_not_certified(listens, tmp_path):
    heard = []

    def pretends(connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path))
        try:
            heard.append(context.wrap_socket(connection, server_side=True).recv(1024))
        except OSError:
            heard.append(b"")

    assert call(f"https://127.0.0.1:{listens(pretends)}/messages") == ("unreachable", False)
    assert heard in ([], [b""])


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", f"http://{'x' * 70}.example", "http://nowhere.invalid"])
def test_what_was_never_connected_was_never_sent(address):
    assert call(address + "/messages") == ("unreachable", False)


@pytest.mark.parametrize(
    ("address", "unsafe"),
    [
        ("https://api.twilio.com", False),
        ("https://sms.example:8443/3rdparty/v1", False),
        ("http://192.168.1.20:8080", False),
        ("http://10.0.0.2:8080", False),
        ("http://localhost:8080", False),
        ("http://[::1]:8080", False),
        ("http://[fd00::1]:8080", False),
        ("http://8.8.8.8", True),
        ("http://sms.example", True),
        ("http://192.168.1.20.example", True),
        ("http://2130706433", True),
        ("ftp://192.168.1.20", True),
        ("192.168.1.20:8080", True),
        ("https://", True),
        ("https://[::1", True),
        ("https://sms.example:99999", True),
        ("https://sms .example", True),
        ("https://smś.example", True),
        ("", True),
    ],
)
def test_words_cross_no_network_of_others_for_all_to_read(address, unsafe):
    assert http.unsafe_address(address) is unsafe


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("+32470123456", "+32470123456"),
        ("0032470123456", "+32470123456"),
        ("0470 12 34 56", "+32470123456"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("whatsapp:+32470123456", None),
        ("0800 BPOST", None),
        ("+32470123456;ext=5", None),
        ("+32470123456\n", None),
        ("٠٤٧٠١٢٣٤٥٦", None),
        ("8989", None),
        ("ITSME", None),
        ("", None),
        (None, None),
        (32470123456, None),
    ],
)
def test_only_a_number_is_a_number(told, number):
    assert http.number(told) == number


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(ANY_TEXT)
def test_any_words_can_be_written_and_kept_and_are_kept_once(text):
    kept = http.incoming(text)
    assert kept.encode().decode() == kept == http.incoming(kept)
    assert "\x00" not in kept
    if text.isprintable():
        assert kept == text


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_nothing(body):
    assert http.json_object(body) is None or isinstance(http.json_object(body), dict)
