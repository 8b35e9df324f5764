"""Whatever people do, in whatever order, and however time passes: after every step every promise holds."""

import os
import random
import uuid
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import calls, inbound
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.problems import Problem
from digibel.requests.models import Client, Closing, HelpRequest
from digibel.scheduling import (
    clockwork,
    followups,
    inside,
    offers,
    openings,
    promises,
    readiness,
    reports,
    rescheduling,
    visits,
)
from digibel.scheduling.models import Move, Offer, Visit
from digibel.sealing import keys
from digibel.sealing.reading import unsealed_or_none
from digibel.sealing.router import KEYS
from digibel.volunteers import pool
from digibel.volunteers import readiness as met
from digibel.volunteers.models import Requirement, Volunteer

pytestmark = pytest.mark.django_db

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
MONDAY = datetime(2026, 10, 19, 7, 30, tzinfo=UTC)  # the clocks go back on the Sunday after

# Of the client whom `cast.told` tells of.
WHO_OR_WHERE = ("Guido", "Claes", "Theodor")
ANSWERS = [
    "ja",
    "nee",
    "1",
    "2",
    "A1",
    "B1",
    "STOP",
    "START",
    "IN",
    "UIT",
    "langer",
    "niemand",
    "te laat 20",
    "annuleer",
]
CLIENT_ANSWERS = ["1", "2", "3", "ja", "STOP", "START", "ander moment", "bel mij"]
ASKED = [
    {},
    {"tasks": ["video-call", "itsme-activate"]},
    {"tasks": ["video-call", "benefits"]},
    {"client": {"channel": "call", "phone": "02 511 22 44"}},
    {"client": {"channel": "letter", "phone": ""}},
    {"consent": {"given": False}, "caller": "family"},
    {"always_home": True, "windows": []},
]


