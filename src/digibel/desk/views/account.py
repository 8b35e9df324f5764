"""Coming in and going out."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from digibel.desk.answers import go_on
from digibel.desk.forms.login import LoginForm
from digibel.organisations import accounts
from digibel.organisations.models import Staff
from digibel.organisations.permissions import may
from digibel.problems import NotFound

TOO_MANY = 429


class LinkOver(NotFound):
    code = "link_over"
    message = "This link has been used, or it is too old. Ask for a new one."


class Login(LoginView):
    """After too many wrong passwords the door stays shut for a quarter of an hour, and says so."""

    template_name = "desk/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Whoever looks after the network has nothing to look for at the desk, whatever page they asked for first."""
        staff = self.request.user
        at_desk = not isinstance(staff, Staff) or may(staff, "look")
        return super().get_success_url() if at_desk else resolve_url("desk:network")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        return speak_their_language(self.request, response)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if getattr(self.request, "axes_locked_out", False):
            # We answer with our own page; the guard would put a bare line in its place.
            self.request.axes_locked_out = False  # type: ignore[attr-defined]
            return self._locked_out(form)
        if "@" not in form.data.get("username", ""):
            # It may be a password in the wrong field: it does not come back on the page.
            form.data = {**form.data, "username": ""}
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def _locked_out(self, form: AuthenticationForm) -> HttpResponse:
        locked = _("Too many wrong tries. Wait a quarter of an hour, or ask your coordinator for a new password.")
        context: dict[str, Any] = self.get_context_data(form=LoginForm(self.request), locked=locked)
        response = self.render_to_response(context)
        response.status_code = TOO_MANY
        response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME * 3600))
        return response


login = Login.as_view()


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
def choose_password(request: HttpRequest, uid: str, key: str) -> HttpResponse:
    """Behind the link that the network administrator gave them. It opens once, and for three days."""
    staff = _whose(uid)
    if staff is None or not default_token_generator.check_token(staff, key):
        raise LinkOver
    form = SetPasswordForm(staff, request.POST or None)
    if form.is_bound and form.is_valid():
        accounts.choose_password(staff, form.cleaned_data["new_password1"])
        messages.success(request, _("Your password is set. Log in with it."))
        return go_on("desk:login")
    response = render(request, "desk/password.html", {"form": form}, status=422 if form.is_bound else 200)
    # The address is the key: it goes to no other site, and nobody keeps the page.
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _whose(uid: str) -> Staff | None:
    try:
        pk = UUID(urlsafe_base64_decode(uid).decode())
    except ValueError:
        return None
    return Staff.objects.filter(pk=pk, is_active=True).first()


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    end_session(request)
    messages.success(request, _("You have left. Until next time."))
    return go_on("desk:login")
