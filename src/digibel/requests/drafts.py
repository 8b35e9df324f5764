"""What was said on the telephone, checked before anything is written: both doors, the page and the API, use this one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from digibel import clock, languages, places
from digibel.guardrails import catalogue, secrets
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber, NoTextsThere
from digibel.notifications.models import Channel
from digibel.problems import Invalid, Problem
from digibel.requests import access_notes, errors
from digibel.requests.access_notes import ACCESS_NOTES
from digibel.requests.models import MoneyKind, NamedHelper, StaffFirst, Wish

FURTHEST = timedelta(days=62)
MOST_WINDOWS = 12
MOST_TASKS = 8
VISIT_MINUTES = 60
CALLERS = ("client", "family", "worker")
DEVICES = ("", "smartphone", "tablet", "computer", "tv", "other")

T = TypeVar("T")
Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class HelperDraft:
    """Somebody the client named, and what they may do."""

    name: str
    phone: str = ""
    may_change: bool = False
    may_hear_word: bool = False


@dataclass(frozen=True)
class ClientDraft:
    """Who, where and how to reach them. Numbers are E.164 or empty; texts have passed the secrets gate.

    `access` holds codes of the closed list (`access_notes.toml`), with commas between.
    """

    first_name: str
    family_name: str
    postcode: str
    street: str
    house_number: str
    speaks: tuple[str, ...]
    reads: tuple[str, ...]
    channel: str
    phone: str = ""
    address_as: str = ""
    box: str = ""
    bell: str = ""
    door_note: str = ""
    access: str = ""
    floor: int | None = None
    lift: bool = False
    dog: bool = False
    smoke: bool = False
    wish: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    trusted_worker: str = ""
    trusted_worker_phone: str = ""
    reception: bool = False
    helpers: tuple[HelperDraft, ...] = ()
    interpreter: str = ""
    decides_about_money: str = ""
    money_kind: str = ""
    money_phone: str = ""


@dataclass(frozen=True)
class Moments:
    """When it suits: these windows, or always but for the stretches in `away`."""

    always_home: bool
    windows: tuple[Window, ...]
    away: tuple[Window, ...]


@dataclass(frozen=True)
class RequestDraft:
    """A question, ready to be logged. `consent_language` is empty while the client's own yes is still to be asked.

    `same_as` is the reference of an earlier request about the same problem, empty for a new one. `for_staff` are tasks
    that staff keep for themselves this time, though a volunteer might do them. `staff_first` are codes of `StaffFirst.Why`:
    what makes this home one where staff look first.
    """

    client: ClientDraft
    tasks: tuple[str, ...]
    caller: str = "client"
    in_own_words: str = ""
    device: str = ""
    always_home: bool = False
    windows: tuple[Window, ...] = ()
    away: tuple[Window, ...] = ()
    consent_language: str = ""
    same_as: str = ""
    for_staff: tuple[str, ...] = ()
    staff_first: tuple[str, ...] = ()
    held_secret: bool = field(default=False, compare=False)


class Reader:
    """Reads one field after the other and gathers every refusal, so that a worker hears all of them at once."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.refused: dict[str, list[Problem]] = {}
        self.held_secret = False

    def refuse(self, name: str, problem: Problem) -> None:
        self.refused.setdefault(name, []).append(problem)

    def text(self, name: str, most: int, *, needed: bool = False) -> str:
        value = self.told.get(name)
        cleaned = " ".join(str(value).replace("\x00", "").split()) if value is not None else ""
        if needed and not cleaned:
            self.refuse(name, errors.Missing())
        if len(cleaned) > most:
            self.refuse(name, errors.TooLong(most=most))
            return ""
        finding = secrets.find(cleaned)
        self.held_secret |= bool(finding.kinds)
        return finding.masked

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        value = self.told.get(name) or default
        if value not in choices:
            self.refuse(name, errors.NotOneOf(choices=", ".join(filter(None, choices))))
            return default
        return str(value)

    def flag(self, name: str) -> bool:
        return self.told.get(name) in (True, 1, "1", "on", "true", "yes")

    def attempt(self, name: str, reading: Callable[[], T], instead: T) -> T:
        try:
            return reading()
        except Problem as refusal:
            self.refuse(name, refusal)
            return instead

    def phone(self, name: str) -> str:
        value = str(self.told.get(name) or "").strip()
        return self.attempt(name, lambda: numbers.parse(value), "") if value else ""

    def finish(self) -> None:
        if self.refused:
            raise Invalid(self.refused)


