"""Coming in, in one step or two, and going out; and a new password for who has none or forgot it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from digibel.desk import limits, sessions
from digibel.desk.answers import go_on
from digibel.desk.forms.login import AddressForm, CodeForm, LoginForm
from digibel.organisations import accounts, links, logins, outsidelogins, passkeys, secondchance, secondsteps
from digibel.organisations.accounts import LinkOver
from digibel.organisations.models import Staff
from digibel.organisations.permissions import may
from digibel.problems import Problem

TOO_MANY = 429
ASKED = "passkey"  # in the session: what a key was asked to sign


class Login(LoginView):
    """After too many wrong tries the door stays shut for a quarter of an hour, and says so."""

    template_name = "desk/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        return _landing(self.request.user, self.get_redirect_url())

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return enter(self.request, form.get_user(), self.get_redirect_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if logins.was_shut(self.request):
            return shut(self.request)
        if "@" not in form.data.get("username", ""):
            # It may be a password in the wrong field: it does not come back on the page.
            form.data = {**form.data, "username": ""}
        response = super().form_invalid(form)
        response.status_code = 422
        return response


login = Login.as_view()


def enter(request: HttpRequest, staff: Staff, wanted: str, *, two: bool = False) -> HttpResponse:
    """The first step was right: in, or to the second one. `two`: both were taken elsewhere."""
    if not two and secondsteps.exist(staff):
        sessions.begin_half(request, staff, next_page=wanted)
        return go_on("desk:second_step")
    sessions.come_in(request, staff, two=two)
    return speak_their_language(request, HttpResponseRedirect(_landing(staff, wanted)))


def shut(request: HttpRequest) -> HttpResponse:
    locked = _("Too many wrong tries. Wait a quarter of an hour, or ask your coordinator for a new password.")
    context = {"form": LoginForm(request), "locked": locked}
    response = render(request, "desk/login.html", context, status=TOO_MANY)
    response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME * 3600))
    return response


def _landing(staff: Any, wanted: str) -> str:
    """Whoever looks after the network has nothing to look for at the desk, whatever page they asked for first."""
    if isinstance(staff, Staff) and not may(staff, "look"):
        return resolve_url("desk:network")
    return wanted or resolve_url(settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """After the password: the digits of their app, a passkey, or a spare code."""
    between = sessions.half(request)
    if between is None:
        messages.error(request, _("That took more than five minutes. Begin again."))
        return go_on("desk:login")
    staff, wanted = between
    if logins.is_shut(request, staff):
        return shut(request)
    if request.method == "POST":
        if _proves(request, staff):
            return enter(request, staff, wanted, two=True)
        logins.count_wrong(request, staff)
        if logins.was_shut(request):
            return shut(request)
    return _second_step_page(request, staff)


def _proves(request: HttpRequest, staff: Staff) -> bool:
    """What a key was asked to sign is asked once: an answer that is sent again is none."""
    asked = request.session.pop(ASKED, None)
    if answer := request.POST.get("passkey", ""):
        try:
            passkeys.accept(staff, asked or {}, answer)
        except Problem:
            return False
        return True
    return secondsteps.take(staff, request.POST.get("code", ""))


def _second_step_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    wrong = request.method == "POST"
    form = CodeForm({"code": ""} if wrong else None)
    if wrong:
        form.errors.clear()
        form.add_error("code", _("This one does not fit, or was used before. Wait for the next one, and try again."))
    context: dict[str, Any] = {"form": form}
    if passkeys.are_possible() and staff.passkeys.exists():
        context["options"], request.session[ASKED] = passkeys.begin_asking(staff)
    return render(request, "desk/second_step.html", context, status=422 if wrong else 200)


def speak_their_language(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The desk in the language of who comes in, unless this browser has chosen one."""
    staff = request.user
    if isinstance(staff, Staff) and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            staff.language,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """A link by mail, where mail leaves from here. Everybody reads the same answer: who has an account is nobody's business."""
    form = AddressForm(request.POST or None)
    asked = secondchance.is_possible() and form.is_bound and form.is_valid()
    if asked:
        limits.count(request, "forgotten")
        secondchance.ask(form.cleaned_data["email"])
    elif form.is_bound and "@" not in form.data.get("email", ""):
        form.data = {}  # a password in the wrong field, perhaps
    context = {"form": form, "asked": asked, "mail": secondchance.is_possible()}
    return render(request, "desk/forgotten.html", context, status=422 if form.is_bound and not asked else 200)


@require_http_methods(["GET", "POST"])
def choose_password(request: HttpRequest, uid: str, key: str) -> HttpResponse:
    """Behind a link that somebody gave them, or that was mailed. It opens once."""
    staff = whose(uid)
    if staff is None or not links.opens(staff, key):
        raise LinkOver
    form = SetPasswordForm(staff, request.POST or None)
    if form.is_bound and form.is_valid():
        accounts.choose_password(staff, form.cleaned_data["new_password1"], link=key)
        messages.success(request, _("Your password is set. Log in with it."))
        return go_on("desk:login")
    context = {"form": form, "outside": outsidelogins.of(staff), "uid": uid, "key": key}
    response = render(request, "desk/password.html", context, status=422 if form.is_bound else 200)
    # The address is the key: it goes to no other site.
    response["Referrer-Policy"] = "no-referrer"
    return response


def whose(uid: str) -> Staff | None:
    try:
        pk = UUID(uid)
    except ValueError:
        return None
    return Staff.objects.filter(pk=pk, is_active=True).first()


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    sessions.leave(request)
    messages.success(request, _("You have left. Until next time."))
    return go_on("desk:login")
