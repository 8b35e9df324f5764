"""Known twice, and one person: everything moves, nothing is lost, and undone it is as if it had never been."""

import itertools
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from hypothesis import given, settings
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications import inbound, outbox, reaching
from digibel.notifications.models import CallTask, InboundMessage, InboundPart, OutboundMessage, Recipient
from digibel.requests import errors, intake
from digibel.requests.models import Client, HelpRequest, Merge, MovedRow, NamedHelper, NameToken
from digibel.requests.rectifying import as_draft
from digibel.scheduling import complaints, fraud, inside, merging, openings, promises, rectifying, reports
from digibel.scheduling.errors import Restricted
from digibel.scheduling.models import Complaint, FraudAlarm, Preference, ReportNote, Visit
from digibel.sealing import strays
from digibel.sealing.strays import sealed_fields

pytestmark = pytest.mark.django_db

MERGING = (Merge, MovedRow)
WATCHED = (
    Client, Recipient, HelpRequest, NamedHelper, Visit, Preference, OutboundMessage, InboundMessage, CallTask, Complaint,
    FraudAlarm, ReportNote,
)  # fmt: skip


def snapshot():
    """Every row of every table that a merge may touch, opened; names are indexed anew, and a row of the index has no identity.

    A version alone never goes back: a form that was open meanwhile is looked at again.
    """
    tokens = sorted(NameToken.objects.values_list("client", "token"))
    return {"tokens": tokens} | {
        f"{model._meta.label} {row.pk}": {
            field.name: getattr(row, field.attname)
            for field in model._meta.concrete_fields
            if (model, field.name) != (Client, "version")
        }
        for model in WATCHED
        for row in model._default_manager.all()
    }


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


@pytest.fixture
def kept(lindeboom, els):
    """A visit booked tomorrow."""
    return cast.booked(cast.request(lindeboom, client={"phone": "0470 12 34 56"}), els).client


@pytest.fixture
def other(lindeboom, els):
    """The same man, typed otherwise: a visit that is over, a helper, a preference, an open question, a fraud, a complaint."""
    ayse = cast.volunteer(lindeboom, name="Ayse")
    told = {"family_name": "Klaas", "phone": "0470 12 34 56", "helpers": [{"name": "Mia", "may_change": True}]}
    visit = cast.booked(cast.request(lindeboom, client=told, windows=NEXT_WEEK), ayse)
    Preference.objects.create(client=visit.client, volunteer=ayse, again=False)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        fraud.during_visit(visit, by=SYSTEM)
        inside.check_out(visit, by=SYSTEM)
        reports.report(visit, by=SYSTEM, all_right=True, note="Zijn kat heet Mimi")
    complaints.note(visit.client, kind="visit", text="Ze kwam te laat", visit=visit, by=SYSTEM)
    openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=visit.client)
    return Client.objects.get(pk=visit.client.pk)


LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
NEXT_WEEK = [{"from": "2026-09-22T14:00", "until": "2026-09-22T17:00"}]


def test_everything_moves_and_is_sealed_for_the_survivor(kept, other):
    references = set(HelpRequest.objects.values_list("reference", flat=True))
    merging.merge(kept, other, by=SYSTEM)
    kept.refresh_from_db()
    assert set(kept.help_requests.values_list("reference", flat=True)) == references
    # What staff follow up after the fraud has no words of its own.
    assert {request.in_own_words for request in kept.help_requests.all()} == {"Mijn tablet doet raar", ""}
    assert (kept.visits.count(), kept.named_helpers.get().name) == (2, "Mia")
    assert not OutboundMessage.objects.filter(recipient__client=other.pk).exists()
    assert all(message.body for message in OutboundMessage.objects.all())
    assert strays.find_strays() == []
    assert broken() == []


def test_the_old_row_points_at_the_survivor(lindeboom, kept, other):
    merging.merge(kept, other, by=SYSTEM)
    assert intake.find_client(lindeboom, other.pk) == kept
    assert intake.known_clients(lindeboom, name="Klaas") == [kept]
    assert intake.known_clients(lindeboom, phone="+32470123456") == [kept]
    [request] = openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=other)
    assert request.client == kept