def read_draft(told: Mapping[str, Any], client: ClientDraft | None = None) -> RequestDraft:
    """Check everything that was told (plain values, nested as in the API) and return it whole.

    `client` is somebody who is known already: then nothing is read about them. Raises `Invalid` with a sentence per field;
    the client's fields are named `client.postcode` and so on.
    """
    reader = Reader(told)
    client_told = told.get("client")
    who = client or _read_client_within(reader, client_told if isinstance(client_told, Mapping) else {})
    when = _read_moments(reader)
    draft = RequestDraft(
        client=who,
        tasks=_read_tasks(reader),
        caller=reader.choice("caller", CALLERS, "client"),
        in_own_words=reader.text("in_own_words", 1000),
        device=reader.choice("device", DEVICES, ""),
        always_home=when.always_home,
        windows=when.windows,
        away=when.away,
        consent_language=_read_consent(reader),
        same_as=reader.text("same_as", 12),
        staff_first=_read_staff_first(reader),
        held_secret=reader.held_secret,
    )
    reader.finish()
    return draft


def read_moments(told: Mapping[str, Any]) -> Moments:
    """Only when it suits, read as at intake. Raises `Invalid`."""
    reader = Reader(told)
    moments = _read_moments(reader)
    reader.finish()
    return moments


def _read_moments(reader: Reader) -> Moments:
    always_home = reader.flag("always_home")
    moments = Moments(
        always_home,
        windows=() if always_home else _read_windows(reader, "windows", least_minutes=VISIT_MINUTES),
        away=_read_windows(reader, "away", least_minutes=1) if always_home else (),
    )
    if not always_home and not moments.windows and "windows" not in reader.refused:
        reader.refuse("windows", errors.NoWindows())
    return moments


def read_client(told: Mapping[str, Any]) -> ClientDraft:
    """Only the person, read as at intake: what is corrected later passes the same checks. Raises `Invalid`."""
    reader = Reader(told)
    draft = _read_client(reader)
    reader.finish()
    return draft


def _read_client_within(outer: Reader, told: Mapping[str, Any]) -> ClientDraft:
    reader = Reader(told)
    draft = _read_client(reader)
    for name, problems in reader.refused.items():
        outer.refused[f"client.{name}"] = problems
    outer.held_secret |= reader.held_secret
    return draft


def _read_client(reader: Reader) -> ClientDraft:
    channel = reader.choice("channel", Channel.values, Channel.SMS)
    draft = ClientDraft(
        first_name=reader.text("first_name", 40, needed=True),
        family_name=reader.text("family_name", 60, needed=True),
        address_as=reader.text("address_as", 60),
        postcode=_read_postcode(reader),
        street=reader.text("street", 80, needed=True),
        house_number=reader.text("house_number", 10, needed=True),
        box=reader.text("box", 10),
        bell=reader.text("bell", 60),
        door_note=reader.text("door_note", 120),
        access=_read_access(reader),
        floor=_read_floor(reader),
        lift=reader.flag("lift"),
        dog=reader.flag("dog"),
        smoke=reader.flag("smoke"),
        speaks=_read_languages(reader, "speaks", needed=True),
        reads=_read_languages(reader, "reads", needed=False),
        channel=channel,
        phone=_read_phone(reader, channel),
        wish=reader.choice("wish", Wish.values, ""),
        contact_name=reader.text("contact_name", 60),
        contact_phone=reader.phone("contact_phone"),
        trusted_worker=reader.text("trusted_worker", 60),
        trusted_worker_phone=reader.phone("trusted_worker_phone"),
        reception=reader.flag("reception"),
        helpers=_read_helpers(reader),
        interpreter=reader.text("interpreter", 60),
        decides_about_money=reader.text("decides_about_money", 60),
        money_kind=reader.choice("money_kind", ("", *MoneyKind.values), ""),
        money_phone=reader.phone("money_phone"),
    )
    if (draft.money_kind or draft.money_phone) and not draft.decides_about_money:
        reader.refuse("decides_about_money", errors.NobodyNamed())
    if channel == Channel.WORKER and not (draft.trusted_worker and draft.trusted_worker_phone):
        reader.refuse("trusted_worker", errors.NoWorker())
    return draft


def _read_helpers(outer: Reader) -> tuple[HelperDraft, ...]:
    """Those the client named. Somebody without a name, or who may do nothing, is asked about again."""
    told = outer.told.get("helpers") or []
    if not isinstance(told, list | tuple) or len(told) > NamedHelper.MOST:
        outer.refuse("helpers", errors.TooMany(most=NamedHelper.MOST))
        return ()
    return tuple(_read_helper(outer, one) for one in told if isinstance(one, Mapping))


def _read_helper(outer: Reader, told: Mapping[str, Any]) -> HelperDraft:
    reader = Reader(told)
    helper = HelperDraft(
        name=reader.text("name", 60, needed=True),
        phone=reader.phone("phone"),
        may_change=reader.flag("may_change"),
        may_hear_word=reader.flag("may_hear_word"),
    )
    if not (helper.may_change or helper.may_hear_word):
        reader.refuse("name", errors.MayNothing())
    for problems in reader.refused.values():
        for problem in problems:
            outer.refuse("helpers", problem)
    outer.held_secret |= reader.held_secret
    return helper


