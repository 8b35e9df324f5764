"""Logging in: the words of the form are ours, the rest is Django's."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    error_messages = {  # noqa: RUF012  (as the parent has it)
        "invalid_login": _("This address and this password do not fit together. Look at both and try again."),
        "inactive": _("This account is closed. Ask your coordinator."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Email")
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
        self.fields["password"].label = _("Password")

    def clean(self) -> dict[str, Any]:
        """As Django does it, but named as our accounts name it: the guard counts wrong tries by the field `email`."""
        address, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if address and password:
            self.user_cache = authenticate(self.request, email=address, username=address, password=password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class CodeForm(forms.Form):
    use_required_attribute = False

    code = forms.CharField(
        label=_("Six digits from your app, or a spare code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


class AppForm(CodeForm):
    """Setting up the app: only its own digits will do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Six digits from your app")


class AddressForm(forms.Form):
    use_required_attribute = False

    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class SureForm(forms.Form):
    use_required_attribute = False

    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
