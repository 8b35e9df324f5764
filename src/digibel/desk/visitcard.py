"""What the volunteer's card shows: the conditions, where to go, and what may be done of what is asked at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from digibel import clock, languages, places
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.audit.recording import record
from digibel.desk import doorchanges, fraudsteps, kits, words
from digibel.guardrails import catalogue, judgement, suggestions
from digibel.organisations import duty, numbers
from digibel.requests import access_notes
from digibel.requests.judging import judge_request
from digibel.requests.models import Client, Series
from digibel.scheduling import calendars, doorstep, fraud, invitations, pairs, policies
from digibel.scheduling.models import Visit, VisitStatus
from digibel.scheduling.policies import Seen
from digibel.sealing import keys
from digibel.volunteers import links, reminders
from digibel.volunteers.models import Requirement

# Whoever looks again within the hour is the same look.
ONE_LOOK = timedelta(hours=1)
MOST_ANSWERS = 3
LONGEST_WORD = 120
LATE_BY = (10, 20, 30, 45, 60)
ICONS = {"Z2": "look-away", "Z3": "no-card"}
STATES = {VisitStatus.BOOKED: "before", VisitStatus.UNDER_WAY: "during", VisitStatus.DONE: "after"}


@dataclass(frozen=True)
class Condition:
    icon: str
    strong: str
    text: str


@dataclass(frozen=True)
class Said:
    lang: str
    text: str


@dataclass(frozen=True)
class Answer:
    """May this be done? With its conditions; or with the sentence to say, and a slip."""

    slug: str
    icon: str
    name: str
    verdict: str
    why: str
    sentences: tuple[Said, ...]
    urgent: bool
    about_money: bool

    @property
    def refused(self) -> bool:
        return bool(self.sentences)


def context(visit: Visit) -> dict[str, Any]:
    """Everything on the card, in the language that is active."""
    keys.prefetch([visit.client.key_id, visit.volunteer.key_id])
    language, client, organisation = words.desk_language(), visit.client, visit.request.organisation
    unread = policies.volunteer_sees(visit) != Seen.DOOR
    return {
        "visit": visit,
        "client": client,
        "goal": _goal(visit),
        "other": pairs.other_of(visit),
        "state": STATES[VisitStatus(visit.status)],
        "unread": unread,
        "conditions": standing(with_text=unread) + (for_tasks(visit, language) if unread else []),
        "more_conditions": ([] if unread else for_tasks(visit, language)),
        "other_rules": [rule.sentence(language) for rule in catalogue.STANDING_CONDITIONS if rule.id not in ICONS],
        "all_rules": [rule.sentence(language) for rule in catalogue.STANDING_CONDITIONS],
        "day": languages.day_in_words(visit.starts_at, language),
        "place": f"{client.postcode} {places.name(client.postcode, language)}",
        "door": [] if visit.request.meets_at else door(visit),
        "meets_at": meeting(visit, language),
        "kits": kits.to_take(visit),
        "changed": "" if visit.request.meets_at else doorchanges.at_the_door_since(client, visit.booked_at),
        "speaks": words.language_names(client.speaks),
        "tasks": words.task_names([task.slug for task in _tasks(visit)]),
        "word_language": _language_of_client(visit),
        "on_duty": duty.on_duty(organisation, clock.now()),
        "organisation": organisation,
        "late_by": LATE_BY,
        "questions": questions_soon(visit),
        "report": getattr(visit, "report", None),
        "calendar": calendars.link(visit.volunteer),
        "mail_leaves": invitations.are_possible(),
        "closes_at": closes_at(visit),
        "fraud": fraud_steps(visit),
        "emergency": numbers.find("emergency", organisation).value(language),
    }


@dataclass(frozen=True)
class Meeting:
    """Where a volunteer and a client meet who go along with a slip. It is public: a desk is nobody's home."""

    name: str
    street: str
    town: str
    phone: str
    no_steps: bool
    minutes: int


def meeting(visit: Visit, language: str) -> Meeting | None:
    place = visit.request.meets_at
    if place is None:
        return None
    return Meeting(
        place.name_in(language),
        f"{place.street} {place.house_number}".strip(),
        f"{place.postcode} {places.name(place.postcode, language)}",
        place.phone,
        bool(place.step_free),
        int((visit.starts_at - visit.busy_from) / timedelta(minutes=1)),
    )


def fraud_steps(visit: Visit) -> dict[str, Any] | None:
    """For a day after it was said that fraud is under way; the words to say are the client's."""
    if fraud.shown_on(visit) is None:
        return None
    return fraudsteps.of(visit.request.organisation, client_language=_language_of_client(visit))


