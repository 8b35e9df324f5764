"""Coming in and going out."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from digibel.desk.answers import go_on
from digibel.desk.forms.login import LoginForm
from digibel.organisations.models import Staff

TOO_MANY = 429


class Login(LoginView):
    """After too many wrong passwords the door stays shut for a quarter of an hour, and says so."""

    template_name = "desk/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

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


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    end_session(request)
    messages.success(request, _("You have left. Until next time."))
    return go_on("desk:login")
