"""What was corrected about a client: for the volunteer who goes there, and for two colleagues who did it at once."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digibel.audit.models import Event
from digibel.desk import actors, words
from digibel.desk.forms.intake import MONEY_KINDS, WISHES, IntakeForm
from digibel.notifications.numbers import display
from digibel.requests import rectifying
from digibel.requests.drafts import ClientDraft, HelperDraft
from digibel.requests.models import Client
from digibel.scheduling import merging

PHONES = {"phone", "contact_phone", "trusted_worker_phone", "money_phone"}
LABELS: dict[str, words.Words] = {
    "speaks": gettext_lazy("Speaks"),
    "reads": gettext_lazy("Reads"),
    "helpers": gettext_lazy("Whom they name"),
}


def conflict(client: Client, draft: ClientDraft, version: int) -> dict[str, Any]:
    """Who changed what meanwhile, where this draft says otherwise: as `parts/conflict.html` takes it."""
    events = Event.objects.about(client).filter(verb=rectifying.CORRECTED).newest_first()
    last = events[0]
    theirs = rectifying.as_draft(client)
    names = rectifying.changed_after(client, version) & rectifying.differences(theirs, draft)
    return {
        "who": actors.names([last.actor], client.organisation)[last.actor],
        "changed_at": last.at,
        "changes": [
            {
                "label": label(name),
                "yours": shown(name, getattr(draft, name)),
                "theirs": shown(name, getattr(theirs, name)),
            }
            for name in rectifying.FIELDS
            if name in names
        ],
    }


def _says_more(mine: Any, theirs: Any) -> bool:
    """What is proposed: whatever is known, and a dog or smoke as soon as one of the two rows knows of it. A sparse row that was
    made in haste would else take the bell, the floor and whom to ring away.
    """
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple):
        return len(theirs) > len(mine) and set(mine) <= set(theirs)
    return _is_told(theirs) and not _is_told(mine)


def _is_told(value: Any) -> bool:
    """The ground floor is floor nought, and is told."""
    return value is not None and value is not False and value != ""


def label(name: str) -> words.Words:
    return LABELS.get(name) or IntakeForm.base_fields[name].label or name


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in {"speaks", "reads"}:
        return words.language_names(list(value)) or _("none")
    if name == "helpers":
        return "; ".join(_helper(one) for one in value) or _("nobody")
    named: dict[str, Mapping[Any, Any]] = {
        "wish": dict(WISHES),
        "money_kind": dict(MONEY_KINDS),
        "channel": words.CHANNELS,
    }
    if name in PHONES and value:
        return display(value)
    choices = named.get(name)
    text = str(choices.get(value, value)) if choices else str(value if value is not None else "")
    return text or _("nothing")


def _helper(one: HelperDraft) -> str:
    may = [(one.may_change, _("may change the request")), (one.may_hear_word, _("may hear the codeword"))]
    return ", ".join(
        [one.name, *filter(None, [one.phone and display(one.phone)]), *(said for allowed, said in may if allowed)]
    )


MOVES: dict[str, words.Words] = {
    "requests.helprequest": gettext_lazy("questions"),
    "scheduling.visit": gettext_lazy("visits"),
    "requests.consent": gettext_lazy("spoken yes"),
    "requests.namedhelper": gettext_lazy("people they name"),
    "scheduling.preference": gettext_lazy("wishes about a volunteer"),
    "notifications.outboundmessage": gettext_lazy("texts to them"),
    "notifications.inboundmessage": gettext_lazy("texts from them"),
    "notifications.calltask": gettext_lazy("calls"),
    "scheduling.complaint": gettext_lazy("complaints"),
}


def side_by_side(kept: Client, other: Client) -> dict[str, Any]:
    """Two clients who may be one person: where they differ, and what would move to the first."""
    mine, theirs = rectifying.as_draft(kept), rectifying.as_draft(other)
    return {
        "section": "requests",
        "client": kept,
        "other": other,
        "changes": [
            {
                "name": name,
                "label": label(name),
                "mine": shown(name, getattr(mine, name)),
                "theirs": shown(name, getattr(theirs, name)),
                "theirs_first": _says_more(getattr(mine, name), getattr(theirs, name)),
            }
            for name in merging.different(kept, other)
        ],
        "moves": [(MOVES.get(kind, kind), count) for kind, count in merging.preview(kept, other).items()],
    }
