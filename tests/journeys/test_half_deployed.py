"""Old and new code on one database, for the minutes in which a new version is put in place. The rule: `tools/migrations.py`."""

import json
import logging
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client as Browser

import cast
from digibel.notifications.models import InboundMessage
from digibel.scheduling import promises

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ("requests_helprequest", "notifications_outboundmessage")


@contextmanager
def after(does, undoes):
    """A migration of the next version, and back."""
    with connection.cursor() as cursor:
        for statement in does:
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in undoes:
                cursor.execute(statement)


def test_this_code_works_on_the_tables_of_the_next_version(frozen_clock):
    """Columns that it does not know are empty or have their own default; a new table is nothing to it."""
    does = [f"ALTER TABLE {table} ADD COLUMN later_{n} varchar(9) {rest}" for table in TABLES for n, rest in KINDS]
    undoes = [f"ALTER TABLE {table} DROP COLUMN later_{n}" for table in TABLES for n, _ in KINDS]
    with after([*does, "CREATE TABLE later (id bigint)"], [*undoes, "DROP TABLE later"]):
        with transaction.atomic():
            house = cast.organisation()
            visit = cast.booked(cast.request(house), cast.volunteer(house))
        assert visit.status == "booked"
        assert [str(finding) for finding in promises.check() if not finding.holds] == []


KINDS = (("empty", "NULL"), ("filled", "NOT NULL DEFAULT 'x'"))


def test_the_next_code_on_the_tables_of_this_one_loses_no_text(frozen_clock):
    """It asks for a column that is not there yet: the gateway hears "come again", and does once `migrate` has run."""
    logging.disable(logging.CRITICAL)
    house = cast.organisation()
    number = cast.volunteer(house).recipient.number
    told = json.dumps({"id": "1", "from": number, "to": cast.SMS_NUMBER, "text": "OK"})

    def text():
        browser = Browser(raise_request_exception=False)
        return browser.post("/gateways/simulator/inbound", told, content_type="application/json").status_code

    rename = "ALTER TABLE notifications_inboundmessage RENAME COLUMN {} TO {}"
    with after([rename.format("body", "later")], [rename.format("later", "body")]):
        assert text() == 503
    logging.disable(logging.NOTSET)
    assert InboundMessage.objects.count() == 0
    assert text() == 200
    assert InboundMessage.objects.count() == 1
