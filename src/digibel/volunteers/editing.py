"""What a coordinator puts right about somebody in the pool: languages, skills, how they travel, where, and their limits."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from django.db import transaction

from digibel import languages, places
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import catalogue
from digibel.notifications.models import Recipient
from digibel.places import travel
from digibel.problems import Conflict, NotFound, Problem
from digibel.volunteers.models import Level, Volunteer

FIELDS: Final = (
    "postcode",
    "speaks",
    "language_levels",
    "skills",
    "modes",
    "reach_minutes",
    "reach_km",
    "weekly_limit",
    "offers_limit",
    "gender",
    "stairs_ok",
    "dog_ok",
    "smoke_ok",
    "sms_only",
)


class ChangedMeanwhile(Conflict):
    code = "volunteer_changed"
    message = "Somebody else changed this in the meantime. Look at both, and save again."


class NoLanguage(Problem):
    code = "no_language"
    message = "Choose at least one language: without one nobody is matched."


def as_known(volunteer: Volunteer) -> dict[str, Any]:
    """What may be edited, as it is now. Says nothing of who it is."""
    return {name: getattr(volunteer, name) for name in FIELDS}


@transaction.atomic
def edit(volunteer: Volunteer, *, facts: Mapping[str, Any], seen: Mapping[str, Any], by: Actor) -> Volunteer:
    """`facts` has a value for each of `FIELDS`; `seen` is `as_known` when it was read.

    Whoever saves second is told, and nothing of the first is lost. Raises `ChangedMeanwhile`, `NoLanguage`, `UnknownPostcode`.
    """
    places.get(facts["postcode"])
    if not facts["speaks"]:
        raise NoLanguage
    locked = Volunteer.objects.select_for_update(no_key=True, of=("self",)).get(pk=volunteer.pk)
    if locked.left_at is not None:
        raise NotFound
    known = as_known(locked)
    if known != dict(seen):
        raise ChangedMeanwhile
    changed = {name: told for name, told in _tidy(facts, known).items() if told != known[name]}
    for name, told in changed.items():
        setattr(locked, name, told)
    if not changed:
        return locked
    locked.save(update_fields=list(changed))
    if "speaks" in changed:
        # The language of their texts.
        Recipient.objects.filter(pk=locked.recipient_id).update(languages=locked.speaks)
    record("volunteer.edited", locked, by=by, fields=sorted(changed))
    return locked


def _tidy(facts: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What stays keeps its place: the first language is the one of their texts. A skill that is in no list any more stays too."""
    chosen = _in_place(known["speaks"], facts["speaks"], languages.SPOKEN)
    unlisted = [skill for skill in known["skills"] if skill not in catalogue.SKILLS]
    levels = {code: facts["language_levels"][code] for code in chosen if code in facts["language_levels"]}
    return {
        **facts,
        "speaks": chosen,
        "language_levels": {code: level for code, level in levels.items() if level != Level.GOOD},
        "skills": _in_place(known["skills"], [*facts["skills"], *unlisted], catalogue.SKILLS),
        "modes": [mode for mode in travel.MODES if mode in facts["modes"]],
    }


def _in_place(before: Iterable[str], told: Collection[str], listed: Iterable[str]) -> list[str]:
    stays = [one for one in before if one in told]
    return stays + [one for one in listed if one in told and one not in stays]
