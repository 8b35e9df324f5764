"""Fifty say yes at the same instant, each in a process of its own: how many win? Ours against check-then-save.

    .venv/bin/python benchmarks/accepting.py [--trials 20] [--people 50] [--databases sqlite postgres]

A trial is one request with fifty open offers; processes that are connected already wait for one signal. Counted are the trials with
exactly one winner, one visit, and a kind "already taken" for everybody else; a thousand trials are the long way (`--trials 1000`).
The rival looks whether the request is free, then saves, as most programs do: no lock, no constraint, no second look. It does so on
a small table of its own, so that ours need not be weakened for it.
"""

import argparse
import multiprocessing
from collections import Counter
from datetime import timedelta
from typing import Any

from common.houses import in_each_house
from common.measuring import say

FORK = multiprocessing.get_context("fork")
PATIENCE = 120


def answer_yes(jobs: Any, told: Any, start: Any) -> None:
    """One volunteer's process: takes a job, waits for the signal, and says what it heard."""
    from django.db import connection

    connection.ensure_connection()
    while (job := jobs.get()) is not None:
        start.wait(PATIENCE)
        told.put(DEEDS[job[0]](*job[1:]))


def accept(offer_id: object) -> str:
    from digibel.audit.actors import Actor
    from digibel.problems import Problem
    from digibel.scheduling import offers
    from digibel.scheduling.models import Offer

    offer = Offer.objects.select_related("volunteer").get(pk=offer_id)
    try:
        offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))
    except Problem as refusal:
        return refusal.code
    return "won"


def check_then_save(trial: int, person: int) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rival WHERE trial = %s", [trial])
        if cursor.fetchone()[0]:
            return "already_taken"
        cursor.execute("INSERT INTO rival (trial, person) VALUES (%s, %s)", [trial, person])
    return "won"


DEEDS = {"ours": accept, "rival": check_then_save}


def measure(database: str, trials: int, people: int) -> None:
    from django.db import connection, connections, transaction

    import cast
    from digibel.audit.actors import SYSTEM
    from digibel.scheduling import offers, visits
    from digibel.scheduling.models import Visit

    with transaction.atomic():
        organisation = cast.organisation()
        crowd = [cast.volunteer(organisation, name=f"V{number}") for number in range(people)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE rival (trial integer, person integer)")
    connections.close_all()
    start, told = FORK.Barrier(people), FORK.Queue()
    queues = [FORK.Queue() for _ in range(people)]
    workers = [FORK.Process(target=answer_yes, args=(queue, told, start)) for queue in queues]
    for worker in workers:
        worker.start()
    right: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for trial in range(trials):
        with transaction.atomic():
            request = cast.request(organisation)
            made = offers.send_wave(request, by=SYSTEM, volunteers=crowd)
        for name, jobs in (("ours", [(one.pk,) for one in made]), ("rival", [(trial, one) for one in range(people)])):
            for queue, job in zip(queues, jobs, strict=True):
                queue.put((name, *job))
            heard = Counter(told.get(timeout=PATIENCE) for _ in range(people))
            right[name] += heard == {"won": 1, "already_taken": people - 1}
            most[name] = max(most[name], heard["won"])
        visit = Visit.objects.standing().get()
        visits.cancel(visit, by=SYSTEM, reason="organisation")
        make_room()
    for queue in queues:
        queue.put(None)
    for worker in workers:
        worker.join(PATIENCE)
    for name in DEEDS:
        what = f"{database}, {name}: one winner and {people - 1} kind answers"
        say("accepting", what, f"{right[name]:,} of {trials:,}", "all" if name == "ours" else "")
        say("accepting", f"{database}, {name}: winners, at most", most[name], "1" if name == "ours" else "")


def make_room() -> None:
    """Older offers and visits as of last month, so that nobody has been asked too often when the next trial begins."""
    from django.db.models import F

    from digibel.scheduling.models import Offer

    Offer.objects.update(created_at=F("created_at") - timedelta(days=30))


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--trials", type=int, default=20)
    told.add_argument("--people", type=int, default=50)
    told.add_argument("--databases", nargs="*", default=["sqlite", "postgres"])
    args = told.parse_args()
    in_each_house(args.databases, measure, args.trials, args.people)


if __name__ == "__main__":
    main()
