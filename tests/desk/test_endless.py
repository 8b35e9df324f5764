"""What somebody sends along fills no disk: not a file that is larger than any list, and not one at the log-in."""

import pytest
from django.core.files import uploadhandler
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from digibel import sheets
from digibel.desk import middleware

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_disk(monkeypatch):
    """The names of the files that were put on the disk."""
    put, begin = [], uploadhandler.TemporaryFileUploadHandler.new_file

    def new_file(self, *told, **facts):
        put.append(told[1])
        begin(self, *told, **facts)

    monkeypatch.setattr(uploadhandler.TemporaryFileUploadHandler, "new_file", new_file)
    return put


def sent(browser, path, size):
    return browser.post(path, {"username": "x", "file": SimpleUploadedFile("big.csv", b"x" * size)})


@pytest.mark.parametrize("path", ["/login", "/join", "/places/list", "/nowhere"])
def test_a_file_that_is_larger_than_any_list_is_not_even_read(path, on_disk):
    answer = sent(Client(), path, 3_000_000)
    assert (answer.status_code, on_disk) == (413, [])
    assert "2 MB" in answer.content.decode()


def test_what_may_be_sent_stays_off_the_disk_too(on_disk, settings):
    assert middleware.LARGEST < settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert sent(Client(), "/login", sheets.MOST_BYTES).status_code == 422
    assert on_disk == []


def test_a_size_that_is_no_number_is_no_size():
    assert Client().generic("POST", "/login", b"", CONTENT_LENGTH="²").status_code < 500
