"""How long a text can get: the longest realistic value of every placeholder, to measure texts before anybody pays for them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations

from digibel import languages
from digibel.notifications.phrasebook import wording
from digibel.notifications.phrasebook.book import keys, kind, placeholder_facts, render
from digibel.notifications.phrasebook.doorwords import codewords
from digibel.notifications.phrasebook.folding import fold

# A whole year, so that every weekday meets every month. 13:30 UTC is a half hour in Brussels, which writes the longest.
_MOMENTS = tuple(datetime(2026, 1, 1, 13, 30, tzinfo=UTC) + timedelta(days=days) for days in range(365))
_VISIT = timedelta(hours=2)


def longest_text(key: str, language: str) -> str:
    """The text `key` with the longest value in every place."""
    values = {name: longest_value(name, language) for name in kind(key).placeholders}
    if key == "offer_many":
        windows = [longest_value("windows", language)] * 3
        values["windows"] = wording.numbered(windows, language, letter="A")
    return render(key, language, **values)


@cache
def longest_value(name: str, language: str) -> str:
    """The longest realistic value of one placeholder, as the reader of this language gets it."""
    fixed = placeholder_facts()[name].get("longest")
    return fixed if fixed is not None else _longest(_candidates(name, language))


def _candidates(name: str, language: str) -> list[str]:
    match name:
        case "windows" | "moment" | "old" | "deadline":
            return [languages.window(moment, moment + _VISIT, language) for moment in _MOMENTS]
        case "until" | "back":
            return [languages.day(moment, language) for moment in _MOMENTS]
        case "weekdays":
            return [languages.weekdays(three, language) for three in combinations(range(7), 3)]
        case "paper":
            return [render(key, language) for key in keys() if key.startswith("paper_")]
        case "day":
            return [languages.day_in_words(moment, language) for moment in _MOMENTS]
        case "about":
            return [languages.about(_MOMENTS[0] + timedelta(minutes=minutes), language) for minutes in (0, 15, 30, 45)]
        case "time":
            return [languages.clock_time(_MOMENTS[0], language)]
        case "kit":
            # Two kits for one visit may cost a second text: rare.
            return [render(key, language, number=99) for key in keys() if key.startswith("kit_")]
        case "languages":
            return [wording.spoken([code], language) for code in languages.LANGUAGES]
        case "distance":
            return [wording.distance(12, language)]
        case "door":
            # Two people of one home may cost a second text: rare, and one yes for two visits.
            return [wording.door(language, floor=12, lift=False, dog=True, smoke=True)]
        case "letters":
            return [wording.either(["A", "B", "C"], language)]
        case "word":
            return [word for lists in languages.LANGUAGES for word in codewords(lists)]
        case _:
            raise LookupError(f"Nobody said how long {name!r} can get.")


def _longest(candidates: list[str]) -> str:
    return max(candidates, key=lambda text: len(fold(text)))
