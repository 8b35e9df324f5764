"""The volunteer's card: a link without a login. It says what they may know, and its buttons do what a text would do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from digibel.audit.actors import Actor
from digibel.desk import tongues, visitcard, words
from digibel.desk.answers import do, go_on, unseen
from digibel.desk.forms.card import ReportForm
from digibel.guardrails import secrets
from digibel.organisations import numbers
from digibel.problems import NotFound, Problem
from digibel.scheduling import calendars, cards, doorstep, fraud, inside, invitations, policies, reports, visits
from digibel.scheduling.errors import CardClosed, NoSuchCard
from digibel.scheduling.models import Visit
from digibel.scheduling.policies import Seen
from digibel.sentences import sentence
from digibel.volunteers import pagelinks

LATEST = 180


@dataclass(frozen=True)
class OpenCard:
    """One request to an open card: the visit behind it, and the language if another one was chosen than the volunteer's."""

    http: HttpRequest
    token: str
    visit: Visit
    lang: str

    @property
    def by(self) -> Actor:
        return Actor.volunteer(self.visit.volunteer)

    def address(self, deed: str = "", **more: str) -> str:
        """Of this card, or of a deed on it; it keeps the chosen language."""
        path = reverse("desk:card_deed", args=[self.token, deed]) if deed else reverse("desk:card", args=[self.token])
        query = urlencode(({"lang": self.lang} if self.lang else {}) | more)
        return f"{path}?{query}" if query else path

    def posted(self, name: str) -> str:
        return self.http.POST.get(name, "")


def card_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Opens the card behind the token in its reader's language."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            visit = cards.open_card(token)
        except (CardClosed, NoSuchCard) as problem:
            with translation.override(tongues.of_a_stranger(request)):
                return unseen(_closed(request, problem))
        lang = tongues.chosen(request)
        language = tongues.of(visit.volunteer, visit.request.organisation, lang)
        with translation.override(language):
            response = view(OpenCard(request, token, visit, lang), *args, **kwargs)
        response["Content-Language"] = language
        return unseen(response)

    return opened


def _closed(request: HttpRequest, problem: Problem) -> HttpResponse:
    context = {"title": sentence(problem), "gone": isinstance(problem, CardClosed)}
    return render(request, "desk/card_closed.html", context, status=problem.status)


@require_safe
@card_page
def card(card: OpenCard) -> HttpResponse:
    return _page(card)


@require_POST
@card_page
def card_deed(card: OpenCard, deed: str) -> HttpResponse:
    if deed not in DEEDS:
        raise NotFound
    return DEEDS[deed](card)


def _page(card: OpenCard, *, status: int = 200, **more: Any) -> HttpResponse:
    visit = card.visit
    at_home = visit.request.meets_at_id is None
    if at_home and policies.volunteer_sees(visit) == Seen.DOOR and card.http.method != "HEAD":
        visitcard.note_address_seen(visit)
    context = {
        **visitcard.context(visit),
        "form": ReportForm(said_in=visitcard.read_out_in(visit)),
        "urls": {deed.replace("-", "_"): card.address(deed) for deed in DEEDS},
        # A second press on an old page extends nothing: it says which end it saw.
        "visit_url": card.address("visit", seen=_end_seen(visit)),
        "languages": list(tongues.to_choose()),
        "asks_minutes": "late" in card.http.GET,
        **more,
    }
    return render(card.http, "desk/card.html", context, status=status)


def _back(card: OpenCard, anchor: str = "", **more: str) -> HttpResponse:
    return go_on(card.address(**more) + (f"#{anchor}" if anchor else ""))


def _end_seen(visit: Visit) -> str:
    return str(int(visit.ends_at.timestamp()))


# --- what happens at the door: the same verbs as by text ------------------------------------------------------------


def _read(card: OpenCard) -> HttpResponse:
    do(card.http, lambda: doorstep.read_rules(card.visit, by=card.by), _("Thank you. Here is the rest."))
    return _back(card)


def _visit(card: OpenCard) -> HttpResponse:
    step = card.posted("deed")
    if step not in STEPS:
        raise NotFound
    if step == "late" and not card.posted("minutes"):
        return _back(card, "late", late="1")
    verb, said = STEPS[step]
    if step == "nobody" and card.visit.request.meets_at_id is not None:
        said = _("Wait ten minutes more. We ring them now, and then you.")
    do(card.http, lambda: verb(card), said)
    return _back(card)


def _check_in(card: OpenCard) -> Visit:
    return inside.check_in(card.visit, by=card.by)


def _check_out(card: OpenCard) -> Visit:
    return inside.check_out(card.visit, by=card.by)


def _late(card: OpenCard) -> None:
    minutes = card.posted("minutes")
    inside.note_late(card.visit, min(int(minutes), LATEST) if minutes.isdecimal() else None, by=card.by)


def _longer(card: OpenCard) -> datetime | None:
    if card.http.GET.get("seen", _end_seen(card.visit)) != _end_seen(card.visit):
        return None
    return inside.extend(card.visit, by=card.by)


def _nobody(card: OpenCard) -> object:
    return doorstep.nobody_opens(card.visit, by=card.by)


