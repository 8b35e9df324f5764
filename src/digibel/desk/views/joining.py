"""An organisation asks to join, without a log-in; whoever looks after the network invites it or not."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel import languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import limits, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.joining import JoinForm
from digibel.desk.views.access import StaffRequest, network_page
from digibel.organisations import joining
from digibel.organisations.models import Joiner
from digibel.problems import Problem
from digibel.sentences import sentence

MOST_A_MINUTE = 6
ASKED = ("name", "postcode", "contact", "phone", "email")


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in languages.DESK_LANGUAGES else words.desk_language()):
        answer = _post(request) if request.method == "POST" else _page(request, JoinForm())
        answer["Content-Language"] = words.desk_language()
    return answer


def _post(request: HttpRequest) -> HttpResponse:
    form = JoinForm(request.POST)
    try:
        limits.count(request, "join", one=MOST_A_MINUTE)
        if not form.is_valid():
            return _page(request, form, status=422)
        joining.ask(**{name: form.cleaned_data[name] for name in ASKED})
    except Problem as problem:
        return _page(request, form, status=problem.status, refusal=sentence(problem))
    return go_on(f"{reverse('desk:join')}?lang={words.desk_language()}&thanks=1")


def _page(request: HttpRequest, form: JoinForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    active = words.desk_language()
    context = {
        "form": form,
        "lang": active,
        "languages": [
            (code, languages.LANGUAGES[code].own, "" if code == active else f"?lang={code}")
            for code in languages.DESK_LANGUAGES
        ],
        "thanks": "thanks" in request.GET and not form.is_bound,
        "refusal": refusal,
    }
    return render(request, "desk/join.html", context, status=status)


@network_page
@require_http_methods(["GET", "HEAD", "POST"])
def joiner(request: StaffRequest, joiner_id: uuid.UUID) -> HttpResponse:
    """GET: who it is, and whom to ring. POST: not now; a yes is the page of a new organisation."""
    found = Joiner.objects.get(pk=joiner_id)
    by = Actor.staff(request.user)
    if request.method == "POST":
        do(request, lambda: joining.decline(found, by=by), _("Noted: not now."))
        return go_on("desk:network")
    record("number.shown", found, by=by, organisation_id=request.organisation.pk)
    context = {"joiner": found, "place": words.place_name(found.postcode), "section": "network"}
    response = render(request, "desk/joiner.html", context)
    response["Cache-Control"] = "no-store"
    return response
