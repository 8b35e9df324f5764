"""The part of `docs/privacy.md` that is generated: the table of retention, and who may do what with whom."""

from collections.abc import Iterator

from django.utils.translation import gettext, override

from digibel.organisations import permissions
from digibel.organisations.models import Role
from digibel.privacy import retention
from digibel.privacy.retention import ENDS, RULES, Rule

BEGIN, END = "<!-- generated: manage.py write_privacy -->", "<!-- end of what is generated -->"


def rewritten(page: str) -> str:
    """The page with its generated part as the code says it now; the rest is written by people and stays."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{generated()}\n{END}{after}"


def generated() -> str:
    with override("en"):
        return "\n".join([*_table(), "", *_access()]) + "\n"


def _table() -> Iterator[str]:
    yield "| what | why | on which ground | how long | then |"
    yield "|---|---|---|---|---|"
    for rule in RULES:
        yield f"| {rule.what} | {rule.why} | {rule.ground} | {period(rule)} | {ENDS[rule.end]} |"


def period(rule: Rule) -> str:
    """ "365 days after their last request was closed"; "with the client". In the reader's language."""
    if not rule.keep:
        return str(rule.since)
    if rule.keep < 2 * retention.DAY:
        hours = int(rule.keep.total_seconds() // 3600)
        return gettext("%(hours)d hours %(since)s") % {"hours": hours, "since": rule.since}
    return gettext("%(days)d days %(since)s") % {"days": rule.keep.days, "since": rule.since}


def _access() -> Iterator[str]:
    """Categories of people with access (Act of 30 July 2018, art. 9), for the authority."""
    roles = [Role.INTAKE, Role.MATCHER, Role.COORDINATOR, Role.NETWORK]
    yield "| may | " + " | ".join(str(role.label) for role in roles) + " |"
    yield "|---|" + "---|" * len(roles)
    for deed, may in permissions.DEEDS.items():
        yield f"| {deed.replace('_', ' ')} | " + " | ".join("yes" if role in may else "" for role in roles) + " |"
