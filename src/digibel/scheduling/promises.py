"""The promises of the house, worked out anew from what the database says now: see `docs/architecture`, Invariants.

Each promise is a sentence and a search for whatever breaks it. References and ids only, never a name. Every search streams,
so that it costs the same memory over a hundred rows and over a million.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from digibel import clock
from digibel.audit import chain, triggers
from digibel.directory.models import HelpPlace
from digibel.guardrails import secrets
from digibel.notifications.models import (
    PAST,
    CallTask,
    InboundMessage,
    InboundPart,
    MessageStatus,
    OutboundMessage,
    Recipient,
    SimulatedText,
)
from digibel.organisations.models import Joiner, Staff, Tightening
from digibel.requests import judging
from digibel.requests.judging import judge_request
from digibel.requests.models import (
    Client,
    HelpRequest,
    Merge,
    NamedHelper,
    NameToken,
    Overruling,
    Referral,
    Series,
    StaffFirst,
    StoredJudgement,
)
from digibel.scheduling import complaints, rejudging, worklist
from digibel.scheduling.desksessions import signing
from digibel.scheduling.matching import triggers as watching
from digibel.scheduling.models import (
    LIVE_OFFERS,
    STANDING_VISITS,
    Complaint,
    Concern,
    KitLoan,
    Offer,
    OfferStatus,
    ReportNote,
    Seat,
    Timer,
    Visit,
    VisitStatus,
)
from digibel.scheduling.readiness import unready_offers, unready_visits
from digibel.sealing import strays
from digibel.sealing.errors import Erased
from digibel.sealing.models import DestroyedKey, PersonKey
from digibel.volunteers.models import Readiness, TrainingSession

SENDING_TAKES = timedelta(minutes=10)
WAITING_TAKES = timedelta(minutes=15)
SAMPLE = 1000
SHOWN = 10
FREE_TEXT_KIND = "plain.free"
BATCH = 500

# Every column that holds what somebody typed or said; a test looks whether a new one is missing. What we write ourselves is
# not looked at: "ALARM 26-0377" is a reference, though somebody else who texts it may give away the code of their alarm.
FREE_TEXTS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (ReportNote, ("text",)),
    (HelpRequest, ("in_own_words",)),
    (Client, ("door_note", "access", "bell", "interpreter", "decides_about_money", "trusted_worker", "contact_name")),
    (NamedHelper, ("name",)),
    (Staff, ("name",)),
    (Joiner, ("name", "contact")),
    (Merge, ("kept_before", "kept_after", "merged_before")),
    (InboundMessage, ("body",)),
    (InboundPart, ("body",)),
    (Complaint, ("text", "answer")),
    (Tightening, ("reason",)),
    (Overruling, ("reason",)),
    (Series, ("goal",)),
    (StaffFirst, ("why", "reason")),
    (Concern, ("note",)),
    (Readiness, ("version", "reference")),
    (TrainingSession, ("place",)),
    (HelpPlace, ("name", "name_fr", "street", "house_number", "price", "source")),
)


@dataclass(frozen=True)
class Promise:
    """`breaches` yields a reference for everything that breaks it; nothing, and it holds."""

    sentence: str
    breaches: Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Finding:
    sentence: str
    count: int
    shown: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.count == 0

    def __str__(self) -> str:
        if self.holds:
            return f"ok      {self.sentence}"
        more = f" and {self.count - len(self.shown)} more" if self.count > len(self.shown) else ""
        return f"BROKEN  {self.sentence}: {', '.join(self.shown)}{more}"


def check() -> Iterator[Finding]:
    """Look at every promise, one after the other."""
    for promise in PROMISES:
        breaches = iter(promise.breaches())
        shown = tuple(islice(breaches, SHOWN))
        yield Finding(promise.sentence, len(shown) + sum(1 for _ in breaches), shown)


# --- offers and visits ----------------------------------------------------------------------------------------------


def more_than_one_winner() -> Iterator[str]:
    yes = Offer.objects.filter(status=OfferStatus.ACCEPTED)
    yield from _more_than_one(yes.values("request__reference", "place"))
    yield from _more_than_one(Visit.objects.standing().of_firsts().values("request__reference"))
    yield from _more_than_one(Visit.objects.standing().exclude(goes_with=None).values("request__reference"))
    # A standing visit and the yes it came from are one thing.
    orphans = Visit.objects.standing().exclude(offer=None).exclude(offer__status=OfferStatus.ACCEPTED)
    yield from _references(orphans, "request__reference")
    ended = (VisitStatus.CANCELLED, VisitStatus.MISSED)
    yield from _references(yes.filter(Q(visit=None) | Q(visit__status__in=ended)), "request__reference")


def _more_than_one(grouped: QuerySet[Any, Any]) -> Iterator[str]:
    for row in grouped.annotate(count=Count("pk")).filter(count__gt=1).order_by("request__reference").iterator():
        yield row["request__reference"]


def in_two_visits_at_once() -> Iterator[str]:
    others = Visit.objects.standing().exclude(pk=OuterRef("pk"))
    volunteer_elsewhere = others.filter(
        volunteer=OuterRef("volunteer"), busy_from__lt=OuterRef("busy_until"), busy_until__gt=OuterRef("busy_from")
    )
    client_elsewhere = others.filter(
        client=OuterRef("client"), starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    double = Visit.objects.standing().filter(
        Exists(volunteer_elsewhere) | (Q(goes_with=None) & Exists(client_elsewhere.filter(goes_with=None)))
    )
    yield from _references(double, "request__reference")


def at_a_desk_and_elsewhere() -> Iterator[str]:
    """Nobody sits at a desk while they are at a client's, or at another desk; and no desk has more people than seats."""
    taken = Seat.objects.taken()
    then = {
        "volunteer": OuterRef("volunteer"),
        "busy_from__lt": OuterRef("busy_until"),
        "busy_until__gt": OuterRef("busy_from"),
    }
    elsewhere = Exists(Visit.objects.standing().filter(**then)) | Exists(
        taken.filter(**then).exclude(pk=OuterRef("pk"))
    )
    yield from _ids(taken.filter(elsewhere))
    yield from _ids(taken.filter(seat_number__gt=F("session__seats")))
    yield from _ids(taken.exclude(session__called_off_at=None))


