"""What may be said about the door: a closed list and one short line, and no field for anything else."""

import re

import pytest
from django.test import Client as Browser

import cast
from digibel import languages
from digibel.audit.actors import SYSTEM
from digibel.problems import Invalid
from digibel.requests import access_notes
from digibel.requests.access_notes import ACCESS_NOTES
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import cards, doorstep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (["ring-twice", "pet"], "ring-twice,pet"),
        ("pet, ring-twice", "pet,ring-twice"),
        (["pet", "pet"], "pet"),
        ([], ""),
        (None, ""),
    ],
)
def test_notes_are_codes_each_once(told, kept):
    assert cast.draft(client={"access": told}).client.access == kept


@pytest.mark.parametrize(
    "told", [["wheelchair"], ["ring-twice", "heeft Parkinson"], sorted(ACCESS_NOTES)[:7], "x" * 999]
)
def test_what_is_not_in_the_list_is_refused(told):
    with pytest.raises(Invalid) as refused:
        cast.draft(client={"access": told})
    assert set(refused.value.fields) == {"client.access"}


def test_every_note_says_in_every_language_what_to_do_and_never_why():
    illness = re.compile(
        r"doof|blind|sourd|aveugle|deaf|rolstoel|fauteuil roulant|wheelchair|ziek|malad|ill\b|dement", re.I
    )
    for said in ACCESS_NOTES.values():
        assert set(said) == set(languages.LANGUAGES)
        assert not any(illness.search(words) for words in said.values())
    assert access_notes.in_words(["pet", "gone-from-the-list"], "tr") == [ACCESS_NOTES["pet"]["tr"]]
    assert access_notes.in_words(["pet"], "rif") == [ACCESS_NOTES["pet"]["fr"]]


def test_card_says_them_in_the_volunteers_language_once_the_rules_are_read():
    lindeboom = cast.organisation()
    told = {"access": ["flash-bell", "bring-chair"], "door_note": "naast de bakker"}
    visit = cast.booked(cast.request(lindeboom, client=told), cast.volunteer(lindeboom))
    page = f"/visit/{cards.token(visit)}?lang=fr"
    before = Browser().get(page).content.decode()
    doorstep.read_rules(visit, by=SYSTEM)
    after = Browser().get(page).content.decode()
    said = "appuie longtemps sur la sonnette : elle s&#x27;allume, peu de place : demande une chaise, naast de bakker"
    assert (said in before, said in after) == (False, True)


def test_there_is_no_field_for_a_diagnosis_a_national_number_or_a_bank():
    """The one thing that is known of somebody's health is that there is a visit at home."""
    names = {field.name for model in (Client, HelpRequest) for field in model._meta.get_fields()}
    strange = re.compile(
        r"diagnos|health|illness|handicap|disab|mobility|national|niss|rrn|insz|birth|iban|bank|card_number"
    )
    assert {name for name in names if strange.search(name)} == set()
