"""Who works here is sealed like everybody else: nothing readable in the database, found by a keyed trace, gone with the key."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest

import cast
from digibel.audit.actors import SYSTEM
from digibel.organisations.models import Organisation, Staff
from digibel.privacy import erasing
from digibel.sealing.errors import Erased

pytestmark = pytest.mark.django_db


@pytest.fixture
def lindeboom() -> Organisation:
    return cast.organisation()


def test_row_of_staff_says_nothing_of_who(lindeboom: Organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organisations_staff")
        [row] = cursor.fetchall()
    written = b" ".join(bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in row)
    assert b"atima" not in written
    assert b"example" not in written


@pytest.mark.parametrize("typed", ["fatima@de-lindeboom.example", " Fatima@De-Lindeboom.EXAMPLE "])
def test_login_finds_the_account_by_its_address(lindeboom: Organisation, typed: str) -> None:
    assert authenticate(HttpRequest(), email=typed, username=typed, password="a long password") == lindeboom.staff.get()


def test_address_is_of_one_account_only(lindeboom: Organisation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        cast.coordinator(lindeboom, name="FATIMA")


def test_forgotten_staff_cannot_be_read_and_free_their_address(lindeboom: Organisation) -> None:
    fatima = lindeboom.staff.get()
    Staff.objects.filter(pk=fatima.pk).update(is_active=False)
    erasing.erase_staff(fatima, by=SYSTEM)
    gone = Staff.objects.get(pk=fatima.pk)
    for field in ("name", "email", "mobile"):
        with pytest.raises(Erased):
            getattr(gone, field)
    assert cast.coordinator(lindeboom, name="Fatima").pk != fatima.pk