def kits_in_two_places() -> Iterator[str]:
    """A kit is kept for one visit at a time, of its own organisation; and nobody keeps one for a visit that nobody goes to."""
    loans = KitLoan.objects.open()
    others = loans.filter(kit=OuterRef("kit")).exclude(pk=OuterRef("pk"))
    double = others.touching(OuterRef("first_day"), OuterRef("last_day"))
    yield from _ids(loans.filter(Exists(double)))
    yield from _ids(KitLoan.objects.exclude(kit__organisation=F("visit__request__organisation")))
    ended = (VisitStatus.CANCELLED, VisitStatus.MISSED)
    yield from _ids(loans.filter(handed_at=None, visit__status__in=ended))


def seats_of_the_unready() -> Iterator[str]:
    for seat in signing.unready():
        yield f"seat {seat.pk}"


def going_alone() -> Iterator[str]:
    """Two were to go: then two go, who say one word at the door, or whoever has said yes waits for the other."""
    of_two = Visit.objects.filter(request__two_go__gt="", status=VisitStatus.BOOKED)
    beside = Visit.objects.filter(goes_with=OuterRef("pk")).exclude(
        status__in=(VisitStatus.CANCELLED, VisitStatus.MISSED)
    )
    firsts = of_two.of_firsts().annotate(is_accompanied=Exists(beside))
    yield from _references(firsts.filter(is_accompanied=F("needs_second")), "request__reference")
    yield from _references(firsts.filter(needs_second=True, held_back_at=None), "request__reference")
    seconds = Visit.objects.standing().exclude(goes_with=None)
    strange = ~Q(request=F("goes_with__request")) | ~Q(starts_at=F("goes_with__starts_at"))
    other_word = Q(goes_with__status__in=STANDING_VISITS) & ~Q(word=F("goes_with__word"))
    yield from _references(seconds.filter(strange | other_word), "request__reference")


def not_in_one_go() -> Iterator[str]:
    """Two of one home: either both wait for a volunteer, or one goes to both, one right after the other."""
    of_two = HelpRequest.objects.exclude(household=None)
    for row in of_two.order_by("household").values("household").annotate(count=Count("pk")).exclude(count=2):
        yield f"household {row['household']}"
    beside = Visit.objects.standing().filter(
        request__household=OuterRef("request__household"), volunteer=OuterRef("volunteer")
    )
    alone = Visit.objects.standing().exclude(request__household=None)
    yield from _references(alone.exclude(Exists(beside.exclude(pk=OuterRef("pk")))), "request__reference")


