"""One yes, from the webhook's text to the booked visit with its texts queued: ours, a naive ORM, and the floor.

    .venv/bin/python benchmarks/accept.py [--rounds 40] [--databases sqlite postgres]

Three people have an offer; one texts yes. Ours is what the product does: store the text, read it, accept, book, tell everybody. The
floor writes the same rows with the same statements in one raw transaction, with nothing read or decided. The naive ORM does the
same deed object by object, as one would write it first. They take turns; a figure is the median. The first yes is left out, after
which all tables of replies are loaded: a worker does that when it begins.

Of ours the database's part is small: most of it is Django, which writes the SQL of each question anew. A statement costs one to two
milliseconds before the database hears of it, and the goals would leave less than one.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from common.houses import in_each_house
from common.measuring import say

GOALS = {"sqlite": ">= 0.15", "postgres": ">= 0.4"}
WRITES = ("INSERT", "UPDATE", "DELETE")


def measure(database: str, rounds: int) -> None:
    import logging

    logging.disable(logging.INFO)
    from django.db import connection, transaction

    import cast
    from digibel.notifications import inbound
    from digibel.notifications.gateways.base import InboundText

    organisation = cast.organisation()
    numbers = iter(range(10**6))
    took: dict[str, list[float]] = {"ours": [], "naive": [], "floor": []}
    statements: list[int] = []
    in_database: list[float] = []

    def three_asked() -> list[Any]:
        """A new request, and three new people who have an offer: nobody grows tired, and every round is the same."""
        people = [cast.volunteer(organisation, name="Els") for _ in range(3)]
        return list(cast.offered(cast.request(organisation), *people))

    def yes(offer: Any) -> None:
        text = InboundText(f"yes-{next(numbers)}", offer.volunteer.recipient.number, cast.SMS_NUMBER, "ja")
        message = inbound.receive_text("simulator", text)
        assert message is not None
        assert inbound.route_text(message.pk) == "offer.accepted"

    def naive_yes(offers: list[Any]) -> None:
        """The text is stored as ours is; what follows is one object after the other."""
        text = InboundText(f"yes-{next(numbers)}", offers[0].volunteer.recipient.number, cast.SMS_NUMBER, "ja")
        message = inbound.receive_text("simulator", text)
        assert message is not None
        naive(offers)
        message.status, message.outcome = "handled", "offer.accepted"
        message.save()

    def timed(name: str, work: Callable[[], None]) -> None:
        begun = time.perf_counter()
        work()
        took[name].append(time.perf_counter() - begun)

    yes(three_asked()[0])
    for _ in range(rounds):
        offer = three_asked()[0]
        timed("ours", lambda offer=offer: yes(offer))
        offers = three_asked()
        timed("naive", lambda offers=offers: naive_yes(offers))
        offer = three_asked()[0]
        written, all_of_them, seconds = statements_of(lambda offer=offer: yes(offer))
        statements.append(all_of_them)
        in_database.append(seconds)

        def floor(written: list[tuple[str, Any]] = written) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                for sql, values in written:
                    cursor.execute(sql, values)

        timed("floor", floor)
    middle = {name: statistics.median(seconds) for name, seconds in took.items()}
    for name in ("ours", "naive"):
        ratio = middle["floor"] / middle[name]
        say("accept", f"{database}: {name}", f"{1000 * middle[name]:.1f} ms")
        say("accept", f"{database}: floor / {name}", ratio, GOALS[database] if name == "ours" else "")
    inside = f"{1000 * statistics.median(in_database):.1f} ms"
    say("accept", f"{database}: ours, of it in the database, without the commits", inside)
    say("accept", f"{database}: floor, the same rows in one raw transaction", f"{1000 * middle['floor']:.1f} ms")
    say("accept", f"{database}: statements from text to queued texts", max(statements), "<= 20 for the yes itself")


def statements_of(deed: Callable[[], None]) -> tuple[list[tuple[str, Any]], int, float]:
    """What the deed writes, in order, how many statements it needs and the seconds they take; then it is undone, so that the
    floor can write it."""
    from django.db import connection, transaction

    written: list[tuple[str, Any]] = []
    count, seconds = 0, 0.0

    def listen(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        nonlocal count, seconds
        count += "SAVEPOINT" not in sql
        if sql.startswith(WRITES):
            written.append((sql, values))
        begun = time.perf_counter()
        done = execute(sql, values, many, context)
        seconds += time.perf_counter() - begun
        return done

    with transaction.atomic():
        with connection.execute_wrapper(listen):
            deed()
        transaction.set_rollback(True)
    return written, count, seconds


def naive(offers: list[Any]) -> None:
    """The same rows, one object after the other, with whatever each of them reads on its way."""
    from django.db import transaction

    from digibel import clock
    from digibel.audit.actors import Actor
    from digibel.notifications import outbox
    from digibel.scheduling import timers, visits
    from digibel.scheduling.models import Offer, OfferStatus
    from digibel.scheduling.moves import move

    with transaction.atomic():
        chosen, by = Offer.objects.get(pk=offers[0].pk), Actor.volunteer(offers[0].volunteer)
        move(chosen, OfferStatus.ACCEPTED, by=by, answered_at=clock.now())
        timers.drop_timers(chosen.pk)
        for other in Offer.objects.filter(request=chosen.request).exclude(pk=chosen.pk):
            move(other, OfferStatus.WITHDRAWN, by=by)
            timers.drop_timers(other.pk)
            outbox.queue_message(
                other.volunteer.recipient,
                "offer.offer_withdrawn",
                organisation=chosen.request.organisation,
                subject=other,
                letter="",
                area="Jette",
            )
        timers.drop_timers(chosen.request_id)
        start, end = chosen.window(1)
        visits.book(chosen.request, chosen.volunteer, start, end, offer=chosen, by=by)


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--rounds", type=int, default=40)
    told.add_argument("--databases", nargs="*", default=["sqlite", "postgres"])
    args = told.parse_args()
    in_each_house(args.databases, measure, args.rounds)


if __name__ == "__main__":
    main()
