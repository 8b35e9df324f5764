"""Rules E1 and E2 attacked through every door at once: the page, the program, the card, the text, and a rule that changes.

Whatever is asked, by whichever door, at an organisation that is as strict as it likes, for a client about whom anything may be
true: no volunteer is ever asked or sent for what they may not do. What may be done is worked out here once more, by hand.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.guardrails.catalogue import SKILLS, TASKS, Verdict
from digibel.organisations.keys import make_key
from digibel.organisations.scopes import EVERY_SCOPE
from digibel.problems import Problem
from digibel.requests import judging
from digibel.requests.models import HelpRequest
from digibel.scheduling import cards, clockwork, doorstep, offers, openings, promises, rejudging
from digibel.scheduling.models import LIVE_OFFERS, Offer, Visit

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples // 10
STRICTEST = (Verdict.STAFF_ONLY, Verdict.FORBIDDEN)

# Half of what is asked is about money: there most rules meet.
slugs = st.one_of(st.sampled_from(sorted(TASKS)), st.sampled_from(sorted(judging.MONEY)))
verdicts = st.sampled_from(Verdict)


def may_be_done(slug: str, tightened: dict[str, Verdict], *, administrator: bool, money_before: int) -> bool:
    """The matrix, E2 and E9, said once more and differently."""
    if TASKS[slug].verdict in STRICTEST or tightened.get(slug) in STRICTEST:
        return False
    return not (slug in judging.MONEY and (administrator or money_before >= 2))


class TestEveryDoor(TestCase):
    databases = "__all__"

    @pytest.mark.guardrail("E1", "E2", "E9")
    @settings(max_examples=EXAMPLES)
    @given(
        door=st.sampled_from(["page", "api", "card"]),
        asked=st.lists(slugs, min_size=1, max_size=4, unique=True),
        tight=st.dictionaries(slugs, verdicts, max_size=4),
        later=st.lists(st.tuples(slugs, verdicts), max_size=3),
        administrator=st.booleans(),
        money_before=st.integers(0, 3),
    )
    def test_nobody_is_asked_or_sent_for_what_they_may_not_do(
        self, door, asked, tight, later, administrator, money_before
    ):
        with clock.travel(NOW):
            self.centre = cast.organisation()
            self.volunteers = [cast.volunteer(self.centre, skills=sorted(SKILLS)) for _ in range(2)]
            kept = self.tighten(tight.items())
            client = self.somebody(administrator, money_before)
            before = set(HelpRequest.objects.values_list("pk", flat=True))
            getattr(self, f"ask_by_{door}")(client, asked, administrator)
            if door == "api":
                money_before = 0
            if door != "card":
                logged = HelpRequest.objects.exclude(pk__in=before)
                self.judged_as(logged, asked, kept, administrator, money_before)
            self.offer_and_accept()
            kept |= self.tighten(later)
            clockwork.tick()
            self.nothing_slipped(kept, administrator)

    def tighten(self, wanted):
        """As a coordinator would try; whatever is refused is not kept."""
        kept = {}
        for slug, verdict in wanted:
            with suppress(Problem):
                rejudging.tighten(self.centre, slug, verdict, reason="Liever niet", since=clock.today(), by=SYSTEM)
                kept[slug] = verdict
        return kept

    def somebody(self, administrator, money_before):
        """A client with a visit to come about something harmless, who has asked about money so many times."""
        decides = {"decides_about_money": "Mevr. Janssens"} if administrator else {}
        first = cast.request(self.centre, tasks=["look-first"], client=decides, always_home=True, windows=[])
        for _ in range(money_before):
            openings.open_request(
                cast.draft(tasks=["bank-dispute"]), organisation=self.centre, by=SYSTEM, client=first.client
            )
        return first.client

    # --- the doors --------------------------------------------------------------------------------------------------

    def ask_by_page(self, client, asked, administrator):
        browser = Browser()
        browser.force_login(cast.staff(self.centre, name="Wim"), backend="django.contrib.auth.backends.ModelBackend")
        told = {"identity": str(client.pk), "tasks": asked, "home": "always", "consent": "spoken", "caller": "client"}
        preview = browser.post(reverse("desk:intake_verdict"), told).context["judged"]
        answer = browser.post(reverse("desk:new_request"), told)
        assert answer.status_code == 303, answer.content.decode()[:2000]
        latest = HelpRequest.objects.filter(client=client).order_by("-reference")[:2]
        now = {task.slug: task.verdict for request in latest for task in request.tasks.all()}
        # What was shown while they talked is what was kept.
        assert [row.verdict for row in preview.rows] == [now[slug] for slug in asked]

    def ask_by_api(self, client, asked, administrator):
        _, secret = make_key(self.centre, name="program", scopes=EVERY_SCOPE)
        told = cast.told(tasks=asked, always_home=True, windows=[])
        if administrator:
            told["client"]["decides_about_money"] = "Mevr. Janssens"
        headers = {"Authorization": f"Bearer {secret}"}
        answer = Browser().post(
            "/api/v1/help-requests", json.dumps(told), content_type="application/json", headers=headers
        )
        assert answer.status_code == 201, answer.content
        parts = answer.json()["parts"]
        judged = Browser().post(
            "/api/v1/tasks/judgement",
            json.dumps({"tasks": asked, "decides_about_money": administrator}),
            content_type="application/json",
            headers=headers,
        )
        said = {task["slug"]: task["verdict"] for task in judged.json()["tasks"]}
        assert said == {task["slug"]: task["verdict"] for part in parts for task in part["tasks"]}
        for part in parts:
            Browser().post(f"/api/v1/help-requests/{part['reference']}/offers", headers=headers)

    def ask_by_card(self, client, asked, administrator):
        """At the door of the harmless visit, each wish as a slip; where there is no visit, there is no door."""
        request = client.help_requests.order_by("reference").first()
        with suppress(Problem):
            visit = cast.booked(request, self.volunteers[0])
            doorstep.read_rules(visit, by=SYSTEM)
            for slug in asked:
                Browser().post(reverse("desk:card_deed", args=[cards.token(visit), "slip"]), {"task": slug})

    # --- and what must never be -------------------------------------------------------------------------------------

    def judged_as(self, logged, asked, kept, administrator, money_before):
        may = {slug: may_be_done(slug, kept, administrator=administrator, money_before=money_before) for slug in asked}
        stored = {task.slug: task for request in logged for task in request.tasks.all()}
        assert {slug: Verdict(task.verdict).for_volunteers for slug, task in stored.items()} == may
        for slug, task in stored.items():
            assert Verdict(task.verdict).strictness >= TASKS[slug].verdict.strictness
        for request in logged:
            assert len({may[task.slug] for task in request.tasks.all()}) == 1

    def offer_and_accept(self):
        """Everything is offered that anybody can be made to offer, and every yes is texted."""
        for request in HelpRequest.objects.open():
            with suppress(Problem):
                cast.offered(request)
        for volunteer in self.volunteers:
            for offer in Offer.objects.live().to(volunteer):
                with suppress(Problem):
                    offers.accept(offer, 1, by=SYSTEM)
            cast.texts(volunteer, "ja")

    def nothing_slipped(self, kept, administrator):
        offered = HelpRequest.objects.filter(offers__status__in=LIVE_OFFERS)
        visited = HelpRequest.objects.filter(visits__in=Visit.objects.standing())
        for request in (offered | visited).distinct():
            for task in request.tasks.all():
                assert may_be_done(task.slug, kept, administrator=administrator, money_before=0), task.slug
        for offer in Offer.objects.all():
            assert offer.request.tasks.count() > 0
        findings = {finding.sentence: str(finding) for finding in promises.check() if not finding.holds}
        assert findings == {}
        assert list(judging.replay()) == []