class AnyOrder(RuleBasedStateMachine):
    """An organisation, three volunteers, and everything that anybody can do."""

    def __init__(self):
        super().__init__()
        self.open = ExitStack()
        # The same people and references in every run, or hypothesis could not repeat what it found.
        self.open.enter_context(mock.patch.object(uuid, "os", SimpleNamespace(urandom=random.Random(0).randbytes)))
        for database in ("default", KEYS):
            self.open.enter_context(transaction.atomic(using=database))
        self.now = self.open.enter_context(ExitStack())
        self.now.enter_context(clock.travel(MONDAY))
        self.lindeboom = cast.organisation()
        self.volunteers = [cast.volunteer(self.lindeboom, name=name) for name in ("Els", "Ayse", "Bob")]
        self.by = Actor.staff(self.lindeboom.staff.get())
        self.brought, self.looked_at = 0, set()

    def teardown(self):
        for database in ("default", KEYS):
            transaction.set_rollback(True, using=database)
        self.open.close()
        keys.cache.clear()

    # --- helpers -----------------------------------------------------------------------------------------------------

    def refused_or(self, deed, *arguments, **options):
        """A refusal is an answer too; it must leave nothing behind."""
        with suppress(Problem):
            deed(*arguments, **options)

    def texts_twice(self, person, words):
        """The network brings each text twice; the second time nothing happens, and nothing is answered."""
        self.brought += 1
        number, provider_id = person.recipient.number, f"twice-{self.brought}"
        cast.texts(number, words, provider_id=provider_id)
        before = OutboundMessage.objects.count(), Move.objects.count()
        assert inbound.receive_text("simulator", InboundText(provider_id, number, cast.SMS_NUMBER, words)) is None
        assert (OutboundMessage.objects.count(), Move.objects.count()) == before

    def choose(self, data, rows, label):
        return data.draw(st.sampled_from(list(rows.order_by("pk"))), label=label)

    @initialize(asked=st.sampled_from(ASKED), said=st.sampled_from(["", "ja", "nee"]))
    def it_begins_with_a_call(self, asked, said):
        """Most that can happen happens after somebody was asked: begin there, or with a visit booked."""
        request = cast.request(self.lindeboom, **asked)
        self.refused_or(cast.offered, request)
        if said and Offer.objects.live().exists():
            cast.texts(Offer.objects.live().first().volunteer, said)

    # --- requests ----------------------------------------------------------------------------------------------------

    @precondition(lambda self: HelpRequest.objects.open().count() < 4)
    @rule(asked=st.sampled_from(ASKED))
    def somebody_calls(self, asked):
        self.refused_or(cast.request, self.lindeboom, **asked)

    @precondition(lambda self: HelpRequest.objects.open().exists())
    @rule(data=st.data(), size=st.integers(1, 3))
    def ask_volunteers(self, data, size):
        request = self.choose(data, HelpRequest.objects.open(), "request")
        self.refused_or(offers.send_wave, request, by=self.by, size=size)

    @precondition(lambda self: HelpRequest.objects.open().exists())
    @rule(data=st.data(), volunteer=st.integers(0, 2))
    def ask_this_one(self, data, volunteer):
        request = self.choose(data, HelpRequest.objects.open(), "request")
        self.refused_or(offers.send_wave, request, by=self.by, volunteers=[self.volunteer(volunteer)])

    @precondition(lambda self: HelpRequest.objects.open().exists())
    @rule(data=st.data(), closing=st.sampled_from([Closing.WITHDRAWN, Closing.NOT_DIGITAL]))
    def close_it(self, data, closing):
        self.refused_or(
            openings.close, self.choose(data, HelpRequest.objects.open(), "request"), closing=closing, by=self.by
        )

    @precondition(lambda self: HelpRequest.objects.open().exists())
    @rule(data=st.data())
    def hand_out_a_slip(self, data):
        request = self.choose(data, HelpRequest.objects.open(), "request")
        self.refused_or(openings.refer, request, by=self.by, route="ocmw")

    @precondition(lambda self: HelpRequest.objects.open().exists())
    @rule(data=st.data(), days=st.integers(1, 5))
    def other_moments_suit(self, data, days):
        start = clock.at(clock.today() + timedelta(days=days), datetime(2026, 1, 1, 13).time())
        request = self.choose(data, HelpRequest.objects.open(), "request")
        windows = [(start, start + timedelta(hours=3))]
        self.refused_or(openings.change_moments, request, windows=windows, by=self.by)

    # --- clients -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: Client.objects.exists())
    @rule(data=st.data(), days=st.integers(1, 6))
    def client_is_in_hospital(self, data, days):
        client = self.choose(data, Client.objects.all(), "client")
        self.refused_or(openings.note_away, client, until=clock.today() + timedelta(days=days), by=self.by)

    @precondition(lambda self: Client.objects.exclude(away_until=None).exists())
    @rule(data=st.data())
    def client_is_back(self, data):
        self.refused_or(openings.note_back, self.choose(data, Client.objects.exclude(away_until=None), "c"), by=self.by)

    @precondition(lambda self: Client.objects.filter(gone_at=None).count() > 1)
    @rule(data=st.data())
    def client_dies(self, data):
        self.refused_or(openings.note_gone, self.choose(data, Client.objects.filter(gone_at=None), "c"), by=self.by)

    @precondition(lambda self: Client.objects.filter(recipient__channel="sms").exists())
    @rule(data=st.data(), words=st.sampled_from(CLIENT_ANSWERS))
    def client_texts(self, data, words):
        self.texts_twice(self.choose(data, Client.objects.exclude(recipient__number_index=""), "client"), words)

    # --- volunteers --------------------------------------------------------------------------------------------------

    def volunteer(self, number):
        return Volunteer.objects.select_related("recipient").get(pk=self.volunteers[number].pk)

    @rule(number=st.integers(0, 2), words=st.sampled_from(ANSWERS))
    def volunteer_texts(self, number, words):
        self.texts_twice(self.volunteer(number), words)

    @precondition(lambda self: Offer.objects.live().exists())
    @rule(data=st.data(), choice=st.integers(1, 3))
    def volunteer_accepts(self, data, choice):
        offer = self.choose(data, Offer.objects.live(), "offer")
        self.refused_or(offers.accept, offer, choice, by=Actor.volunteer(offer.volunteer))

    @precondition(lambda self: Offer.objects.live().exists())
    @rule(data=st.data())
    def volunteer_declines(self, data):
        offer = self.choose(data, Offer.objects.live(), "offer")
        self.refused_or(offers.decline, offer, by=Actor.volunteer(offer.volunteer))

    @rule(number=st.integers(0, 2))
    def volunteer_pauses(self, number):
        readiness.pause(self.volunteer(number), by=self.by)

    @rule(number=st.integers(0, 2))
    def volunteer_resumes(self, number):
        pool.resume(self.volunteer(number), by=self.by)

    @rule(number=st.integers(0, 2), requirement=st.sampled_from(Requirement.values), days=st.integers(-1, 3))
    def something_runs_out(self, number, requirement, days):
        last_day = clock.today() + timedelta(days=days)
        readiness.lose_readiness(self.volunteer(number), self.lindeboom, requirement, last_day=last_day, by=self.by)

    @rule(number=st.integers(0, 2))
    def everything_is_in_order_again(self, number):
        for requirement in Requirement.values:
            since = clock.today() - timedelta(days=1)
            met.note(self.volunteer(number), self.lindeboom, requirement, since=since, until=None, by=self.by)

    # --- visits ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: Visit.objects.standing().exists())
    @rule(
        data=st.data(),
        deed=st.sampled_from([visits.confirm, inside.check_in, inside.check_out, inside.extend]),
    )
    def around_the_door(self, data, deed):
        self.refused_or(deed, self.choose(data, Visit.objects.standing(), "visit"), by=self.by)

    @precondition(lambda self: Visit.objects.standing().exists())
    @rule(
        data=st.data(),
        deed=st.sampled_from([visits.cancel, visits.miss]),
        reason=st.sampled_from(["volunteer_cannot", "client_cannot", "organisation"]),
    )
    def it_does_not_take_place(self, data, deed, reason):
        self.refused_or(deed, self.choose(data, Visit.objects.standing(), "visit"), by=self.by, reason=reason)

    @precondition(lambda self: Visit.objects.standing().exists())
    @rule(data=st.data(), hours=st.integers(-3, 60), agreed=st.booleans())
    def it_moves(self, data, hours, agreed):
        visit = self.choose(data, Visit.objects.standing(), "visit")
        start, was = visit.starts_at + timedelta(hours=hours), visit.starts_at
        self.refused_or(rescheduling.reschedule, visit, start, was=was, by=self.by, agreed=agreed)

    @precondition(lambda self: Visit.objects.filter(status="done").exists())
    @rule(data=st.data(), all_right=st.booleans())
    def it_is_reported(self, data, all_right):
        visit = self.choose(data, Visit.objects.filter(status="done"), "visit")
        self.refused_or(reports.report, visit, by=self.by, all_right=all_right)

    @precondition(lambda self: Visit.objects.filter(status="done", followed_up_at=None).exists())
    @rule(
        data=st.data(),
        outcome=st.sampled_from(["works", "fails", "refer", "refused", "silent"]),
        worries=st.sampled_from([(), (), ("came_back",), ("money",)]),
    )
    def it_is_followed_up(self, data, outcome, worries):
        visit = self.choose(data, Visit.objects.filter(status="done", followed_up_at=None), "visit")
        self.refused_or(followups.note, visit, outcome, by=self.by, worries=worries)

    @precondition(lambda self: CallTask.objects.open().exists())
    @rule(data=st.data())
    def somebody_makes_a_call(self, data):
        call = self.choose(data, CallTask.objects.open(), "call")
        outcome = data.draw(st.sampled_from(calls.script_of(call).outcomes), label="outcome")
        self.refused_or(calls.note_outcome, call, outcome, by=self.by)

    # --- time --------------------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 20, 60, 240, 1440, 4 * 1440]))
    def time_passes(self, minutes):
        self.move_to(clock.now() + timedelta(minutes=minutes))

    @precondition(lambda self: Visit.objects.standing().exists())
    @rule(data=st.data(), minutes=st.sampled_from([-30, 1, 75]))
    def the_hour_comes(self, data, minutes):
        moment = self.choose(data, Visit.objects.standing(), "visit").starts_at + timedelta(minutes=minutes)
        self.move_to(max(moment, clock.now()))

    def move_to(self, moment):
        until = clockwork.live_through(moment)
        self.now.close()
        self.now.enter_context(clock.travel(until))

    @invariant()
    def before_a_yes_no_text_says_who_or_where(self):
        """Invariant 7: whatever an offer says and whatever becomes of it, it is of a neighbourhood and a topic."""
        asked = OutboundMessage.objects.filter(kind__startswith="offer.").exclude(pk__in=self.looked_at)
        for text in asked.filter(body__isnull=False):
            self.looked_at.add(text.pk)
            said = unsealed_or_none(text, "body") or ""
            assert [word for word in WHO_OR_WHERE if word in said] == [], text.kind

    @invariant()
    def every_promise_holds(self):
        assert [str(finding) for finding in promises.check() if not finding.holds] == []


def test_every_promise_holds_whatever_people_do():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=150 if LONG else 2,
            stateful_step_count=50 if LONG else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
