"""What stands above a list: its filter and its order, kept in the address so that they can be sent on. Never who: a name is
posted."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import complaintlines, words

POSTCODE = r"^[1-9]\d{3}$"


def postcode_field() -> forms.RegexField:
    widget = forms.TextInput({"inputmode": "numeric", "size": "6"})
    return forms.RegexField(POSTCODE, label=_("Postcode"), max_length=4, required=False, widget=widget)


class ListFilter(forms.Form):
    """Every field may be empty. What makes no sense is left out of the search, never an error."""

    @property
    def wanted(self) -> dict[str, Any]:
        """What is asked for, and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def query(self) -> str:
        """The same as a query string, in the order of the fields: for the other pages of the list."""
        return urlencode({name: "on" if value is True else value for name, value in self.wanted.items()})

    def _offer(self, name: str, choices: list[tuple[str, Any]], empty: Any = "") -> None:
        self.fields[name].choices = [("", empty or _("all")), *choices]  # type: ignore[attr-defined]


class RequestsFilter(ListFilter):
    """`show` is chosen above the filter, and goes along with it. A closed request has no next step to look for."""

    show = forms.ChoiceField(choices=[("open", "open"), ("closed", "closed")], required=False, widget=forms.HiddenInput)
    step = forms.ChoiceField(label=_("Next step"), required=False)
    whose = forms.ChoiceField(label=_("Followed through by"), required=False)
    postcode = postcode_field()
    sort = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        closed = self.data.get("show") == "closed"
        first = _("what ended last") if closed else _("what is due first")
        self._offer("sort", [("newest", _("the newest first")), ("postcode", _("by postcode"))], first)
        self._offer("step", [(kind, step.what) for kind, step in words.STEPS.items()])
        self._offer("whose", [("mine", _("me")), ("nobody", _("nobody"))], _("everybody"))
        if closed:
            del self.fields["step"], self.fields["whose"]


class CallsFilter(ListFilter):
    """Only what there is to ring about now."""

    kind = forms.ChoiceField(label=_("What for"), required=False)

    def __init__(self, *args: Any, kinds: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("kind", sorted(((kind, str(words.errand(kind).what)) for kind in kinds), key=lambda one: one[1]))


class ComplaintsFilter(ListFilter):
    kind = forms.ChoiceField(label=_("About"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("kind", list(complaintlines.KINDS.items()), _("everything"))
        self._offer("state", list(complaintlines.STATES.items()))
        self._offer("sort", [("due", _("what is due first"))], _("the newest first"))


class InboxFilter(ListFilter):
    """Whose texts: each kind of sender with how many wait."""

    sender = forms.ChoiceField(label=_("From"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        senders = {
            "client": _("clients"),
            "volunteer": _("volunteers"),
            "unknown": _("numbers that we do not know"),
        }
        self._offer("sender", list(senders.items()), _("everybody"))


class ReachFilter(ListFilter):
    """The map of those who wait and of those who could come, both only in one language."""

    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = words.desk_language()
        self._offer(
            "language",
            sorted(((code, languages.name_of(code, reader)) for code in languages.SPOKEN), key=lambda one: one[1]),
        )
