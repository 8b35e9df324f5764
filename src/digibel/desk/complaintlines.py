"""Complaints as the desk tells them: on the worklist, in the register, and as a file without anybody in it."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digibel import clock
from digibel.desk import words
from digibel.organisations.models import Organisation, Staff
from digibel.scheduling.models import Complaint
from digibel.scheduling.troubles import ComplaintQuerySet
from digibel.sealing import keys

KINDS: dict[str, words.Words] = {
    "service": gettext_lazy("how we work"),
    "waiting": gettext_lazy("waiting too long"),
    "visit": gettext_lazy("how a visit went"),
    "volunteer": gettext_lazy("a volunteer"),
    "money": gettext_lazy("money, codes or a card"),
    "privacy": gettext_lazy("what we know or tell of them"),
}
OUTCOMES: dict[str, words.Words] = {
    "right": gettext_lazy("they are right"),
    "partly": gettext_lazy("they are partly right"),
    "otherwise": gettext_lazy("we see it otherwise"),
    "withdrawn": gettext_lazy("they took it back"),
}
STATES: dict[str, words.Words] = {
    "open": gettext_lazy("open"),
    "late": gettext_lazy("too late"),
    "ended": gettext_lazy("ended"),
}


def search(
    organisation: Organisation, reader: Staff, *, kind: str = "", state: str = "", sort: str = ""
) -> ComplaintQuerySet:
    """All that this reader may see, nothing about themselves: the latest first; with `due` what is due, then what ended."""
    found = Complaint.objects.of(organisation).read_by(reader)
    if sort == "due":
        found = found.order_by(F("due_at").asc(nulls_last=True), "-made_at")
    if kind in KINDS:
        found = found.filter(kind=kind)
    if state in {"open", "late"}:
        found = found.open()
    if state == "late":
        found = found.filter(due_at__lt=clock.now())
    return found.exclude(ended_at=None) if state == "ended" else found


def as_rows(complaints: Iterable[Complaint]) -> list[dict[str, Any]]:
    listed = list(complaints)
    keys.prefetch([one.client.key_id for one in listed])
    return [{"complaint": one, "kind": KINDS[one.kind], "what": what(one), "bell": bell(one)} for one in listed]


def what(complaint: Complaint) -> words.Words:
    if complaint.ended_at is not None:
        return OUTCOMES[complaint.outcome]
    return _("say how it ends") if complaint.answered_at else _("give a first answer")


def bell(complaint: Complaint) -> str:
    if complaint.due_at is None:
        return "done"
    return "alarm" if complaint.due_at < clock.now() else "you"


def due(organisation: Organisation, reader: Staff) -> list[tuple[Complaint, str]]:
    """Every open complaint with the page where it is answered."""
    open_ones = Complaint.objects.of(organisation).read_by(reader).open().select_related("client").order_by("due_at")
    return [(one, reverse("desk:complaint", args=[one.pk])) for one in open_ones]


def as_csv(complaints: Iterable[Complaint]) -> str:
    """Numbers only: kind, days, outcome. No name, no words of anybody, and no number by which one is found."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["kind", "made", "answered", "ended", "outcome", "about_a_visit"])
    for one in complaints:
        days = [_day(one.made_at), _day(one.answered_at), _day(one.ended_at)]
        writer.writerow([one.kind, *days, one.outcome, "yes" if one.visit_id else "no"])
    return out.getvalue()


def _day(moment: datetime | None) -> str:
    return clock.local(moment).date().isoformat() if moment else ""
