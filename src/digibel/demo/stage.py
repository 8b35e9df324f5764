"""The stage on which the demo's stories play: its people, its calendar, and the deeds of everyday in one short line each.

Every deed is one of the real verbs, done by somebody who may do it, at the moment the story has reached.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Model

from digibel import clock
from digibel.audit.actors import Actor
from digibel.demo import cast
from digibel.demo.texting import type_text
from digibel.languages import best_language
from digibel.notifications import calls, inbound, outbox, phrasebook
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage
from digibel.organisations.models import Organisation, Role, Staff
from digibel.requests import referrals
from digibel.requests.drafts import read_draft
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import offers, openings
from digibel.scheduling.models import Visit
from digibel.sealing.index import harmless_id
from digibel.volunteers.models import Volunteer

QUARTER = timedelta(minutes=15)
Window = tuple[datetime, datetime]


class Unscripted(Exception):
    """The story expected something else to come of this: the story or the house has changed."""


@dataclass
class Stage:
    """`now` is the moment at which the stories stop and the demo begins."""

    now: datetime
    organisations: dict[str, Organisation] = field(default_factory=dict)
    staff: dict[str, list[Staff]] = field(default_factory=dict)
    volunteers: dict[str, Volunteer] = field(default_factory=dict)
    questions: dict[str, dict[str, Any]] = field(default_factory=cast.questions)

    # --- the calendar ---------------------------------------------------------------------------------------------

    def day(self, number: int) -> date:
        """Today is 0, the next working day 1, the last one -1."""
        day, step = clock.local(self.now).date(), timedelta(days=1 if number > 0 else -1)
        for _ in range(abs(number)):
            day += step
            while not clock.is_working_day(day):
                day += step
        return day

    def at(self, number: int, hour: str) -> datetime:
        return clock.at(self.day(number), time.fromisoformat(hour))

    def ago(self, minutes: int) -> datetime:
        return self.now - timedelta(minutes=minutes)

    def quarter(self, minutes: int) -> datetime:
        """The quarter of an hour in which it is `minutes` from now (or ago, with a minus)."""
        moment = clock.local(self.now + timedelta(minutes=minutes))
        return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0).astimezone(UTC)

    def week_ago(self, hour: str) -> datetime:
        """The latest working day on which a visit was, that somebody asks about a week later: today at the latest."""
        today = clock.local(self.now).date()
        day = today - timedelta(days=7)
        while not clock.is_working_day(day) or self._asked_on(day) > today:
            day -= timedelta(days=1)
        return clock.at(day, time.fromisoformat(hour))

    def _asked_on(self, visited: date) -> date:
        day = visited + timedelta(days=7)
        while not clock.is_working_day(day):
            day += timedelta(days=1)
        return day

    def window(self, number: int, start: str, end: str) -> Window:
        return self.at(number, start), self.at(number, end)

    # --- who ------------------------------------------------------------------------------------------------------

    def by(self, organisation: Organisation, role: str) -> Actor:
        return Actor.staff(next(one for one in self.staff[organisation.slug] if one.role == role))

    # --- deeds ----------------------------------------------------------------------------------------------------

    def log(self, key: str, *windows: Window, always_home: bool = False) -> list[HelpRequest]:
        """The telephone call in which this question was asked; the part for a volunteer comes first."""
        part = self.questions[key]
        organisation = self.organisations[part["organisation"]]
        told = {
            **{name: part[name] for name in ("client", "tasks", "in_own_words", "device")},
            "caller": part.get("caller", "client"),
            "always_home": always_home,
            "windows": [{"from": start.isoformat(), "until": end.isoformat()} for start, end in windows],
            "consent": {"given": part.get("consent", True), "language": organisation.language},
        }
        by = self.by(organisation, Role.INTAKE)
        return openings.open_request(read_draft(told), organisation=organisation, by=by)

    def offer(self, request: HelpRequest, *keys: str) -> None:
        """To these volunteers, or to the best three."""
        chosen = [self.volunteers[key] for key in keys] or None
        offers.send_wave(request, by=self.by(request.organisation, Role.MATCHER), volunteers=chosen)
        outbox.sweep()

    def answers(self, key: str, word: str, outcome: str) -> None:
        """A volunteer answers with the word that we taught them: yes, no, in, out, stop. In their own language."""
        volunteer = self.volunteers[key]
        language = best_language(volunteer.recipient.languages, "nl")
        self.says(volunteer, phrasebook.answers(language)[word], outcome)

    def says(self, person: Volunteer | Client, text: str, outcome: str) -> None:
        """Somebody types this on their telephone, and the house understands it as `outcome` ("": a person looks)."""
        last = OutboundMessage.objects.filter(recipient=person.recipient).order_by("-created_at").first()
        to = last.organisation if last else next(iter(self.organisations.values()))
        text_id, _ = type_text(text, sender=person.recipient.number, to=to.sms_number)
        # By chance an id looks like somebody's number, and is kept as its trace.
        kept_id = harmless_id(text_id, purpose="provider")
        message = InboundMessage.objects.get(gateway="simulator", provider_id=kept_id)
        if (understood := inbound.route_text(message.pk)) != outcome:
            raise Unscripted(f"“{text}” was understood as “{understood}”, not as “{outcome}”.")
        outbox.sweep()

    def rings(self, kind: str, subject: Model, outcome: str) -> None:
        """Somebody makes the call that stands on the list, and notes what came of it."""
        call = CallTask.objects.open().about(subject).get(kind=kind)
        calls.note_outcome(call, outcome, by=self.by(call.organisation, call.owner))
        outbox.sweep()

    def refer(self, request: HelpRequest) -> None:
        """The slip with the nearest place that is known for this question, or the route alone."""
        near = [one.place for advice in referrals.propose(request, "nl") for one in advice.places][:1]
        by = self.by(request.organisation, Role.INTAKE)
        openings.refer(request, by=by, place_ids=[str(place.pk) for place in near])

    def visit(self, request: HelpRequest) -> Visit:
        return Visit.objects.select_related("client__recipient", "request").get(request=request)
