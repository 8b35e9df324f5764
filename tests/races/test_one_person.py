"""Two deeds at one moment that only together make two rows one person, or the third problem of one (rule E9): none slips by."""

import os
import time
from dataclasses import replace
from functools import partial

import pytest
from django.db import transaction

import cast
from digibel.audit.actors import SYSTEM
from digibel.guardrails.judgement import Stricter
from digibel.problems import Problem
from digibel.requests import judging
from digibel.requests.drafts import read_draft
from digibel.requests.models import Client, HelpRequest
from digibel.requests.rectifying import as_draft
from digibel.scheduling import doorstep, merging, openings, promises, rectifying
from races.side_by_side import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.guardrail("E9")]

# Two of a kind: the long run tries the others too.
long_run = pytest.mark.skipif(
    os.environ.get("DIGIBEL_TEST_LONG") != "1", reason="the long run tries every pair of deeds"
)

GUIDO = {"first_name": "Guido", "phone": "0470 12 34 56"}
ADMINISTRATOR = {"decides_about_money": "Meester Bo", "money_kind": "administrator"}


def asked(lindeboom, task="online-payment", **client):
    with transaction.atomic():
        return cast.request(lindeboom, tasks=[task], client=client)


def slowly(deed, *arguments, **options):
    """The deed, and a moment before it is there for others: whoever does not wait for it sees nothing of it."""
    try:
        with transaction.atomic():
            deed(*arguments, **options)
            time.sleep(0.2)
    except Problem as refusal:
        return refusal.code
    return "done"


def put_right(client, **told):
    found = Client.objects.select_related("organisation", "recipient").get(pk=client.pk)
    rectifying.correct(found, replace(as_draft(found), **told), version=found.version, by=SYSTEM)


def log(lindeboom, task="bank-app", **client):
    openings.open_request(read_draft(cast.told(tasks=[task], client=client)), organisation=lindeboom, by=SYSTEM)


def together(*deeds):
    assert at_once([partial(slowly, *deed[:-1], **deed[-1]) for deed in deeds]) == ["done"] * len(deeds)
    slipped = [request for request in HelpRequest.objects.open() if slipped_by(request)]
    assert slipped == []
    assert [str(finding) for finding in promises.check() if not finding.holds] == []


def slipped_by(request):
    """What is true of this client now keeps it from volunteers, and it is not kept from them."""
    why = judging.facts_now(request, request.client).keeps_money_for_staff
    return why is not None and judging.judge_request(request).for_volunteer


def by_reason():
    kept = [judging.facts_then(request).keeps_money_for_staff for request in HelpRequest.objects.all()]
    return [sum(one is why for one in kept) for why in (Stricter.THIRD, Stricter.ADMINISTRATOR)]


def test_two_corrections_that_make_two_rows_one_person(lindeboom):
    mine = asked(lindeboom, **{**GUIDO, "first_name": "Guy", **ADMINISTRATOR})
    theirs = asked(lindeboom, **{**GUIDO, "phone": "0470 65 43 21"})
    together(
        (put_right, mine.client, {"first_name": "Guido"}),
        (put_right, theirs.client, {"phone": "+32470123456"}),
    )
    assert by_reason() == [0, 2]


@long_run
def test_two_corrections_that_make_a_third_problem_of_one_person(lindeboom):
    asked(lindeboom, **GUIDO)
    others = [asked(lindeboom, task, **{**GUIDO, "first_name": "Guy"}) for task in ("bank-app", "tax-view")]
    together(*[(put_right, one.client, {"first_name": "Guido"}) for one in others])
    assert by_reason() == [1, 0]


@long_run
def test_an_administrator_comes_with_a_new_row_while_the_other_asks(lindeboom):
    told = read_draft(cast.told(client={**GUIDO, **ADMINISTRATOR})).client
    together(
        (openings.add_client, told, {"organisation": lindeboom, "by": SYSTEM}),
        (log, lindeboom, GUIDO),
    )
    assert by_reason() == [0, 1]


@long_run
def test_two_programs_that_each_log_one_more(lindeboom):
    asked(lindeboom, **GUIDO)
    together((log, lindeboom, {**GUIDO, "task": "bank-app"}), (log, lindeboom, {**GUIDO, "task": "tax-view"}))
    assert by_reason() == [1, 0]


def test_an_administrator_is_told_while_the_other_row_asks(lindeboom):
    mine = asked(lindeboom, **{**GUIDO, "first_name": "Guy"})
    together((put_right, mine.client, {"first_name": "Guido", **ADMINISTRATOR}), (log, lindeboom, GUIDO))
    assert by_reason() == [0, 2]


@long_run
def test_two_are_made_one_while_another_row_becomes_theirs(lindeboom):
    one, two = (asked(lindeboom, task, **GUIDO) for task in ("online-payment", "bank-app"))
    third = asked(lindeboom, "tax-view", **{**GUIDO, "first_name": "Guy"})
    together(
        (merging.merge, one.client, two.client, {"by": SYSTEM}), (put_right, third.client, {"first_name": "Guido"})
    )
    assert by_reason() == [1, 0]


def test_a_wish_at_the_door_while_the_row_is_put_right(lindeboom):
    for task in ("bank-app", "tax-view"):
        asked(lindeboom, task, **GUIDO)
    with transaction.atomic():
        els = cast.volunteer(lindeboom)
        visit = cast.booked(cast.request(lindeboom, client={**GUIDO, "first_name": "Guy"}), els)
    at_once(
        [
            partial(slowly, put_right, visit.client, first_name="Guido"),
            partial(slowly, doorstep.count_wish, visit, "online-payment", by=SYSTEM),
        ]
    )
    assert [one.reference for one in HelpRequest.objects.open() if slipped_by(one)] == []
