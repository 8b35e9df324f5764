"""Every role at every page and deed: the doors from the URL patterns, what is expected by hand.

A new page or deed without a row here fails. What programs may is in `test_operations.py`.
"""

import os
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client as Browser

import cast
from digibel.desk import clientdeeds, freetime, requestdeeds, together
from digibel.desk.views import card as card_views
from digibel.desk.views import desksessions as desk_session_views
from digibel.desk.views import duty as duty_views
from digibel.desk.views import hooks as hook_views
from digibel.desk.views import kits as kit_views
from digibel.desk.views import network as network_views
from digibel.desk.views import ownaccount as own_account_views
from digibel.desk.views import ownpage as own_page_views
from digibel.desk.views import privacy as privacy_views
from digibel.desk.views import visits as visit_views
from digibel.organisations.models import Role
from digibel.scheduling.models import Complaint
from digibel.scheduling.paid import Payment

from .conftest import ROLES, House, address, routes

pytestmark = pytest.mark.django_db
LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"

# Who gets further than the door: all (also without a login), staff (who works with clients), match (matchers and coordinators),
# lead (coordinators), net (the network administrator), own (whoever is logged in, for their own account), card (who holds an open
# link), key (a gateway's or an operator's own secret, never a login); "-" is no way in for anybody.
EXPECTED = """
desk:today                     staff -
desk:today_news                staff -
desk:requests                  staff -
desk:new_request               staff staff
desk:intake_verdict            -     staff
desk:intake_suggest            -     staff
desk:intake_known              -     staff
desk:intake_consent            -     staff
desk:intake_fraud              -     staff
desk:requests_together         -     staff
desk:request                   staff -
desk:request_beside            staff -
desk:show_address              -     staff
desk:request_deed/own-yes      -     staff
desk:request_deed/away         -     staff
desk:request_deed/back         -     staff
desk:request_deed/gone         -     staff
desk:request_deed/landed       -     staff
desk:request_deed/along        -     staff
desk:request_deed/arrived      -     staff
desk:request_deed/not-arrived  -     staff
desk:request_deed/seat-back    -     staff
desk:request_deed/assign       -     staff
desk:request_deed/right-number -     staff
desk:request_deed/undo-gone    -     staff
desk:request_deed/staff-first  -     staff
desk:request_deed/again        -     staff
desk:request_deed/release      -     lead
desk:request_deed/overrule     -     lead
desk:request_deed/close        -     staff
desk:request_deed/series       -     staff
desk:request_deed/end-series   -     staff
desk:request_deed/next-visit   -     match
desk:request_deed/one-go       -     match
desk:request_deed/each-alone   -     match
desk:request_deed/moments      -     staff
desk:hand_over                 -     match
desk:handover                  staff match
desk:match                     staff -
desk:reach                     staff -
desk:match_order               lead  lead
desk:match_request             staff -
desk:interpreter               -     match
desk:two_go                    -     match
desk:plan                      match -
desk:plan_make                 -     match
desk:plan_send                 -     match
desk:plan_line                 match match
desk:offers                    -     match
desk:asking                    staff -
desk:choose_asking             -     lead
desk:duty                      staff -
desk:duty_deed/hours           -     lead
desk:duty_deed/closure         -     lead
desk:duty_deed/end-hours       -     lead
desk:duty_deed/end-closure     -     lead
desk:design                    staff -
desk:client                    staff -
desk:client_address            -     staff
desk:client_edit               staff staff
desk:client_caller             -     staff
desk:client_merge              lead  lead
desk:client_unmerge            -     lead
desk:client_deed/own-yes       -     staff
desk:client_deed/right-number  -     staff
desk:client_deed/away          -     staff
desk:client_deed/back          -     staff
desk:client_deed/gone          -     staff
desk:client_deed/undo-gone     -     staff
desk:client_deed/staff-first   -     staff
desk:client_deed/again         -     staff
desk:client_deed/release       -     lead
desk:complain                  staff staff
desk:complaints                lead  -
desk:complaints_csv            lead  -
desk:complaint                 lead  lead
desk:calls                     staff -
desk:call                      staff -
desk:call_outcome              -     staff
desk:call_beside               staff -
desk:call_voice                -     staff
desk:letters                   staff staff
desk:take_alarm                -     staff
desk:inbox                     staff -
desk:inbox_together            -     staff
desk:inbox_length              -     staff
desk:inbox_answer              -     staff
desk:inbox_deed/done           -     staff
desk:inbox_deed/stranger       -     staff
desk:inbox_deed/book           -     match
desk:inbox_deed/decline        -     match
desk:hands                     staff -
desk:hands_deed/take           -     staff
desk:hands_deed/sent           -     staff
desk:hands_deed/failed         -     staff
desk:hands_deed/reply          -     staff
desk:gateways                  lead  -
desk:texts_budget              -     lead
desk:keys                      lead  lead
desk:key_end                   -     lead
desk:hooks                     lead  lead
desk:hook                      lead  -
desk:hook_deed/end             -     lead
desk:hook_deed/repeat          -     lead
desk:hook_deed/repeat-all      -     lead
desk:visits                    staff -
desk:visit_desk                staff -
desk:visit_address             -     staff
desk:move_visit                staff staff
desk:visit_deed/confirm        -     staff
desk:visit_deed/late           -     staff
desk:visit_deed/send-link      -     staff
desk:visit_deed/revoke         -     staff
desk:visit_deed/cancel         -     match
desk:visit_deed/miss           -     lead
desk:visit_deed/check-in       -     lead
desk:visit_deed/check-out      -     lead
desk:visit_deed/extend         -     lead
desk:visit_deed/ask-now        -     lead
desk:kits                      staff lead
desk:kit_deed/retire           -     lead
desk:kit_deed/use-again        -     lead
desk:visit_kit                 -     staff
desk:loan_deed/handed          -     staff
desk:loan_deed/back            -     staff
desk:loan_deed/release         -     staff
desk:desk_sessions             staff match
desk:desk_session              staff -
desk:desk_session_list         -     staff
desk:desk_session_deed/ask     -     match
desk:desk_session_deed/sign-up -     match
desk:desk_session_deed/sign-out -    match
desk:desk_session_deed/seats   -     match
desk:desk_session_deed/call-off -    match
desk:desk_session_deed/attended -    match
desk:volunteers                staff staff
desk:volunteers_together/page      - match
desk:volunteers_together/questions - lead
desk:undo                      -     staff
desk:new_volunteer             lead  lead
desk:pool_list                 lead  lead
desk:pool_list_in              -     lead
desk:pool_list_back            -     lead
desk:volunteer                 staff -
desk:limits                    match match
desk:volunteer_edit            lead  lead
desk:availability              match -
desk:send_page                 -     match
desk:own_page                  card  -
desk:own_page_deed/week         - card
desk:own_page_deed/away         - card
desk:own_page_deed/extra        - card
desk:own_page_deed/off          - card
desk:own_page_deed/calendar     - card
desk:own_page_deed/not-away     - card
desk:own_page_deed/not-extra    - card
desk:own_page_deed/on           - card
desk:own_page_deed/no-calendar  - card
desk:own_page_deed/pause        - card
desk:own_page_deed/back         - card
desk:own_page_deed/leave        - card
desk:own_page_deed/data         - card
desk:own_page_deed/desk-in      - card
desk:own_page_deed/desk-out     - card
desk:availability_deed/week     -     match
desk:availability_deed/away     -     match
desk:availability_deed/extra    -     match
desk:availability_deed/off      -     match
desk:availability_deed/not-away -     match
desk:availability_deed/not-extra -     match
desk:availability_deed/on       -     match
desk:availability_deed/calendar -     match
desk:availability_deed/no-calendar - match
desk:volunteer_deed/pause      -     lead
desk:volunteer_deed/resume     -     lead
desk:volunteer_deed/right-number -   lead
desk:volunteer_paper           lead  lead
desk:send_questions            -     lead
desk:law_file                  lead  -
desk:information_note          lead  -
desk:expenses                  lead  lead
desk:receipt                   lead  -
desk:trainings                 lead  lead
desk:training                  lead  lead
desk:paid                      lead  -
desk:paid_csv                  lead  -
desk:phone_lost                -     staff
desk:report_concern            -     staff
desk:concerns                  lead  -
desk:concern                   lead  lead
desk:volunteer_calendar/renew  -     staff
desk:volunteer_calendar/invite -     lead
desk:volunteer_calendar/stop   -     lead
desk:feeds                 staff -
desk:feed_renew/own        -     staff
desk:feed_renew/organisation -   lead
desk:places                    staff -
desk:places_csv                staff -
desk:places_xlsx               staff -
desk:places_list               lead  lead
desk:places_list_in            -     lead
desk:places_list_back          -     lead
desk:new_place                 lead  lead
desk:place                     lead  lead
desk:place_checked             -     lead
desk:place_sessions            staff lead
desk:place_session_off         -     lead
desk:place_session_list        -     staff
desk:office                    staff -
desk:reports                   lead  -
desk:report_funders            lead  -
desk:report_csv                lead  -
desk:report_xlsx               lead  -
desk:report_pdf                lead  -
desk:numbers                   staff -
desk:number_checked            -     lead
desk:access_list               lead  -
desk:privacy                   lead  -
desk:breach                    -     lead
desk:breach_step               -     lead
desk:certificate               lead  -
desk:rights_answer             -     lead
desk:network                   net   -
desk:let_texts_leave           -     net
desk:add_organisation          net   net
desk:network_organisation      net   net
desk:staff_deed/role           -     net
desk:staff_deed/link           -     net
desk:staff_deed/close          -     net
desk:staff_deed/reopen         -     net
desk:staff_deed/end-link       -     net
desk:staff_deed/drop-steps     -     net
desk:own_account               own   -
desk:own_sure                  -     own
desk:own_app                   own   own
desk:own_passkey               own   own
desk:own_password              own   own
desk:own_spare                 -     own
desk:own_deed/end              -     own
desk:own_deed/end-others       -     own
desk:own_outside               -     own
desk:outside_go                all   -
desk:outside_back              all   -
desk:password_outside          -     card
desk:own_deed/no-app           -     own
desk:own_deed/no-outside       -     own
desk:own_deed/no-passkey       -     own
desk:second_step               all   all
desk:forgotten                 all   all
desk:forget_volunteer          -     net
desk:choose_password           card  card
desk:privacy_person            lead  -
desk:privacy_deed/ask          -     lead
desk:privacy_deed/withdraw     -     lead
desk:privacy_deed/restrict     -     lead
desk:privacy_deed/lift         -     lead
desk:privacy_deed/erase        -     lead
desk:privacy_deed/erase-mobile -     lead
desk:privacy_data              lead  -
desk:privacy_json              lead  -
desk:paper                     staff staff
desk:search                    staff staff
desk:slip                      staff staff
desk:letter                    staff staff
desk:login                     all   all
desk:nearby                    all   -
desk:put_forward               all   all
desk:join                      all   all
desk:joiner                    net   net
desk:applicant                 lead  lead
desk:logout                    -     all
desk:guardrails                all   -
desk:tighten                   -     lead
desk:end_tightening            -     lead
desk:card                      card  -
desk:card_deed/read            -     card
desk:card_deed/own-page        -     card
desk:card_deed/visit           -     card
desk:card_deed/ring-me         -     card
desk:card_deed/fraud           -     card
desk:card_deed/ask             -     card
desk:card_deed/slip            -     card
desk:card_deed/wish            -     card
desk:card_deed/report          -     card
desk:card_deed/cancel          -     card
desk:card_deed/calendar-renew  -     card
desk:card_deed/invite          -     card
desk:card_deed/invite-stop     -     card
desk:questions                 card  card
desk:calendar                  card  -
gateway_inbound                -     key
gateway_receipts               -     key
missed_call                    -     key
healthz                        all   all
readyz                         all   all
metrics                        key   key
set_language                   all   all
demo:phones                    all   -
demo:texts                     all   -
demo:board                     all   -
demo:clock                     -     all
demo:type                      -     all
"""
# The telephones of the simulator are the demo's, refused on any address but loopback (tests/demo).
DEMO = "demo:"

