"""Why nobody? The smallest changes that would find somebody: one condition is let go at a time, over the whole pool at once.

These are things to ask the client or a colleague, never done by themselves. What a volunteer wants of their own (a limit, a pause,
no more offers) is not let go.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language, ngettext

from digibel import clock
from digibel.languages import day_in_words, name_of
from digibel.scheduling.matching import weighing
from digibel.scheduling.matching.moments import Numbers, Stretch, days_at_home
from digibel.scheduling.matching.pool import LANGUAGE_BIT, Pool, ways_to
from digibel.scheduling.matching.ranking import Ranking
from digibel.scheduling.matching.weighing import BIT, Question

BEST_DAYS = 2
SHORT = timedelta(minutes=30)
NO_TIME = BIT["no_moment"] | BIT["absent"] | BIT["over_limit"] | BIT["nobody_on_duty"]
# A no to these moments, or none at all, is none to others: they are asked again then.
ANSWERED = BIT["declined"] | BIT["silent"]
NO_LANGUAGE = BIT["no_language"] | BIT["little_language"]
# Conditions that are let go whole, by the name of the suggestion.
LET_GO = {
    "interpreter": NO_LANGUAGE,
    "papers": BIT["not_ready"],
    "dog": BIT["dog"],
    "smoke": BIT["smoke"],
    "anybody": BIT["not_the_wish"],
}

SENTENCES: dict[str, Callable[[int], str]] = {
    "day": lambda n: ngettext("on {day} one volunteer can", "on {day} {count} volunteers can", n),
    "short": lambda n: ngettext("for half an hour one volunteer can", "for half an hour {count} volunteers can", n),
    "language": lambda n: ngettext("in {language} one volunteer can", "in {language} {count} volunteers can", n),
    "interpreter": lambda n: ngettext(
        "with an interpreter on the telephone one volunteer can",
        "with an interpreter on the telephone {count} volunteers can",
        n,
    ),
    "farther": lambda n: ngettext(
        "within {minutes} minutes there is one volunteer: ask whether they go that far",
        "within {minutes} minutes there are {count} volunteers: ask whether they go that far",
        n,
    ),
    "duty": lambda n: ngettext(
        "if somebody is on duty then, one volunteer can", "if somebody is on duty then, {count} volunteers can", n
    ),
    "papers": lambda n: ngettext(
        "once their papers are in order, one volunteer can", "once their papers are in order, {count} volunteers can", n
    ),
    "dog": lambda n: ngettext(
        "if the dog is in another room, one volunteer can", "if the dog is in another room, {count} volunteers can", n
    ),
    "smoke": lambda n: ngettext(
        "if nobody smokes during the visit, one volunteer can",
        "if nobody smokes during the visit, {count} volunteers can",
        n,
    ),
    "anybody": lambda n: ngettext(
        "if anybody is welcome, one volunteer can", "if anybody is welcome, {count} volunteers can", n
    ),
}


@dataclass(frozen=True)
class Suggestion:
    code: str
    count: int
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the language that is active now."""
        said = {name: value() if callable(value) else value for name, value in self.values.items()}
        return SENTENCES[self.code](self.count).format(count=self.count, **said)


def why_nobody(ranking: Ranking) -> list[Suggestion]:
    """What would find somebody, the smallest change first; nothing where somebody can go."""
    return [] if len(ranking) else [one for one in _suggestions(ranking) if one.count]


def _suggestions(ranking: Ranking) -> Iterator[Suggestion]:
    yield from _other_days(ranking)
    yield _shorter(ranking)
    yield from _other_languages(ranking)
    yield Suggestion("interpreter", len(_would(ranking, LET_GO["interpreter"])))
    yield from _farther(ranking)
    yield Suggestion("duty", int((ranking.whole.against == BIT["nobody_on_duty"]).sum()))
    for code in ("papers", "dog", "smoke", "anybody"):
        yield Suggestion(code, len(_would(ranking, LET_GO[code])))


def _only(ranking: Ranking, bits: int) -> Numbers:
    """The rows against which nothing speaks but these."""
    whole = ranking.whole
    return whole.rows[(whole.against != 0) & (whole.against & ~bits == 0)]


def _would(ranking: Ranking, bits: int) -> Numbers:
    """Those of them who are free at one of the moments."""
    question, rows = ranking.question, _only(ranking, bits)
    pool = ranking.pool.all_ready_for(question.wanted.organisation_id) if bits == LET_GO["papers"] else ranking.pool
    return _free(pool, rows, question)


def _free(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    _, why_not = weighing.find_moments(pool, rows, question, ways_to(question.wanted.postcode))
    return rows[why_not == 0]


def _other_days(ranking: Ranking) -> Iterator[Suggestion]:
    """The days of the coming two weeks at which most can, by daylight, in the order of time."""
    question = ranking.question
    told = set(question.wanted.days)
    rows = _only(ranking, NO_TIME | ANSWERED)
    windows = [
        window
        for window in days_at_home(question.wanted.earliest, question.wanted.away)
        if clock.local(window[0]).date() not in told
    ]
    counts = [(len(_free(ranking.pool, rows, question.at([window]))), window) for window in windows]
    best = sorted(counts, key=lambda one: (-one[0], one[1]))[:BEST_DAYS]
    for count, window in sorted(best, key=lambda one: one[1]):
        yield Suggestion("day", count, {"day": _day(window)})


def _day(window: Stretch) -> Callable[[], str]:
    return lambda: day_in_words(window[0], _reader())


def _reader() -> str:
    return (get_language() or "nl")[:2]


def _shorter(ranking: Ranking) -> Suggestion:
    question = ranking.question
    if question.wanted.length <= SHORT:
        return Suggestion("short", 0)
    shorter = replace(question.wanted, length=SHORT)
    rows = _free(ranking.pool, _only(ranking, NO_TIME), Question(shorter, question.ties, question.house, question.now))
    return Suggestion("short", len(rows))


def _other_languages(ranking: Ranking) -> Iterator[Suggestion]:
    """The one language with which most of them could."""
    rows, pool = _would(ranking, NO_LANGUAGE), ranking.pool
    spoken = pool.well[rows] | pool.native[rows]
    counts = {
        code: int(((spoken & bit) != 0).sum())
        for code, bit in LANGUAGE_BIT.items()
        if code not in ("other", *ranking.question.wanted.speaks)
    }
    code = max(counts, key=lambda one: counts[one], default="")
    if code and counts[code]:
        yield Suggestion("language", counts[code], {"language": _language(code)})


def _language(code: str) -> Callable[[], str]:
    return lambda: name_of(code, _reader())


def _farther(ranking: Ranking) -> Iterator[Suggestion]:
    """The nearest of those who would have to go farther than they said, in steps of a quarter of an hour."""
    rows, pool = _would(ranking, BIT["too_far"]), ranking.pool
    if len(rows):
        minutes = ways_to(ranking.question.wanted.postcode).minutes[pool.place[rows], pool.modes[rows]]
        within = int(-(-int(minutes.min()) // 15) * 15)
        yield Suggestion("farther", int((minutes <= within).sum()), {"minutes": within})
