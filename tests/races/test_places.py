"""Several coordinators ring the same place up at once: one of them is noted, and the others see it."""

from functools import partial

import pytest
from django.db import transaction

import cast
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.directory import corrections
from digibel.problems import Problem
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def save(place, organisation, number):
    try:
        corrections.correct(place, by=SYSTEM, organisation=organisation, version=1, phone=f"02 555 00 0{number}")
    except Problem as refusal:
        return refusal.code
    return f"02 555 00 0{number}"


def test_of_all_who_save_one_place_at_once_one_is_noted(frozen_clock):
    with transaction.atomic():
        lindeboom = cast.organisation()
        facts = {"kind": "library", "name": "Bib", "postcode": "1090", "source": "rang them"}
        place = corrections.add(**facts, organisation=lindeboom, by=SYSTEM)
    said = at_once([partial(save, place, lindeboom, number) for number in range(5)])
    place.refresh_from_db()
    assert sorted(said) == sorted([place.phone, *["place_changed"] * 4])
    assert (place.version, Event.objects.filter(verb="place.checked").count()) == (2, 1)