def closes_at(visit: Visit) -> datetime | None:
    return policies.card_closes_at(visit) if visit.checked_out_at else None


def _goal(visit: Visit) -> str:
    """What they want to be able to do, where this visit is one of a series; for who may see the door."""
    agreed = Series.objects.filter(request=visit.request).first()
    return agreed.goal if agreed is not None else ""


def standing(*, with_text: bool) -> list[Condition]:
    """The two that matter most at every visit (Z2, Z3): short first, then as the catalogue says it."""
    language = words.desk_language()
    codes, card = catalogue.RULES["Z2"].sentence(language), catalogue.RULES["Z3"].sentence(language)
    no_card, _dot, no_money = card.partition(". ")
    return [
        Condition(ICONS["Z2"], _("They type every code themselves. You look away."), codes if with_text else ""),
        Condition(ICONS["Z3"], f"{no_card}.", no_money),
    ]


def for_tasks(visit: Visit, language: str) -> list[Condition]:
    """What to mind with each task of this visit."""
    return [
        Condition(task.task.icon, task.task.name(language), " ".join(task.task.conditions_in(language)))
        for task in _tasks(visit)
    ]


def questions_soon(visit: Visit) -> dict[str, Any] | None:
    """The yearly five questions, when they run out within thirty days: until when, and the way to them, if it is open."""
    today, organisation = clock.today(), visit.request.organisation
    rows = visit.volunteer.readiness.filter(organisation=organisation, requirement=Requirement.QUESTIONS)
    row = rows.filter(until__gte=today, until__lte=today + reminders.AHEAD).first()
    return {"until": row.until, "address": links.address_now(visit.volunteer, organisation)} if row else None


def between(client: Client) -> list[str]:
    """What stands between the street and the table, without where it is."""
    told = []
    if client.floor:
        told.append(_("floor %(floor)s") % {"floor": client.floor})
        told.append(_("with a lift") if client.lift else _("no lift"))
    elif client.floor == 0:
        told.append(_("ground floor"))
    told += [_("there is a dog")] if client.dog else []
    return told + ([_("they smoke")] if client.smoke else [])


def door(visit: Visit) -> list[str]:
    """The same, with what the client said about the door."""
    client = visit.client
    told = [*between(client), *access_notes.in_words(client.access_codes, words.desk_language())]
    return told + ([client.door_note] if client.door_note else [])


def note_address_seen(visit: Visit) -> None:
    """Rule E12: whoever looks at an address is in the log."""
    by = Actor.volunteer(visit.volunteer)
    looks = Event.objects.about(visit).filter(verb="address.shown", actor=str(by))
    if not looks.filter(at__gt=clock.now() - ONE_LOOK).exists():
        record("address.shown", visit, by=by, organisation_id=visit.request.organisation_id)


def answers(visit: Visit, word: str) -> list[Answer]:
    """What the word may mean, likeliest first, each judged. `word` has passed the secrets gate."""
    language = words.desk_language()
    slugs = suggestions.suggest(word, language, MOST_ANSWERS)
    judged = doorstep.judge_wishes(visit, slugs).tasks if slugs else ()
    return [_answer(one, language, _say_in(visit, language)) for one in judged]


def _answer(judged: judgement.JudgedTask, language: str, say_in: Sequence[str]) -> Answer:
    task, may = judged.task, judged.verdict.for_volunteers
    return Answer(
        slug=task.slug,
        icon=task.icon,
        name=task.name(language),
        verdict=judged.verdict.value,
        why=" ".join(task.conditions_in(language)),
        sentences=() if may else tuple(Said(code, task.sentence_to_say(code)) for code in say_in),
        urgent=task.urgent,
        about_money=task.money_or_administration,
    )


def _say_in(visit: Visit, language: str) -> list[str]:
    """The client's language first, as far as the catalogue has it, then the volunteer's."""
    clients = [code for code in visit.client.speaks if code in catalogue.CARD_LANGUAGES][:1]
    return list(dict.fromkeys([*clients, language]))


def read_out_in(visit: Visit) -> str:
    """The client's language, where the card is in another one."""
    theirs = _language_of_client(visit)
    return "" if theirs == words.desk_language() else theirs


def _tasks(visit: Visit) -> tuple[judgement.VolunteerTask, ...]:
    """By the rules of today: what became stricter is no longer on the card."""
    return judge_request(visit.request).sendable


def _language_of_client(visit: Visit) -> str:
    return languages.best_language(visit.client.recipient.languages, fallback=visit.request.organisation.language)
