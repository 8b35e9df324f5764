"""Paying expenses: days at the flat rate, kilometres, or real costs. There is no field for an account number, on purpose."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.desk.forms.days import Day
from digibel.desk.forms.guarded import GuardedForm
from digibel.organisations import rates
from digibel.scheduling.expenses import Claim
from digibel.scheduling.paid import ExpenseKind


class Euro(forms.DecimalField):
    """An amount as people type it: 44,02 or 44.02."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "size": "8"})
        super().__init__(max_digits=6, decimal_places=2, min_value=Decimal("0.01"), widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("€", "").replace(" ", "").replace(",", ".")
        return super().to_python(value)


class PaymentForm(GuardedForm):
    """What every payment has: how, and when. `days` are those that can be chosen."""

    way = forms.ChoiceField(label=_("How"), choices=list(words.WAYS.items()))
    paid_on = Day(label=_("Paid on"))

    def __init__(self, days: Sequence[date], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"days", "day"} & self.fields.keys():
            choices = [(one.isoformat(), date_format(one, "D j F")) for one in days]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def claims(self) -> list[Claim]:
        raise NotImplementedError


class FlatForm(PaymentForm):
    days = forms.MultipleChoiceField(label=_("Days"), widget=forms.CheckboxSelectMultiple)
    amount = Euro(label=_("Euro a day"))
    field_order = ("days", "amount", "way", "paid_on")

    def claims(self) -> list[Claim]:
        amount = self.cleaned_data["amount"]
        return [Claim(date.fromisoformat(one), ExpenseKind.FLAT, amount) for one in self.cleaned_data["days"]]


class KmForm(PaymentForm):
    day = forms.ChoiceField(label=_("Day"))
    km = forms.IntegerField(label=_("Kilometres, there and back"), min_value=1, max_value=rates.MOST_KM)
    means = forms.ChoiceField(label=_("By"), choices=list(words.MEANS.items()))
    field_order = ("day", "km", "means", "way", "paid_on")

    def claims(self) -> list[Claim]:
        told = self.cleaned_data
        return [Claim(date.fromisoformat(told["day"]), ExpenseKind.KM, km=told["km"], what=told["means"])]


class RealForm(PaymentForm):
    day = forms.ChoiceField(label=_("Day"))
    what = forms.ChoiceField(label=_("What for"), choices=list(words.REAL_COSTS.items()))
    amount = Euro(label=_("Euro"))
    proof = forms.BooleanField(label=_("I have seen the ticket or the bill"))
    field_order = ("day", "what", "amount", "proof", "way", "paid_on")

    def claims(self) -> list[Claim]:
        told = self.cleaned_data
        return [Claim(date.fromisoformat(told["day"]), ExpenseKind.REAL, told["amount"], what=told["what"])]
