"""The words for each call about a visit, from what is true now: for the client, who passes it on for them, or the volunteer."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from digibel import clock, languages
from digibel.audit.models import Event
from digibel.notifications import phrasebook
from digibel.notifications.calls import until
from digibel.notifications.models import CallTask, Channel
from digibel.notifications.numbers import display
from digibel.notifications.recipients import language_of
from digibel.organisations import numbers
from digibel.requests import referrals
from digibel.scheduling import announcing, offers, pairs, worklist
from digibel.scheduling.models import Visit

TO_CLIENT = {
    "follow_up": "follow_up_call",
    "new_word": "new_word_call",
    "undelivered": "undelivered_call",
    "nobody_home": "at_door_call",
    "late": "late_call",
    "other_moment": "ring_back_call",
    "call_me": "ring_back_call",
}
TO_VOLUNTEER = {"undelivered": "volunteer_text_call", "ring_me": "ring_me_call"}
# To whom meets a volunteer at the place of a slip: nobody comes to a door.
AT_THE_PLACE = {
    "follow_up": "follow_up_call",
    "undelivered": "undelivered_call",
    "nobody_home": "meet_now_call",
    "late": "meet_late_call",
}
# What a worker they trust passes on: who comes, when, and the word.
PASSED_ON = {"announce", "confirm", "new_word"}
PASSED_ON_WORDS = {"relay_call", "reception_call"}
SAYS_WHO = PASSED_ON_WORDS | {"announce_call", "confirm_call", "new_volunteer_call"}


def of(visit: Visit, call: CallTask, *, language: str) -> str:
    """One sentence on each line."""
    key = _key(visit, call)
    said = _render(key, visit, call, language)
    more = list(_said_besides(key, visit, call, language))
    greeting, *rest = said.splitlines()
    return "\n".join([greeting, *more, *rest[:1], *_until_when(visit, call, language), *rest[1:]])


def _said_besides(key: str, visit: Visit, call: CallTask, language: str) -> Iterator[str]:
    """What is said right after the greeting: that it has moved, that two come."""
    if key in PASSED_ON_WORDS and _has_moved(visit):
        yield _render("no_longer_then", visit, call, language)
    if key in SAYS_WHO and (other := pairs.second_of(visit)) is not None:
        yield phrasebook.render(
            "two_come", language, volunteer=visit.volunteer.first_name, other=other.volunteer.first_name
        )


def _until_when(visit: Visit, call: CallTask, language: str) -> Iterator[str]:
    """What the volunteer said last: so many minutes, counted from when they were to be there, or from when they said so after it.
    Nothing where they said no number."""
    if call.kind != "visit.late":
        return
    last = Event.objects.about(visit).filter(verb="visit.late").newest_first().first()
    if last is not None and last.facts.get("minutes"):
        moment = max(last.at, visit.starts_at) + timedelta(minutes=last.facts["minutes"])
        yield phrasebook.render("late_until", language, about=languages.about(moment, language))


def _has_moved(visit: Visit) -> bool:
    return visit.client_expects is not None and visit.client_expects != visit.starts_at


def _render(key: str, visit: Visit, call: CallTask, language: str) -> str:
    values, wanted = _values(visit, call, language), phrasebook.placeholders(key)
    if "emergency" in wanted:
        values["emergency"] = numbers.find("emergency", call.organisation).value(language)
    return phrasebook.render(key, language, **{name: values[name] for name in wanted})


def language_for(visit: Visit, call: CallTask) -> str:
    """Theirs; that of the house for whoever passes it on, who is a colleague somewhere."""
    if call.channel == Channel.WORKER:
        return call.organisation.language
    recipient = visit.volunteer.recipient if is_to_volunteer(visit, call) else visit.client.recipient
    return language_of(recipient, call.organisation)


def is_to_volunteer(visit: Visit, call: CallTask) -> bool:
    return call.recipient_id == visit.volunteer.recipient_id


def through_reception(visit: Visit, call: CallTask) -> bool:
    """Whether it is a reception that is rung, and not the client."""
    return call.channel == Channel.WORKER and visit.client.reception and call.recipient_id == visit.client.recipient_id


def passes_reception(visit: Visit, call: CallTask) -> bool:
    """Rung to the reception, or posted to where the reception opens the door: either way the word was left out."""
    return through_reception(visit, call) or (call.channel == Channel.LETTER and visit.client.reception)


def _key(visit: Visit, call: CallTask) -> str:
    what = call.kind.partition(".")[2]
    if is_to_volunteer(visit, call):
        return TO_VOLUNTEER.get(what, "report_call")
    if visit.request.meets_at_id is not None:
        return _key_at_the_place(visit, call, what)
    if what == "cancelled":
        return _key_for_nobody_comes(visit, call)
    if through_reception(visit, call):
        return "reception_call"
    if call.channel == Channel.WORKER and what in PASSED_ON:
        return "relay_call"
    return TO_CLIENT.get(what) or _key_for_somebody_comes(visit, what)


def _key_at_the_place(visit: Visit, call: CallTask, what: str) -> str:
    if what == "cancelled":
        return "meet_relay_off_call" if call.channel == Channel.WORKER else "meet_off_call"
    if through_reception(visit, call):
        return "meet_reception_call"
    if call.channel == Channel.WORKER and what in PASSED_ON:
        return "meet_relay_call"
    return AT_THE_PLACE.get(what, "meet_call")


def _key_for_nobody_comes(visit: Visit, call: CallTask) -> str:
    if call.channel == Channel.WORKER:
        return "relay_cancel_call"
    return "cancel_call" if clock.local(_called_off(visit)).date() == clock.today() else "cancel_later_call"


def _called_off(visit: Visit) -> datetime:
    """The moment at which nobody comes: the one the client has heard of, where it had moved since."""
    return announcing.expected_at(visit) or visit.starts_at


def _key_for_somebody_comes(visit: Visit, what: str) -> str:
    """Nobody is asked whether they still know a word that nobody has told them."""
    if what == "confirm" and worklist.is_announced(visit):
        return "confirm_call"
    if _has_moved(visit):
        return "moved_call"
    if visit.client_expects is not None:
        return "new_volunteer_call"
    theirs = announcing.visits_of_both(visit.client, visit.volunteer)
    return "new_volunteer_call" if announcing.is_replacement(visit, theirs) else "announce_call"


def _values(visit: Visit, call: CallTask, language: str) -> dict[str, str]:
    day = _called_off(visit) if call.kind == "visit.cancelled" else visit.starts_at
    place = visit.request.meets_at
    return {
        "organisation": call.organisation.name,
        "phone": display(call.organisation.phone),
        "client": visit.client.first_name if is_to_volunteer(visit, call) else visit.client.called,
        "name": visit.volunteer.first_name,
        "volunteer": visit.volunteer.first_name,
        "word": visit.word,
        "old": languages.day_and_time(visit.client_expects or visit.starts_at, language),
        "day": languages.day_in_words(day, language),
        "about": languages.about(visit.starts_at, language),
        "deadline": languages.day_and_time(until(call) or visit.starts_at, language),
        "topic": offers.topic_of(visit.request, language),
        "time": languages.clock_time(day, language),
        "where": place.short_name_in(language) if place is not None else "",
        "helper": referrals.place_in_words(place, language) if place is not None else "",
    }
