"""What the desk calls things that are only a code in the database. English here; the translations say it to the reader."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from digibel import clock, languages, places
from digibel.guardrails import catalogue

Words = str | Promise


class Step(NamedTuple):
    """A next action: what it is, and the verb on the button."""

    what: Words
    verb: Words


class Errand(NamedTuple):
    """A call to make: what for, and why it cannot wait or how to go about it (may be empty)."""

    what: Words
    why: Words


RING = _("Ring")
LOOK = _("Look")

STEPS: dict[str, Step] = {
    "own_yes": Step(_("Ring for the client's own yes"), RING),
    "staff_first": Step(_("For staff first: may a volunteer go there?"), LOOK),
    "refer": Step(_("Refer, with a slip"), _("Make the slip")),
    "check_referral": Step(_("Ask whether the referral landed"), LOOK),
    "ask_arrival": Step(_("Ask whether they got to the place"), LOOK),
    "new_moments": Step(_("Ask for new moments: these are past"), _("Ask")),
    "choose": Step(_("Choose volunteers"), _("Choose")),
    "await_answers": Step(_("Volunteers are being asked"), LOOK),
    "goes_along": Step(_("Visited in one go with somebody of the same home"), LOOK),
    "nobody": Step(_("Nobody found: look again"), _("Look again")),
    "away": Step(_("Back home: make a new start"), LOOK),
    "restricted": Step(_("Kept and not used: decide what now"), LOOK),
    "announce": Step(_("Tell them who comes, when, and the codeword"), RING),
    "confirm": Step(_("The visit is not confirmed yet"), RING),
    "visit": Step(_("The visit begins"), LOOK),
    "check_out": Step(_("The volunteer leaves"), LOOK),
    "next_visit": Step(_("The next visit of the series is asked for"), _("Ask now")),
    "alarm": Step(_("Find out where the volunteer is"), _("I take it")),
    "report": Step(_("Hear how the visit went"), RING),
    "follow_up": Step(_("A week later: does it still work?"), RING),
}

ERRANDS: dict[str, Errand] = {
    "request.own_yes": Errand(_("Ring for the client's own yes"), _("Nothing happens before they say it themselves.")),
    "visit.announce": Errand(_("Tell them who comes, when, and the codeword"), ""),
    "visit.confirm": Errand(
        _("Ring on: the visit is not confirmed yet"), _("The volunteer stays at home until the client says yes.")
    ),
    "visit.alarm": Errand(
        _("Find out where the volunteer is"), _("Ring the volunteer, then the client, then the agreed contact.")
    ),
    "visit.ring_me": Errand(
        _("Ring the volunteer now: something is not right"),
        _("Ask first whether they are safe. No answer? Ring the client, then the agreed contact."),
    ),
    "visit.nobody_home": Errand(
        _("Nobody opens the door"), _("The volunteer waits ten minutes. Ring the client, then the agreed contact.")
    ),
    "fraud.now": Errand(
        _("Fraud is happening now: see that they ring"), _("Card Stop, then their own bank, then the police.")
    ),
    "visit.cancelled": Errand(_("Say that nobody comes, and not to open"), _("They may be waiting at the door.")),
    "visit.new_word": Errand(
        _("Tell them the new codeword: the old one no longer counts"), _("The volunteer lost their telephone.")
    ),
    "visit.phone_lost": Errand(
        _("Their telephone is lost: see that they know the new word"),
        _("Note their number on their page once they have one, and the link is texted."),
    ),
    "visit.late": Errand(_("Say that the volunteer comes later"), ""),
    "visit.other_moment": Errand(_("Find another moment"), _("They texted that this one does not suit.")),
    "visit.call_me": Errand(_("They ask to be rung"), ""),
    "visit.undelivered": Errand(_("Read out a text that did not arrive"), _("Ask whether the number is right.")),
    "session.undelivered": Errand(
        _("Read out a text about a desk session that did not arrive"), _("Ask whether the number is right.")
    ),
    "visit.report": Errand(_("Hear how the visit went"), ""),
    "visit.not_ok": Errand(_("The visit was not all right: hear why"), _("It is a talk, nothing more.")),
    # The same call, after a client reported something and before somebody has decided.
    "visit.reported": Errand(
        _("A client reported something: hear the volunteer"),
        _("About money, a code or a card. They pause until a coordinator has heard both sides and decides."),
    ),
    "visit.follow_up": Errand(_("A week later: does it still work?"), ""),
    "visit.stricter": Errand(
        _("Ring the volunteer now: this may no longer be done"),
        _("A rule became stricter during the visit. They stop with it kindly; the client gets a slip."),
    ),
    "client.money_again": Errand(
        _("Money or papers again: hear what is behind it"),
        _(
            "A second new question of this person about money or papers, or a third. Would the welfare centre help better?"
        ),
    ),
    "slip.read_out": Errand(
        _("Read the slip out: where they are helped"), _("Slowly, so that they can write it down.")
    ),
    "visit.ring_volunteer": Errand(
        _("Tell the volunteer not to go"), _("The client moved or died. No text goes out about it: tell it yourself.")
    ),
    "handover.asked": Errand(_("Will we take this one?"), _("Another organisation asks. The client said yes to it.")),
    "handover.tell": Errand(
        _("Tell them that we help them from now on"), _("Another organisation handed them over to us.")
    ),
    "handover.refused": Errand(_("The other organisation cannot take it: look on"), ""),
    "handover.ended": Errand(_("What we handed over has ended"), _("Nothing more is asked of us.")),
    "visit.door_changed": Errand(
        _("Tell the volunteer what changed at the door"), _("The card shows it. Ask whether they still come.")
    ),
    "visit.no_kit": Errand(
        _("Talk over what to take along: it is not free on the new day"),
        _("The visit moved. Keep another one on its page, or tell them to go without."),
    ),
    "visit.way_too_long": Errand(
        _("The door is further away now, and another visit of theirs leaves too little time: talk it over"),
        _("Can they make it all the same? If not, cancel this visit on its page: the search begins again."),
    ),
    "privacy.request": Errand(
        _("Asked something about their own data: answer it within the month"), _("See the page Privacy.")
    ),
    "privacy.breach": Errand(
        _("Something went wrong with data: decide who must be told"), _("Within 72 hours. See the page Privacy.")
    ),
    "gateway.stands_still": Errand(
        _("Texts do not leave: tell who looks after the computer"),
        _("Ring yourself whoever must hear something today. See the page Texts."),
    ),
    "gateway.silent": Errand(
        _("Nothing comes back from the telephone network: tell who looks after the computer"),
        _("Texts leave, and nobody can tell whether they arrive. Ring whoever must hear something today."),
    ),
    "gateway.hands_wait": Errand(_("Texts wait for somebody's telephone"), _("Send them, on the page Send by hand.")),
    "gateway.budget_near": Errand(
        _("Most of this month's budget for texts is spent"), _("Nothing is held back. See the page Texts.")
    ),
    "gateway.budget_spent": Errand(
        _("This month's budget for texts is spent"), _("Nothing is held back: decide whether it is enough.")
    ),
    "gateway.outdated": Errand(
        _("They got a text that is no longer true: ring and say so"), _("It was sent by hand while something changed.")
    ),
    "plain.missed": Errand(_("Ring back: we missed their call"), ""),
    "plain.undelivered": Errand(_("A text did not arrive: is the number right?"), ""),
    "readiness.information_note": Errand(_("The information note runs out: hand over the new one"), ""),
    "readiness.insurance": Errand(_("The insurance runs out: renew it"), _("Without it nobody is sent.")),
    "readiness.discretion": Errand(_("The duty of discretion runs out: go through it again"), ""),
    "readiness.code_of_conduct": Errand(_("The code of conduct runs out: go through it again"), ""),
    "readiness.training": Errand(_("The training runs out: propose a session"), ""),
    "readiness.questions": Errand(
        _("The five questions run out: ask whether they got the link"),
        _("No internet? Let them answer at the office."),
    ),
    "readiness.adult": Errand(_("The note on age runs out: look again"), ""),
    "readiness.own_duty": Errand(_("Ask whether they looked at their own declaration again"), ""),
    "offer.number_wrong": Errand(_("The offer did not arrive: is the number right?"), ""),
}
# Whatever is rung about that has no words of its own yet is still rung.
SOMETHING = Errand(_("Ring"), "")
RING_ME = "visit.ring_me"
ALARMS = frozenset({"visit.alarm", RING_ME, "visit.nobody_home", "fraud.now", "gateway.stands_still", "gateway.silent"})

OUTCOMES: dict[str, Words] = {
    "reached": _("Reached"),
    "posted": _("Letter posted"),
    "no_answer": _("No answer"),
    "promised": _("They pass it on"),
    "other_moment": _("Another moment"),
    "wrong_number": _("Wrong number"),
    "works": _("It still works"),
    "fails": _("It does not work"),
    "refer": _("Somebody else should help"),
    "refused": _("Says no"),
    "not_needed": _("No longer needed"),
}
# Where "reached" says more than that somebody answered.
REACHED: dict[str, Words] = {
    "request.own_yes": _("Yes, spoken"),
    "visit.announce": _("Reached: it suits"),
    "visit.confirm": _("Reached: it suits"),
    "visit.other_moment": _("Reached: it suits after all"),
    "visit.call_me": _("Reached: it suits"),
    "visit.cancelled": _("Reached: they know"),
    "visit.new_word": _("Reached: they know"),
    "handover.tell": _("Reached: they know"),
    "handover.refused": _("Seen"),
    "handover.ended": _("Seen"),
    "visit.phone_lost": _("Reached: they know"),
    "gateway.stands_still": _("Seen"),
    "gateway.silent": _("Seen"),
    "gateway.hands_wait": _("Seen"),
    "gateway.budget_near": _("Seen"),
    "gateway.budget_spent": _("Seen"),
    "gateway.outdated": _("Reached: they know"),
    "fraud.now": _("Done: they have rung"),
    "visit.late": _("Reached: they know"),
    "visit.ring_volunteer": _("Reached: they know"),
    "slip.read_out": _("Reached: they know"),
    "visit.door_changed": _("Reached: they know, and come"),
    "visit.way_too_long": _("Reached: they know, and come"),
    "visit.no_kit": _("Reached: they know"),
}

# What a client reports, and what a volunteer tells about themselves.
WORRIES: dict[str, Words] = {
    "code_seen": _("The volunteer saw a code or a password"),
    "card_held": _("The volunteer held a bank card"),
    "money": _("The volunteer got or touched money"),
    "came_back": _("The volunteer came back without telling us"),
}
TOLD_HONESTLY: dict[str, Words] = {
    "code_seen": _("Saw a code or a password"),
    "card_held": _("Held a bank card"),
    "money": _("Touched or got money"),
    "private": _("Agreed on something private"),
}
# What a client can do without us, before the visit and a week later.
AUTONOMY: dict[str, Words] = {
    "alone": _("Does it alone"),
    "dares": _("Dares to try it alone"),
    "knows_whom": _("Knows whom to ask"),
}
WORRY_ICONS = {"code_seen": "look-away", "card_held": "no-card", "money": "coins", "private": "people"}

DECISIONS: dict[str, Words] = {
    "goes_on": _("the volunteer goes on"),
    "stops": _("no more visits"),
}

CHANNELS: dict[str, Words] = {
    "sms": _("text message"),
    "call": _("telephone"),
    "letter": _("letter"),
    "worker": _("through a worker they trust"),
}
CHANNEL_ICONS = {"sms": "sms", "call": "phone", "letter": "letter", "worker": "worker"}

ROLES: dict[str, Words] = {
    "intake": _("intake"),
    "matcher": _("matching"),
    "coordinator": _("coordinator"),
    "network": _("network administrator"),
    "clock": "Digibel",
}

VISITS: dict[str, tuple[str, Words]] = {
    "booked": ("later", _("booked")),
    "under_way": ("wait", _("under way")),
    "done": ("done", _("done")),
    "cancelled": ("later", _("cancelled")),
    "missed": ("alarm", _("did not take place")),
}

OFFERS: dict[str, tuple[str, Words]] = {
    "queued": ("wait", _("about to be sent")),
    "sent": ("wait", _("waiting for an answer")),
    "accepted": ("done", _("said yes")),
    "declined": ("later", _("said no")),
    "expired": ("later", _("did not answer in time")),
    "withdrawn": ("later", _("withdrawn")),
}

REQUIREMENTS: dict[str, Words] = {
    "information_note": _("Information note"),
    "insurance": _("Insurance"),
    "discretion": _("Duty of discretion"),
    "code_of_conduct": _("Code of conduct"),
    "training": _("Training"),
    "questions": _("Five questions on the rules"),
    "adult": _("Eighteen or older"),
    "own_duty": _("Own duty to declare"),
}

EXEMPTIONS: dict[str, Words] = {
    "elsewhere": _("learned the same elsewhere"),
    "under_way": _("it is under way"),
    "together": _("goes together with somebody who has it"),
    "next_session": _("registered for the next session"),
}

WAYS: dict[str, Words] = {"cash": _("in cash, against a signed receipt"), "transfer": _("by transfer")}
MEANS: dict[str, Words] = {"car": _("car"), "bicycle": _("bicycle")}
REAL_COSTS: dict[str, Words] = {
    "ticket": _("tram, bus, metro or train"),
    "parking": _("parking"),
    "telephone": _("telephone and data"),
    "material": _("material"),
    "other": _("something else, with proof"),
}
EXPENSES: dict[str, Words] = {"flat": _("flat rate"), "km": _("kilometres"), "real": _("real costs")}

NOTED, EXEMPTED, ENDED = _("noted"), _("exempted"), _("ended")
FROM_SESSIONS = _("from the sessions attended")

POOL: dict[str, Words] = {
    "ready": _("ready"),
    "not_ready": _("not ready yet"),
    "soon": _("something runs out soon"),
    "paused": _("pausing"),
    "stopped": _("said STOP to offers"),
    "wrong_number": _("somebody else answers at the number we have"),
}


def step(kind: str, call: str = "") -> Step:
    """What comes next, and of an alarm which: somebody who asks to be rung is not looked for. `call`: the kind of the open call."""
    found = STEPS[kind]
    return found._replace(what=ERRANDS[call].what) if call == RING_ME else found


def errand(kind: str) -> Errand:
    return ERRANDS.get(kind, SOMETHING)


def desk_language() -> str:
    """The language of the page: nl, fr or en at the desk, and any in which texts are written on what a volunteer opens."""
    language = (get_language() or "nl")[:2]
    return language if language in languages.LANGUAGES else "nl"


def language_names(codes: list[str]) -> str:
    """ "Dutch, Tarifit", as the reader of the page says it; an unknown code stays as it is."""
    reader = desk_language()
    return ", ".join(languages.name_of(code, reader) if code in languages.SPOKEN else code for code in codes)


def task_names(slugs: list[str]) -> str:
    reader = desk_language()
    return ", ".join(catalogue.get(slug).name(reader) for slug in slugs)


def skill_names(skills: list[str]) -> str:
    reader = desk_language()
    return ", ".join(catalogue.in_language(catalogue.SKILLS[one], reader) for one in skills if one in catalogue.SKILLS)


def place_name(postcode: str) -> str:
    """The municipality: "Jette"; the postcode itself where nobody knows it."""
    return places.name(postcode, desk_language()) if places.is_known(postcode) else postcode


def place_and_reference(place: str, reference: str) -> str:
    """ "Jette, 26-0377", the reference in one piece; either may be empty."""
    if not reference:
        return place
    return format_html("{}<bdi>{}</bdi>", f"{place}, " if place else "", reference)


def how_late(due: datetime, now: datetime) -> str:
    """ "31 min late", "2 hours late", "3 days late"; nothing within a minute."""
    late = now - due
    minutes = int(late.total_seconds() // 60)
    if minutes < 1:
        return ""
    if minutes < 90:
        return ngettext("%(count)d minute late", "%(count)d minutes late", minutes) % {"count": minutes}
    if late < timedelta(hours=24):
        hours = round(minutes / 60)
        return ngettext("%(count)d hour late", "%(count)d hours late", hours) % {"count": hours}
    days = (clock.local(now).date() - clock.local(due).date()).days
    return ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}


def span(start: time, end: time) -> str:
    return f"{start:%H:%M}–{end:%H:%M}"


class WayOfAsking(NamedTuple):
    name: Words
    does: Words


# The first is how Digibel comes.
WAYS_OF_ASKING: dict[str, WayOfAsking] = {
    "hazard": WayOfAsking(
        _("As many as needed"),
        _("Two or three at first. One more when somebody says no, or when silence lasts so long that hope fades."),
    ),
    "one_by_one": WayOfAsking(
        _("One by one"), _("One person, and the next after a no or four hours. The fewest texts, and the longest wait.")
    ),
    "waves": WayOfAsking(
        _("In waves"), _("Three people every hour, until somebody says yes. Fast, and others are asked in vain.")
    ),
    "broadcast": WayOfAsking(
        _("Ten at once"), _("The fastest, and nine hear that somebody else was faster. For an emergency.")
    ),
}