def _read_phone(reader: Reader, channel: str) -> str:
    phone = reader.phone("phone")
    if "phone" in reader.refused:
        return ""
    if channel in {Channel.SMS, Channel.CALL} and not phone:
        reader.refuse("phone", NotANumber() if reader.told.get("phone") else errors.Missing())
    if channel == Channel.SMS and phone and not numbers.is_textable(phone):
        reader.refuse("phone", NoTextsThere())
    return phone


def _read_postcode(reader: Reader) -> str:
    code = reader.text("postcode", 8, needed=True)
    return reader.attempt("postcode", lambda: places.get(code).postcode, "") if code else ""


def _read_access(reader: Reader) -> str:
    codes = tuple(dict.fromkeys(_strings(reader.told.get("access"))))
    if any(code not in ACCESS_NOTES for code in codes):
        reader.refuse("access", errors.NotOneOf(choices=", ".join(ACCESS_NOTES)))
    if len(codes) > access_notes.MOST:
        reader.refuse("access", errors.TooMany(most=access_notes.MOST))
    return ",".join(code for code in codes[: access_notes.MOST] if code in ACCESS_NOTES)


def _read_staff_first(reader: Reader) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(_strings(reader.told.get("staff_first"))))
    if any(code not in StaffFirst.Why.values for code in codes):
        reader.refuse("staff_first", errors.NotOneOf(choices=", ".join(StaffFirst.Why.values)))
    return codes


def _read_floor(reader: Reader) -> int | None:
    value = reader.told.get("floor")
    if value in (None, ""):
        return None
    try:
        floor = int(str(value))
    except ValueError:
        floor = 999
    if not -2 <= floor <= 60:
        reader.refuse("floor", errors.NotOneOf(choices="-2 ... 60"))
        return None
    return floor


def _read_languages(reader: Reader, name: str, *, needed: bool) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(_strings(reader.told.get(name))))
    if needed and not codes:
        reader.refuse(name, errors.Missing())
    if unknown := [code for code in codes if code not in languages.SPOKEN]:
        reader.refuse(name, errors.NotOneOf(choices=", ".join(languages.SPOKEN)))
        codes = tuple(code for code in codes if code not in unknown)
    return codes[:6]


def _read_tasks(reader: Reader) -> tuple[str, ...]:
    slugs = tuple(dict.fromkeys(_strings(reader.told.get("tasks"))))
    if not slugs:
        reader.refuse("tasks", errors.Missing())
    if len(slugs) > MOST_TASKS:
        reader.refuse("tasks", errors.TooMany(most=MOST_TASKS))
    for slug in slugs[: MOST_TASKS + 1]:
        reader.attempt("tasks", lambda slug=slug: catalogue.get(slug), None)  # type: ignore[misc]
    return slugs


def _read_consent(reader: Reader) -> str:
    told = reader.told.get("consent")
    if not isinstance(told, Mapping) or not Reader(told).flag("given"):
        return ""
    language = str(told.get("language") or "")
    if language not in languages.SPOKEN:
        reader.refuse("consent", errors.NotOneOf(choices=", ".join(languages.SPOKEN)))
    return language


def _read_windows(reader: Reader, name: str, *, least_minutes: int) -> tuple[Window, ...]:
    told = reader.told.get(name) or []
    if not isinstance(told, list | tuple) or len(told) > MOST_WINDOWS:
        reader.refuse(name, errors.TooMany(most=MOST_WINDOWS))
        return ()
    read = [reader.attempt(name, lambda one=one: _read_window(one, least_minutes), None) for one in told]  # type: ignore[misc]
    windows = sorted(window for window in read if window is not None)
    if any(first[1] > second[0] for first, second in pairwise(windows)):
        reader.refuse(name, errors.WindowsOverlap())
    return tuple(windows)


def _read_window(told: Any, least_minutes: int) -> Window:
    if not isinstance(told, Mapping):
        raise errors.NotAMoment
    start, end = read_moment(told.get("from")), read_moment(told.get("until"))
    frozen_now = clock.now()
    if start < frozen_now:
        raise errors.WindowInThePast
    if start > frozen_now + FURTHEST:
        raise errors.WindowTooFar(days=FURTHEST.days)
    if end - start < timedelta(minutes=least_minutes):
        raise errors.WindowTooShort(minutes=least_minutes)
    if clock.local(start).date() != clock.local(end).date():
        raise errors.WindowTooLong
    return start, end


def read_moment(told: Any) -> datetime:
    """A moment with its zone, or without: then Brussels is meant. An hour that the clock skips is no moment."""
    try:
        moment = datetime.fromisoformat(str(told))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=clock.BRUSSELS)
        back_again = aware.astimezone(UTC).astimezone(aware.tzinfo)
    except (ValueError, OverflowError):
        raise errors.NotAMoment from None
    if back_again.replace(tzinfo=None) != aware.replace(tzinfo=None):
        raise errors.NotAMoment
    return aware.astimezone(UTC)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        value = value.split(",")
    return (
        [one.strip() for one in value if isinstance(one, str) and one.strip()]
        if isinstance(value, list | tuple)
        else []
    )
