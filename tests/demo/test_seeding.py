"""The demo's data: three organisations, their people, and requests in every stage, true at whatever moment it begins."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import phonenumbers
import pytest

from digibel import clock
from digibel.demo import cast, seeding, trying
from digibel.directory.models import HelpPlace
from digibel.guardrails import catalogue
from digibel.notifications import phrasebook
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage, Recipient
from digibel.organisations import keys
from digibel.organisations.models import Organisation, Staff
from digibel.requests.models import Client, Closing, HelpRequest, NextActionKind
from digibel.scheduling import worklist
from digibel.scheduling.models import Visit, VisitStatus
from digibel.volunteers.models import Volunteer
from plugins.worlds import built_once

TUESDAY = datetime(2026, 11, 24, 13, 7, tzinfo=UTC)
STAGES = {
    *(NextActionKind.OWN_YES, NextActionKind.REFER, NextActionKind.CHECK_REFERRAL, NextActionKind.CHOOSE),
    *(NextActionKind.AWAIT_ANSWERS, NextActionKind.NOBODY, NextActionKind.AWAY, NextActionKind.ANNOUNCE),
    *(NextActionKind.CONFIRM, NextActionKind.VISIT, NextActionKind.CHECK_OUT, NextActionKind.REPORT),
    NextActionKind.FOLLOW_UP,
}


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield from built_once(django_db_blocker, lambda: seeding.seed(TUESDAY))


@pytest.fixture
def seeded(house: None, db: None) -> Iterator[datetime]:
    with clock.travel(TUESDAY):
        yield TUESDAY


def test_every_stage_has_its_request(seeded):
    assert set(HelpRequest.objects.open().values_list("next_kind", flat=True)) >= STAGES
    assert set(HelpRequest.objects.exclude(closed_as="").values_list("closed_as", flat=True)) == {
        Closing.SOLVED,
        Closing.REFERRED,
        Closing.WITHDRAWN,
    }
    assert worklist.differences() == []


def test_somebody_stands_in_every_place(seeded):
    assert Organisation.objects.count() == 3
    assert Staff.objects.count() == 10
    assert Volunteer.objects.count() == len(cast.volunteers())
    assert HelpPlace.objects.exists()
    assert Visit.objects.filter(status=VisitStatus.UNDER_WAY).count() == 2
    assert CallTask.objects.open().filter(kind="visit.alarm").count() == 1
    assert InboundMessage.objects.filter(status=InboundMessage.Status.INBOX).count() == 2


def test_nothing_in_the_past_is_left_to_the_worker(seeded):
    assert not OutboundMessage.objects.due_by(seeded).exists()


def test_keys_and_logins_are_always_the_same(seeded):
    for told in cast.organisations()["organisations"]:
        key = keys.find_key(told["key"])
        assert key is not None
        assert key.organisation.slug == told["slug"]
        for one in told["staff"]:
            staff = Staff.objects.get_by_natural_key(seeding.email_of(one["name"], told["slug"]))
            assert staff.check_password(cast.organisations()["password"])


def test_seeding_twice_changes_nothing(seeded):
    before = HelpRequest.objects.count(), Volunteer.objects.count()
    assert seeding.seed(seeded) is False
    assert (HelpRequest.objects.count(), Volunteer.objects.count()) == before


def test_what_to_try_names_no_client(seeded):
    told = " ".join(trying.suggestions())
    names = {one.first_name for one in Client.objects.all()} | {one.family_name for one in Client.objects.all()}
    assert [name for name in names if name in told] == []
    assert told.count("/phones") == 2


def test_every_number_is_one_that_networks_accept_and_nobody_shares_one():
    people = [one.number for one in cast.volunteers()]
    people += [part["client"]["phone"] for part in cast.questions().values() if part["client"]["phone"]]
    people += [one[kind] for one in cast.organisations()["organisations"] for kind in ("phone", "sms_number")]
    assert [one for one in people if not phonenumbers.is_valid_number(phonenumbers.parse(one))] == []
    assert len(set(people)) == len(people)


def test_every_skill_language_and_task_is_known():
    for one in cast.volunteers():
        assert set(one.facts["skills"]) <= set(catalogue.SKILLS)
    for part in cast.questions().values():
        assert [catalogue.get(slug).slug for slug in part["tasks"]] == part["tasks"]


def test_all_ten_languages_are_on_somebodys_telephone(seeded):
    told = set(OutboundMessage.objects.values_list("language", flat=True))
    assert told >= {"nl", "fr", "ar", "tr", "ro", "pl"}
    assert {phrasebook.answers(language)["yes"] for language in told} >= {"JA", "OUI"}
    assert Recipient.objects.filter(kind=Recipient.Kind.STAFF).exists()
