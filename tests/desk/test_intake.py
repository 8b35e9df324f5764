"""One telephone call, one form: nothing is lost, nothing is half saved, nothing secret is kept."""

import re
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.desk import picker, verdicts
from digibel.desk.forms import week
from digibel.desk.forms.intake import IntakeForm
from digibel.guardrails import catalogue, judgement
from digibel.guardrails.catalogue import Verdict
from digibel.notifications.models import CallTask
from digibel.organisations import tightenings
from digibel.organisations.models import Organisation, Staff
from digibel.requests.drafts import ClientDraft
from digibel.requests.models import Client, HelpRequest, Series

pytestmark = pytest.mark.django_db

NEW = "/requests/new"
CARD = "4539 1488 0343 6467"


@pytest.fixture
def nadia(lindeboom: Organisation, client: Browser) -> Staff:
    person = cast.staff(lindeboom)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


def written(**changes: Any) -> dict[str, Any]:
    """The form as a worker fills it in: meneer Claes of Jette, tomorrow from two to five."""
    tomorrow = week.coming_days(clock.today())[0]
    return {
        "once": "8d5f1f6e-0001",
        "caller": "client",
        "first_name": "Guido",
        "family_name": "Claes",
        "address_as": "Meneer Claes",
        "phone": cast.mobile(),
        "channel": "sms",
        "best": "nl",
        "speaks": ["fr"],
        "reads": ["nl"],
        "in_own_words": "Mijn tablet doet raar",
        "tasks": ["video-call"],
        "street": "Theodorstraat",
        "house_number": "41",
        "postcode": "1090",
        "home": "windows",
        "windows": [f"{tomorrow}/2"],
        "consent": "spoken",
        **changes,
    }


def test_call_is_logged_with_everything_that_was_told(nadia: Staff, client: Browser) -> None:
    answer = client.post(NEW, written(floor="4", dog="on", contact_name="Rita", contact_phone="02 425 11 22"))
    request = HelpRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/requests/{request.reference}")
    known = request.client
    assert (known.called, known.speaks, known.reads) == ("Meneer Claes", ["nl", "fr"], ["nl"])
    assert (known.floor, known.lift, known.dog, known.contact_name) == (4, False, True, "Rita")
    [window] = request.windows.all()
    assert [f"{clock.local(one):%H:%M}" for one in (window.starts_at, window.ends_at)] == ["14:00", "17:00"]
    assert known.consents.get().language == "nl"
    assert request.logged_by == f"staff:{nadia.pk}"


def test_matcher_goes_on_to_the_choice(lindeboom: Organisation, client: Browser) -> None:
    client.force_login(cast.coordinator(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(NEW, written())
    assert answer["Location"] == f"/requests/{HelpRequest.objects.get().reference}/match"


def test_series_is_agreed_while_they_are_on_the_telephone(nadia: Staff, client: Browser) -> None:
    told = written(series_goal="Zelf videobellen. PIN 4711", series_every="14", series_visits="5")
    for _ in range(2):  # sent twice
        assert client.post(NEW, told).status_code == 303
    agreed = Series.objects.get()
    assert (agreed.every_days, agreed.visits, agreed.until) == (14, 5, None)
    assert "Zelf videobellen" in agreed.goal
    assert "4711" not in agreed.goal
    page = client.get(f"/requests/{HelpRequest.objects.get().reference}").content.decode()
    assert "0 of 5 visits made" in page


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"series_visits": "5"}, "series_goal"),
        ({"series_goal": "Zelf videobellen"}, "series_visits"),
        ({"series_goal": "Zelf videobellen", "series_visits": "٣٠"}, "series_visits"),
        ({"series_goal": "Zelf videobellen", "series_visits": "1", "series_every": "7"}, "series_visits"),
    ],
)
def test_half_a_series_is_said_at_its_field_and_nothing_is_saved(nadia: Staff, client: Browser, told, field) -> None:
    answer = client.post(NEW, written(**told))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert HelpRequest.objects.count() == Client.objects.count() == 0
    for typed in told.values():
        assert typed in answer.content.decode()


def test_series_is_for_the_part_that_a_volunteer_can_do(nadia: Staff, client: Browser) -> None:
    client.post(NEW, written(tasks=["benefits"], series_goal="Zelf videobellen", series_visits="5"))
    assert (HelpRequest.objects.count(), Series.objects.count()) == (1, 0)


def test_language_spoken_best_comes_first_whatever_the_order_of_the_boxes(nadia: Staff, client: Browser) -> None:
    client.post(NEW, written(best="rif", speaks=["nl", "fr"], speaks_other="ary", reads=[]))
    assert Client.objects.get().speaks == ["rif", "nl", "fr", "ary"]


