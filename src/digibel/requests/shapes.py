"""What programs tell us of a request, and what we tell them: the API's shapes, and how the rows become them.

What is told is checked here for its kind only (a text, a list, a field we know). Whether it makes sense is for
`drafts.read_draft`, which answers with a sentence per field; the limits below are there to be read by people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict, Field

from digibel import etags
from digibel.guardrails import catalogue, judgement
from digibel.guardrails.catalogue import Verdict
from digibel.languages import SPOKEN
from digibel.notifications.models import Channel
from digibel.requests import drafts
from digibel.requests.access_notes import ACCESS_NOTES, MOST
from digibel.requests.intake import OPEN_CLIENT_FIELDS, SEALED_CLIENT_FIELDS, helpers_of
from digibel.requests.judging import judge_request
from digibel.requests.models import (
    Client,
    Closing,
    HelpRequest,
    MoneyKind,
    NamedHelper,
    NextActionKind,
    StaffFirst,
    Wish,
)
from digibel.sealing import keys
from digibel.sealing.errors import Erased

SLUGS = list(catalogue.TASKS)
NEEDED: Any = ...


def reader() -> str:
    """The language of whoever reads the answer: nl, fr or en."""
    return (get_language() or catalogue.FALLBACK)[:2]


def text(most: int, description: str = "", *, needed: bool = False) -> Any:
    """A text of at most so many characters; longer ones are refused with a sentence."""
    said: dict[str, Any] = {"maxLength": most, **({"pattern": r"\S"} if needed else {})}
    return Field(NEEDED if needed else "", description=description, json_schema_extra=said)


def one_of(choices: Sequence[str], default: Any = NEEDED, description: str = "") -> Any:
    said: dict[str, Any] = {"enum": list(choices)}
    return Field(default, description=description, json_schema_extra=said)


def some_of(choices: Iterable[str], most: int, default: Any = NEEDED, description: str = "") -> Any:
    said: dict[str, Any] = {"items": {"type": "string", "enum": list(choices)}, "maxItems": most}
    if default is NEEDED:
        said["minItems"] = 1
    return Field(default, description=description, json_schema_extra=said)


# What is told.


class Told(BaseModel):
    """Nothing is guessed: a field that we do not know, or a number where a text belongs, is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class WindowTold(Told):
    """A moment that suits, within one day. Without an offset, Brussels is meant."""

    start: str = Field(alias="from", description="ISO 8601, for example 2026-11-24T14:00.")
    until: str = Field(description="ISO 8601, on the same day.")


class ConsentTold(Told):
    """The client's own yes, spoken. Left out, somebody is asked to ring them for it first."""

    given: bool
    language: str = one_of(list(SPOKEN), description="The language in which they said it.")


class HelperTold(Told):
    """Somebody the client named, and what they may do."""

    name: str = text(60, needed=True)
    phone: str = ""
    may_change: bool = Field(False, description="May change the request or its moments.")
    may_hear_word: bool = Field(False, description="May hear the codeword.")


class ClientTold(Told):
    first_name: str = text(40, needed=True)
    family_name: str = text(60, needed=True)
    address_as: str = text(60, "What the bell says: Mevrouw Peeters.")
    postcode: str = Field(json_schema_extra={"pattern": "^[1-9][0-9]{3}$"})
    street: str = text(80, needed=True)
    house_number: str = text(10, needed=True)
    box: str = text(10)
    bell: str = text(60)
    door_note: str = text(120)
    access: list[str] = some_of(ACCESS_NOTES, MOST, [], "What to mind at the door, from a closed list.")
    floor: int | None = Field(None, json_schema_extra={"minimum": -2, "maximum": 60})
    lift: bool = False
    dog: bool = False
    smoke: bool = False
    speaks: list[str] = some_of(SPOKEN, 6, description="Language codes, best first.")
    reads: list[str] = some_of(SPOKEN, 6, [], "Language codes, best first; may be empty.")
    channel: str = one_of(Channel.values, "sms", "How we reach them.")
    phone: str = Field("", description="As people write it. Needed for sms (a mobile) and call.")
    wish: str = one_of(Wish.values, "", "Whom the client lets in: anybody, a woman, a man.")
    contact_name: str = text(60, "Whom to ring when nobody opens.")
    contact_phone: str = ""
    trusted_worker: str = text(60, "Who passes messages on. Needed for the channel worker.")
    trusted_worker_phone: str = ""
    reception: bool = Field(
        False, description="Who passes messages on is a reception: it hears the appointment, never the codeword."
    )
    helpers: list[HelperTold] = Field(
        [], description="Named by the client.", json_schema_extra={"maxItems": NamedHelper.MOST}
    )
    interpreter: str = text(60, "A named adult, never a child.")
    decides_about_money: str = text(60, "An administrator or a care mandate.")
    money_kind: str = one_of(["", *MoneyKind.values], "", "By what right they decide.")
    money_phone: str = ""


