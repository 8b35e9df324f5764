"""Logging a request: judged, split, found again, and seen by its own organisation alone."""

import pytest

import cast
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.guardrails.catalogue import TASKS
from digibel.requests import errors, intake
from digibel.requests.judging import MONEY, judge_request
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import openings

pytestmark = pytest.mark.django_db


def log(organisation, **changes):
    options = {name: changes.pop(name) for name in ("client_before", "key", "fingerprint") if name in changes}
    return openings.open_request(
        cast.draft(**changes),
        organisation=organisation,
        by=SYSTEM,
        client=options.get("client_before"),
        idempotency_key=options.get("key"),
        idempotency_print=options.get("fingerprint", ""),
    )


def slugs(request):
    return [task.slug for task in request.tasks.all()]


@pytest.mark.guardrail("E1")
def test_a_request_is_split_where_part_of_it_is_not_for_volunteers(lindeboom):
    volunteer, staff = log(lindeboom, tasks=["benefits", "video-call", "cash-withdrawal", "wifi-connect"])
    assert (slugs(volunteer), slugs(staff)) == (["video-call", "wifi-connect"], ["benefits", "cash-withdrawal"])
    assert (volunteer.next_kind, staff.next_kind) == ("choose", "refer")
    assert staff.split_from == volunteer


@pytest.mark.parametrize("slug", sorted(TASKS))
@pytest.mark.guardrail("R*")
def test_every_task_goes_where_the_catalogue_says(lindeboom, slug):
    [request] = log(lindeboom, tasks=[slug])
    assert request.next_kind == ("choose" if TASKS[slug].verdict.for_volunteers else "refer")
    assert judge_request(request).verdict == TASKS[slug].verdict


def test_references_follow_each_other(lindeboom):
    assert [cast.request(lindeboom).reference for _ in range(3)] == ["26-0001", "26-0002", "26-0003"]


def test_asked_twice_with_one_key_is_asked_once(lindeboom):
    first = log(lindeboom, tasks=["video-call", "benefits"], key="k1", fingerprint="f")
    assert log(lindeboom, tasks=["video-call", "benefits"], key="k1", fingerprint="f") == first
    assert HelpRequest.objects.count() == 2
    with pytest.raises(errors.KeyUsedOtherwise):
        log(lindeboom, key="k1", fingerprint="other")


def test_two_organisations_may_use_the_same_key(lindeboom):
    sleutel = cast.organisation("De Sleutel")
    assert log(lindeboom, key="k1") != log(sleutel, key="k1")


def test_a_client_is_found_by_number_or_by_any_part_of_the_name(lindeboom):
    request = cast.request(lindeboom, client={"phone": "0470 12 34 56", "first_name": "Zoë", "family_name": "Van Dam"})
    assert intake.known_clients(lindeboom, phone="+32470123456") == [request.client]
    assert intake.known_clients(lindeboom, name="van dam zoe") == [request.client]
    assert intake.known_clients(lindeboom, name="Dam Piet") == []
    assert intake.known_clients(lindeboom) == []


def test_another_organisation_finds_nobody(lindeboom):
    sleutel = cast.organisation("De Sleutel")
    request = cast.request(lindeboom, client={"phone": "0470 12 34 56"})
    assert intake.known_clients(sleutel, phone="+32470123456") == []
    assert intake.known_clients(sleutel, name="Claes") == []
    with pytest.raises(HelpRequest.DoesNotExist):
        intake.find(sleutel, request.reference)
    with pytest.raises(Client.DoesNotExist):
        intake.find_client(sleutel, request.client_id)
    assert intake.find(lindeboom, request.reference) == request


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Claes", "Klaas"),
        ("El Idrissi", "Idrisi"),
        ("Peeters", "Peters"),
        ("Van Damme", "Vandamme"),
        ("Özdemir", "ozdemir"),
        ("محمد", "Mohammed"),
        ("بن يوسف", "Ben Youssef"),
        ("Aït Omar", "Ait-Omar"),
    ],
)
def test_somebody_known_is_noticed_however_the_name_is_written(lindeboom, known, typed):
    request = cast.request(lindeboom, client={"family_name": known})
    alike = [one.pk for one in intake.clients_alike(lindeboom, family_name=typed, postcode="1090")]
    assert alike == [request.client_id]
    assert intake.clients_alike(lindeboom, family_name=typed, postcode="1080") == []
    assert intake.clients_alike(lindeboom, family_name=typed, postcode="\x00") == []
    assert intake.clients_alike(cast.organisation("De Sleutel"), family_name=typed, postcode="1090") == []


def test_another_name_is_not_noticed(lindeboom):
    cast.request(lindeboom, client={"family_name": "Claes"})
    assert intake.clients_alike(lindeboom, family_name="Janssens", postcode="1090") == []
    assert intake.clients_alike(lindeboom, family_name="Ali", postcode="1090") == []


def test_the_audit_tells_that_it_was_logged_and_nothing_of_who(lindeboom):
    request = cast.request(lindeboom)
    event = Event.objects.get(verb="request.logged")
    assert (event.subject_id, event.facts) == (str(request.pk), {"tasks": 1, "caller": "client"})


# --- money ----------------------------------------------------------------------------------------------------------


@pytest.mark.guardrail("E9")
def test_where_somebody_else_decides_about_money_it_is_for_staff(lindeboom):
    video, money = log(lindeboom, tasks=["bank-app", "video-call"], client={"decides_about_money": "Mevr. Janssens"})
    assert (slugs(video), slugs(money)) == (["video-call"], ["bank-app"])
    assert [task.verdict for task in money.tasks.all()] == ["staff_only"]
    assert judge_request(money).for_volunteer == ()


@pytest.mark.guardrail("E9")
def test_the_third_call_about_money_goes_to_staff(lindeboom):
    """Rule E9; two parts of one call are one, and a call about something else does not count."""
    [first] = log(lindeboom, tasks=["online-payment"])
    client = first.client
    log(lindeboom, tasks=["video-call"], client_before=client)
    second = log(lindeboom, tasks=["online-payment", "bank-dispute"], client_before=client)
    [third] = log(lindeboom, tasks=["online-payment"], client_before=client)
    [other] = log(lindeboom, tasks=["online-payment"])
    assert [request.next_kind for request in (first, *second, third, other)] == [
        "choose",
        "choose",
        "refer",
        "refer",
        "choose",
    ]
    assert "online-payment" in MONEY


def test_what_was_judged_strictly_is_never_loosened_by_a_later_look(lindeboom):
    [request] = log(lindeboom, tasks=["bank-app"], client={"decides_about_money": "Mevr. Janssens"})
    Client.objects.get().save()
    client = request.client
    client.decides_about_money = ""
    client.save()
    assert judge_request(HelpRequest.objects.get()).verdict == "staff_only"


# --- the client's own yes -------------------------------------------------------------------------------------------


def test_one_yes_is_enough_for_all_requests_of_a_client(lindeboom):
    [first] = log(lindeboom, consent={"given": False})
    [second] = log(lindeboom, consent={"given": False}, client_before=first.client)
    openings.note_own_yes(first.client, language="nl", by=SYSTEM)
    openings.note_own_yes(first.client, language="nl", by=SYSTEM)
    for request in (first, second):
        request.refresh_from_db()
    assert (first.next_kind, second.next_kind) == ("choose", "choose")
    assert first.client.consents.count() == 1
