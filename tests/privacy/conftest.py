import pytest

import cast
from digibel.audit.actors import Actor
from digibel.organisations.models import Organisation
from digibel.requests.models import HelpRequest
from privacy.house import PLANTED, WORDS, House


@pytest.fixture
def asked(lindeboom: Organisation) -> HelpRequest:
    return cast.request(lindeboom, client=dict(PLANTED), in_own_words=WORDS)


@pytest.fixture
def booked(lindeboom: Organisation, asked: HelpRequest) -> House:
    els = cast.volunteer(lindeboom, name="Elsewiets", sms_only=True)
    visit = cast.booked(asked, els)
    return House(lindeboom, els, Actor.staff(lindeboom.staff.get()), asked, visit)