class MomentsTold(Told):
    """When it suits: give `windows`, or `always_home` with the exceptions in `away`."""

    always_home: bool = False
    windows: list[WindowTold] = Field([], json_schema_extra={"maxItems": drafts.MOST_WINDOWS})
    away: list[WindowTold] = Field([], json_schema_extra={"maxItems": drafts.MOST_WINDOWS})

    def as_told(self) -> dict[str, Any]:
        """As `drafts` takes it."""
        return self.model_dump(by_alias=True)


class QuestionTold(MomentsTold):
    """One question of a client who is known. Give `windows`, or `always_home` with the exceptions in `away`."""

    tasks: list[str] = some_of(SLUGS, drafts.MOST_TASKS, description="From the catalogue: GET /tasks.")
    caller: str = one_of(drafts.CALLERS, "client", "Who is on the line.")
    in_own_words: str = text(1000, "Codes, card and account numbers are masked before anything is kept.")
    device: str = one_of(drafts.DEVICES, "")
    same_as: str = text(
        12, "The reference of an earlier request about the same problem with money or papers (rule E9)."
    )
    staff_first: list[str] = some_of(
        StaffFirst.Why.values,
        len(StaffFirst.Why.values),
        [],
        "What makes this home one where staff look first: nobody is asked until one of them lets a volunteer go.",
    )
    consent: ConsentTold | None = None


class RequestTold(QuestionTold):
    """One question of one client. Give `windows`, or `always_home` with the exceptions in `away`."""

    client: ClientTold


# What is shown.


class TaskShown(BaseModel):
    slug: str
    verdict: Verdict


class JudgedTaskShown(TaskShown):
    """A task with its guardrails, in the reader's language. `say` tells the client kindly why not; empty where it may."""

    name: str
    conditions: list[str]
    route: list[str] = Field(description="Where it can go otherwise; the codes are in GET /tasks.")
    rules: list[str]
    say: str


class NextActionShown(BaseModel):
    """What has to happen next, by when, and whose it is: a role, or the clock."""

    kind: NextActionKind
    due_at: datetime
    owner: str


class RequestRow(BaseModel):
    """A request in a list: nothing that says who or where."""

    reference: str
    split_from: str | None
    in_one_go_with: str | None = Field(
        description="The request of somebody else of the same home, whom the same volunteer visits right before or after."
    )
    logged_at: datetime
    postcode: str
    verdict: Verdict
    tasks: list[TaskShown]
    closed_as: Closing | None
    next_action: NextActionShown | None = Field(description="Every request that is not closed has exactly one.")


class RequestPage(BaseModel):
    requests: list[RequestRow]
    count: int
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")
    next_offset: int | None = Field(description="Use `next_cursor`.", deprecated=True)


class WindowShown(BaseModel):
    start: datetime = Field(serialization_alias="from")
    until: datetime


class HelperShown(BaseModel):
    name: str
    phone: str
    may_change: bool
    may_hear_word: bool


class ClientShown(BaseModel):
    id: UUID
    first_name: str
    family_name: str
    address_as: str
    street: str
    house_number: str
    box: str
    postcode: str
    bell: str
    door_note: str
    access: list[str]
    floor: int | None
    lift: bool
    dog: bool
    smoke: bool
    speaks: list[str]
    reads: list[str]
    channel: Channel
    phone: str
    wish: Wish
    contact_name: str
    contact_phone: str
    trusted_worker: str
    trusted_worker_phone: str
    reception: bool
    helpers: list[HelperShown]
    interpreter: str
    decides_about_money: str
    money_kind: str
    money_phone: str
    own_yes: bool
    away_until: date | None


class RequestDetail(RequestRow):
    """A request with its client. Reading it is written in the audit. `client` is null once the person was erased, and for a key
    that may not read clients; their own words are left out with it."""

    judged: list[JudgedTaskShown]
    client: ClientShown | None
    in_own_words: str
    caller: str
    device: str
    always_home: bool
    windows: list[WindowShown]
    away: list[WindowShown]


class PartLogged(BaseModel):
    """One request: what may be offered to a volunteer, or what goes to staff and to nobody."""

    reference: str
    for_volunteers: bool
    verdict: Verdict
    tasks: list[JudgedTaskShown]
    next_action: NextActionShown | None


class RequestLogged(BaseModel):
    """What became of it. `verdict` is the strictest over all; a mixed request is split, the volunteer's part first."""

    reference: str
    verdict: Verdict
    parts: list[PartLogged]


