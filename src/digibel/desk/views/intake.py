"""A new request, logged during one telephone call: one form in four steps that comes back with all that was typed.

The fragments beside it change nothing: they say what the words point at, what is allowed, whether we know this person,
and what to read aloud. They are POSTed, so that nothing anybody says stands in an address or a log.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.desk import acquaintances, fraudsteps, picker, seriespage, verdicts, words
from digibel.desk.acquaintances import Acquaintance
from digibel.desk.answers import go_on
from digibel.desk.forms import week
from digibel.desk.forms.intake import CALLER_ICONS, IntakeForm, brussels_postcodes, without_secrets
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.guardrails import catalogue
from digibel.guardrails.judgement import Facts
from digibel.notifications import phrasebook
from digibel.notifications.numbers import display
from digibel.organisations import duty, numbers
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import check_may, may
from digibel.problems import Invalid
from digibel.requests import intake, judging
from digibel.requests.drafts import RequestDraft
from digibel.requests.errors import KeyUsedOtherwise
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import fraud, openings
from digibel.scheduling.errors import NoGoal, NoSuchRhythm, OneEnd
from digibel.sealing.index import blind_index
from digibel.sentences import sentence

# The routes of the law that are one number.
NUMBERS = {"CARDSTOP": "card-stop", "POLICE": "police", "EMERGENCY": "emergency", "LINE_1712": "violence"}


@dataclass
class Call:
    """One telephone call as far as it has come: the form, and the client in it when we know them."""

    form: IntakeForm
    organisation: Organisation
    client: Client | None
    held_secret: bool = False

    @property
    def reader(self) -> str:
        return words.desk_language()

    def given(self, name: str) -> str:
        return str(self.form[name].value() or "")

    @property
    def spoken(self) -> list[str]:
        return list(self.client.speaks) if self.client else self.form.spoken


@staff_page
@require_http_methods(["GET", "POST"])
def new_request(request: StaffRequest) -> HttpResponse:
    """GET: an empty form, or one for a client we know (`?client=`). POST: log it, or say what needs another look."""
    check_may(request.user, "log")
    if request.method != "POST":
        return _page(request, _fresh_call(request))
    call = _call(request)
    draft = call.form.read(call.client)
    if call.client and call.client.gone_at:
        call.form.add_error("identity", _("This person has moved or died. Choose somebody else."))
        draft = None
    asked = [] if draft is None else _not_yet_decided(call, draft)
    if draft is None or asked:
        return _page(request, call, asked=asked, status=422)
    try:
        logged = _log(request, call, draft)
    except Invalid as invalid:
        call.form.refuse_all(invalid)
        return _page(request, call, status=422)
    except (NoGoal, OneEnd, NoSuchRhythm) as problem:
        call.form.add_error("series_goal" if isinstance(problem, NoGoal) else "series_visits", sentence(problem))
        return _page(request, call, status=422)
    except KeyUsedOtherwise:
        return _page(request, _once_more(request, call), status=409)
    return _tell(request, call, logged)


@staff_page
@require_POST
def verdict(request: StaffRequest) -> HttpResponse:
    """What is allowed of what was ticked, the words to say, and how far the call has come."""
    check_may(request.user, "log")
    call = _call(request)
    context = {
        "judged": _judged(call),
        "same_as": _same_as(call),
        "form": call.form,
        "steps": _steps(call),
        "on_duty": _on_duty(call),
        "numbers": _numbers(call),
        "fragment": True,
    }
    return render(request, "desk/intake_verdict.html", context)


@staff_page
@require_POST
def suggest(request: StaffRequest) -> HttpResponse:
    """The tasks that the words point at; a word about a secret, if there was one."""
    check_may(request.user, "log")
    call = _call(request)
    return render(request, "desk/intake_tasks.html", {"picker": _picker(call), "held_secret": call.held_secret})


@staff_page
@require_POST
def known(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "log")
    call = _call(request)
    return render(request, "desk/intake_known.html", {"acquaintances": _acquaintances(call), "form": call.form})


@staff_page
@require_POST
def consent(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "log")
    return render(request, "desk/intake_script.html", {"script": _script(_call(request))})


@staff_page
@require_POST
def fraud_now(request: StaffRequest) -> HttpResponse:
    """One press while somebody is on the line: who is on duty knows, the steps are shown, and what was typed is kept.

    Nothing need be filled in. What staff do afterwards is written at once for somebody we know; else it is ticked here, and
    comes with what is saved.
    """
    check_may(request.user, "log")
    posted, held_secret = without_secrets(request.POST)
    posted["once"] = posted.get("once", "") or str(uuid.uuid4())
    call = _call_of(request, posted, held_secret)
    by = Actor.staff(request.user)
    alarm = fraud.on_the_telephone(request.organisation, key=_once(call), by=by, client=_still_there(call.client))
    if alarm.request is None and fraud.TASK not in call.form.task_slugs:
        posted.setlist("tasks", [*posted.getlist("tasks"), fraud.TASK])
        call = _call_of(request, posted, held_secret)
    return _page(request, call)


def _fresh_call(request: StaffRequest) -> Call:
    client = _known_client(request, request.GET.get("client", ""))
    initial = {"once": str(uuid.uuid4()), "home": "windows", "identity": str(client.pk) if client else ""}
    return Call(IntakeForm(initial=initial), request.organisation, client)


def _call(request: StaffRequest) -> Call:
    return _call_of(request, *without_secrets(request.POST))


def _call_of(request: StaffRequest, posted: QueryDict, held_secret: bool) -> Call:
    form = IntakeForm(posted)
    client = _known_client(request, str(form.client_id or ""))
    return Call(form, request.organisation, client, held_secret)


def _still_there(client: Client | None) -> Client | None:
    """Nothing more is written about somebody who moved or died."""
    return None if client is None or client.gone_at else client


def _known_client(request: StaffRequest, told: str) -> Client | None:
    """A client of this organisation; an id of anybody else's is answered as one that does not exist."""
    if not told:
        return None
    try:
        return intake.find_client(request.organisation, uuid.UUID(told))
    except ValueError:
        raise Client.DoesNotExist from None