def going_along_without_a_slip() -> Iterator[str]:
    """Somebody is to meet a client at a place to which no slip leads."""
    slips = Referral.objects.filter(request=OuterRef("split_from"), place=OuterRef("meets_at"))
    yield from _references(HelpRequest.objects.open().exclude(meets_at=None).exclude(Exists(slips)), "reference")


def sent_though_not_ready() -> Iterator[str]:
    for visit in unready_visits():
        yield visit.request.reference
    for offer in unready_offers():
        yield offer.request.reference


def not_for_volunteers() -> Iterator[str]:
    """Requests with a live offer or a visit to come, and a task that no volunteer may do (rule E1)."""
    live = Offer.objects.filter(request=OuterRef("pk"), status__in=LIVE_OFFERS)
    coming = Visit.objects.standing().exclude(rejudging.goes_on()).filter(request=OuterRef("pk"))
    offered = HelpRequest.objects.filter(Exists(live) | Exists(coming)).order_by("pk").prefetch_related("tasks")
    for request in offered.iterator(chunk_size=BATCH):
        if not request.tasks.all() or not judge_request(request).verdict.for_volunteers:
            yield request.reference


def judged_otherwise() -> Iterator[str]:
    """The latest judgements, made again by their own version of the catalogue. `replay_judgements` makes all of them again."""
    latest = StoredJudgement.objects.select_related("request").order_by("-pk")[:SAMPLE]
    for stored in latest.iterator(chunk_size=BATCH):
        for difference in judging.differences(stored):
            yield f"{difference.reference} {difference.slug}"


def sent_where_staff_look_first() -> Iterator[str]:
    held = StaffFirst.objects.standing().values("client")
    yield from (
        HelpRequest.objects.filter(
            Q(offers__status__in=LIVE_OFFERS) | Q(visits__status=VisitStatus.BOOKED), client__in=held
        )
        .distinct()
        .values_list("reference", flat=True)
    )


def sent_while_undecided() -> Iterator[str]:
    """A client reported something, nobody has decided, and the volunteer is not pausing (rule E8)."""
    yield from _ids(Concern.objects.open().filter(volunteer__paused_at=None))


def asked_in_the_middle() -> Iterator[str]:
    """A series that goes on asks a week later about none of its visits; one that has ended, about its last."""
    made = Visit.objects.of_firsts().filter(
        request=OuterRef("request"), status=VisitStatus.DONE, followed_up_at=None, starts_at__gte=OuterRef("began_at")
    )
    of_open = Series.objects.filter(request__closed_at=None)
    running = of_open.filter(Exists(made.filter(follow_up_due__isnull=False)), ended_at=None)
    ended = of_open.filter(Exists(made), ~Exists(made.filter(follow_up_due__isnull=False)), ended_at__isnull=False)
    yield from _references(running | ended, "request__reference")


# --- nobody is forgotten --------------------------------------------------------------------------------------------


def wrong_next_actions() -> Iterator[str]:
    has_action = Q(next_due__isnull=False) & ~Q(next_kind="") & ~Q(next_owner="")
    has_none = Q(next_due=None, next_kind="", next_owner="")
    yield from _references(HelpRequest.objects.filter(closed_at=None).exclude(has_action), "reference")
    yield from _references(HelpRequest.objects.exclude(closed_at=None).exclude(has_none), "reference")
    yield from worklist.differences()


def missed_moments() -> Iterator[str]:
    overdue = Timer.objects.filter(rung_at=None, due_at__lte=clock.now() - WAITING_TAKES).order_by("pk")
    for kind, subject_id in overdue.values_list("kind", "subject_id").iterator():
        yield f"{kind} {subject_id}"


# --- secrets and disclosure -----------------------------------------------------------------------------------------


def stored_secrets() -> Iterator[str]:
    """A sample of every column that holds what somebody wrote. Texts of erased people cannot be read, nor leak."""
    for model, names in FREE_TEXTS:
        yield from _with_secrets(model._default_manager.order_by("-pk")[:SAMPLE], names)
    typed = OutboundMessage.objects.filter(kind=FREE_TEXT_KIND).order_by("-created_at")
    yield from _with_secrets(typed[:SAMPLE], ("body",))
    incoming = SimulatedText.objects.filter(incoming=True).order_by("-at")
    yield from _with_secrets(incoming[:SAMPLE], ("body",))


