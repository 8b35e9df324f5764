"""Whatever was done with a client, in whatever order: forgotten, nothing of them can be read, and what is counted stays.

They are known twice and made one, somebody else is taken for them by mistake, they name helpers, complain, are handed over.
"""

import os
from contextlib import suppress
from dataclasses import replace
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
from digibel.privacy.errors import ComplaintOpen
from digibel.privacy.models import Right
from digibel.problems import Problem
from digibel.requests.drafts import HelperDraft
from digibel.requests.intake import survivor
from digibel.requests.models import Client, HelpRequest
from digibel.requests.rectifying import as_draft
from digibel.scheduling import (
    clockwork,
    complaints,
    followups,
    fraud,
    handovers,
    inside,
    merging,
    offers,
    openings,
    promises,
    rectifying,
    reports,
    visits,
)
from digibel.scheduling.models import Complaint, Handover, Offer, Visit
from digibel.sealing import keys
from digibel.sealing.router import KEYS
from privacy.house import NOTE, PLANTED, SAID, WORDS, counted, planted_found

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
DEEDS += ("twin", "other_twin", "mistake", "undo", "helpers", "complain", "reply", "hand_over", "taken", "fraud")


class Life:
    def __init__(self, organisation, volunteers):
        self.organisation, self.volunteers = organisation, volunteers
        self.by = Actor.staff(organisation.staff.get())
        self.neighbour = cast.organisation("De Sleutel", sms_number="+32460000002", duty=False)
        self.client = self.known()
        self.others: list[Client] = []
        self.now = clock.now()

    def live(self, deed):
        with clock.travel(self.now), suppress(Problem), transaction.atomic():
            getattr(self, deed)()
        with clock.travel(self.now):
            outbox.sweep()

    def known(self):
        return cast.request(self.organisation, client=dict(PLANTED), in_own_words=WORDS).client

    def request(self):
        return HelpRequest.objects.filter(client=self.fresh()).order_by("-logged_at").first()

    def visit(self):
        return Visit.objects.filter(client=self.fresh()).order_by("-booked_at").first()

    def offer(self):
        offers.send_wave(self.request(), by=self.by)

    def accept(self):
        if offer := Offer.objects.live().first():
            offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))

    def decline(self):
        if offer := Offer.objects.live().first():
            offers.decline(offer, by=Actor.volunteer(offer.volunteer))

    def text(self):
        cast.texts(self.fresh(), f"{PLANTED['first_name']} hier, {WORDS}")

    def volunteer_texts(self):
        cast.texts(self.volunteers[0], "IN")

    def _with_visit(self, deed, **more):
        if visit := self.visit():
            deed(visit, by=self.by, **more)

    # The names of the deeds are words of the list above, and `in` is one of Python's own.
    def __getattr__(self, name):
        deeds = {
            "in": lambda: self._with_visit(inside.check_in),
            "out": lambda: self._with_visit(inside.check_out),
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

    def twin(self):
        merging.merge(self.fresh(), self.known(), theirs=["bell"], by=self.by)

    def other_twin(self):
        merging.merge(self.known(), self.fresh(), theirs=["family_name", "phone"], by=self.by)

    def mistake(self):
        """Somebody else is taken for them, and the call they were known by is kept."""
        other = cast.request(self.organisation, client={"phone": cast.mobile()}).client
        self.others.append(other)
        merging.merge(self.fresh(), other, theirs=["street", "phone"], by=self.by)

    def undo(self):
        done = merging.standing(self.fresh())
        if done and done[0].merged in self.others:
            merging.undo(done[0], by=self.by)

    def helpers(self):
        now = self.fresh()
        named = (HelperDraft("Nicht Scholekster", "+32498778899", may_change=True),)
        rectifying.correct(now, replace(as_draft(now), helpers=named), version=now.version, by=self.by)

    def complain(self):
        visit = self.visit()
        complaints.note(self.fresh(), kind="money" if visit else "waiting", text=SAID, visit=visit, by=self.by)

    def reply(self):
        if complaint := Complaint.objects.open().first():
            complaints.answer(complaint, text=SAID, outcome="right", by=self.by)

    def hand_over(self):
        handovers.hand_over(self.request(), to=self.neighbour, consent_language="nl", by=self.by)

    def taken(self):
        if asked := Handover.objects.filter(status="asked").first():
            handovers.accept(asked, by=self.by)

    def fraud(self):
        if (visit := self.visit()) is not None and visit.status == "under_way":
            fraud.during_visit(visit, by=self.by)
        else:
            fraud.on_the_telephone(self.organisation, key="een gesprek", by=self.by, client=self.fresh())

    def fresh(self):
        return survivor(Client.objects.select_related("recipient", "organisation").get(pk=self.client.pk))

    def end(self):
        """What stands in the way of forgetting ends first: an open complaint keeps them."""
        for visit in Visit.objects.filter(client=self.fresh(), status="under_way"):
            inside.check_out(visit, by=self.by)
        for complaint in self.fresh().complaints.open():
            with pytest.raises(ComplaintOpen):
                erasing.erase_client(self.fresh(), by=self.by)
            complaints.answer(complaint, text=SAID, outcome="withdrawn", by=self.by)

    def forget(self):
        """What the neighbour took over is the neighbour's: it stays when ours goes, and goes when they forget it."""
        erasing.erase_client(self.fresh(), by=self.by)
        for theirs in Client.objects.of(self.neighbour):
            assert theirs.first_name == PLANTED["first_name"]
            erasing.erase_client(theirs, by=self.by)

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


@settings(max_examples=200 if LONG else 3)
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=3, max_size=14))
def test_nothing_is_left_of_any_life(deeds):
    with transaction.atomic(), transaction.atomic(using=KEYS), clock.travel(clock.at(clock.today(), clock.WAKING[0])):
        organisation = cast.organisation(f"Huis {len(deeds)}")
        life = Life(organisation, [cast.volunteer(organisation, name=name) for name in ("Els", "Bob")])
        for deed in deeds:
            life.live(deed)
        with clock.travel(life.now):
            life.end()
            clockwork.tick()
            before, texts = counted(), OutboundMessage.objects.count()
            life.forget()
            outbox.sweep()
            assert planted_found() == []
            after = counted()
            for what in ("tasks", "languages", "reports", "autonomy_before", "autonomy_now", "consents", "complaints"):
                assert after[what] == before[what], what
            assert len(after["visits"]) == len(before["visits"])
            assert OutboundMessage.objects.count() >= texts
            assert [str(one) for one in promises.check() if not one.holds] == []
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=KEYS)
    keys.cache.clear()