def _not_yet_decided(call: Call, draft: RequestDraft) -> list[Acquaintance]:
    """Those who may be the same person, as long as nobody has said whether they are."""
    if call.form.is_decided or _logged_before(call):
        return []
    return _acquaintances(call)


def _acquaintances(call: Call) -> list[Acquaintance]:
    name = f"{call.given('first_name')} {call.given('family_name')}"
    both = call.given("first_name").strip() and call.given("family_name").strip()
    found = acquaintances.look_up(
        call.organisation,
        phone=call.given("phone"),
        name=name if both else "",
        family_name=call.given("family_name") if both else "",
        postcode=call.given("postcode").strip(),
        chosen=call.form.client_id,
    )
    if call.client and not any(one.chosen for one in found):
        found.insert(0, acquaintances.of_client(call.client))
    return found


@transaction.atomic
@transaction.atomic
def _log(request: StaffRequest, call: Call, draft: RequestDraft) -> list[HelpRequest]:
    """What was said in this call; where fraud was heard in it, that part is for staff, and belongs to the alarm.

    A series is for the part that a volunteer can do: with only staff to send there is none.
    """
    alarm = fraud.heard(request.organisation, _once(call))
    if alarm is not None:
        draft = replace(draft, for_staff=(fraud.TASK,))
    logged = openings.open_request(
        draft,
        organisation=request.organisation,
        by=Actor.staff(request.user),
        client=call.client,
        idempotency_key=_key(call),
        idempotency_print=_print(call),
    )
    if alarm is not None:
        fraud.tie(alarm, logged)
    if call.form.series and judging.judge_request(logged[0]).for_volunteer:
        seriespage.plan(logged[0], call.form.series, Actor.staff(request.user))
    return logged


def _once(call: Call) -> str:
    """What tells this telephone call from others."""
    return call.given("once").replace("\x00", "")[:60]


def _key(call: Call) -> str | None:
    """A form that is sent twice is logged once."""
    return f"desk:{_once(call)}" if _once(call) else None


def _print(call: Call) -> str:
    """Tells whether the same page came twice. Keyed: a plain hash of a name and address could be guessed."""
    typed = sorted((name, values) for name, values in call.form.posted.lists() if name not in {"csrfmiddlewaretoken"})
    return blind_index(repr(typed), purpose="idempotency")


def _logged_before(call: Call) -> HelpRequest | None:
    key = _key(call)
    return intake.logged_with(call.organisation, key) if key else None


def _once_more(request: StaffRequest, call: Call) -> Call:
    """The same page was sent again with other words: perhaps a second question. Only the worker can tell."""
    earlier = _logged_before(call)
    posted = call.form.posted.copy()
    posted["once"] = str(uuid.uuid4())
    messages.warning(
        request,
        _("This call was logged before, as %(reference)s. Save again only if this is another question.")
        % {"reference": earlier.reference if earlier else ""},
    )
    return Call(IntakeForm(posted), call.organisation, call.client, call.held_secret)


def _tell(request: StaffRequest, call: Call, logged: list[HelpRequest]) -> HttpResponse:
    first, *rest = logged
    if rest:
        split = _("Logged, and split in two: %(first)s for a volunteer, %(second)s for a slip.")
        messages.success(request, split % {"first": first.reference, "second": rest[0].reference})
    else:
        messages.success(request, _("Logged as %(reference)s.") % {"reference": first.reference})
    if call.held_secret:
        messages.warning(request, _("There was a code or an account number in the text. It was not kept."))
    if first.next_kind == "choose" and may(request.user, "offer"):
        return go_on("desk:match_request", first.reference)
    return go_on("desk:request", first.reference)


