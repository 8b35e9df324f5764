"""What somebody gets when they ask what we know: all of it, and nothing of anybody else."""

import json

import pytest
from django.apps import apps
from django.db.models import ForeignKey

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications.models import Recipient
from digibel.organisations.models import Staff
from digibel.privacy import exporting, retention
from digibel.requests.models import Client
from digibel.scheduling import complaints, fraud, handovers, inside, merging, openings
from digibel.scheduling.desksessions import signing
from digibel.volunteers.models import Volunteer
from privacy.house import NOTE, PLANTED_WORDS, SAID, WORDS, followed_up, visit_is_over

pytestmark = pytest.mark.django_db


def of(person, house):
    return exporting.export(person, organisation=house.organisation, by=house.by)


def as_text(told):
    return json.dumps(told, ensure_ascii=False)


def test_client_gets_everything_that_was_told_and_written(booked):
    cast.texts(booked.client, "Kan zij ook naar mijn radio kijken?")
    visit_is_over(booked)
    text = as_text(of(booked.client, booked))
    for planted in (*PLANTED_WORDS, WORDS, NOTE, "Kan zij ook naar mijn radio kijken?", booked.request.reference):
        assert planted in text, planted
    assert booked.visit.word in text


def test_client_gets_the_volunteers_first_name_and_no_more(booked):
    followed_up(booked)
    text = as_text(of(booked.client, booked))
    els = booked.volunteer
    assert '"volunteer": "Elsewiets"' in text
    assert (els.recipient.number in text, str(els.pk) in text) == (False, False)


def test_client_gets_what_other_rooms_know(booked):
    """Known twice, somebody named, a complaint, a fraud, a request that went elsewhere."""
    twin = cast.request(booked.organisation, client={"family_name": "Waterhoen", "phone": cast.mobile()}).client
    cast.texts(twin, "Ik ben het weer")
    with clock.travel(booked.visit.starts_at):
        inside.check_in(booked.visit, by=SYSTEM)
        fraud.during_visit(booked.visit, by=SYSTEM)
    complaints.note(booked.client, kind="visit", text=SAID, visit=booked.visit, by=SYSTEM)
    merging.merge(booked.client, twin, by=SYSTEM)
    [again] = openings.open_request(cast.draft(), organisation=booked.organisation, by=SYSTEM, client=booked.client)
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    made = handovers.accept(handovers.hand_over(again, to=sleutel, consent_language="nl", by=SYSTEM), by=SYSTEM)
    told = of(booked.client, booked)
    for model in ("NamedHelper", "Merge", "MovedRow", "Client", "NameToken"):
        assert f"requests.{model}" in told["data"], model
    for model in ("Complaint", "FraudAlarm", "Handover"):
        assert f"scheduling.{model}" in told["data"], model
    text = as_text(told)
    assert [word for word in ("Nicht Scholekster", SAID, "Waterhoen", "Ik ben het weer") if word not in text] == []
    assert str(made.client_id) not in text
    ids = [row["id"] for row in told["data"]["requests.Merge"]]
    assert len(ids) == len(set(ids)) == 1


def test_somebody_taken_for_them_by_mistake_is_not_told(booked):
    other = cast.request(booked.organisation, client={"street": "Waterhoenstraat", "phone": cast.mobile()}).client
    merging.undo(merging.merge(booked.client, other, theirs=["street"], by=SYSTEM), by=SYSTEM)
    assert "Waterhoen" not in as_text(of(booked.client, booked))


def test_volunteer_gets_their_own_data_and_nothing_of_a_client(booked):
    visit_is_over(booked)
    told = of(booked.volunteer, booked)
    text = as_text(told)
    assert ("Elsewiets" in text, booked.volunteer.recipient.number in text) == (True, True)
    texts_to_them = as_text(told["data"].pop("notifications.OutboundMessage"))
    assert "Meerkoetenlaan" in texts_to_them
    rest = as_text(told)
    assert [word for word in (*PLANTED_WORDS, WORDS, NOTE) if word in rest and word != "977"] == []
    assert str(booked.client.pk) not in rest


def test_volunteers_work_for_another_organisation_is_that_ones_to_tell(booked):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    signing.sign_up(cast.desk_session(booked.organisation), booked.volunteer, by=booked.by)
    told = exporting.export(booked.volunteer, organisation=sleutel, by=booked.by)
    ours = {
        "scheduling.Visit",
        "scheduling.Offer",
        "scheduling.Seat",
        "scheduling.Move",
        "notifications.OutboundMessage",
    }
    assert ours & set(told["data"]) == set()
    assert {"volunteers.Volunteer", "notifications.Recipient"} <= set(told["data"])


def test_who_looked_is_told_by_name(booked):
    from digibel.audit.recording import record

    record("address.shown", booked.request, by=booked.by, organisation_id=booked.organisation.pk)
    told = of(booked.client, booked)["who_looked_and_who_did_what"]
    assert {"who": "Fatima", "what": "address.shown"} in [{k: one[k] for k in ("who", "what")} for one in told]


def test_that_it_was_exported_is_recorded(booked):
    of(booked.client, booked)
    event = Event.objects.get(verb="data.exported")
    assert (event.subject_id, event.actor, event.facts) == (str(booked.client.pk), str(booked.by), {})


@pytest.mark.parametrize("kind", [Client, Volunteer])
def test_every_model_that_points_at_a_person_is_in_their_export(kind):
    """Worked out a second way: whatever has a foreign key to them, to their recipient, or to something that has."""
    reached, grown = {kind, Recipient}, True
    while grown:
        more = {
            model
            for model in apps.get_models()
            for field in model._meta.local_concrete_fields
            if isinstance(field, ForeignKey) and field.related_model in reached
            if model not in {Client, Volunteer, Staff}
        }
        grown = not more <= reached
        reached |= more
    assert reached == set(exporting.models_about(kind))


def test_every_model_of_the_retention_table_about_a_client_is_in_the_export():
    named = {part.model for rule in retention.RULES if rule.of == "client" for part in rule.parts}
    assert named <= set(exporting.models_about(Client))


def test_erased_client_gets_what_is_counted_and_nothing_else(booked):
    from digibel.privacy import erasing

    erasing.erase_client(booked.client, by=booked.by)
    text = as_text(of(booked.client, booked))
    assert [word for word in (*PLANTED_WORDS, WORDS) if word in text and word != "977"] == []