def _with_secrets(rows: QuerySet[Any], names: tuple[str, ...]) -> Iterator[str]:
    for row in rows.iterator(chunk_size=BATCH):
        if any(_holds_secret(row, name) for name in names):
            yield f"{row._meta.model_name} {row.pk}"


def _holds_secret(row: Model, name: str) -> bool:
    try:
        return any(map(secrets.holds_secret, _texts_in(getattr(row, name) or "")))
    except Erased:
        return False


def _texts_in(value: str) -> Iterator[str]:
    """What people wrote: of a text that is JSON each value by itself, for the names of fields are ours."""
    try:
        found = json.loads(value) if value.startswith("{") else value
    except ValueError:
        found = value
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list | dict):
            waiting += one.values() if isinstance(one, dict) else one


def open_doors() -> Iterator[str]:
    over = Visit.objects.exclude(status__in=(VisitStatus.BOOKED, VisitStatus.UNDER_WAY))
    ended = over.exclude(status=VisitStatus.DONE)
    yield from _references(over.exclude(word=""), "request__reference")
    yield from _references(ended.exclude(card_digest=""), "request__reference")
    standing = Visit.objects.standing()
    yield from _references(standing.filter(Q(word="") | Q(card_digest="")), "request__reference")
    shared = standing.values("card_digest").annotate(visits=Count("pk"), length=Length("card_digest"))
    for row in shared.filter(visits__gt=1, length__gt=0).iterator():
        yield f"card shared by {row['visits']} visits"


# --- messages -------------------------------------------------------------------------------------------------------


def unsent_messages() -> Iterator[str]:
    frozen_now = clock.now()
    stuck = OutboundMessage.objects.filter(status=MessageStatus.SENDING, status_at__lte=frozen_now - SENDING_TAKES)
    waiting = OutboundMessage.objects.due_by(frozen_now - WAITING_TAKES).for_networks()
    somebodys = CallTask.objects.filter(Q(subject_id=OuterRef("subject_id")) | Q(subject_id=OuterRef("pk")))
    dropped = OutboundMessage.objects.filter(status=MessageStatus.ON_LIST).exclude(
        Exists(somebodys) | Q(trouble__endswith=PAST)
    )
    for messages in (stuck, waiting, dropped):
        yield from _ids(messages)


def unread_messages() -> Iterator[str]:
    received = InboundMessage.objects.filter(status=InboundMessage.Status.RECEIVED)
    yield from _ids(received.filter(received_at__lte=clock.now() - WAITING_TAKES))


# --- who sees what, and what is forgotten ---------------------------------------------------------------------------


def across_organisations() -> Iterator[str]:
    yield from _references(HelpRequest.objects.exclude(organisation=F("client__organisation")), "reference")
    assigned = HelpRequest.objects.exclude(assigned_to=None)
    yield from _references(assigned.exclude(organisation=F("assigned_to__organisation")), "reference")
    yield from _references(HelpRequest.objects.exclude(key_id=F("client__key_id")), "reference")
    yield from _references(Visit.objects.exclude(client=F("request__client")), "request__reference")
    strange = ~Q(offer__request=F("request")) | ~Q(offer__volunteer=F("volunteer"))
    yield from _references(Visit.objects.exclude(offer=None).filter(strange), "request__reference")
    for model in (CallTask, OutboundMessage):
        for kind, path, rows in (
            ("visit", "request__organisation", Visit.objects.all()),
            ("offer", "request__organisation", Offer.objects.all()),
            ("seat", "session__organisation", Seat.objects.all()),
            ("helprequest", "organisation", HelpRequest.objects.all()),
        ):
            own = rows.filter(**{"pk": OuterRef("subject_id"), path: OuterRef("organisation")})
            yield from _ids(model._default_manager.filter(~Exists(own), subject_kind=kind))