def test_fraud_and_complaint_move_and_what_the_volunteer_wrote_can_still_be_read(kept, other):
    done = merging.merge(kept, other, by=SYSTEM)
    assert (FraudAlarm.objects.get().client, Complaint.objects.get().client) == (kept, kept)
    assert (ReportNote.objects.get().text, Complaint.objects.get().text) == ("Zijn kat heet Mimi", "Ze kwam te laat")
    visit = Visit.objects.get(status="done")
    later = complaints.note(kept, kind="volunteer", text="Nog iets", visit=visit, by=SYSTEM)
    merging.undo(done, by=SYSTEM)
    later.refresh_from_db()
    assert (later.client, later.text) == (other, "Nog iets")
    assert strays.find_strays() == []


def test_a_visit_from_before_visits_had_keys_takes_its_words_along(kept, other):
    visit = Visit.objects.get(status="done")
    visit.key_id = other.key_id
    visit.save()
    visit.report.words.save()
    done = merging.merge(kept, other, by=SYSTEM)
    assert Visit.objects.get(pk=visit.pk).key_id == kept.key_id
    merging.undo(done, by=SYSTEM)
    assert (Visit.objects.get(pk=visit.pk).key_id, ReportNote.objects.get().text) == (
        other.key_id,
        "Zijn kat heet Mimi",
    )
    assert strays.find_strays() == []


@pytest.mark.parametrize("who", ["kept", "other"])
def test_what_is_kept_and_not_used_is_neither_merged_nor_taken_apart(kept, other, who):
    restricted = Recipient.objects.filter(client={"kept": kept, "other": other}[who])
    restricted.update(restricted_at=clock.now(), restricted_why="claim")
    with pytest.raises(Restricted):
        merging.merge(kept, other, by=SYSTEM)
    restricted.update(restricted_at=None, restricted_why="")
    done = merging.merge(kept, other, by=SYSTEM)
    restricted.update(restricted_at=clock.now(), restricted_why="claim")
    with pytest.raises(Restricted):
        merging.undo(done, by=SYSTEM)


def test_values_that_win(kept, other):
    merging.merge(kept, other, theirs=["family_name"], by=SYSTEM)
    kept.refresh_from_db()
    assert (kept.first_name, kept.family_name) == ("Guido", "Klaas")


def fresh(client):
    return Client.objects.select_related("recipient").get(pk=client.pk)


@pytest.mark.parametrize("theirs", [["trusted_worker", "trusted_worker_phone"], []])
def test_whoever_passes_messages_on_stays_the_reception_that_hears_no_word(lindeboom, theirs):
    """Also where nobody chose the tick beside the name."""
    home = {"trusted_worker": "Onthaal De Ceder", "trusted_worker_phone": "+3224251133", "reception": True}
    one, other = cast.request(lindeboom).client, cast.request(lindeboom, client=home).client
    merging.merge(one, other, theirs=theirs, by=SYSTEM)
    one.refresh_from_db()
    assert (one.trusted_worker, one.reception) == (("Onthaal De Ceder", True) if theirs else ("", False))


def test_the_number_of_the_other_wins_and_reaches_them(lindeboom, kept):
    other = cast.request(lindeboom, client={"phone": "0470 65 43 21"}, windows=NEXT_WEEK).client
    done = merging.merge(kept, other, theirs=["phone"], by=SYSTEM)
    assert (fresh(kept).recipient.number, fresh(kept).recipient.channel) == ("+32470654321", "sms")
    assert cast.texts("+32470654321", "1").recipient == fresh(kept).recipient
    merging.undo(done, by=SYSTEM)
    assert [fresh(one).recipient.number for one in (kept, other)] == ["+32470123456", "+32470654321"]


@pytest.mark.parametrize("theirs", [["phone"], []])
def test_a_number_at_which_a_stranger_answers_stays_wrong(lindeboom, kept, theirs):
    """Where it is the one they are reached at from now on; undone, it is wrong with whom it was noted."""
    other = cast.request(lindeboom, client={"phone": "0470 65 43 21"}, windows=NEXT_WEEK).client
    reaching.note_wrong_number(other.recipient, by=SYSTEM)
    done = merging.merge(fresh(kept), fresh(other), theirs=theirs, by=SYSTEM)
    assert fresh(kept).recipient.number_is_wrong is bool(theirs)
    merging.undo(done, by=SYSTEM)
    assert [fresh(one).recipient.number_is_wrong for one in (kept, other)] == [False, True]


def test_merged_and_undone_every_row_is_what_it_was(kept, other):
    before = snapshot()
    with clock.travel(clock.now() + timedelta(minutes=5)):
        done = merging.merge(kept, other, theirs=["family_name", "bell"], by=SYSTEM)
        merging.undo(done, by=SYSTEM)
    after = snapshot()
    assert after == before
    assert broken() == []