DEEDS = {
    "desk:request_deed": (*requestdeeds.DEEDS, "moments"),
    "desk:client_deed": tuple(clientdeeds.DEEDS),
    "desk:privacy_deed": tuple(privacy_views.DEEDS),
    "desk:visit_deed": tuple(visit_views.DEEDS),
    "desk:availability_deed": freetime.DEEDS,
    "desk:own_page_deed": own_page_views.DEEDS,
    "desk:volunteer_deed": ("pause", "resume", "right-number"),
    "desk:volunteer_calendar": ("renew", "invite", "stop"),
    "desk:feed_renew": ("own", "organisation"),
    "desk:inbox_deed": ("done", "stranger", "book", "decline"),
    "desk:hands_deed": ("take", "sent", "failed", "reply"),
    "desk:card_deed": tuple(card_views.DEEDS),
    "desk:desk_session_deed": tuple(desk_session_views.DEEDS),
    "desk:kit_deed": tuple(kit_views.KIT_DEEDS),
    "desk:loan_deed": tuple(kit_views.LOAN_DEEDS),
    "desk:duty_deed": tuple(duty_views.DEEDS),
    "desk:own_deed": tuple(own_account_views.DEEDS),
    "desk:hook_deed": hook_views.DEEDS,
    "desk:staff_deed": (*network_views.DEEDS, "link", "close"),
    "desk:volunteers_together": tuple(together.DEEDS),
}
MAY = {
    "all": {*ROLES, ""},
    "staff": {Role.INTAKE, Role.MATCHER, Role.COORDINATOR},
    "net": {Role.NETWORK},
    "own": {*ROLES},
    "match": {Role.MATCHER, Role.COORDINATOR},
    "lead": {Role.COORDINATOR},
    "card": {*ROLES, ""},
    "key": {*ROLES, ""},  # a login is neither needed nor enough: what they show is looked at elsewhere
}


