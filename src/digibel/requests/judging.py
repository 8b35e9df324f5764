"""The judgement of one client's request: the catalogue's verdicts, stricter where this client's situation asks for it.

Money is not for volunteers where somebody else decides about it (an administrator or a care mandate), nor from the third
request about money or administration on (guardrail E9): staff look at why it keeps coming back. What was judged at the
beginning is kept with the request and is never loosened by a later look.
"""

from digibel.guardrails import judgement
from digibel.guardrails.catalogue import TASKS, Verdict
from digibel.requests.drafts import RequestDraft
from digibel.requests.models import Client, HelpRequest

MONEY = frozenset(slug for slug, task in TASKS.items() if task.money_or_administration)
MOST_ABOUT_MONEY = 2


def judge_draft(draft: RequestDraft, client: Client) -> judgement.Judgement:
    """What may happen with what was asked on the telephone, for this client."""
    money = bool(client.decides_about_money) or asked_about_money(client) >= MOST_ABOUT_MONEY
    for_staff = {*draft.for_staff, *(MONEY if money else ())}
    return judgement.judge(draft.tasks, tightened=dict.fromkeys(for_staff, Verdict.STAFF_ONLY))


def judge_request(request: HelpRequest) -> judgement.Judgement:
    """As it was judged when it was logged, or stricter where the catalogue has become so. Raises `NothingToJudge`."""
    verdicts = {task.slug: Verdict(task.verdict) for task in request.tasks.all()}
    return judgement.judge(verdicts, tightened=verdicts)


def asked_about_money(client: Client) -> int:
    """How many calls of this client were about money or administration; both parts of a split request are one call."""
    about = HelpRequest.objects.filter(client=client, tasks__slug__in=MONEY).values_list("pk", "split_from_id")
    return len({split_from or pk for pk, split_from in about})
