"""Everything for one call on one sheet: whom to ring in which order, what to say, what not to say on a voicemail."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from digibel import languages
from digibel.desk import actors, persons, words
from digibel.desk.errands import Errand
from digibel.notifications import calls, phrasebook
from digibel.notifications.models import CallTask, Channel, MessageStatus, OutboundMessage, Recipient
from digibel.notifications.numbers import display
from digibel.notifications.owners import owner_of
from digibel.requests.models import Client
from digibel.scheduling import alarms, fraud

FOLLOW_UPS = ("works", "fails", "refer", "refused")
# No script can know what to say here: somebody has died, or nobody knows where the volunteer is.
WITHOUT_WORDS = {
    "visit.ring_volunteer",
    "visit.alarm",
    "visit.phone_lost",
    "visit.stricter",
    "client.money_again",
    "handover.refused",
    "handover.ended",
    "visit.door_changed",
    "visit.way_too_long",
    "visit.no_kit",
}


@dataclass(frozen=True)
class Person:
    """Somebody to ring: who it is to us, and the number as it is stored; empty where we have none, or somebody else answers."""

    name: str
    who: words.Words
    number: str
    wrong: bool = False

    @classmethod
    def reached(cls, recipient: Recipient, name: str, who: words.Words) -> "Person":
        wrong = recipient.number_is_wrong
        return cls(name, who, "" if wrong else recipient.number, wrong)


@dataclass(frozen=True)
class Button:
    value: str
    label: words.Words
    main: bool


@dataclass(frozen=True)
class Sheet:
    people: tuple[Person, ...]
    language: str
    language_name: str
    script: tuple[tuple[str, str], ...]
    own_language: str
    undelivered: str
    voicemail: str
    holds_word: bool
    buttons: tuple[Button, ...]
    attempt: int
    most: int
    facts: tuple[tuple[words.Words, str], ...]
    # Not where somebody only has to look: texts that do not leave, a budget that is spent.
    is_rung: bool
    alarm: bool
    to_take: bool
    taken_by: str
    why: words.Words

    @property
    def wrong_number(self) -> bool:
        return any(person.wrong for person in self.people)


def title(errand: Errand) -> str:
    """ "Meneer Claes: tell them who comes, when, and the codeword"."""
    return f"{errand.name}: {words.errand(errand.about).what}"


def of(errand: Errand) -> Sheet:
    script, call = calls.script_of(errand.call), errand.call
    sentences = sentences_of(call, script.sentences)
    own = _own_language(script.language)
    word = errand.visit.word if errand.visit is not None else ""
    return Sheet(
        people=tuple(people(errand)),
        language=script.language,
        language_name=words.language_names([script.language]),
        script=_with_meaning(call, sentences, own),
        own_language=words.language_names([own]) if own else "",
        undelivered=_undelivered(errand),
        voicemail=voicemail(call, script.language),
        holds_word=bool(word) and any(word in sentence for sentence in sentences),
        buttons=tuple(_buttons(call)),
        attempt=call.tries + 1,
        most=calls.tries_that_fit(call),
        facts=tuple(_facts(errand)),
        is_rung=call.recipient_id is not None or not call.kind.startswith("gateway."),
        alarm=call.kind in words.ALARMS,
        to_take=call.kind in words.ALARMS or alarms.climbs(call),
        taken_by=_taken_by(call),
        why=words.errand(errand.about).why,
    )


def sentences_of(call: CallTask, sentences: str) -> tuple[str, ...]:
    """What is said, line by line; nothing where no script can know it."""
    return () if call.kind in WITHOUT_WORDS else tuple(line for line in sentences.splitlines() if line.strip())


def _own_language(language: str) -> str:
    """The language of whoever reads the page, where it is another than that of the words."""
    own = (get_language() or "").split("-")[0]
    return own if own in languages.LANGUAGES and own != language else ""


def _with_meaning(call: CallTask, sentences: tuple[str, ...], own: str) -> tuple[tuple[str, str], ...]:
    """Each sentence, with the same one in the reader's own language beside it."""
    if not own or not sentences:
        return tuple((sentence, "") for sentence in sentences)
    meant = sentences_of(call, calls.script_of(call, language=own).sentences)
    return tuple(zip(sentences, meant, strict=True))


def voicemail(call: CallTask, language: str) -> str:
    """All that may be said where anybody may listen."""
    house = {"organisation": call.organisation.name, "phone": display(call.organisation.phone)}
    return phrasebook.render("voicemail", language, **house)


def spoken(errand: Errand, what: str) -> tuple[str, str]:
    """The words to be made audible, and their language: the message, or `voicemail`, which never holds the codeword."""
    script = calls.script_of(errand.call)
    if what == "voicemail":
        return voicemail(errand.call, script.language), script.language
    return "\n".join(sentences_of(errand.call, script.sentences)), script.language


def people(errand: Errand) -> list[Person]:
    """Whom to ring, in order. In an alarm everybody who may know; through a trusted worker, that worker first."""
    volunteer, client = _volunteer(errand), _client(errand)
    if errand.call.kind == fraud.CALL:
        return [person for person in (volunteer, _colleague(errand), client) if person is not None and person.number]
    if client is None or errand.client is None:
        recipient = errand.call.recipient
        return [volunteer or (Person.reached(recipient, errand.name, "") if recipient else Person(errand.name, "", ""))]
    contact = Person(errand.client.contact_name, _("agreed contact"), errand.client.contact_phone)
    client_of = errand.client
    passes_on = _("reception: never the codeword") if client_of.reception else _("worker they trust")
    worker = Person(client_of.trusted_worker, passes_on, client_of.trusted_worker_phone)
    # Who cannot be rung themselves: whom they trust may know how.
    found = [client] if client.number and not client_of.reception else [client, worker]
    if errand.call.kind in {"visit.alarm", "visit.ring_me"} and volunteer:
        found = [volunteer, client, contact]
    elif errand.call.kind == "visit.nobody_home" and volunteer:
        found = [client, contact, volunteer]
    elif errand.to_volunteer and volunteer:
        found = [volunteer]
    elif errand.call.kind == "visit.cancelled":
        found = [worker, client, contact] if errand.call.channel == Channel.WORKER else [client, contact, worker]
    elif errand.call.channel == Channel.WORKER:
        found = [worker, client]
    return [person for person in found if person.number or person.wrong or person is found[0]]