def table() -> dict[str, dict[str, str]]:
    rows = [line.split() for line in EXPECTED.strip().splitlines()]
    return {name: {"GET": looking, "POST": doing} for name, looking, doing in rows}


def doors() -> Iterator[tuple[str, str, str]]:
    """Name with its deed, route, deed."""
    for name, route in routes():
        if "<slug:deed>" in route:
            for deed in DEEDS[name]:
                yield f"{name}/{deed}", route, deed
        else:
            yield name, route, ""


def parts_for(name: str, house: House) -> dict[str, object]:
    parts = house.parts()
    kind = {"desk:questions": "questions"}.get(name) or ("me" if name.startswith("desk:own_page") else "")
    return parts | {"token": house.tokens()[kind]} if kind else parts


def answer(browser: Browser, method: str, path: str, data: dict[str, str] | None = None) -> int:
    """The status, and nothing of what it did is kept."""
    ask = {"GET": browser.get, "POST": browser.post}[method]
    with transaction.atomic():
        status = ask(path, data or {}).status_code
        transaction.set_rollback(True)
    return status


def opened(browser: Browser, method: str, path: str) -> str:
    """ "in", "not in", or "no such way"."""
    with transaction.atomic():
        response = browser.generic(method, path)
        transaction.set_rollback(True)
    if response.status_code == 405:
        return "no such way"
    to_login = response.status_code == 302 and response["Location"].startswith("/login")
    return "not in" if to_login or response.status_code in {401, 403} else "in"


