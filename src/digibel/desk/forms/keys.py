"""A new key for a program: what it is called, what it may do, and until when."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk import words
from digibel.desk.forms.days import Day
from digibel.desk.forms.guarded import GuardedForm
from digibel.organisations.scopes import Scope

SCOPES: dict[Scope, words.Words] = {
    Scope.REQUESTS_READ: _("read requests, without who or where"),
    Scope.REQUESTS_WRITE: _("log requests, change moments, close them, hand out slips"),
    Scope.CLIENTS_READ: _("read clients with their address and number; every look is recorded"),
    Scope.CLIENTS_WRITE: _("add clients, and put right what we know of them"),
    Scope.OFFERS_READ: _("read who can go and who was asked"),
    Scope.OFFERS_WRITE: _("ask volunteers, and take it back"),
    Scope.VISITS_READ: _("read visits"),
    Scope.VISITS_WRITE: _("move and cancel visits"),
    Scope.FOLLOW_UPS_READ: _("read what clients said a week later"),
    Scope.FOLLOW_UPS_WRITE: _("write down what clients said a week later"),
    Scope.VOLUNTEERS_READ: _("read who is in the pool, without numbers"),
    Scope.VOLUNTEERS_WRITE: _("take somebody into the pool"),
    Scope.AVAILABILITY_READ: _("read when volunteers are free"),
    Scope.AVAILABILITY_WRITE: _("note when volunteers are free"),
    Scope.DESK_SESSIONS_READ: _("read desk sessions, and who comes"),
    Scope.DESK_SESSIONS_WRITE: _("make desk sessions, sign volunteers up and out"),
    Scope.PLACES_READ: _("read the places to refer to"),
    Scope.MESSAGES_READ: _("read whether texts arrived, never their words"),
    Scope.REPORTS_READ: _("read the figures of a quarter, as funders do"),
    Scope.EVENTS_READ: _("read what happened, as numbers and codes"),
}
USUAL_LIFE = timedelta(days=365)


class KeyForm(GuardedForm):
    use_required_attribute = False

    name = forms.CharField(
        label=_("Which program?"), help_text=_("For example: the form on our website."), max_length=60
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        help_text=_("As little as the program needs. The catalogue of tasks is open to every key."),
        choices=[(scope.value, said) for scope, said in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = Day(label=_("Last day"), help_text=_("After it the key opens nothing any more. Two years at most."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"expires_on": clock.today() + USUAL_LIFE}, **kwargs)

    @property
    def chosen(self) -> list[Scope]:
        return [Scope(one) for one in self.cleaned_data["scopes"]]
