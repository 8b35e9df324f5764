"""The small pieces that texts are put together from: a floor, a distance, a list of windows."""

from collections.abc import Sequence

from digibel.languages import name_of
from digibel.notifications.phrasebook.book import render


def door(
    language: str,
    *,
    floor: int | None = None,
    lift: bool | None = None,
    dog: bool = False,
    smoke: bool = False,
    people: int = 1,
) -> str:
    """What a volunteer should know of the door before saying yes: ", 4e verd. zonder lift, hond"; "" when there is nothing.

    The ground floor needs no word; a lift is only worth one where there are stairs.
    """
    pieces = [render("two_people", language)] if people == 2 else []
    if floor is not None and floor > 0:
        lifts = {None: "", True: render("lift", language), False: render("no_lift", language)}
        pieces.append(f"{render('floor', language, number=floor)} {lifts[lift]}".strip())
    pieces += [render(word, language) for word, is_so in (("dog", dog), ("smoke", smoke)) if is_so]
    comma = render("comma", language)
    # A full stop comes after it; "sans asc.." is one too many.
    return "".join(f"{comma} {piece}" for piece in pieces).removesuffix(".")


def distance(kilometres: float, language: str) -> str:
    """How far, in whole kilometres and at least one, as finer would say where the client lives: "3 km"."""
    return render("km", language, number=max(1, round(kilometres)))


def spoken(codes: Sequence[str], language: str) -> str:
    """The languages of the visit, named in `language`: "Frans/Turks"."""
    return "/".join(name_of(code, language) for code in codes)


def either(options: Sequence[str], language: str) -> str:
    """A choice: "A", "A of B", "A, B of C"."""
    *first, last = options
    if not first:
        return last
    return f"{(render('comma', language) + ' ').join(first)} {render('or', language)} {last}"


def numbered(windows: Sequence[str], language: str, letter: str = "") -> str:
    """Windows with the number to answer: "1 = do 26/11 14u, 2 = ..."; with a letter "A1 = ..., A2 = ..."."""
    return f"{render('comma', language)} ".join(
        f"{letter}{number} = {text}" for number, text in enumerate(windows, start=1)
    )


def topic_fallback(language: str) -> str:
    """What a visit is about when the task has no short name in this language: "hulp met een toestel"."""
    return render("topic_fallback", language)