FACTS = {
    "phone": st.sampled_from(["0470 12 34 56", "0470 65 43 21"]),
    "family_name": st.sampled_from(["Claes", "Klaas", "بن علي"]),
    "dog": st.booleans(),
    "floor": st.sampled_from([None, 0, 4]),
    "speaks": st.sampled_from([["nl"], ["fr", "rif"]]),
    "wish": st.sampled_from(["", "woman"]),
    "helpers": st.lists(st.just({"name": "Mia", "may_change": True}), max_size=4),
    "decides_about_money": st.sampled_from(["", "Meester Bo"]),
}


@settings(max_examples=50 if LONG else 4)
@given(
    one=st.fixed_dictionaries(FACTS), two=st.fixed_dictionaries(FACTS), theirs=st.sets(st.sampled_from(merging.CHOICES))
)
def test_merge_and_undo_is_the_identity_whatever_was_known(frozen_clock, one, two, theirs):
    lindeboom = cast.organisation(f"Huis {next(NAMES)}", duty=False)
    first, second = (cast.request(lindeboom, client=facts).client for facts in (one, two))
    before = values(first, second)
    merging.undo(merging.merge(first, second, theirs=theirs, by=SYSTEM), by=SYSTEM)
    assert values(first, second) == before
    assert merging.different(*Client.objects.filter(pk__in=[first.pk, second.pk])) is not None


NAMES = itertools.count()


def values(*clients):
    rows = [Client.objects.select_related("recipient").get(pk=client.pk) for client in clients]
    return [
        {
            **{
                field.name: getattr(row, field.attname)
                for row in (client, client.recipient)
                for field in row._meta.concrete_fields
                if field.name != "version"
            },
            "requests": [
                (request.reference, request.next_kind, request.in_own_words, request.key_id)
                for request in client.help_requests.order_by("pk")
            ],
            "helpers": sorted((one.pk, one.name) for one in client.named_helpers.all()),
        }
        for client in rows
    ]


def test_what_was_made_since_stays_with_the_survivor(lindeboom, kept, other):
    done = merging.merge(kept, other, by=SYSTEM)
    [later] = openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=kept)
    merging.undo(done, by=SYSTEM)
    later.refresh_from_db()
    assert later.client == kept
    assert other.help_requests.count() == 3
    assert broken() == []


def test_what_was_put_right_since_stays_put_right(kept, other):
    done = merging.merge(kept, other, theirs=["family_name"], by=SYSTEM)
    Client.objects.get(pk=kept.pk).save()
    person = Client.objects.get(pk=kept.pk)
    person.bell = "Nieuw"
    person.save()
    merging.undo(done, by=SYSTEM)
    person.refresh_from_db()
    assert (person.bell, person.family_name) == ("Nieuw", "Claes")


def test_stop_of_either_stays_and_goes_back_with_its_owner(kept, lindeboom):
    other = cast.booked(
        cast.request(lindeboom, client={"phone": "0470 65 43 21"}, windows=NEXT_WEEK), cast.volunteer(lindeboom)
    ).client
    cast.texts(other, "STOP")
    done = merging.merge(kept, other, by=SYSTEM)
    recipient = Recipient.objects.get(client=kept)
    assert (recipient.stopped_at, recipient.channel) == (clock.now(), "call")
    assert broken() == []
    merging.undo(done, by=SYSTEM)
    assert [Recipient.objects.get(client=one).stopped_at for one in (kept, other)] == [None, clock.now()]


def test_never_again_of_either_stays(kept, other, els):
    [ayse] = [one.volunteer for one in Preference.objects.all()]
    mine = Preference.objects.create(client=kept, volunteer=ayse, again=True)
    done = merging.merge(kept, other, by=SYSTEM)
    mine.refresh_from_db()
    assert mine.again is False
    merging.undo(done, by=SYSTEM)
    mine.refresh_from_db()
    assert mine.again is True


def test_one_yes_is_enough_for_both(lindeboom, kept):
    other = cast.request(lindeboom, consent={"given": False}).client
    merging.merge(kept, other, by=SYSTEM)
    assert not CallTask.objects.open().filter(kind="request.own_yes").exists()
    assert broken() == []