def _volunteer(errand: Errand) -> Person | None:
    if errand.volunteer is None:
        return None
    return Person.reached(errand.volunteer.recipient, errand.volunteer_name, _("volunteer"))


def _client(errand: Errand) -> Person | None:
    if errand.client is None:
        return None
    return Person.reached(errand.client.recipient, errand.client.called, _("client"))


def _colleague(errand: Errand) -> Person | None:
    """Who has the client on the line."""
    if errand.colleague is None:
        return None
    return Person(errand.colleague.name, _("took the call"), errand.colleague.mobile)


def _undelivered(errand: Errand) -> str:
    """The text that did not arrive, to be read out, as long as it is so: the last one written, whichever was told first to be
    lost. Nothing for the other calls."""
    call = errand.call
    if call.kind not in {"visit.undelivered", "plain.undelivered"}:
        return ""
    lost = OutboundMessage.objects.filter(
        Q(pk=call.subject_id) | Q(subject_id=call.subject_id),
        organisation=call.organisation,
        recipient=call.recipient_id,
        status=MessageStatus.ON_LIST,
        body__isnull=False,
    )
    so = (one for one in lost.order_by("-created_at", "-pk") if owner_of(one.kind).still_to_be_said(one))
    last = next(so, None)
    return last.body if last else ""


def outcomes(call: CallTask) -> tuple[str, ...]:
    """What can come of this call; of a letter also that it was posted."""
    known = calls.script_of(call).outcomes
    return (*known, "posted") if call.channel == Channel.LETTER and call.kind == "visit.announce" else known


def _buttons(call: CallTask) -> list[Button]:
    """The first outcome is the one filled button; those of a follow-up are chosen in its own form."""
    shown = [one for one in outcomes(call) if not (call.kind == "visit.follow_up" and one in FOLLOW_UPS)]
    reached = words.REACHED.get(call.kind, words.OUTCOMES["reached"])
    return [
        Button(outcome, reached if outcome == "reached" else words.OUTCOMES[outcome], main=outcome == "reached")
        for outcome in shown
    ]


def _facts(errand: Errand) -> list[tuple[words.Words, str]]:
    question: tuple[words.Words, str] = (_("Question"), _tasks(errand))
    told: list[tuple[words.Words, str]] = []
    if errand.asked is not None:
        told.append((_("About their data"), str(persons.RIGHTS[errand.asked.right])))
        told.append((_("Answer before"), date_format(errand.asked.due_on, "j F Y")))
    if errand.call.kind == "visit.alarm" and errand.visit is not None and errand.visit.held_back_at is not None:
        told.append((_("Volunteer"), gettext("was told to stay at home: the client had not said yes")))
    if errand.to_volunteer and errand.volunteer is not None:
        told.append((_("Speaks"), words.language_names(errand.volunteer.speaks)))
        told += [(_("Visit at"), errand.client.called)] if errand.client else []
    elif errand.client is not None:
        client = errand.client
        told += [
            (_("Speaks"), words.language_names(client.speaks)),
            (_("Interpreter"), client.interpreter),
            (_("May hear the codeword"), _named(client, "may_hear_word")),
            (_("May change the request"), _named(client, "may_change")),
            (_("Decides about money"), client.decides_about_money),
        ]
    return [(label, value) for label, value in [*told, question] if value]


def _named(client: Client, what: str) -> str:
    """Whom the client named for this: "Malika, dochter (0470 12 34 56)"."""
    named = [one for one in client.named_helpers.all() if getattr(one, what)]
    return "; ".join(f"{one.name} ({display(one.phone)})" if one.phone else one.name for one in named)


def _tasks(errand: Errand) -> str:
    return words.task_names([task.slug for task in errand.request.tasks.all()]) if errand.request else ""


def _taken_by(call: CallTask) -> str:
    actor = call.acknowledged_by
    return actors.names([actor], call.organisation)[actor] if actor else ""


def ending(errand: Errand) -> dict[str, object]:
    """What became of a call that is done."""
    outcome = errand.call.outcome
    said = words.REACHED.get(errand.call.kind, words.OUTCOMES["reached"]) if outcome == "reached" else ""
    return {"outcome": said or words.OUTCOMES[outcome], "at": errand.call.done_at}


def noted(errand: Errand, outcome: str) -> str:
    """What the next page says: what was noted, and what happens now."""
    errand.call.refresh_from_db(fields=["done_at"])
    if errand.call.done_at is None:
        return _comes_back(outcome)
    label = words.REACHED.get(errand.call.kind) if outcome == "reached" else None
    return gettext("Noted for %(name)s: %(outcome)s.") % {
        "name": errand.name,
        "outcome": label or words.OUTCOMES[outcome],
    }


def _comes_back(outcome: str) -> str:
    if outcome == CallTask.Outcome.PROMISED:
        return gettext("Noted: they pass it on. It comes back on the list, to ask whether it was heard.")
    return gettext("Noted: no answer. It comes back on the list by itself.")