def test_every_door_has_its_row():
    assert sorted({name for name, _, _ in doors()}) == sorted(table())


# Who may least and who may most on every run, and those between them on the long one.
TRIED = ROLES if LONG else (Role.INTAKE, Role.COORDINATOR)


@pytest.mark.parametrize("role", [*TRIED, ""], ids=[*map(str, TRIED), "logged out"])
def test_every_role_opens_its_doors_and_no_others(
    houses: tuple[House, House], role: str, monkeypatch: pytest.MonkeyPatch
):
    """What went another way than the table says. Each page is written for the coordinator, who opens nearly all; drawing it again
    for who stands at the same door would be most of the time, and is left to the long run."""
    mine, _ = houses
    if role != Role.COORDINATOR and not LONG:
        monkeypatch.setattr(Template, "render", lambda *told, **facts: "")
    expected, found = {}, {}
    for name, route, deed in doors():
        if name.startswith(DEMO) or "key" in table()[name].values():
            continue
        path = address(route, parts_for(name, mine) | {"deed": deed})
        for method, who in table()[name].items():
            browser = mine.browser(role) if role else Browser()
            expected[name, method] = "no such way" if who == "-" else "in" if role in MAY[who] else "not in"
            if who == "-" and not role and {"staff", "match", "lead", "net", "own"} & {*table()[name].values()}:
                continue
            found[name, method] = opened(browser, method, path)
            if who == "-" and found[name, method] == "not in":
                expected[name, method] = "not in"
    assert len(found) > 100
    assert {door: way for door, way in found.items() if way != expected[door]} == {}


