"""Everything that the law asks for, done in any order among everything else: after each step every promise of the house holds.

Two rows made one and two again, somebody else who decides about money, rules made stricter, a third problem overruled, kept and not
used, a yes taken back, forgotten, vermin, fraud, a lost telephone. Beside the promises: no volunteer is asked or sent for what
is not theirs any more (E1, E9).
"""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

import cast
from digibel import clock
from digibel.guardrails.catalogue import Verdict
from digibel.notifications.models import Recipient
from digibel.privacy import erasing, stopping
from digibel.requests import judging
from digibel.requests.models import Client, HelpRequest, Merge, StaffFirst
from digibel.requests.rectifying import as_draft
from digibel.scheduling import fraud, lostphones, merging, openings, rectifying, rejudging, stafffirst
from digibel.scheduling.models import LIVE_OFFERS, VisitStatus
from digibel.volunteers.models import Volunteer
from journeys.test_any_order import AnyOrder

pytestmark = pytest.mark.django_db

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
MONEY = ("online-payment", "bank-app", "tax-view")
WHYS = tuple(StaffFirst.Why.values)


def is_known():
    return Client.objects.filter(gone_at=None, merged_into=None).exists()


class AnyLaw(AnyOrder):
    """The same house, with what a coordinator, a data protection officer and a court can do."""

    def __init__(self):
        super().__init__()
        Volunteer.objects.update(skills=[*cast.SKILLS, "payments"])

    def known(self, data, label="client"):
        return self.choose(data, Client.objects.filter(gone_at=None, merged_into=None), label)

    # --- money and papers ----------------------------------------------------------------------------------------------

    @precondition(lambda self: is_known() and HelpRequest.objects.open().count() < 5)
    @rule(data=st.data(), task=st.sampled_from(MONEY), same=st.booleans())
    def asks_about_money(self, data, task, same):
        client = self.known(data)
        earlier = judging.earlier_about_money(client) if same else []
        draft = cast.draft(tasks=[task], same_as=earlier[0].reference if earlier else "")
        self.refused_or(openings.open_request, draft, organisation=self.lindeboom, by=self.by, client=client)

    @precondition(lambda self: is_known())
    @rule(data=st.data(), who=st.sampled_from(["", "Meester Bontekraai"]))
    def somebody_else_decides(self, data, who):
        client = self.known(data)
        self.refused_or(
            rectifying.correct,
            client,
            replace(as_draft(client), decides_about_money=who),
            version=client.version,
            by=self.by,
        )

    @precondition(lambda self: HelpRequest.objects.open().exists())
    @rule(data=st.data())
    def a_third_time_is_overruled(self, data):
        request = self.choose(data, HelpRequest.objects.open(), "request")
        self.refused_or(rejudging.overrule, request, reason="Ze leert het snel", by=self.by)

    @rule(task=st.sampled_from(["video-call", *MONEY]), verdict=st.sampled_from(list(Verdict)), days=st.integers(0, 3))
    def a_rule_becomes_stricter(self, task, verdict, days):
        since = clock.today() + timedelta(days=days)
        self.refused_or(
            rejudging.tighten, self.lindeboom, task, verdict, reason="De verzekering", since=since, by=self.by
        )

    # --- who it is -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: Client.objects.filter(gone_at=None, merged_into=None).count() > 1)
    @rule(data=st.data(), theirs=st.sets(st.sampled_from(merging.CHOICES), max_size=4))
    def two_are_one(self, data, theirs):
        kept, other = self.known(data, "kept"), self.known(data, "other")
        if kept != other:
            self.refused_or(merging.merge, kept, other, theirs=theirs, by=self.by)

    @precondition(lambda self: Merge.objects.filter(undone_at=None).exists())
    @rule(data=st.data())
    def they_are_two_again(self, data):
        done = self.choose(data, Merge.objects.filter(undone_at=None).select_related("kept", "merged"), "merge")
        self.refused_or(merging.undo, done, by=self.by)

    @precondition(lambda self: Client.objects.filter(gone_at__isnull=False, merged_into=None).exists())
    @rule(data=st.data())
    def it_was_a_mistake(self, data):
        gone = self.choose(data, Client.objects.filter(gone_at__isnull=False, merged_into=None), "client")
        self.refused_or(openings.undo_gone, gone, reason="wrong_person", by=self.by)

    # --- their data ----------------------------------------------------------------------------------------------------

    @precondition(lambda self: is_known())
    @rule(data=st.data(), close=st.booleans())
    def a_yes_is_taken_back(self, data, close):
        self.refused_or(stopping.withdraw_consent, self.known(data), close=close, by=self.by)

    @precondition(lambda self: is_known())
    @rule(data=st.data())
    def a_yes_is_given(self, data):
        self.refused_or(openings.note_own_yes, self.known(data), language="nl", by=self.by)

    @precondition(lambda self: is_known())
    @rule(data=st.data())
    def it_is_kept_and_not_used(self, data):
        self.refused_or(stopping.restrict_client, self.known(data), "claim", by=self.by)

    @precondition(lambda self: Recipient.objects.exclude(restricted_at=None).filter(kind="client").exists())
    @rule(data=st.data())
    def it_may_be_used_again(self, data):
        kept = self.choose(data, Client.objects.exclude(recipient__restricted_at=None), "client")
        self.refused_or(stopping.lift, kept, by=self.by, at=self.lindeboom)

    @precondition(lambda self: Client.objects.filter(gone_at=None, merged_into=None).count() > 2)
    @rule(data=st.data())
    def somebody_is_forgotten(self, data):
        self.refused_or(erasing.erase_client, self.known(data), by=self.by)

    # --- what happens --------------------------------------------------------------------------------------------------

    @precondition(lambda self: is_known())
    @rule(data=st.data(), why=st.sampled_from(WHYS))
    def staff_look_first(self, data, why):
        self.refused_or(stafffirst.note, self.known(data), [why], by=self.by)

    @precondition(lambda self: StaffFirst.objects.standing().exists())
    @rule(data=st.data())
    def a_volunteer_may_go(self, data):
        held = self.choose(data, StaffFirst.objects.standing(), "held")
        self.refused_or(stafffirst.release, held.client, reason="Opgelost", by=self.by)

    @precondition(lambda self: is_known())
    @rule(data=st.data())
    def fraud_is_heard(self, data):
        self.refused_or(fraud.on_the_telephone, self.lindeboom, key="gesprek", client=self.known(data), by=self.by)

    @rule(number=st.integers(0, 2), replaced=st.booleans())
    def a_telephone_is_lost(self, number, replaced):
        volunteer = Volunteer.objects.select_related("recipient").get(pk=self.volunteers[number].pk)
        self.refused_or(lostphones.phone_lost, volunteer, number="0470 12 34 56" if replaced else "", by=self.by)

    # --- what may never be ---------------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_asked_or_sent_for_what_is_not_theirs(self):
        """By what is true of the person now, not by what was written when it was judged."""
        asked = HelpRequest.objects.filter(offers__status__in=LIVE_OFFERS) | HelpRequest.objects.filter(
            visits__status=VisitStatus.BOOKED
        )
        for request in asked.filter(tasks__slug__in=judging.MONEY).distinct().select_related("client__recipient"):
            facts = judging.facts_now(request, request.client)
            assert facts.keeps_money_for_staff is None, request.reference


def test_every_promise_holds_whatever_the_law_asks():
    run_state_machine_as_test(
        AnyLaw,
        settings=settings(
            max_examples=150 if LONG else 1,
            stateful_step_count=50 if LONG else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