def test_a_text_that_arrives_meanwhile_is_the_survivors(kept, other):
    message = InboundMessage.objects.create(
        gateway="simulator", provider_id="late", organisation=kept.organisation, recipient=other.recipient,
        key_id=other.recipient.key_id, body="STOP", received_at=clock.now(), status="handled",
    )  # fmt: skip
    merging.merge(kept, other, by=SYSTEM)
    pointer = Client.objects.select_related("recipient").get(pk=other.pk)
    InboundMessage.objects.filter(pk=message.pk).update(status="received")
    message.refresh_from_db()
    merging._give(message, "recipient", pointer.recipient)
    inbound.route_text(message.pk)
    message.refresh_from_db()
    assert (message.recipient, message.outcome, message.body) == (kept.recipient, "stopped", "STOP")
    assert Recipient.objects.get(client=kept).stopped_at == clock.now()
    assert strays.find_strays() == []


@pytest.mark.parametrize("who", ["itself", "neighbour", "gone", "pointer"])
def test_who_cannot_be_merged(lindeboom, kept, who):
    other = {
        "itself": lambda: kept,
        "neighbour": lambda: cast.request(cast.organisation("De Sleutel", sms_number="+32460000002")).client,
        "gone": lambda: gone(cast.request(lindeboom).client),
        "pointer": lambda: (
            merging.merge(cast.request(lindeboom).client, cast.request(lindeboom).client, by=SYSTEM).merged
        ),
    }[who]()
    with pytest.raises(errors.CannotMerge):
        merging.merge(kept, other, by=SYSTEM)
    assert Client.objects.get(pk=kept.pk).merged_into is None


def gone(client):
    openings.note_gone(client, by=SYSTEM)
    return client


def test_two_visits_at_once_are_not_made_one_persons(lindeboom, kept):
    other = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom)).client
    with pytest.raises(errors.VisitsAtOnce):
        merging.merge(kept, other, by=SYSTEM)


def test_undo_is_for_thirty_days_once_and_the_latest_first(lindeboom, kept, other):
    first = merging.merge(kept, other, by=SYSTEM)
    with clock.travel(clock.now() + timedelta(seconds=1)):
        second = merging.merge(kept, cast.request(lindeboom).client, by=SYSTEM)
        with pytest.raises(errors.CannotUnmerge):
            merging.undo(first, by=SYSTEM)
        merging.undo(second, by=SYSTEM)
        with pytest.raises(errors.CannotUnmerge):
            merging.undo(second, by=SYSTEM)
    with clock.travel(clock.now() + timedelta(days=31)):
        assert merging.standing(kept) == []
        with pytest.raises(errors.CannotUnmerge):
            merging.undo(first, by=SYSTEM)
    merging.undo(first, by=SYSTEM)


def test_no_name_is_in_the_audit(kept, other):
    done = merging.merge(kept, other, theirs=["family_name"], by=SYSTEM)
    merging.undo(done, by=SYSTEM)
    facts = [event.facts for event in Event.objects.filter(verb__in=["client.merged", "client.unmerged"])]
    assert facts == [{"other": str(other.pk), "rows": done.moved.count()}, {"other": str(other.pk)}]


def test_no_table_of_a_person_is_forgotten():
    """Whatever points at a client or at how they are reached moves with a merge, or is here with the reason."""
    # A part of a long text waits ten minutes, is then a text, and follows the pointer as every text that came meanwhile.
    stays = {NameToken, Client, Merge, InboundPart}
    known = {*merging.OF_CLIENT, *merging.OF_RECIPIENT, *stays}
    points = {
        model
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model in {Client, Recipient}
    }
    # Who helps, or wants to, is nobody's client.
    assert {model for model in points - known if model.__name__ not in {"Volunteer", "Applicant"}} == set()
    assert sealed_fields(HelpRequest)
    outbox.sweep()


def test_a_form_that_was_open_meanwhile_turns_nothing_back(kept, other):
    """Neither the value that was chosen nor the helper who came along, nor what is two people's again."""
    seen = as_draft(fresh(kept))
    done = merging.merge(kept, other, theirs=["family_name"], by=SYSTEM)
    with pytest.raises(errors.ChangedMeanwhile):
        rectifying.correct(fresh(kept), replace(seen, bell="Claes"), version=1, by=SYSTEM)
    as_one = as_draft(fresh(kept))
    assert (as_one.family_name, [one.name for one in as_one.helpers]) == ("Klaas", ["Mia"])
    merging.undo(done, by=SYSTEM)
    with pytest.raises(errors.ChangedMeanwhile):
        rectifying.correct(fresh(kept), as_one, version=2, by=SYSTEM)