def test_empty_form_comes_back_with_a_link_to_each_field_and_saves_nothing(nadia: Staff, client: Browser) -> None:
    answer = client.post(NEW, {"first_name": "Zoë", "channel": "call", "home": "windows"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert HelpRequest.objects.count() == Client.objects.count() == 0
    summary = page[page.index('id="errors"') : page.index("</section>", page.index('id="errors"'))]
    linked = re.findall(r'href="#(\w+)"', summary)
    assert linked == [
        "id_family_name",
        "id_phone",
        "id_best",
        "id_tasks",
        "id_street",
        "id_house_number",
        "id_postcode",
        "id_windows",
        "id_consent_0",
    ]
    assert [anchor for anchor in linked if f'id="{anchor}"' not in page] == []
    assert 'value="Zoë"' in page


def test_everything_typed_is_still_there_after_a_refusal(nadia: Staff, client: Browser) -> None:
    tomorrow = week.coming_days(clock.today())[0]
    typed = written(
        phone="12", free_day_0="2026-10-01", free_from_0="08:15", free_until_0="09:45", helper_name_0="An, dochter"
    )
    page = client.post(NEW, typed).content.decode()
    for value in ("Guido", "12", "2026-10-01", "08:15", "09:45", "An, dochter", "8d5f1f6e-0001"):
        assert f'value="{value}"' in page
    for box in (f"{tomorrow}/2", "video-call", "fr"):
        assert re.search(rf'value="{box}"[^>]*checked', page)
    assert "Mijn tablet doet raar" in page


def test_secret_is_neither_kept_nor_shown_again_and_the_worker_is_told(nadia: Staff, client: Browser) -> None:
    words = f"Mijn kaart is {CARD} en de tablet doet raar"
    refused = client.post(NEW, written(in_own_words=words, family_name="")).content.decode()
    assert CARD not in refused
    assert "masked" in refused
    page = client.post(NEW, written(in_own_words=words), follow=True).content.decode()
    assert "It was not kept." in page
    assert CARD not in HelpRequest.objects.get().in_own_words


def test_form_sent_twice_is_logged_once(nadia: Staff, client: Browser) -> None:
    typed = written()
    answers = [client.post(NEW, typed) for _ in range(2)]
    assert HelpRequest.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_page_sent_again_with_other_words_is_asked_about(nadia: Staff, client: Browser) -> None:
    typed = written()
    client.post(NEW, typed)
    again = client.post(NEW, {**typed, "tasks": ["email-setup"], "identity": "new"})
    assert again.status_code == 409
    assert HelpRequest.objects.get().reference in again.content.decode()
    once = re.search(r'name="once" value="([^"]+)"', again.content.decode())
    assert once is not None
    assert client.post(NEW, {**typed, "once": once[1], "identity": "new"}).status_code == 303
    assert HelpRequest.objects.count() == 2


def test_somebody_with_the_same_number_is_asked_about_before_saving(nadia: Staff, client: Browser) -> None:
    earlier = cast.request(nadia.organisation)
    typed = written(phone=earlier.client.recipient.number, first_name="Gido")
    asked = client.post(NEW, typed)
    assert asked.status_code == 422
    assert f'value="{earlier.client.pk}"' in asked.content.decode()
    assert Client.objects.count() == 1
    client.post(NEW, {**typed, "identity": "new"})
    assert Client.objects.count() == 2


def test_known_client_keeps_their_facts_and_needs_no_second_address(nadia: Staff, client: Browser) -> None:
    earlier = cast.request(nadia.organisation)
    kept = ("home", "windows", "tasks", "consent", "once", "caller")
    typed = {name: value for name, value in written().items() if name in kept}
    answer = client.post(NEW, {**typed, "identity": str(earlier.client.pk)})
    assert answer.status_code == 303
    assert (Client.objects.count(), earlier.client.help_requests.count()) == (1, 2)


def test_client_of_another_organisation_does_not_exist_here(nadia: Staff, client: Browser) -> None:
    other = cast.request(cast.organisation("De Sleutel", sms_number="+32460000002"))
    assert client.get(NEW, {"client": str(other.client.pk)}).status_code == 404
    assert client.post(NEW, written(identity=str(other.client.pk))).status_code == 404
    looked = client.post("/requests/new/known", {"phone": other.client.recipient.number}).content.decode()
    assert str(other.client.pk) not in looked


def test_somebody_who_has_gone_cannot_be_chosen(nadia: Staff, client: Browser) -> None:
    earlier = cast.request(nadia.organisation)
    Client.objects.update(gone_at=clock.now())
    assert client.post(NEW, written(identity=str(earlier.client.pk))).status_code == 422
    assert HelpRequest.objects.count() == 1


def test_yes_that_is_asked_later_becomes_a_call(nadia: Staff, client: Browser) -> None:
    client.post(NEW, written(caller="family", consent="later"))
    assert CallTask.objects.open().get().kind == "request.own_yes"


def test_question_that_is_partly_forbidden_is_split(nadia: Staff, client: Browser) -> None:
    forbidden = next(slug for slug, task in catalogue.TASKS.items() if task.verdict == "forbidden")
    page = client.post(NEW, written(tasks=["video-call", forbidden]), follow=True).content.decode()
    first, second = HelpRequest.objects.order_by("reference")
    assert [one.tasks.get().slug for one in (first, second)] == ["video-call", forbidden]
    assert f"split in two: {first.reference} for a volunteer, {second.reference} for a slip" in page


def test_always_at_home_takes_the_exceptions(nadia: Staff, client: Browser) -> None:
    day = week.coming_days(clock.today())[1]
    client.post(NEW, written(home="always", windows=[], away=[f"{day}/0", f"{day}/1"]))
    request = HelpRequest.objects.get()
    [away] = request.windows.all()
    assert request.always_home
    assert away.away
    assert away.ends_at - away.starts_at == timedelta(hours=5)


def test_verdict_tells_the_panel_and_the_steps(nadia: Staff, client: Browser) -> None:
    page = client.post("/requests/new/verdict", written()).content.decode()
    assert 'hx-swap-oob="true"' in page
    assert page.count('class="done"') == 4
    assert "Nothing here is for a volunteer" not in page


def test_fraud_that_is_happening_shows_the_order_of_calls_and_who_is_on_duty(nadia: Staff, client: Browser) -> None:
    page = client.post("/requests/new/verdict", {"tasks": ["fraud-now"]}).content.decode()
    assert page.index("Danger now") < page.index("078 170 170") < page.index("Is this allowed?")
    assert "On duty: Fatima" in page


def test_suggestion_offers_tasks_and_says_when_a_code_was_typed(nadia: Staff, client: Browser) -> None:
    told = {"in_own_words": f"de wifi werkt niet, mijn kaart is {CARD}"}
    page = client.post("/requests/new/suggest", told).content.decode()
    first = page[: page.index("<details")]
    assert "wifi-connect" in re.findall(r'name="tasks" value="([\w-]+)"', first)
    assert "It will not be kept" in page
    assert CARD not in page


def test_script_is_in_the_language_of_the_client(nadia: Staff, client: Browser) -> None:
    page = client.post("/requests/new/consent", {"best": "ar"}).content.decode()
    assert 'lang="ar"' in page
    page = client.post("/requests/new/consent", {"best": "rif", "speaks": ["fr"]}).content.decode()
    assert 'lang="fr"' in page
    page = client.post("/requests/new/consent", {"best": "rif"}).content.decode()
    assert "Let an adult interpret" in page


@pytest.mark.parametrize("name", ["intake_verdict", "intake_suggest", "intake_known", "intake_consent"])
def test_fragments_are_posted_so_that_no_word_stands_in_an_address(name: str, nadia: Staff, client: Browser) -> None:
    assert client.get(reverse(f"desk:{name}")).status_code == 405
    assert client.post(reverse(f"desk:{name}")).status_code == 200


def test_nobody_logs_without_a_login(client: Browser, lindeboom: Organisation) -> None:
    for address in (NEW, "/requests/new/verdict", "/requests/new/known"):
        assert client.post(address, written())["Location"].startswith("/login")
    assert HelpRequest.objects.count() == 0


def test_looking_for_acquaintances_costs_the_same_for_one_and_for_three(nadia: Staff, client: Browser) -> None:
    number, counts = cast.mobile(), []
    for people in (1, 3):
        while Client.objects.count() < people:
            cast.request(nadia.organisation, client={"phone": number})
        with CaptureQueriesContext(connection) as queries:
            page = client.post("/requests/new/known", {"phone": number}).content.decode()
        assert page.count("data-known") == people
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_neighbouring_cells_become_one_window_and_come_back_as_cells(frozen_clock: datetime) -> None:
    told = ["2026-09-16/2", "2026-09-16/0", "2026-09-16/1", "2026-09-17/0", "nonsense", "2026-09-16/9"]
    windows = week.windows_of(told)
    assert windows == [
        {"from": "2026-09-16T09:00", "until": "2026-09-16T17:00"},
        {"from": "2026-09-17T09:00", "until": "2026-09-17T12:00"},
    ]
    aware = [(moment(one["from"]), moment(one["until"])) for one in windows]
    assert week.cells_of(aware) == ["2026-09-16/0", "2026-09-16/1", "2026-09-16/2", "2026-09-17/0"]


def moment(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=clock.BRUSSELS)


def test_grid_begins_tomorrow_and_leaves_rest_days_out() -> None:
    days = week.coming_days(date(2026, 12, 23))
    assert [f"{day:%d/%m}" for day in days] == [
        "24/12",
        "26/12",
        "28/12",
        "29/12",
        "30/12",
        "31/12",
        "02/01",
        "04/01",
        "05/01",
        "06/01",
    ]


def test_every_task_stands_on_exactly_one_tile() -> None:
    shown = picker.pick(["video-call"], "itsme werkt niet", "e-mail", "nl")
    slugs = [tile.slug for tile in shown.first + shown.rest]
    assert sorted(slugs) == sorted(catalogue.TASKS)
    assert [tile.slug for tile in shown.chosen] == ["video-call"]


def test_search_finds_a_task_by_its_name_in_any_language() -> None:
    for slug, task in catalogue.TASKS.items():
        for name in task.names.values():
            assert slug in picker.search(name, "nl")


def test_say_speaks_the_language_of_the_client_first() -> None:
    forbidden = next(slug for slug, task in catalogue.TASKS.items() if task.verdict == "forbidden")
    judged = verdicts.panel(judgement.judge(["video-call", forbidden]).tasks, reader="nl", client="fr")
    assert [said.lang for said in judged.say] == ["fr", "nl", "en"]
    assert judged.say[0].sentences[1] == catalogue.get(forbidden).sentence_to_say("fr")
    assert judged.is_split


def test_form_has_a_place_for_every_field_that_a_draft_knows() -> None:
    told = set(IntakeForm().told()["client"])
    assert {field.name for field in fields(ClientDraft)} == told


def test_say_rings_first_when_there_is_danger() -> None:
    with translation.override("en"):
        judged = verdicts.panel(judgement.judge(["fraud-now", "video-call"]).tasks, reader="en", client="en")
    first, second = judged.say[0].sentences
    assert first == "First we ring, now: I help you. Somebody can come to your home afterwards."
    assert catalogue.get("video-call").name("en") in second
    assert catalogue.get("fraud-now").name("en") not in second


# --- as strict as the organisation, and as this client asks for ------------------------------------------------------


def verdicts_of(client: Browser, **told: Any) -> list[tuple[str, str]]:
    judged = client.post(reverse("desk:intake_verdict"), told).context["judged"]
    return [(row.verdict, str(row.stricter)) for row in judged.rows]


@pytest.mark.guardrail("E2")
def test_verdict_while_typing_knows_what_is_stricter_here(nadia: Staff, client: Browser) -> None:
    assert verdicts_of(client, tasks=["photos"]) == [("allowed", "")]
    tightenings.tighten(
        nadia.organisation, "photos", Verdict.STAFF_ONLY, reason="Privacy", since=clock.today(), by=SYSTEM
    )
    stricter = "Our organisation is stricter here than the catalogue."
    assert verdicts_of(client, tasks=["photos"]) == [("staff_only", stricter)]


@pytest.mark.guardrail("E9")
def test_verdict_while_typing_knows_who_decides_about_money(nadia: Staff, client: Browser) -> None:
    told = {"tasks": ["online-payment"], "decides_about_money": "Mevr. Janssens"}
    assert verdicts_of(client, **told) == [("staff_only", "Somebody else decides about this person's money.")]
    known = cast.request(nadia.organisation, client={"decides_about_money": "Mevr. Janssens"}).client
    assert verdicts_of(client, tasks=["online-payment"], identity=str(known.pk))[0][0] == "staff_only"


@pytest.mark.guardrail("E9")
def test_the_third_question_about_money_is_seen_while_typing_unless_it_is_the_same_one(
    nadia: Staff, client: Browser
) -> None:
    first = cast.request(nadia.organisation, tasks=["online-payment"])
    told = written(identity=str(first.client_id), tasks=["online-payment"], once="")
    assert verdicts_of(client, **told)[0][0] == "conditions"
    client.post(NEW, told)
    assert verdicts_of(client, **told)[0][0] == "staff_only"
    assert verdicts_of(client, **told, same_as=first.reference)[0][0] == "conditions"
    page = client.post(reverse("desk:intake_verdict"), told)
    assert [reference for reference, _ in page.context["same_as"]] == ["26-0002", first.reference]
    assert client.post(NEW, {**told, "same_as": first.reference}).status_code == 303
    logged = HelpRequest.objects.order_by("-reference")[0]
    assert (logged.same_as_id, logged.next_kind) == (first.pk, "choose")


@pytest.mark.parametrize("reference", ["26-9999", "x", "26-0001"])
def test_the_same_as_something_that_is_not_theirs_is_refused(nadia: Staff, client: Browser, reference: str) -> None:
    cast.request(nadia.organisation, tasks=["online-payment"])  # 26-0001, of somebody else
    known = cast.request(nadia.organisation, tasks=["online-payment"]).client
    told = written(identity=str(known.pk), tasks=["online-payment"], same_as=reference)
    answer = client.post(NEW, told)
    assert (answer.status_code, HelpRequest.objects.count()) == (422, 2)
    assert "say that it is a new question" in answer.content.decode()