def _page(
    request: StaffRequest, call: Call, *, asked: list[Acquaintance] | None = None, status: int = 200
) -> HttpResponse:
    today = clock.today()
    context: dict[str, Any] = {
        "section": "requests",
        "form": call.form,
        "client": call.client,
        "caller_icons": CALLER_ICONS,
        "channel_icons": words.CHANNEL_ICONS,
        "postcodes": brussels_postcodes(),
        "acquaintances": asked if asked is not None and asked else _acquaintances(call) if call.form.is_bound else [],
        "asked": bool(asked),
        "picker": _picker(call),
        "judged": _judged(call),
        "same_as": _same_as(call),
        "steps": _steps(call),
        "script": _script(call),
        "on_duty": _on_duty(call),
        "numbers": _numbers(call),
        "held_secret": call.held_secret,
        "windows": week.grid(call.form["windows"].value() or [], today),
        "away": week.grid(call.form["away"].value() or [], today),
        "free_rows": call.form.free_rows,
        "fraud": _fraud(call),
    }
    if call.client and not context["acquaintances"]:
        context["acquaintances"] = [acquaintances.of_client(call.client)]
    return render(request, "desk/intake.html", context, status=status)


def _fraud(call: Call) -> dict[str, Any] | None:
    """Whom to ring, once it was said in this call that fraud is under way."""
    if fraud.heard(call.organisation, _once(call)) is None:
        return None
    spoken = languages.best_language(call.spoken, fallback=call.reader)
    return fraudsteps.of(call.organisation, client_language=spoken)


def _picker(call: Call) -> picker.Picker:
    return picker.pick(call.form.task_slugs, call.given("in_own_words"), call.given("task_words"), call.reader)


def _judged(call: Call) -> verdicts.Judged:
    said_in = next((code for code in call.spoken if code in verdicts.SAID_IN), call.reader)
    return verdicts.told(
        call.form.task_slugs,
        organisation=call.organisation,
        facts=_facts(call),
        reader=call.reader,
        client=said_in,
    )


def _facts(call: Call) -> Facts:
    """What counts for the verdict of this person: of somebody new only what was typed a moment ago."""
    if call.client is None:
        return Facts(administrator=bool(call.given("decides_about_money").strip()))
    named = {one.reference: one for one in judging.earlier_about_money(call.client)}
    return judging.facts_about(call.client, same_as=named.get(call.given("same_as")))


def _same_as(call: Call) -> list[tuple[str, str]]:
    """The earlier questions about money or papers that this one may be about again; none where nothing like it is asked."""
    if call.client is None or not judging.MONEY.intersection(call.form.task_slugs):
        return []
    return [
        (one.reference, f"{one.reference}, {words.task_names([task.slug for task in one.tasks.all()])}")
        for one in judging.earlier_about_money(call.client)
    ]


def _on_duty(call: Call) -> Any:
    """Whom to ring at once when there is danger; looked up only then."""
    return duty.on_duty(call.organisation, clock.now()) if _judged(call).urgent else None


def _numbers(call: Call) -> list[tuple[str, str, str]]:
    """Name, number and link of whom the urgent tasks among those ticked lead to."""
    urgent = [catalogue.TASKS[slug] for slug in call.form.task_slugs if slug in catalogue.TASKS]
    routes = dict.fromkeys(code for task in urgent if task.urgent for code in task.routes)
    found = [numbers.find(NUMBERS[code], call.organisation) for code in routes if code in NUMBERS]
    return [(one.name(call.reader), one.value(call.reader), one.href(call.reader)) for one in found]


def _steps(call: Call) -> list[dict[str, str]]:
    """Done, now, soon: the first step that is not done is the one of now."""
    titles = (_("Who"), _("What"), _("Where and when"), _("Their own yes"))
    done = call.form.progress(known=call.client is not None)
    now = done.index(False) if False in done else len(done)
    return [
        {
            "title": title,
            "state": "done" if done[at] else "now" if at == now else "soon",
            "url": f"#step-{anchor}",
        }
        for at, (title, anchor) in enumerate(zip(titles, ("who", "what", "when", "yes"), strict=True))
    ]


def _script(call: Call) -> dict[str, Any]:
    """What to read aloud for the client's own yes, in the first of their languages that we have words in."""
    language = languages.best_language(call.spoken, fallback=call.reader)
    organisation = call.organisation
    lines = phrasebook.render("consent", language, organisation=organisation.name, phone=display(organisation.phone))
    return {
        "lang": language,
        "lines": lines.splitlines(),
        "interpreter": bool(call.spoken) and language not in call.spoken,
    }
