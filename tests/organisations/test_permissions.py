"""Who may do what, and the keys of programs."""

import pytest

import cast
from digibel.organisations import keys, permissions
from digibel.organisations.models import ApiKey, Role
from digibel.problems import Refused

pytestmark = pytest.mark.django_db

FOR_ALL = {
    "look",
    "move_visit",
    "see_address",
    "log",
    "call",
    "refer",
    "answer",
    "print",
    "stop",
    "lend_kits",
    "assign",
}
FOR_MATCHING = {"hand_over", "match", "note_availability", "note_limits", "offer", "cancel_visit", "hold_sessions"}
FOR_COORDINATING = {
    "follow_up",
    "correct",
    "enrol",
    "pause_volunteer",
    "complaints",
    "tighten",
    "weigh",
    "texts",
    "keys",
    "overrule",
    "decide",
    "ready_volunteer",
    "train",
    "pay",
    "check_number",
    "note_places",
    "note_kits",
    "calendars",
    "choose_asking",
    "name_duty",
    "see_access",
    "see_reports",
    "edit_volunteer",
    "privacy",
}
FOR_NETWORK = {"run_network", "release_texts", "forget_volunteer"}


@pytest.mark.parametrize(
    ("role", "deeds"),
    [
        (Role.INTAKE, FOR_ALL),
        (Role.MATCHER, FOR_ALL | FOR_MATCHING),
        (Role.COORDINATOR, FOR_ALL | FOR_MATCHING | FOR_COORDINATING),
        (Role.NETWORK, FOR_NETWORK),
    ],
)
def test_a_role_may_do_its_deeds_and_no_others(frozen_clock, role, deeds):
    person = cast.staff(cast.organisation(duty=False), role=role)
    assert {deed for deed in permissions.DEEDS if permissions.may(person, deed)} == deeds
    for deed in permissions.DEEDS.keys() - deeds:
        with pytest.raises(Refused):
            permissions.check_may(person, deed)


def test_who_has_left_may_do_nothing(frozen_clock):
    person = cast.coordinator(cast.organisation(duty=False))
    person.is_active = False
    assert {deed for deed in permissions.DEEDS if permissions.may(person, deed)} == set()


def test_a_key_is_shown_once_and_found_by_its_secret(frozen_clock):
    lindeboom = cast.organisation(duty=False)
    key, secret = keys.make_key(lindeboom, name="till")
    assert keys.find_key(secret).organisation == lindeboom
    assert keys.find_key(secret + "x") is None
    assert keys.find_key("") is None
    assert secret not in str(ApiKey.objects.filter(pk=key.pk).values().get())


def test_a_revoked_key_opens_nothing(frozen_clock):
    key, secret = keys.make_key(cast.organisation(duty=False), name="till")
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=frozen_clock)
    assert keys.find_key(secret) is None