# The pool of volunteers is everybody's: the page shows one's own papers, payments and visits of them.
SHARED = {
    "desk:volunteer_edit",
    "desk:limits",
    "desk:availability",
    "desk:send_page",
    *(f"desk:availability_deed/{deed}" for deed in freetime.DEEDS),
    "desk:volunteer",
    "desk:volunteer_deed/pause",
    "desk:volunteer_deed/resume",
    "desk:volunteer_deed/right-number",
    "desk:volunteer_paper",
    "desk:send_questions",
    "desk:law_file",
    "desk:information_note",
    "desk:expenses",
    "desk:phone_lost",
    "desk:volunteer_calendar/renew",
    "desk:volunteer_calendar/invite",
    "desk:volunteer_calendar/stop",
    *(f"desk:volunteers_together/{deed}" for deed in together.DEEDS),
    # One's own, whatever is named.
    "desk:undo",
    "desk:inbox_together",
    "desk:requests_together",
    "desk:feed_renew/own",
    "desk:own_outside",
    "desk:outside_go",
    "desk:outside_back",
    *(f"desk:own_deed/{deed}" for deed in own_account_views.DEEDS),
    "desk:feed_renew/organisation",
    "desk:number_checked",
    *(f"desk:duty_deed/{deed}" for deed in duty_views.DEEDS),
    # The directory is everybody's.
    "desk:place",
    "desk:place_checked",
    "desk:place_sessions",
    "desk:place_session_list",
    "desk:report_csv",
    "desk:report_xlsx",
    "desk:report_pdf",
    # Above the organisations.
    "desk:network_organisation",
    "desk:joiner",
    *(f"desk:staff_deed/{deed}" for deed in DEEDS["desk:staff_deed"]),
    "desk:forget_volunteer",
}


@pytest.mark.parametrize("role", ROLES)
def test_an_outsider_finds_nobody_elses_thing(houses: tuple[House, House], role: str):
    """404 for what they may do with their own; 403 for what they may not do at all."""
    mine, theirs = houses
    wrong, browser = {}, mine.browser(role)
    for name, route, deed in doors():
        who = table()[name]
        if "<" not in route or name.startswith(DEMO) or name in SHARED or {"card", "key"} & {*who.values()}:
            continue
        path = address(route, theirs.parts() | {"deed": deed})
        for method, may in who.items():
            if may != "-":
                status = answer(browser, method, path)
                if status != 404 and not (status == 403 and role not in MAY[may]):
                    wrong[name, method] = status
    assert wrong == {}


