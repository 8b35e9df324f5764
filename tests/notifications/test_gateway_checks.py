"""What an operator has set up wrongly is said at the start, with what to do."""

import pytest

import cast
from digibel.notifications import checks, gateways


class Half:
    name = "half"
    takes_our_id = True

    def what_is_missing(self):
        return ["DIGIBEL_HALF_SECRET is empty: anybody could send us receipts."]


class Broken:
    def __init__(self):
        raise ValueError("DIGIBEL_BROKEN_URL is not set.")


@pytest.fixture
def found(settings):
    settings.DIGIBEL_GATEWAYS = settings.DIGIBEL_GATEWAYS | {
        "half": f"{__name__}.Half",
        "broken": f"{__name__}.Broken",
    }

    def using(names, url="http://127.0.0.1:8000"):
        settings.DIGIBEL_GATEWAY, settings.DIGIBEL_PUBLIC_URL = names, url
        return [one.id for one in checks.gateways_are_set_up()]

    return using


@pytest.mark.parametrize(
    ("names", "url", "ids"),
    [
        ("simulator", "http://localhost:8000", []),
        ("by_hand", "https://digibel.example", []),
        ("", "http://localhost", ["notifications.E001"]),
        ("pigeon,by_hand", "http://localhost", ["notifications.E002"]),
        ("by_hand, by_hand", "http://localhost", ["notifications.W001"]),
        ("broken", "http://localhost", ["notifications.E003"]),
        ("half", "http://localhost", ["notifications.E004"]),
        ("by_hand,simulator", "https://digibel.example", ["notifications.E005"]),
    ],
)
def test_each_mistake_is_named(found, names, url, ids):
    assert found(names, url) == ids


def test_names_are_read_in_order(settings):
    settings.DIGIBEL_GATEWAY = " android ,by_hand,"
    assert gateways.in_order() == ["android", "by_hand"]
    assert (gateways.is_used("by_hand"), gateways.is_used("simulator")) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize(("sender", "ids"), [("+32460000001", []), ("8850", []), ("Digibel", ["notifications.E006"])])
def test_a_sender_that_nobody_can_answer_is_refused(sender, ids):
    cast.organisation(sms_number=sender)
    assert [one.id for one in checks.senders_can_be_answered(databases=["default"])] == ids
    assert checks.senders_can_be_answered(databases=None) == []
