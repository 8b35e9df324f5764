"""What people decide about matching: how much each criterion counts at their organisation, and an interpreter for one request."""

from collections.abc import Mapping

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import Organisation
from digibel.problems import Problem
from digibel.requests.models import HelpRequest
from digibel.scheduling import errors
from digibel.scheduling.locks import lock_request
from digibel.scheduling.matching.house import Weights, read_weights
from digibel.scheduling.matching.models import CRITERIA, MOST_WEIGHT, MatchChoice, MatchWeights


class WrongWeight(Problem):
    code = "wrong_weight"
    message = "Choose a whole number from 0 to {most} for each line."


@transaction.atomic
def weigh_differently(organisation: Organisation, weights: Mapping[str, int], *, by: Actor) -> Weights:
    """From now on candidates of this organisation stand in another order. What was sent stays sent. Returns what it was."""
    if set(weights) != set(CRITERIA) or not all(0 <= weight <= MOST_WEIGHT for weight in weights.values()):
        raise WrongWeight(most=MOST_WEIGHT)
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    before = read_weights(organisation.pk)
    if before == dict(weights):
        return before
    facts = {**weights, "changed_at": clock.now(), "changed_by": str(by)}
    MatchWeights.objects.update_or_create(organisation=organisation, defaults=facts)
    changed = {name: f"{before[name]} -> {weight}" for name, weight in weights.items() if before[name] != weight}
    record("matching.weighed", organisation, by=by, organisation_id=organisation.pk, **changed)
    return before


@transaction.atomic
def choose_interpreter(request: HelpRequest, wanted: bool, *, by: Actor) -> None:
    """An interpreter joins by telephone, so that the volunteer need not speak the client's language; or not after all."""
    locked = lock_request(request.pk)
    if not locked.is_open:
        raise errors.RequestClosed
    MatchChoice.objects.update_or_create(
        request=locked, defaults={"interpreter": wanted, "chosen_at": clock.now(), "chosen_by": str(by)}
    )
    record("request.interpreter_chosen", locked, by=by, organisation_id=locked.organisation_id, interpreter=wanted)
