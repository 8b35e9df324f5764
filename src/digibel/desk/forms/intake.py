"""What a worker writes down during one telephone call. The form only gathers; `requests.drafts` says what is missing."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from digibel import languages, places
from digibel.desk import words
from digibel.desk.forms import week
from digibel.desk.gate import ID, is_number
from digibel.desk.seriespage import RHYTHMS
from digibel.guardrails import secrets
from digibel.problems import Invalid, Problem
from digibel.requests import errors
from digibel.requests.access_notes import ACCESS_NOTES, in_words
from digibel.requests.drafts import ClientDraft, RequestDraft, read_client, read_draft
from digibel.requests.intake import helpers_of
from digibel.requests.models import Client, NamedHelper
from digibel.scheduling.series import LONGEST_GOAL
from digibel.sentences import sentence

CALLERS = [("client", _("The person")), ("family", _("Family or a neighbour")), ("worker", _("A worker"))]
CALLER_ICONS = {"client": "person", "family": "people", "worker": "worker"}
CHANNELS = [
    ("sms", _("Text message")),
    ("call", _("We call")),
    ("letter", _("Letter")),
    ("worker", _("Through a worker they trust")),
]
DEVICES = [
    ("smartphone", _("Smartphone")),
    ("tablet", _("Tablet")),
    ("computer", _("Computer")),
    ("tv", _("Television")),
    ("other", _("Something else")),
]
WISHES = [("", _("Anybody")), ("woman", _("A woman")), ("man", _("A man"))]
MONEY_KINDS = [
    ("administrator", _("Administrator, named by the justice of the peace")),
    ("care_mandate", _("Care mandate")),
    ("bank_mandate", _("Mandate at the bank")),
]
STAFF_FIRST = [("pests", _("vermin in the home")), ("aggression", _("somebody there was aggressive"))]
HOMES = [("windows", _("Only at these moments")), ("always", _("Always at home, except"))]
CONSENTS = [("spoken", _("Yes, I heard it from the person")), ("later", _("Not now: put a call on the list"))]
SOMEBODY_ELSE = "new"

# Free texts: what looks like a secret in them is masked before the page shows them again.
TEXTS = (
    "in_own_words",
    "first_name",
    "family_name",
    "address_as",
    "street",
    "house_number",
    "box",
    "bell",
    "door_note",
    "contact_name",
    "trusted_worker",
    "interpreter",
    "decides_about_money",
    "task_words",
    "series_goal",
    *(f"helper_name_{row}" for row in range(NamedHelper.MOST)),
)
# Not texts, but people type in them whatever they hear.
NUMBERS = (
    "phone",
    "contact_phone",
    "trusted_worker_phone",
    "money_phone",
    *(f"helper_phone_{row}" for row in range(NamedHelper.MOST)),
)
OTHERS = (
    "once",
    "postcode",
    "floor",
    "version",
    "series_visits",
    *(f"free_{what}_{row}" for what in ("day", "from", "until") for row in range(week.FREE_ROWS)),
)
# Told in several fields each.
COMPOSED = {"speaks", "reads", "helpers"}
TOLD_OF_CLIENT = tuple(one.name for one in fields(ClientDraft) if one.name not in COMPOSED)
# Where a refusal is shown that `read_draft` gives another name.
SHOWN_AT = {"speaks": "best", "helpers": "helper_name_0"}


def _text(label: Any, help_text: Any = "", **attributes: str) -> forms.CharField:
    attributes.setdefault("autocomplete", "off")
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=forms.TextInput(attrs=attributes), strip=True
    )


def _plates(label: Any, choices: Sequence[tuple[str, Any]], initial: str | None = None) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(choices), initial=initial, required=False, widget=forms.RadioSelect
    )


class ListField(forms.Field):
    """Values that stand in a grid or on tiles of their own; whatever does not belong there is simply not heard."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [str(one) for one in value or []]