STEPS: dict[str, tuple[Callable[[OpenCard], object], str | Promise]] = {
    "in": (_check_in, gettext_lazy("You are inside. Press OUT when you leave.")),
    "out": (_check_out, gettext_lazy("You have left. Thank you! How did it go?")),
    "late": (_late, gettext_lazy("Good that you say so. Somebody tells them.")),
    "longer": (_longer, gettext_lazy("Half an hour more. Take your time.")),
    "nobody": (_nobody, gettext_lazy("Wait ten minutes at the door. We ring inside now, and then you.")),
}


# --- what else ------------------------------------------------------------------------------------------------------


def _ring_me(card: OpenCard) -> HttpResponse:
    emergency = numbers.find("emergency", card.visit.request.organisation).value(words.desk_language())
    said = _("The person on duty knows, and rings you now. Danger? Leave, and ring %(number)s.") % {"number": emergency}
    do(card.http, lambda: doorstep.ring_me(card.visit, by=card.by), said)
    return _back(card)


def _fraud(card: OpenCard) -> HttpResponse:
    """Nothing to fill in: who is on duty knows, and the card comes back with whom to ring in which order."""
    said = _("The person on duty knows. Help them ring now.")
    do(card.http, lambda: fraud.during_visit(card.visit, by=card.by), said)
    return _back(card, "fraud")


def _ask(card: OpenCard) -> HttpResponse:
    """May this be done? Nothing is kept of what was typed."""
    finding = secrets.find(card.posted("word").strip())
    word = finding.masked[: visitcard.LONGEST_WORD]
    asked = {
        "word": word,
        "held_secret": bool(finding.kinds),
        "answers": visitcard.answers(card.visit, word),
        "slip_url": card.address("slip"),
        "now_url": card.address("wish"),
    }
    if getattr(card.http, "htmx", False):
        context = {"asked": asked, "organisation": card.visit.request.organisation}
        return render(card.http, "desk/card_asked.html", context)
    return _page(card, asked=asked)


def _slip(card: OpenCard) -> HttpResponse:
    said = _("The office makes the slip and sees that it gets there. Tell them somebody will ring.")
    do(card.http, lambda: doorstep.ask_slip(card.visit, card.posted("task"), by=card.by), said)
    return _back(card)


def _wish(card: OpenCard) -> HttpResponse:
    """Something about money or papers that may be done, is done now: it counts for the client (rule E9)."""
    said = _("Noted. Mind what stands on the card.")
    do(card.http, lambda: doorstep.count_wish(card.visit, card.posted("task"), by=card.by), said)
    return _back(card)


def _report(card: OpenCard) -> HttpResponse:
    posted, finding = card.http.POST.copy(), secrets.find(card.posted("note"))
    posted["note"] = finding.masked
    form = ReportForm(posted, said_in=visitcard.read_out_in(card.visit))
    if not form.is_valid():
        return _page(card, form=form, status=422)
    done = _("Thank you for telling us.") if form.cleaned_data["all_right"] else _("Thank you. We ring you today.")
    do(card.http, lambda: reports.report(card.visit, by=card.by, **form.cleaned_data), done)
    if finding.kinds:
        messages.warning(card.http, _("A code or a number was hidden in what you wrote. It was not kept."))
    return _back(card)


def _cancel(card: OpenCard) -> HttpResponse:
    """The volunteer cannot come: the link closes with it, so that the thanks stand on a page of their own."""
    try:
        visits.cancel(card.visit, by=card.by, reason="volunteer_cannot")
    except Problem as problem:
        messages.error(card.http, sentence(problem))
        return _back(card)
    return render(
        card.http, "desk/card_closed.html", {"title": _("You do not go. We see to the rest."), "thanks": True}
    )


def _own_page(card: OpenCard) -> HttpResponse:
    """From the card to the volunteer's own page, by a link of its own."""
    token = pagelinks.open_page(card.visit.volunteer, card.visit.request.organisation)
    query = f"?lang={card.lang}" if card.lang else ""
    return go_on(reverse("desk:own_page", args=[token]) + query)


def _renew_calendar(card: OpenCard) -> HttpResponse:
    said = _("The old address shows nothing any more. Copy the new one.")
    do(card.http, lambda: calendars.renew(card.visit.volunteer, by=card.by), said)
    return _back(card, "calendar")


def _invite(card: OpenCard) -> HttpResponse:
    said = _("Your visits are mailed to you from now on.")
    do(card.http, lambda: invitations.invite(card.visit.volunteer, card.posted("email"), by=card.by), said)
    return _back(card, "calendar")


def _stop_inviting(card: OpenCard) -> HttpResponse:
    said = _("No more mail. What stands in your calendar stays there, and changes no more.")
    do(card.http, lambda: invitations.stop(card.visit.volunteer, by=card.by), said)
    return _back(card, "calendar")


DEEDS: dict[str, Callable[[OpenCard], HttpResponse]] = {
    "read": _read,
    "visit": _visit,
    "ring-me": _ring_me,
    "fraud": _fraud,
    "ask": _ask,
    "slip": _slip,
    "wish": _wish,
    "report": _report,
    "cancel": _cancel,
    "own-page": _own_page,
    "calendar-renew": _renew_calendar,
    "invite": _invite,
    "invite-stop": _stop_inviting,
}
