"""A client on the desk: what we know, who rings, and the buttons that concern the person."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.desk.forms.intake import ClientForm
from digibel.requests import callers
from digibel.requests.models import Client, Merge
from digibel.scheduling import cards

from .conftest import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

STREET = "Theodorstraat 41"
AROUND = {
    "phone": "0470 12 34 56",
    "helpers": [
        {"name": "Mia, dochter", "phone": "0471 11 11 11", "may_change": True, "may_hear_word": True},
        {"name": "Buur Jan", "phone": "0471 22 22 22", "may_change": True},
    ],
    "trusted_worker": "Onthaal De Wilg",
    "trusted_worker_phone": "02 511 22 44",
    "reception": True,
    "contact_name": "Zus Rita",
    "contact_phone": "0471 33 33 33",
    "decides_about_money": "Meester Bo",
    "money_kind": "administrator",
    "money_phone": "0471 44 44 44",
}


@pytest.fixture
def guido(lindeboom):
    return cast.request(lindeboom, client=AROUND).client


def page_of(browser, client):
    answer = browser.get(f"/clients/{client.pk}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_tells_who_and_who_is_around_and_no_number(desk, guido):
    page = page_of(desk, guido)
    for told in (
        "Meneer Claes: what we know",
        "Mia, dochter",
        "may change the request, may hear the codeword",
        "Onthaal De Wilg",
    ):
        assert told in page
    for hidden in (STREET, "0470 12 34 56", "0471 11 11 11", "+32471444444"):
        assert hidden not in page


def test_address_and_numbers_are_shown_to_who_asks_and_the_look_stays_on_the_page(desk, guido, nadia):
    shown = desk.post(f"/clients/{guido.pk}/address", headers={"HX-Request": "true"}).content.decode()
    for told in (STREET, "0470 12 34 56", "0471 11 11 11", "0471 44 44 44"):
        assert told in shown
    assert "<html" not in shown
    event = Event.objects.get(verb="address.shown")
    assert (event.actor, event.subject_id, event.facts) == (f"staff:{nadia.pk}", str(guido.pk), {})
    assert page_of(desk, guido).count(f"<li>{nadia.name},") == 1


def test_another_organisation_finds_nobody(neighbour, guido):
    for method, path in (("get", ""), ("post", "/address"), ("post", "/caller"), ("post", "/do/gone")):
        assert getattr(neighbour, method)(f"/clients/{guido.pk}{path}").status_code == 404
    guido.refresh_from_db()
    assert guido.gone_at is None
    assert not Event.objects.filter(verb="address.shown").exists()


def test_nobody_looks_without_logging_in(client, guido):
    assert client.get(f"/clients/{guido.pk}").status_code == 302


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0470 12 34 56", [("client", True, True)]),
        ("+32471111111", [("helper", True, True)]),
        ("0471 22 22 22", [("helper", True, False)]),
        ("025112244", [("reception", False, False)]),
        ("0471333333", [("contact", False, False)]),
        ("0471444444", [("money", False, False)]),
        ("0499 99 99 99", [("unknown", False, False)]),
    ],
)
def test_who_rings_may_only_what_the_client_said(guido, number, expected):
    rings = [(one.kind, one.may_change, one.may_hear_word) for one in callers.who_rings(guido, number)]
    assert rings == expected


def test_a_number_of_two_people_is_told_as_two(lindeboom):
    shared = {"phone": "0470 12 34 56", "helpers": [{"name": "Mia", "phone": "0470 12 34 56", "may_change": True}]}
    client = cast.request(lindeboom, client=shared).client
    assert [one.kind for one in callers.who_rings(client, "0470 12 34 56")] == ["client", "helper"]


def test_desk_says_who_rings_and_keeps_no_number(desk, guido):
    answer = desk.post(f"/clients/{guido.pk}/caller", {"phone": "0471 22 22 22"}).content.decode()
    assert "Buur Jan" in answer
    assert "never hears the codeword" in answer
    event = Event.objects.get(verb="caller.checked")
    assert (event.subject_id, event.facts) == (str(guido.pk), {})
    unknown = desk.post(f"/clients/{guido.pk}/caller", {"phone": "0499 00 00 00"}).content.decode()
    assert "Tell nothing" in unknown
    assert desk.post(f"/clients/{guido.pk}/caller", {"phone": "abc"}).status_code == 422


def test_two_people_of_one_household_are_two_people(desk, lindeboom, guido):
    """Same street, same number: what happens to him does not happen to her."""
    her = cast.request(lindeboom, client={"first_name": "Rita", "phone": "0470 12 34 56"})
    desk.post(f"/clients/{guido.pk}/do/gone")
    her.refresh_from_db()
    assert (Client.objects.get(pk=guido.pk).gone_at, her.client.gone_at) == (clock.now(), None)
    assert her.is_open


def test_away_and_back_from_the_page(desk, guido):
    tomorrow = clock.today().replace(day=clock.today().day + 1)
    desk.post(f"/clients/{guido.pk}/do/away", {"until": tomorrow.isoformat()})
    assert "nobody goes before that day" in page_of(desk, guido)
    desk.post(f"/clients/{guido.pk}/do/back")
    assert "nobody goes before that day" not in page_of(desk, guido)
    assert desk.post(f"/clients/{guido.pk}/do/dance").status_code == 404


def test_own_yes_is_noted_with_language_and_version(desk, lindeboom):
    client = cast.request(lindeboom, consent={"given": False}).client
    assert "Not yet: nobody can be sent." in page_of(desk, client)
    desk.post(f"/clients/{client.pk}/do/own-yes", {"language": "nl"})
    page = page_of(desk, client)
    assert "text 2026-11, noted by Nadia" in page
    assert "Not yet: nobody can be sent." not in page


def test_page_costs_the_same_with_many_visits(desk, lindeboom, guido):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(desk, guido)
        return len(queries)

    before = count()
    for _ in range(3):
        cast.openings.open_request(cast.draft(), organisation=lindeboom, by=cast.SYSTEM, client=guido)
    assert count() == before


# --- putting right ----------------------------------------------------------------------------------------------------


def typed(browser, client, **changes):
    """What the edit page sends back, with these changes."""
    person = Client.objects.select_related("recipient").get(pk=client.pk)
    initial = ClientForm(client=person).initial
    told = {name: "on" if value is True else value for name, value in initial.items()}
    sent = {name: value for name, value in told.items() if value not in (None, "", False, [], ())}
    return {**sent, **changes}


def test_edit_page_shows_everything_and_saving_it_unchanged_changes_nothing(desk, guido):
    page = desk.get(f"/clients/{guido.pk}/edit").content.decode()
    for value in ("Theodorstraat", "Mia, dochter", "Meester Bo", "Onthaal De Wilg"):
        assert f'value="{value}"' in page
    assert Event.objects.filter(verb="address.shown").count() == 1
    answer = desk.post(f"/clients/{guido.pk}/edit", typed(desk, guido), follow=True)
    assert "Nothing was different." in answer.content.decode()
    assert Client.objects.get().version == 1


def test_three_rare_languages_survive_an_edit(desk, lindeboom):
    client = cast.request(lindeboom, client={"speaks": ["rif", "ary", "ti", "nl"], "reads": ["ti"]}).client
    desk.post(f"/clients/{client.pk}/edit", typed(desk, client, bell="Claes"))
    client.refresh_from_db()
    assert (client.speaks, client.reads, client.bell) == (["rif", "ary", "ti", "nl"], ["ti"], "Claes")


def test_correcting_from_the_page_and_what_needs_another_look(desk, guido):
    refused = desk.post(f"/clients/{guido.pk}/edit", typed(desk, guido, postcode="9999", phone="12", house_number=""))
    assert refused.status_code == 422
    assert 'value="9999"' in refused.content.decode()
    desk.post(
        f"/clients/{guido.pk}/edit",
        typed(desk, guido, street="Nieuwstraat", helper_name_1="", helper_phone_1="", helper_change_1=""),
    )
    guido.refresh_from_db()
    assert (guido.street, [one.name for one in guido.named_helpers.all()]) == ("Nieuwstraat", ["Mia, dochter"])


def test_secret_in_a_correction_is_not_kept(desk, guido):
    desk.post(f"/clients/{guido.pk}/edit", typed(desk, guido, door_note="haar pincode is 4711"))
    guido.refresh_from_db()
    assert "4711" not in guido.door_note


def test_two_colleagues_at_once_see_both_and_lose_nothing(desk, guido):
    first, second = typed(desk, guido, bell="Claes-Peeters"), typed(desk, guido, bell="Peeters", box="7")
    desk.post(f"/clients/{guido.pk}/edit", first)
    conflict = desk.post(f"/clients/{guido.pk}/edit", second)
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Nadia changed this while you were typing." in page
    assert page.count("<h3>") == 1
    assert "Claes-Peeters" in page
    assert 'name="box" value="7"' in page
    guido.refresh_from_db()
    assert (guido.bell, guido.box) == ("Claes-Peeters", "")
    desk.post(f"/clients/{guido.pk}/edit", {**second, "keep": "theirs", "shown_version": 2})
    guido.refresh_from_db()
    assert (guido.bell, guido.box) == ("Claes-Peeters", "7")
    desk.post(f"/clients/{guido.pk}/edit", {**second, "keep": "mine", "shown_version": 3})
    guido.refresh_from_db()
    assert (guido.bell, guido.box, guido.version) == ("Peeters", "7", 4)


def test_choosing_is_no_pass_for_what_changed_after_the_choice_was_shown(desk, guido):
    mine = typed(desk, guido, bell="Peeters")
    desk.post(f"/clients/{guido.pk}/edit", typed(desk, guido, bell="Een"))
    assert desk.post(f"/clients/{guido.pk}/edit", mine).status_code == 409
    desk.post(f"/clients/{guido.pk}/edit", typed(desk, guido, bell="Twee"))
    assert desk.post(f"/clients/{guido.pk}/edit", {**mine, "keep": "mine", "shown_version": 2}).status_code == 409
    guido.refresh_from_db()
    assert guido.bell == "Twee"


def test_another_organisation_corrects_nobody(neighbour, desk, guido):
    sent = typed(desk, guido, street="Nieuwstraat")
    assert neighbour.get(f"/clients/{guido.pk}/edit").status_code == 404
    assert neighbour.post(f"/clients/{guido.pk}/edit", sent).status_code == 404


def test_volunteers_card_says_what_changed_since_their_yes(client, desk, lindeboom):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    card = Browser(headers={"accept-language": "en"})
    path = f"/visit/{cards.token(visit)}"
    assert "Changed since you said yes" not in card.get(path, {"lang": "en"}).content.decode()
    with clock.travel(clock.now() + clock.NEAR / 24):
        desk.post(
            f"/clients/{visit.client_id}/edit", typed(desk, visit.client, dog="on", street="Nieuwstraat", bell="X")
        )
    page = card.get(path, {"lang": "en"}).content.decode()
    assert "Changed since you said yes:" in page
    assert "the address, the bell, the dog" in page


def test_a_mistaken_death_is_undone_from_the_page(desk, guido):
    desk.post(f"/clients/{guido.pk}/do/gone", {"as": "died"})
    page = page_of(desk, guido)
    assert "Died: send and ring nothing." in page
    told = desk.get(f"/requests/{guido.help_requests.get().reference}").content.decode()
    assert "has died: everything is silent" in told
    assert "This is a mistake" in page
    desk.post(f"/clients/{guido.pk}/do/undo-gone", {"reason": "wrong_person"})
    assert "send and ring nothing" not in page_of(desk, guido)
    desk.post(f"/clients/{guido.pk}/do/gone", {"as": "moved"})
    with clock.travel(clock.now() + 2 * clock.NEAR):
        assert "This is a mistake" not in page_of(desk, guido)


# --- known twice ------------------------------------------------------------------------------------------------------


def test_two_rows_are_compared_made_one_and_two_again(desk, lindeboom, guido):
    twin = cast.request(lindeboom, client={"family_name": "Klaas", "phone": "0470 12 34 56"}).client
    page = desk.get(f"/clients/{guido.pk}/merge").content.decode()
    assert f"with={twin.pk}" in page
    assert f"with={guido.pk}" not in page
    page = desk.get(f"/clients/{guido.pk}/merge", {"with": twin.pk}).content.decode()
    assert 'name="keep_family_name" value="theirs"' in page
    desk.post(f"/clients/{guido.pk}/merge", {"with": twin.pk, "keep_family_name": "theirs"})
    guido.refresh_from_db()
    assert guido.family_name == "Klaas"
    page = desk.get(f"/clients/{twin.pk}").content.decode()
    assert "Made one with another row" in page
    done = guido.merges.get()
    desk.post(f"/clients/{guido.pk}/unmerge/{done.pk}")
    guido.refresh_from_db()
    twin.refresh_from_db()
    assert (guido.family_name, twin.merged_into, twin.help_requests.count()) == ("Claes", None, 1)


def test_what_one_of_two_rows_knows_is_what_is_proposed(desk, lindeboom, guido):
    """A row that was made in haste takes away neither the bell nor the dog."""
    known = {"family_name": "Klaas", "phone": "0470 65 43 21", "bell": "Klaas-Peeters", "dog": True, "floor": "0"}
    rows = cast.request(lindeboom, client=known).client, guido
    for kept, other in (rows, rows[::-1]):
        page = desk.get(f"/clients/{kept.pk}/merge", {"with": other.pk})
        proposed = {one["name"]: one["theirs_first"] for one in page.context["changes"]}
        assert {proposed[name] for name in ("bell", "dog", "floor")} == {kept == guido}
        assert not proposed["family_name"]
        assert "0470 65 43 21" in page.content.decode()
        assert "+32470" not in page.content.decode()


def test_another_name_to_look_for_is_posted_and_an_address_with_a_name_finds_nobody(desk, lindeboom, guido):
    twin = cast.request(lindeboom, client={"first_name": "Zita", "family_name": "Sels", "phone": cast.mobile()}).client
    assert f"with={twin.pk}" in desk.post(f"/clients/{guido.pk}/merge", {"q": "Zita Sels"}).content.decode()
    assert f"with={twin.pk}" not in desk.get(f"/clients/{guido.pk}/merge", {"q": "Zita Sels"}).content.decode()
    assert Merge.objects.count() == 0


def test_merging_is_for_a_coordinator_and_never_across_organisations(
    desk, neighbour, client, lindeboom, sleutel, guido
):
    theirs = cast.request(sleutel).client
    assert desk.get(f"/clients/{guido.pk}/merge", {"with": theirs.pk}).status_code == 404
    assert desk.post(f"/clients/{guido.pk}/merge", {"with": theirs.pk}).status_code == 404
    assert neighbour.post(f"/clients/{guido.pk}/merge", {"with": guido.pk}).status_code == 404
    assert desk.get(f"/clients/{guido.pk}/merge", {"with": "no id"}).status_code == 404
    assert Merge.objects.count() == 0
    client.force_login(cast.staff(lindeboom, name="Ines"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/clients/{guido.pk}/merge").status_code == 403


def test_staff_look_first_until_a_coordinator_says_why_a_volunteer_may_go(lindeboom, client):
    asked = cast.request(lindeboom)
    page = f"/clients/{asked.client_id}"
    logged_in(client, cast.staff(lindeboom, name="Ilse"))
    client.post(f"{page}/do/staff-first", {"why": "aggression"})
    told = client.get(page).content.decode()
    assert "somebody there was aggressive" in told
    assert "/do/release" not in told
    assert client.post(f"{page}/do/release", {"reason": "Het is uitgepraat"}).status_code == 403
    logged_in(client, lindeboom.staff.get(role="coordinator"))
    on_request = client.get(f"/requests/{asked.reference}").content.decode()
    assert "Staff look first at Meneer Claes" in on_request
    client.post(f"/requests/{asked.reference}/do/release", {"reason": "Het is uitgepraat"})
    asked.refresh_from_db()
    assert asked.next_kind == "choose"
    assert "Het is uitgepraat" in client.get(page).content.decode()


@pytest.mark.parametrize("why", ["", "smell", "pests,aggression"])
def test_what_is_not_in_the_list_holds_nobody(lindeboom, client, why):
    asked = cast.request(lindeboom)
    logged_in(client, lindeboom.staff.get(role="coordinator"))
    assert client.post(f"/clients/{asked.client_id}/do/staff-first", {"why": why}).status_code == 303
    asked.refresh_from_db()
    assert asked.next_kind == "choose"


@pytest.mark.parametrize(("said", "shown"), [("never", "never again"), ("gladly", "gladly again")])
def test_whom_they_want_again_or_never_is_noted_from_their_page(desk, lindeboom, said, shown):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    told = {"volunteer": str(visit.volunteer_id), "again": said}
    assert desk.post(f"/clients/{visit.client_id}/do/again", told).status_code == 303
    visit.refresh_from_db()
    assert (visit.status == "cancelled") is (said == "never")
    assert shown in page_of(desk, visit.client)
    desk.post(f"/clients/{visit.client_id}/do/again", {**told, "again": "anybody"})
    assert shown not in page_of(desk, visit.client)


@pytest.mark.parametrize("told", [{}, {"again": "never"}, {"again": "never", "volunteer": "x"}, {"again": "later"}])
def test_a_wish_about_nobody_is_not_noted(desk, guido, told):
    desk.post(f"/clients/{guido.pk}/do/again", told)
    assert not guido.preferences.exists()
