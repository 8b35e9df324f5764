"""The answer to an offer. Nobody is booked unless one window is meant, and nothing is said that could change it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from digibel.notifications.replies.answers import (
    BECAUSE,
    DAYS,
    EXCUSE,
    NO,
    SHORTEST_TALE,
    SMALL,
    STORY,
    UNCLEAR,
    UNSURE,
    WHEN,
    YES,
    Reply,
    first_content,
)
from digibel.notifications.replies.choosing import all_refused, chosen_over
from digibel.notifications.replies.meanings import SO_BECAUSE, THAT_DAY, Sign
from digibel.notifications.replies.said import Said, Told, is_but, meanings_of

# What may be told beside a yes that books somebody. Nothing of grown relatives: they might be the ones who come.
_TALE: Final = SMALL | {"unknown", "reason", "thing", "on_the_way", "see_you", "today", "yes"}

# What a clause may hold that refuses one of two offers, and says nothing of the other.
_REFUSAL: Final = SMALL | NO | {"letter", "negation", "regret", "at"}

_WHY_THIS_ONE: Final = DAYS | {"others", "day", "at"}


@dataclass(frozen=True, slots=True)
class Offers:
    """The live offers of one volunteer: a letter each, and how many windows each has."""

    letters: Sequence[str]
    windows: Sequence[int]


def answered(said: Said, offers: Offers) -> Reply:
    said = _without_the_refused(said)
    letters = said.values("letter")
    if len(letters) > 1 or not (letters or len(offers.letters) == 1):
        return UNCLEAR
    place = letters[0] if letters else 0
    chosen = None if letters or _leaves_a_but(said) else chosen_over(said, offers.windows[place])
    if chosen:
        return Reply("accept", offers.letters[place], chosen)
    if not letters and all_refused(said, offers.windows[place]):
        return Reply("decline", offers.letters[place])
    # "Sorry, on holiday" and "I work that day" are a no that spares us the word.
    excused = said.busy or (said.have("reason") and said.have("regret", "day", "today", "tomorrow"))
    excused &= first_content(said).meaning != "number" or said.have("regret") or not said.because
    # "On Thursdays I work" turns down the only window there is; of three it may be one.
    excused |= offers.windows[place] == 1 and said.busy_behind(DAYS)
    # So are a full reason and nothing else: "my child is ill".
    excused |= said.clearly("reason") and said.only(SMALL, BECAUSE, {"thing"})
    refused = said.have(*NO) or excused
    if letters and said.only(SMALL, {"letter", "negation", "regret"}) and said.have("negation"):
        return Reply("decline", offers.letters[place])
    if refused:
        return _declined(said, offers.letters[place], offers.windows[place])
    if said.kept_away and not (said.because and said.have("number")):
        return UNCLEAR
    return _accepted(said.on_that_day().nowhere_inside(), place, offers)


def _without_the_refused(said: Said) -> Said:
    """The answer to one offer, where the other one is refused: "A2, B lukt niet", "A2 mais pas B"."""
    if len(said.values("letter")) != 2 or _leaves_a_but(said):
        return said
    clauses = [part for clause in said.parted_at_but().clauses() for part in _cut_before_a_refusal(clause)]
    refused = [clause for clause in clauses if _refuses_a_letter(clause)]
    if len(refused) != 1 or sum(is_but(sign) for sign in said.all) > 1:
        return said
    kept = Said([sign for clause in clauses if clause is not refused[0] for sign in clause if not is_but(sign)])
    return kept if len(kept.values("letter")) == 1 else said


def _leaves_a_but(said: Said) -> bool:
    """ "B is fine, A is not, but": what comes next we were not told; nor what stood before it, where it begins so."""
    told = [sign for sign in said.all if sign.meaning not in SMALL]
    return bool(told) and (is_but(told[0]) or is_but(told[-1]))


def _cut_before_a_refusal(clause: list[Sign]) -> list[list[Sign]]:
    """The "not B" at the end of "I take A2 and not B" apart. Without a yes before it, "A2 not B" may refuse either."""
    for place, sign in enumerate(clause):
        behind = [other.meaning for other in clause[place:] if other.meaning not in SMALL]
        before = meanings_of(clause[:place])
        if behind == ["negation", "letter"] and sign.meaning == "negation" and "letter" in before and before & YES:
            return [clause[:place], clause[place:]]
    return [clause]


def _refuses_a_letter(clause: list[Sign]) -> bool:
    # One "no": who says it twice may mean the first offer with the second.
    refusals = [sign for sign in clause if sign.meaning in NO | {"negation"}]
    told = meanings_of(sign for sign in clause if not is_but(sign))
    return "letter" in told and len(refusals) == 1 and told <= _REFUSAL


def _accepted(said: Said, place: int, offers: Offers) -> Reply:
    letter, windows = offers.letters[place], offers.windows[place]
    numbered = (bool(said.values("number")) or said.have("last")) and windows > 1
    twice = said.clearly("yes") or sum(sign.meaning in YES for sign in said.all) > 1
    # A preference is a choice among windows or offers, and a day may be named beside a choice or a yes.
    fits = {"preference"} if numbered or (len(offers.letters) > 1 and windows == 1) else set()
    fits |= DAYS if not said.have("preference") and (numbered or (windows == 1 and twice)) else set()
    told = said.answer_and_tale(
        SMALL | YES | {"number", "letter", "last", "middle", "see_you"} | fits, YES | {"number", "letter"}
    )
    numbers = list(dict.fromkeys(sign.value for sign in told.answer if sign.meaning == "number"))
    numbers += [windows] if windows > 1 and "last" in meanings_of(told.answer) else []
    numbers += [windows // 2 + 1] if windows % 2 and windows > 1 and "middle" in meanings_of(told.answer) else []
    # A letter is one among offers, as a number is among windows.
    answered = numbers or not meanings_of(told.answer).isdisjoint({*YES, "letter"})
    if not answered or not _tells_harmlessly(told, numbered=numbered):
        return UNCLEAR
    if len(set(numbers)) > 1 or (not numbers and windows != 1):
        return UNCLEAR
    choice = (numbers[0] or 0) if numbers else 1
    return Reply("accept", letter, choice) if 1 <= choice <= windows else UNCLEAR


def _tells_harmlessly(told: Told, *, numbered: bool) -> bool:
    """Whether nothing that is told around a yes could change it. A full yes or a choice bears more of it than a bare "ok"."""
    full = numbered or any(sign.clear and sign.meaning in YES for sign in told.answer)
    # "Just back from the market, A2 is fine": where they were.
    if not all(meanings_of(clause) <= _TALE | ({"at"} if numbered else set()) for clause in told.before):
        return False
    if not all(meanings_of(clause) <= _TALE | _for_a_choice(clause, numbered) for clause in told.goes_on):
        return False
    others = {"others"} if full else set()
    if not all(meanings_of(clause) <= _TALE | others | _for_a_choice(clause, numbered) for clause in told.behind):
        return False
    # "Two people can come" chooses nothing, and a clause that goes on must have said yes twice over.
    yes = [sign for sign in told.answer if sign.meaning in YES]
    twice = numbered or (len(yes) > 1 and any(sign.clear for sign in yes))
    if told.counts or (not twice and any("unknown" in meanings_of(clause) for clause in told.goes_on)):
        return False
    # "I go" is a yes, and "I go to the doctor" is not.
    if not twice and any(after.meaning == "reason" and after.value != SO_BECAUSE for _, after in told.joints):
        return False
    unknown_before = any("unknown" in meanings_of(clause) for clause in told.before)
    short = any(len(clause) < SHORTEST_TALE and "unknown" in meanings_of(clause) for clause in told.behind)
    return full or not (unknown_before or short)


def _for_a_choice(clause: list[Sign], numbered: bool) -> Set[str]:
    """What may be told besides where it says why this window: "2 because on Mondays I work"."""
    told = [sign for sign in clause if sign.meaning not in SMALL]
    because = numbered and bool(told) and told[0].meaning == "reason" and told[0].value == SO_BECAUSE
    return _WHY_THIS_ONE if because else set()


def _declined(said: Said, letter: str, windows: int) -> Reply:
    first = first_content(said)
    unsure = UNSURE - {"question"} if _asks_for_another(said) else UNSURE
    if said.have(*YES, "last", "middle", *unsure) or (
        said.have("both") and not (said.have("none") or first.meaning == "no")
    ):
        return UNCLEAR
    if not _numbers_fit_a_no(said, windows) or _counter_offered(said) or _denies_being_busy(said):
        return UNCLEAR
    around = EXCUSE | WHEN | STORY | {"letter", "number", "both", "others", "elsewhere", "on_the_way", "see_you"}
    around |= UNSURE - unsure
    # "I have to look after my little one that day": a reason in words, and the day that we asked about.
    plain = said.busy or (
        said.have(*BECAUSE) and (said.have("regret") or (said.clearly("reason") and THAT_DAY in said.values("day")))
    )
    plain |= any(
        part & NO and part <= SMALL | NO | DAYS | BECAUSE | {"regret", "letter", "day"} for part in said.parts()
    )
    # "I cannot come" in so many words, or none of them, whatever is told around it.
    plain |= said.have("none", "not_coming")
    plain |= not said.values("number") and any(
        "reason" in part and "today" in part and "negation" not in part for part in said.parts()
    )
    refused = plain or _refusal_stands_alone(said) or _refuses_in_words(said)
    excused = said.only(SMALL, NO, EXCUSE, {"letter", "number"} | (WHEN if windows == 1 else set()))
    return Reply("decline", letter) if excused or (refused and said.only(SMALL, NO, around)) else UNCLEAR


def _asks_for_another(said: Said) -> bool:
    """Whether the question is "could you ask somebody else?", which is a no put kindly."""
    refusals = [sign for sign in said.all if sign.meaning == "no"]
    asking = {before.meaning for before, sign in pairwise(said.all) if sign.meaning == "question"}
    return any(sign.asked for sign in refusals) and asking <= {"no", "polite", "glue"}


def _numbers_fit_a_no(said: Said, windows: int) -> bool:
    """ "None of the 3" speaks of all windows. "No, 2" may mean anything, unless there is only one, or the 2 belongs to a story."""
    about_all = {windows} if said.have("none") or windows == 1 else set()
    told = {"reason", "family", "unknown", "thing", "day", "weekday", "at"}
    return all(
        sign.value in about_all or ((sign.value or 0) > windows and (said.beside("number") & told))
        for sign in said.all
        if sign.meaning == "number"
    )


def _denies_being_busy(said: Said) -> bool:
    """Whether the only no may be the "not" of "I do not work on Thursday"; without its comma it may be "no, I work" as well."""
    refusals = [(place, sign) for place, sign in enumerate(said.all) if sign.meaning in NO]
    return bool(refusals) and all(
        sign.negates
        and not sign.clear
        and said.all[place + 1 : place + 2]
        and said.all[place + 1].meaning == "reason"
        and said.all[place + 1].clause == sign.clause
        for place, sign in refusals
    )


def _counter_offered(said: Said) -> bool:
    """ "I cannot before three" may be a yes after three. "I work until three" is a reason."""
    parts = [meanings_of(clause) for clause in said.clauses()]
    return any("limit" in part and part & WHEN and not part & (BECAUSE | {"unknown"}) for part in parts)


def _refuses_in_words(said: Said) -> bool:
    """Whether a no is a phrase of its own, and no "not" in the clause denies it ("I do not say no")."""
    clauses = [clause for clause in said.clauses() if "negation" not in meanings_of(clause)]
    return any(sign.clear and sign.meaning in NO for clause in clauses for sign in clause)


def _refusal_stands_alone(said: Said) -> bool:
    """Whether a no comes first and is complete, whatever follows: "nee, ik moet op de kleinkinderen passen"."""
    first = first_content(said)
    if first.meaning not in NO | {"fails"}:
        return False
    content = [sign for sign in said.all if sign.meaning not in SMALL | {"regret", "letter"}]
    same_clause = [sign for sign in content[1:] if sign.clause == first.clause and sign.meaning in STORY - {"limit"}]
    return not same_clause or (first.meaning == "no" and not first.negates) or first.clear
