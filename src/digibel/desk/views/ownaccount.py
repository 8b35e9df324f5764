"""One's own way in: the second step, the password, and the browsers in which one is in."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digibel.desk import sessions, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.login import AppForm, SureForm
from digibel.desk.views.access import StaffRequest, StaffView
from digibel.desk.views.account import shut
from digibel.organisations import accounts, logins, openid, outsidelogins, passkeys, secondsteps, sixdigits
from digibel.organisations.models import CodeApp, Staff
from digibel.problems import NotFound, Problem
from digibel.sentences import sentence

SURE: Final = "sure"  # in the session: when they last typed their password
SURE_LASTS: Final = 600
"""Seconds. Somebody else's open screen changes nobody's way in."""
ADDED: Final = "added"  # in the session: what a new key was asked to sign


def own_page(view: StaffView) -> Callable[..., HttpResponse]:
    """For whoever is logged in, of any role, also while they have no second step yet."""

    @login_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = cast(StaffRequest, request)
        if not sessions.has_two(request) and secondsteps.exist(known.user):
            # They set one up in another browser meanwhile: here too, then.
            logout(request)
            return go_on("desk:login")
        known.organisation = known.user.organisation
        return view(known, *args, **kwargs)

    return opened


def sure_page(view: StaffView) -> Callable[..., HttpResponse]:
    """Only soon after the password was typed; else back to where it is asked."""

    @own_page
    @wraps(view)
    def opened(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if is_sure(request) else go_on("desk:own_account")

    return opened


def is_sure(request: StaffRequest) -> bool:
    """Whoever comes in by their municipality has no password to type."""
    since = max(request.session.get(SURE, 0), request.session.get(sessions.BEGUN, 0))
    return time.time() - since < SURE_LASTS


@own_page
@require_safe
def own_account(request: StaffRequest) -> HttpResponse:
    return _page(request, SureForm())


def _page(request: StaffRequest, form: SureForm, *, status: int = 200) -> HttpResponse:
    staff = request.user
    context = {
        "form": form,
        "sure": is_sure(request),
        "app": CodeApp.objects.filter(staff=staff, confirmed_at__isnull=False).first(),
        "passkeys": staff.passkeys.order_by("since", "pk"),
        "passkeys_possible": passkeys.are_possible(),
        "spare": staff.spare_codes.count(),
        "outside": _outside(staff),
        "must": secondsteps.is_wanted() and not sessions.has_two(request),
        "idle": settings.DIGIBEL_IDLE_MINUTES,
        "open": sessions.open_of(staff, request),
        "section": "own",
    }
    return render(request, "desk/own_account.html", context, status=status)


def _outside(staff: Staff) -> list[dict[str, Any]]:
    """Those tied, also of a house that stands in the file no more; then those that can be."""
    known, serving = openid.houses(), outsidelogins.of(staff)
    tied = {one.house: one for one in staff.outside_logins.order_by("since", "house")}
    rows = [{"slug": slug, "name": known[slug].name if slug in known else slug, "tied": tied[slug]} for slug in tied]
    return rows + [{"slug": one.slug, "name": one.name} for one in serving if one.slug not in tied]


@own_page
@require_POST
def sure(request: StaffRequest) -> HttpResponse:
    """The password again, before anything about the way in changes."""
    form = SureForm(request.POST)
    if form.is_valid():
        told = {"email": request.user.email, "username": request.user.email, "password": form.cleaned_data["password"]}
        if authenticate(request, **told) == request.user:
            request.session[SURE] = time.time()
            return go_on("desk:own_account")
        if logins.was_shut(request):
            logout(request)
            return shut(request)
        form.add_error("password", _("This is not your password. Try again."))
    return _page(request, form, status=422)


@sure_page
@require_http_methods(["GET", "HEAD", "POST"])
def own_app(request: StaffRequest) -> HttpResponse:
    """GET: the square that the app reads, a new one each time. POST: six digits of it, and it counts."""
    if request.method != "POST":
        return _app_page(request, secondsteps.begin_app(request.user), AppForm())
    form = AppForm(request.POST)
    if form.is_valid():
        try:
            return _set_up(request, secondsteps.confirm_app(request.user, form.cleaned_data["code"]))
        except Problem as problem:
            form.add_error("code", sentence(problem))
    # It may be a password in the wrong field: it does not come back on the page.
    form.data = {}
    begun = secondsteps.begun_app(request.user)
    return _app_page(request, begun, form, status=422) if begun else go_on("desk:own_app")


def _app_page(request: StaffRequest, begun: CodeApp, form: AppForm, *, status: int = 200) -> HttpResponse:
    address = sixdigits.address(begun.secret, account=request.user.name, issuer="Digibel")
    # segno writes an SVG of its own making; the address is only in its dots.
    square = SafeString(segno.make(address, error="m").svg_inline(scale=5, svgclass=None, lineclass=None, border=2))
    spaced = " ".join(begun.secret[at : at + 4] for at in range(0, len(begun.secret), 4))
    context = {"form": form, "square": square, "secret": spaced, "section": "own"}
    return render(request, "desk/own_app.html", context, status=status)


@sure_page
@require_http_methods(["GET", "HEAD", "POST"])
def own_passkey(request: StaffRequest) -> HttpResponse:
    """GET: what the browser is to make a key with. POST: what it made."""
    if not passkeys.are_possible():
        raise NotFound
    if request.method == "POST":
        asked = request.session.pop(ADDED, None)
        try:
            return _set_up(request, passkeys.add(request.user, asked or {}, request.POST.get("passkey", "")))
        except Problem as problem:
            messages.error(request, sentence(problem))
            return go_on("desk:own_passkey")
    options, request.session[ADDED] = passkeys.begin_adding(request.user)
    return render(request, "desk/own_passkey.html", {"options": options, "section": "own"})


def _set_up(request: StaffRequest, spare: list[str]) -> HttpResponse:
    """Whoever is in elsewhere with one step is out; and the spare codes, for this one look."""
    sessions.note_two(request)
    sessions.end_others(request.user, request)
    messages.success(request, _("Set up. From now on you come in with two steps."))
    return _spare_page(request, spare) if spare else go_on("desk:own_account")


def _spare_page(request: StaffRequest, spare: list[str]) -> HttpResponse:
    return render(request, "desk/own_spare.html", {"codes": spare, "section": "own"})


@sure_page
@require_http_methods(["GET", "HEAD", "POST"])
def own_password(request: StaffRequest) -> HttpResponse:
    form = SetPasswordForm(request.user, request.POST or None)
    if form.is_bound and form.is_valid():
        accounts.choose_password(request.user, form.cleaned_data["new_password1"])
        request.user.refresh_from_db()
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your new password holds. Everywhere else you are out."))
        return go_on("desk:own_account")
    status = 422 if form.is_bound else 200
    return render(request, "desk/own_password.html", {"form": form, "section": "own"}, status=status)


@require_POST
@sure_page
def own_spare(request: StaffRequest) -> HttpResponse:
    return _spare_page(request, secondsteps.new_spare_codes(request.user))


@own_page
@require_POST
def own_deed(request: StaffRequest, deed: str) -> HttpResponse:
    if deed not in DEEDS:
        raise NotFound
    verb, done = DEEDS[deed]
    if deed in WANT_SURE and not is_sure(request):
        return go_on("desk:own_account")
    do(request, lambda: verb(request, request.user), done)
    return go_on("desk:own_account")


def _end(request: StaffRequest, staff: Staff) -> None:
    sessions.end(staff, request.POST.get("session", ""))


def _remove_passkey(request: StaffRequest, staff: Staff) -> None:
    passkeys.remove(staff, request.POST.get("passkey", ""))


# Getting out somebody else who is in is possible at once.
WANT_SURE: Final = ("no-app", "no-passkey", "no-outside")
DEEDS: dict[str, tuple[Callable[[StaffRequest, Staff], object], words.Words]] = {
    "end": (_end, gettext_lazy("Ended: that browser is out with its next click.")),
    "end-others": (
        lambda request, staff: sessions.end_others(staff, request),
        gettext_lazy("Ended: you are in here, and nowhere else."),
    ),
    "no-app": (lambda request, staff: secondsteps.remove_app(staff), gettext_lazy("Removed: the app opens nothing.")),
    "no-outside": (
        lambda request, staff: outsidelogins.untie(staff, request.POST.get("house", "")),
        gettext_lazy("Removed: that log-in opens nothing here."),
    ),
    "no-passkey": (_remove_passkey, gettext_lazy("Removed: that passkey opens nothing.")),
}