def test_an_outsider_finds_nobody_of_any_kind_on_the_pages_about_privacy(houses: tuple[House, House]):
    """Clients, colleagues and numbers that texted the other organisation; an unknown kind is nobody."""
    mine, theirs = houses
    stranger = cast.texts(cast.mobile(), "wie is dit", to=theirs.organisation.sms_number).recipient_id
    people = {
        "client": theirs.done.client_id,
        "staff": theirs.staff[Role.INTAKE].pk,
        "recipient": stranger,
        "somebody": theirs.done.client_id,
    }
    browser, statuses = mine.browser(Role.COORDINATOR), {}
    for kind, who in people.items():
        for tail in ("", "/data", "/data.json"):
            statuses[kind, tail] = answer(browser, "GET", f"/privacy/{kind}/{who}{tail}")
        for deed in DEEDS["desk:privacy_deed"]:
            statuses[kind, deed] = answer(browser, "POST", f"/privacy/{kind}/{who}/do/{deed}", {"sure": "yes"})
    assert {one: status for one, status in statuses.items() if status != 404} == {}
    assert answer(theirs.browser(Role.COORDINATOR), "GET", f"/privacy/recipient/{stranger}") == 200


def test_what_is_theirs_cannot_be_slipped_into_ones_own_page(houses: tuple[House, House]):
    """The page is one's own, and what is named in the form or further on in the address is not."""
    mine, theirs = houses
    browser, own, other = mine.browser(Role.COORDINATOR), mine.parts(), theirs.parts()
    client, volunteer = f"/clients/{own['client_id']}", f"/volunteers/{own['volunteer_id']}"
    tried = {
        "merge, looking": ("GET", f"{client}/merge", {"with": str(other["client_id"])}),
        "merge": ("POST", f"{client}/merge", {"with": str(other["client_id"])}),
        "unmerge": ("POST", f"{client}/unmerge/{other['merge_id']}", {}),
        "receipt": ("GET", f"{volunteer}/receipts/{other['payment_id']}", {}),
        "sign": ("POST", f"{volunteer}/expenses", {"deed": "signed", "payment": str(other["payment_id"])}),
        "take back": ("POST", f"{volunteer}/expenses", {"deed": "take-back", "payment": str(other["payment_id"])}),
        "nobody's merge": ("POST", f"{client}/unmerge/{uuid.uuid4()}", {}),
    }
    assert {name: answer(browser, *how) for name, how in tried.items()} == dict.fromkeys(tried, 404)
    assert Payment.objects.get(pk=other["payment_id"]).signed_on is None
    told = {"kind": "money", "text": "er is geld weg", "visit": str(theirs.done.pk)}
    browser.post(f"{client}/complain", told)
    assert list(Complaint.objects.filter(client=mine.booked.client).values_list("visit", flat=True)) == [None]
    theirs.volunteer.refresh_from_db()
    assert theirs.volunteer.paused_at is None


def test_a_card_opens_for_its_link_alone(houses: tuple[House, House]):
    """Neither a login nor somebody else's link: a letter changed, and there is no such card, nor such questions."""
    mine, _ = houses
    for name, route, deed in doors():
        if not name.startswith(("desk:card", "desk:questions")):
            continue
        parts = parts_for(name, mine)
        token = str(parts["token"])
        forged = ("2" if token[0] != "2" else "3") + token[1:]
        path = address(route, parts | {"token": forged, "deed": deed})
        for method in ("GET", "POST"):
            if table()[name][method] != "-":
                assert answer(Browser(), method, path) == 404, name
                assert answer(mine.browser(Role.COORDINATOR), method, path) == 404, name