class IntakeForm(forms.Form):
    """Nothing is required here: without a script, and half filled in, it must still come back with everything in it."""

    use_required_attribute = False

    once = forms.CharField(required=False, widget=forms.HiddenInput)
    identity = forms.CharField(required=False)

    caller = _plates(_("Who is on the line?"), CALLERS, "client")
    first_name = _text(_("First name"))
    family_name = _text(_("Family name"))
    address_as = _text(_("How to address them"), _("As on the bell: Mevrouw Peeters."))
    phone = _text(_("Telephone"), type="tel")
    channel = _plates(_("How do we tell them who comes?"), CHANNELS)
    best = forms.ChoiceField(label=_("Speaks best"), required=False)
    speaks = forms.MultipleChoiceField(label=_("Speaks too"), required=False, widget=forms.CheckboxSelectMultiple)
    speaks_other = forms.ChoiceField(label=_("Another language"), required=False)
    reads = forms.MultipleChoiceField(
        label=_("Reads"),
        help_text=_("Tick nothing for somebody who does not read."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wish = _plates(_("May come"), WISHES, "")
    trusted_worker = _text(_("The worker they trust"))
    trusted_worker_phone = _text(_("That worker's telephone"), type="tel")
    reception = forms.BooleanField(
        label=_("It is the reception of a care home: it hears when somebody comes, and never the codeword"),
        required=False,
    )
    interpreter = _text(_("Who interprets"), _("An adult with a name, never a child."))
    decides_about_money = _text(_("Who decides about money"), _("Questions about money then go to staff."))
    money_kind = forms.ChoiceField(label=_("By what right?"), choices=[("", ""), *MONEY_KINDS], required=False)
    money_phone = _text(_("Their telephone"), type="tel")

    in_own_words = forms.CharField(
        label=_("In their own words"),
        help_text=_("No codes, no card numbers. What looks like one is not kept."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    device = _plates(_("Which device?"), DEVICES)
    task_words = _text(_("Search in all tasks"), type="search")
    tasks = ListField(label=_("Tasks"), required=False)

    street = _text(_("Street"))
    house_number = _text(_("Number"))
    box = _text(_("Box"))
    postcode = _text(_("Postcode"), inputmode="numeric", list="postcodes")
    bell = _text(_("On the bell"))
    floor = _text(_("Floor"), inputmode="numeric")
    door_note = _text(_("At the door"), _("One short line. Never a key, a door code or an illness."))
    access = forms.MultipleChoiceField(
        label=_("What to mind at the door"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lift = forms.BooleanField(label=_("there is a lift"), required=False)
    dog = forms.BooleanField(label=_("a dog"), required=False)
    smoke = forms.BooleanField(label=_("people smoke"), required=False)
    staff_first = forms.MultipleChoiceField(
        label=_("For staff first"),
        help_text=_(
            "Nobody is asked to go there until a coordinator says why a volunteer may. It stands on no text or card."
        ),
        choices=STAFF_FIRST,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    contact_name = _text(_("Whom to ring when nobody opens"))
    contact_phone = _text(_("Their telephone"), type="tel")
    home = _plates(_("When does it suit?"), HOMES, "windows")
    windows = ListField(label=_("Moments"), required=False)
    away = ListField(label=_("Not at home"), required=False)
    series_goal = forms.CharField(
        label=_("What do they want to be able to do at the end?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_GOAL}),
    )
    series_every = forms.ChoiceField(label=_("How often?"), choices=RHYTHMS, required=False)
    series_visits = _text(_("How many visits?"), _("From 2 to 20."), inputmode="numeric")

    same_as = forms.CharField(required=False)
    consent = _plates(_("Their own yes"), CONSENTS)
    consent_language = forms.ChoiceField(label=_("In which language?"), required=False)

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.posted = data.copy() if data is not None else QueryDict(mutable=True)
        common, others = _language_choices()
        nothing = [("", "")]
        for row in range(NamedHelper.MOST):
            self._add_helper(row)
        self._choose("best", nothing + common + others)
        self._choose("speaks", common)
        self._choose("speaks_other", nothing + others)
        self._choose("reads", common)
        reader = (get_language() or "nl")[:2]
        self._choose("access", [(code, in_words([code], reader)[0]) for code in ACCESS_NOTES])
        self._choose("consent_language", [("", _("the one they speak best")), *_every_language()])

    def _add_helper(self, row: int) -> None:
        self.fields[f"helper_name_{row}"] = _text(_("Name, and who it is to them"))
        self.fields[f"helper_phone_{row}"] = _text(_("Telephone"), type="tel")
        self.fields[f"helper_change_{row}"] = forms.BooleanField(label=_("may change the request"), required=False)
        self.fields[f"helper_word_{row}"] = forms.BooleanField(label=_("may hear the codeword"), required=False)

    @property
    def helper_rows(self) -> list[list[BoundField]]:
        """Name, number, and the two things they may do, for each that can be named."""
        names = [
            [f"helper_{what}_{row}" for what in ("name", "phone", "change", "word")] for row in range(NamedHelper.MOST)
        ]
        return [[self[name] for name in row] for row in names]

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _given(self, name: str) -> str:
        return str(self.data.get(name) or self.initial.get(name) or "").strip()

    def _list(self, name: str) -> list[str]:
        return [str(one) for one in self[name].value() or []]

    @property
    def client_id(self) -> uuid.UUID | None:
        """The known client that was chosen; None for somebody new, or while nobody has chosen."""
        try:
            return uuid.UUID(self._given("identity"))
        except ValueError:
            return None

    @property
    def is_decided(self) -> bool:
        """Whether somebody said if we know this person already."""
        return self._given("identity") == SOMEBODY_ELSE or self.client_id is not None

    @property
    def task_slugs(self) -> list[str]:
        return self._list("tasks")

    @property
    def spoken(self) -> list[str]:
        """Languages, the one they speak best first."""
        return _once([self._given("best"), *self._list("speaks"), self._given("speaks_other")])

    @property
    def free_rows(self) -> list[tuple[str, str, str]]:
        """Moments that were typed beside the grid: day, from, until."""
        names = [[f"free_{what}_{row}" for what in ("day", "from", "until")] for row in range(week.FREE_ROWS)]
        return [(self._given(day), self._given(start), self._given(end)) for day, start, end in names]

    @property
    def series(self) -> dict[str, str]:
        """As the form on the page of a request has it; empty where one visit is wanted."""
        told = {"goal": self._given("series_goal"), "visits": self._given("series_visits")}
        return {**told, "every_days": self._given("series_every") or str(RHYTHMS[0][0])} if any(told.values()) else {}

    @property
    def is_always_home(self) -> bool:
        return self._given("home") == "always"

    def moments(self) -> dict[str, Any]:
        """When it suits, in the words of `read_draft`."""
        return {
            "always_home": self.is_always_home,
            "windows": week.windows_of(self._list("windows")) + week.free_windows(self.free_rows),
            "away": week.windows_of(self._list("away")),
        }

    def told(self, client: Client | None = None) -> dict[str, Any]:
        """Everything as `read_draft` takes it; a known client keeps the facts we have of them."""
        return {
            "client": told_of(client) if client else self._told_of_somebody_new(),
            "caller": self._given("caller"),
            "tasks": self.task_slugs,
            "in_own_words": self._given("in_own_words"),
            "device": self._given("device"),
            "same_as": self._given("same_as") if client else "",
            "staff_first": self._list("staff_first"),
            "consent": {"given": self._given("consent") == "spoken", "language": self.consent_spoken_in(client)},
            **self.moments(),
        }

    def consent_spoken_in(self, client: Client | None) -> str:
        return self._given("consent_language") or next(iter(client.speaks if client else self.spoken), "")

    def _told_of_somebody_new(self) -> dict[str, Any]:
        speaks = self.spoken
        reads = [code for code in speaks if code in self._list("reads")]
        facts = {name: self._given(name) for name in TOLD_OF_CLIENT}
        return {
            **facts,
            "access": self._list("access"),
            "speaks": speaks,
            "reads": _once([*reads, *self._list("reads")]),
            "helpers": self._told_helpers(),
        }

    def _told_helpers(self) -> list[dict[str, str]]:
        rows = [
            {
                "name": self._given(f"helper_name_{row}"),
                "phone": self._given(f"helper_phone_{row}"),
                "may_change": self._given(f"helper_change_{row}"),
                "may_hear_word": self._given(f"helper_word_{row}"),
            }
            for row in range(NamedHelper.MOST)
        ]
        return [row for row in rows if any(row.values())]

    def read(self, client: Client | None = None) -> RequestDraft | None:
        """The draft, or None with a sentence at each field that needs another look."""
        self.full_clean()
        if not client and not self._given("channel"):
            self.refuse("channel", errors.Missing())
        if not self._given("consent"):
            self.refuse("consent", errors.Missing())
        try:
            draft = read_draft(self.told(client))
        except Invalid as invalid:
            self.refuse_all(invalid)
            return None
        return None if self.errors else draft

    def refuse_all(self, invalid: Invalid) -> None:
        for name, problems in invalid.fields.items():
            bare = name.removeprefix("client.")
            for problem in problems:
                self.refuse(SHOWN_AT.get(bare, bare), problem)

    def refuse(self, name: str, problem: Problem) -> None:
        told = sentence(problem)
        if name not in self.fields:
            self.add_error(None, told)
        elif told not in self.errors.get(name, []):
            self.add_error(name, told)

    def progress(self, known: bool) -> list[bool]:
        """For each of the four steps whether it is done: who, what, when, yes."""
        named = all(map(self._given, ("first_name", "family_name", "best", "channel")))
        at_home = all(map(self._given, ("street", "house_number", "postcode")))
        suits = self.is_always_home or bool(self._list("windows")) or any(map(any, self.free_rows))
        return [known or named, bool(self.task_slugs), (known or at_home) and suits, bool(self._given("consent"))]


def told_of(client: Client) -> dict[str, Any]:
    """What we know of a client, as if it were told again."""
    facts = {name: getattr(client, name) or "" for name in TOLD_OF_CLIENT if name not in {"phone", "channel", "floor"}}
    recipient = client.recipient
    return {
        **facts,
        "phone": recipient.number,
        "channel": recipient.channel,
        "speaks": client.speaks,
        "reads": client.reads,
        "floor": client.floor,
        "helpers": [asdict(one) for one in helpers_of(client)],
    }


def without_secrets(posted: QueryDict) -> tuple[QueryDict, bool]:
    """What was typed with every secret masked, and whether there was one: it must not come back on the page either.

    `once` is an id of ours: masked, it would be that of another call, with the alarm of that one.
    """
    clean, held = posted.copy(), False
    for name in (*TEXTS, *OTHERS, *NUMBERS):
        if name not in posted:
            continue
        clean[name] = typed = str(posted[name]).replace("\x00", "")
        if ID.fullmatch(typed) or (name in NUMBERS and is_number(typed)):
            continue
        finding = secrets.find(typed)
        clean[name] = finding.masked
        held |= bool(finding.kinds)
    return clean, held


def _once(codes: Sequence[str]) -> list[str]:
    return [code for code in dict.fromkeys(codes) if code]


def _language_choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The languages that most people here speak, and the others, named in the language of the page."""
    reader = words.desk_language()
    common = [(code, languages.name_of(code, reader)) for code in languages.LANGUAGES]
    others = [(code, languages.name_of(code, reader)) for code in languages.SPOKEN if code not in languages.LANGUAGES]
    return common, others


def _every_language() -> list[tuple[str, str]]:
    common, others = _language_choices()
    return common + others


def brussels_postcodes() -> list[tuple[str, str]]:
    """What the field for the postcode proposes."""
    reader = words.desk_language()
    return [(place.postcode, places.name(place.postcode, reader)) for place in places.brussels()]


class ClientForm(IntakeForm):
    """Only the person, to be corrected. `version` is the one that was on the screen."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, client: Client, **kwargs: Any) -> None:
        initial = {} if data is not None else _as_typed(client)
        super().__init__(data, initial=initial, **kwargs)
        common, others = _language_choices()
        theirs = {*client.speaks, *client.reads}
        # Whoever speaks three languages that few do keeps all three.
        for name in ("speaks", "reads"):
            self._choose(name, common + [one for one in others if one[0] in theirs])

    @property
    def seen_version(self) -> int:
        return _number(self._given("version"))

    @property
    def shown_version(self) -> int:
        """The colleague's, that was on the screen when somebody chose between two."""
        return _number(str(self.posted.get("shown_version", "")))

    def read_person(self) -> ClientDraft | None:
        """What is true now, or None with a sentence at each field that needs another look."""
        self.full_clean()
        if not self._given("channel"):
            self.refuse("channel", errors.Missing())
        try:
            draft = read_client(self._told_of_somebody_new())
        except Invalid as invalid:
            self.refuse_all(invalid)
            return None
        return None if self.errors else draft


def _number(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0


def _as_typed(client: Client) -> dict[str, Any]:
    told = told_of(client)
    helpers = told.pop("helpers")
    rows = {
        f"helper_{what}_{row}": helper[name]
        for row, helper in enumerate(helpers)
        for what, name in (("name", "name"), ("phone", "phone"), ("change", "may_change"), ("word", "may_hear_word"))
    }
    return {**told, **rows, "version": client.version, "best": next(iter(client.speaks), "")}