def forgotten_complaints() -> Iterator[str]:
    """Open without somebody whose it is, or without the day that is next; and what is another organisation's."""
    yield from _ids(Complaint.objects.open().filter(Q(owner="") | Q(due_at=None)))
    for complaint in Complaint.objects.open().exclude(due_at=None).order_by("pk").iterator(chunk_size=BATCH):
        wanted = complaints.end_due if complaint.answered_at else complaints.answer_due
        if complaint.due_at != wanted(complaint.made_at):
            yield f"complaint {complaint.pk}"
    strange = ~Q(organisation=F("client__organisation")) | ~Q(key_id=F("client__key_id"))
    yield from _ids(Complaint.objects.filter(strange))


def two_of_one_person() -> Iterator[str]:
    """What still belongs to a row that is a pointer since two clients were made one."""
    for rows in (HelpRequest.objects, Visit.objects):
        yield from _ids(rows.filter(client__merged_into__isnull=False))
    pointers = Recipient.objects.filter(client__merged_into__isnull=False)
    yield from _ids(pointers.exclude(number_index=""))
    yield from _ids(Client.objects.exclude(merged_into=None).exclude(organisation=F("merged_into__organisation")))


def not_forgotten() -> Iterator[str]:
    """What is left of people whose key was destroyed: a key that came back, or a trace by which they can be found."""
    for key_id in PersonKey.objects.filter(pk__in=DestroyedKey.objects.values("pk")).values_list("pk", flat=True):
        yield f"key {key_id}"
    for destroyed in _batches(DestroyedKey.objects.order_by("pk").values_list("pk", flat=True)):
        yield from _ids(Recipient.objects.filter(key_id__in=destroyed).exclude(number_index=""))
        yield from _ids(NameToken.objects.filter(client__key_id__in=destroyed))
    yield from strays.find_strays()


def altered_audit() -> Iterator[str]:
    for name in triggers.missing(connection):
        yield f"no trigger {name}"
    yield from chain.verify_chain()


def unwatched_pool() -> Iterator[str]:
    """What changes must be noticed by every process that remembers the pool."""
    for name in watching.missing(connection):
        yield f"no trigger {name}"


PROMISES = (
    Promise("one accepted offer per place", more_than_one_winner),
    Promise("nobody in two visits at once", in_two_visits_at_once),
    Promise("nobody at a desk and elsewhere at once, nor more than there are seats", at_a_desk_and_elsewhere),
    Promise("no kit in two places at once, nor kept for a visit that was called off", kits_in_two_places),
    Promise("only ready volunteers are expected at a desk", seats_of_the_unready),
    Promise("nobody goes alone where two go", going_alone),
    Promise("of one home both are visited in one go, or neither yet", not_in_one_go),
    Promise("whoever goes along to a place goes with a slip", going_along_without_a_slip),
    Promise("of a series the last visit is asked about", asked_in_the_middle),
    Promise("only ready volunteers are asked and sent", sent_though_not_ready),
    Promise("only what a volunteer may do is offered", not_for_volunteers),
    Promise("nobody is sent before a person has decided about them", sent_while_undecided),
    Promise("nobody is asked or sent where staff look first", sent_where_staff_look_first),
    Promise("every judgement follows from its rules", judged_otherwise),
    Promise("every open request has its one true next action", wrong_next_actions),
    Promise("no moment was missed", missed_moments),
    Promise("no secret is stored", stored_secrets),
    Promise("words and cards end with their visit", open_doors),
    Promise("every message leaves, is withdrawn, or is on somebody's list", unsent_messages),
    Promise("every text that came in was read", unread_messages),
    Promise("nothing crosses from one organisation to another", across_organisations),
    Promise("every complaint is somebody's, and has a day", forgotten_complaints),
    Promise("who was known twice is one person", two_of_one_person),
    Promise("who was erased is gone", not_forgotten),
    Promise("the audit is as it was written", altered_audit),
    Promise("the pool of volunteers is watched", unwatched_pool),
)


def _references(rows: QuerySet[Any], path: str) -> Iterator[str]:
    return rows.order_by(path).values_list(path, flat=True).iterator(chunk_size=BATCH)


def _ids(rows: QuerySet[Any]) -> Iterator[str]:
    for pk in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH):
        yield f"{rows.model._meta.model_name} {pk}"


def _batches(ids: QuerySet[DestroyedKey, UUID]) -> Iterator[list[UUID]]:
    stream = ids.iterator(chunk_size=BATCH)
    while batch := list(islice(stream, BATCH)):
        yield batch