# From rows to shapes.


def judged(task: judgement.JudgedTask, language: str) -> JudgedTaskShown:
    return JudgedTaskShown(
        slug=task.slug,
        verdict=task.verdict,
        name=task.task.name(language),
        conditions=list(task.task.conditions_in(language)),
        route=list(task.task.routes),
        rules=list(task.task.rules),
        say="" if task.verdict.for_volunteers else task.task.sentence_to_say(language),
    )


def next_action(request: HelpRequest) -> NextActionShown | None:
    if request.next_due is None:
        return None
    return NextActionShown(
        kind=NextActionKind(request.next_kind), due_at=request.next_due, owner=str(request.next_owner)
    )


def row(request: HelpRequest) -> RequestRow:
    """Wants `client`, `split_from` and `tasks` fetched with it."""
    return RequestRow(**_row(request))


def _row(request: HelpRequest) -> dict[str, Any]:
    tasks = list(request.tasks.all())
    return {
        "reference": request.reference,
        "split_from": request.split_from.reference if request.split_from else None,
        "in_one_go_with": _in_one_go_with(request),
        "logged_at": request.logged_at,
        "postcode": request.client.postcode,
        "verdict": Verdict.strictest(Verdict(task.verdict) for task in tasks),
        "tasks": [TaskShown(slug=task.slug, verdict=Verdict(task.verdict)) for task in tasks],
        "closed_as": Closing(request.closed_as) if request.closed_as else None,
        "next_action": next_action(request),
    }


def _in_one_go_with(request: HelpRequest) -> str | None:
    """Nothing is read where a request goes alone."""
    if request.household is None:
        return None
    others = HelpRequest.objects.filter(household=request.household).exclude(pk=request.pk)
    return others.values_list("reference", flat=True).first()


def detail(request: HelpRequest, language: str, *, with_client: bool = True) -> RequestDetail:
    windows = [(one.away, WindowShown(start=one.starts_at, until=one.ends_at)) for one in request.windows.all()]
    client, words = _client_and_words(request) if with_client else (None, "")
    return RequestDetail(
        **_row(request),
        judged=_judged(request, language),
        client=client,
        in_own_words=words,
        caller=request.caller,
        device=request.device,
        always_home=request.always_home,
        windows=[window for away, window in windows if not away],
        away=[window for away, window in windows if away],
    )


def known(client: Client) -> ClientShown | None:
    """Everything about a client; None once they were erased."""
    if keys.is_erased(client.key_id):
        return None
    try:
        return _client(client, _facts(client))
    except Erased:
        return None


def version(request: HelpRequest) -> str:
    """The ETag of a request as it stands: its moments, its tasks and what comes next; the client has one of their own."""
    return version_of(detail(request, "en", with_client=False))


def version_of(shown: RequestDetail) -> str:
    return etags.tag(shown, without={"judged", "client", "in_own_words"})


def logged(requests: list[HelpRequest], language: str) -> RequestLogged:
    parts = [_part(request, language) for request in requests]
    return RequestLogged(
        reference=parts[0].reference, verdict=Verdict.strictest(part.verdict for part in parts), parts=parts
    )


def _part(request: HelpRequest, language: str) -> PartLogged:
    tasks = _judged(request, language)
    verdict = Verdict.strictest(task.verdict for task in tasks)
    return PartLogged(
        reference=request.reference,
        for_volunteers=verdict.for_volunteers,
        verdict=verdict,
        tasks=tasks,
        next_action=next_action(request),
    )


def _judged(request: HelpRequest, language: str) -> list[JudgedTaskShown]:
    return [judged(task, language) for task in judge_request(request).tasks]


def _client_and_words(request: HelpRequest) -> tuple[ClientShown | None, str]:
    client = known(request.client)
    return (client, request.in_own_words or "") if client else (None, "")


def _facts(client: Client) -> dict[str, Any]:
    facts = {name: getattr(client, name) for name in (*SEALED_CLIENT_FIELDS, *OPEN_CLIENT_FIELDS)}
    facts["access"] = client.access_codes
    return facts | {"money_phone": client.money_phone or "", "helpers": [asdict(one) for one in helpers_of(client)]}


def _client(client: Client, facts: dict[str, Any]) -> ClientShown:
    return ClientShown(
        id=client.pk,
        speaks=client.speaks,
        reads=client.reads,
        channel=Channel(client.recipient.channel),
        phone=client.recipient.number,
        own_yes=any(consent.withdrawn_at is None for consent in client.consents.all()),
        away_until=client.away_until,
        **facts,
    )
