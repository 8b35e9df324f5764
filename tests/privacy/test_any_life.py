"""Whatever was done with a client, in whatever order: forgotten, nothing of them can be read, and what is counted stays."""

import os
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.privacy import erasing, rights, stopping, sweeping
from digibel.privacy.models import Right
from digibel.problems import Problem
from digibel.requests.models import HelpRequest
from digibel.scheduling import clockwork, followups, offers, openings, promises, reports, visits
from digibel.scheduling.models import Offer, Visit
from digibel.sealing import keys
from digibel.sealing.router import KEYS
from privacy.house import NOTE, PLANTED, WORDS, counted, planted_found

pytestmark = pytest.mark.django_db

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
DEEDS = (
    "offer",
    "accept",
    "decline",
    "text",
    "volunteer_texts",
    "in",
    "out",
    "report",
    "follow_up",
    "cancel",
    "again",
    "close",
)
DEEDS += ("away", "back", "withdraw", "restrict", "lift", "ask", "hour", "day", "week", "sweep")


class Life:
    def __init__(self, organisation, volunteers):
        self.organisation, self.volunteers = organisation, volunteers
        self.by = Actor.staff(organisation.staff.get())
        self.client = cast.request(organisation, client=dict(PLANTED), in_own_words=WORDS).client
        self.now = clock.now()

    def live(self, deed):
        with clock.travel(self.now), suppress(Problem), transaction.atomic():
            getattr(self, deed)()
        with clock.travel(self.now):
            outbox.sweep()

    def request(self):
        return HelpRequest.objects.filter(client=self.client).order_by("-logged_at").first()

    def visit(self):
        return Visit.objects.filter(client=self.client).order_by("-booked_at").first()

    def offer(self):
        offers.send_wave(self.request(), by=self.by)

    def accept(self):
        if offer := Offer.objects.live().first():
            offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))

    def decline(self):
        if offer := Offer.objects.live().first():
            offers.decline(offer, by=Actor.volunteer(offer.volunteer))

    def text(self):
        self.client.refresh_from_db()
        cast.texts(self.client, f"{PLANTED['first_name']} hier, {WORDS}")

    def volunteer_texts(self):
        cast.texts(self.volunteers[0], "IN")

    def _with_visit(self, deed, **more):
        if visit := self.visit():
            deed(visit, by=self.by, **more)

    # The names of the deeds are words of the list above, and `in` is one of Python's own.
    def __getattr__(self, name):
        deeds = {
            "in": lambda: self._with_visit(visits.check_in),
            "out": lambda: self._with_visit(visits.check_out),
            "report": lambda: self._with_visit(reports.report, all_right=True, note=NOTE),
            "cancel": lambda: self._with_visit(visits.cancel, reason="organisation"),
        }
        return deeds[name]

    def follow_up(self):
        if visit := self.visit():
            followups.note(visit, "fails", by=self.by)

    def again(self):
        told = cast.draft(in_own_words=WORDS)
        openings.open_request(told, organisation=self.organisation, by=self.by, client=self.fresh())

    def close(self):
        openings.close(self.request(), closing="withdrawn", by=self.by)

    def away(self):
        openings.note_away(self.fresh(), until=clock.today() + timedelta(days=2), by=self.by)

    def back(self):
        openings.note_back(self.fresh(), by=self.by)

    def withdraw(self):
        stopping.withdraw_consent(self.fresh(), by=self.by)

    def restrict(self):
        stopping.restrict_client(self.fresh(), "claim", by=self.by)

    def lift(self):
        stopping.lift(self.fresh(), by=self.by, at=self.organisation)

    def ask(self):
        rights.note_request(self.fresh(), Right.ACCESS, organisation=self.organisation, by=self.by)

    def fresh(self):
        return type(self.client).objects.select_related("recipient", "organisation").get(pk=self.client.pk)

    def _let_pass(self, length):
        self.now = clockwork.live_through(self.now + length)

    def hour(self):
        self._let_pass(timedelta(hours=1))

    def day(self):
        self._let_pass(timedelta(days=1, hours=2))

    def week(self):
        self._let_pass(timedelta(days=8))

    def sweep(self):
        sweeping.sweep()


@settings(max_examples=200 if LONG else 6)
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=3, max_size=14))
def test_nothing_is_left_of_any_life(deeds):
    with transaction.atomic(), transaction.atomic(using=KEYS), clock.travel(clock.at(clock.today(), clock.WAKING[0])):
        organisation = cast.organisation(f"Huis {len(deeds)}")
        life = Life(organisation, [cast.volunteer(organisation, name=name) for name in ("Els", "Bob")])
        for deed in deeds:
            life.live(deed)
        with clock.travel(life.now):
            if (visit := life.visit()) is not None and visit.status == "under_way":
                visits.check_out(visit, by=life.by)
            clockwork.tick()
            before, texts = counted(), OutboundMessage.objects.count()
            erasing.erase_client(life.fresh(), by=life.by)
            outbox.sweep()
            assert planted_found() == []
            after = counted()
            for what in ("tasks", "languages", "reports", "autonomy", "consents"):
                assert after[what] == before[what], what
            assert len(after["visits"]) == len(before["visits"])
            assert OutboundMessage.objects.count() >= texts
            assert [str(one) for one in promises.check() if not one.holds] == []
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=KEYS)
    keys.cache.clear()
