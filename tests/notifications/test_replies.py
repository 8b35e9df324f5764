"""What people text, and what they mean by it: the corpora in `replies/`, one reply per line, in ten languages.

`known.tsv` was written beside the parser. Each other one was written without looking at its words, and scored before anything
was changed; its mistakes have been repaired since. Right at that first reading, and booked, cancelled or silenced wrongly:

    unseen.tsv     548 of 571 (96.0 %), 0
    first.tsv      533 of 569 (93.7 %), 0
    examined.tsv   330 of 364 (90.7 %), 0    written by somebody who had never seen the parser
    second.tsv     333 of 356 (93.5 %), 0
    third.tsv      227 of 241 (94.2 %), 2    "bir iki", "haha ok"
    fourth.tsv     186 of 205 (90.7 %), 0    written to be hard
    fifth.tsv      242 of 310 (78.1 %), 0    a clear answer with thanks, reasons and wishes around it
    sixth.tsv      109 of 142 (76.8 %), 0    the same, with stories behind the answer; written after the fifth was learned from
    seventh.tsv    549 of 634 (86.6 %), 9    Dutch, French and English, a quarter made to tempt; nine misread ones left out
    eighth.tsv     620 of 711 (87.2 %), 5    ordinary ones (318 of 336), idioms and slang (244 of 312), and 63 made to tempt (58)
    ninth.tsv      473 of 500 (94.6 %), 0    ordinary, plain and doubtful ones by thirds; "leaving home" and two letters came later
    tenth.tsv      283 of 300 (94.3 %), 0    ordinary ones, a quarter doubtful; four that can be read two ways left out
    eleventh.tsv   295 of 300 (98.3 %), 0    the same by another hand, after the tenth was learned from; two left out
    twelfth.tsv    288 of 300 (96.0 %), 0    the same by a third hand; "A B não me dá jeito" left out
    thirteenth.tsv 290 of 300 (96.7 %), 0    the same by a fourth hand; one in the tram was checked in
    fourteenth.tsv 292 of 300 (97.3 %), 0    the same by a fifth hand; who would leave in five minutes had left
    fifteenth.tsv  289 of 300 (96.3 %), 0    the same by a sixth hand
    sixteenth.tsv  262 of 300 (87.3 %), 1    one window over another, whole polite sentences, dialects; a bare "pois" had booked
    seventeenth.tsv 290 of 300 (96.7 %), 0   the same by an eighth hand; two of the ten ask 15 and 20 minutes, and hear 30
    eighteenth.tsv 286 of 300 (95.3 %), 0    the same by a ninth hand; STOP and START in whole sentences went to a person
    nineteenth.tsv 287 of 300 (95.7 %), 0    the same by a tenth hand; "two stops to go by metro" had prolonged a visit
    twentieth.tsv  282 of 300 (94.0 %), 0    the same by an eleventh hand, after all families below; "to offer B", the others not
    twentyfirst.tsv  297 of 300 (99.0 %), 0  the same by five more hands who knew nothing of the tables, after all families
    twentysecond.tsv 296 of 300 (98.7 %), 0
    twentythird.tsv  289 of 300 (96.3 %), 0
    twentyfourth.tsv 294 of 300 (98.0 %), 0
    twentyfifth.tsv  292 of 300 (97.3 %), 0  together 1,468 of 1,500 (97.9 %)
    families_tr.tsv 478 of 565 (84.6 %), 0   the second and third way to say it: six sets, each after the last was learned from;
    families_ro.tsv 496 of 570 (87.0 %), 2   the everyday ones among them were 57, 57 and 54 of 58; "va confirm diseara" had booked,
    families_sq.tsv 481 of 571 (84.2 %), 1   "nu mai vreau" had stopped, and "muj me ardh me biciklete a" had booked
    families_nl.tsv 887 of 1187 (74.7 %), 0  the second and third way to say it, nine sets, each after the last was learned from
    families_en.tsv 867 of 1183 (73.3 %), 0  the same in English, as natives and as second language
    families_fr.tsv 682 of 778 (87.7 %), 2   French, the second and third way to say it, in eight sets; hedges booked twice
    families_ar.tsv 690 of 822 (83.9 %), 0   standard, Moroccan (in both letters) and Levantine Arabic, the same way
    families_pl.tsv 390 of 454 (85.9 %), 0   five sets, all but the first by who had mended the table: 154, 81, 75, 43, 37 (of 37)
    families_pt.tsv 403 of 462 (87.2 %), 1   the same in Portuguese: 162, 88, 68, 48, 37; a mocking "está bem está" had booked
    families_es.tsv 402 of 464 (86.6 %), 0   the same in Spanish: 164, 85, 68, 48, 37; the middle sets are hard on purpose
"""

from pathlib import Path

import pytest

from digibel.notifications import replies
from digibel.notifications.replies import Reply

CORPORA = Path(__file__).parent / "replies"
KNOWN_MISREAD = {
    tuple(line.split("\t")) for line in (CORPORA / "misread.tsv").read_text(encoding="utf-8").split("\n")[1:] if line
}


def labelled(corpus: str) -> list[list[str]]:
    lines = (CORPORA / corpus).read_text(encoding="utf-8").split("\n")[1:]
    return [line.split("\t") for line in lines if line]


def in_words(reply: Reply) -> str:
    parts = (reply.intent, reply.offer, reply.choice, reply.minutes)
    return " ".join(str(part) for part in parts if part is not None)


def misread_in(corpus: str) -> list[tuple[str, ...]]:
    """Every reply that is not read as it was meant. Where two readings are equally right, both are written: `decline A/unclear`."""
    misread = []
    for state, language, windows, wanted, text in labelled(corpus):
        counts = tuple(int(count) for count in windows.split(","))
        read = replies.read(text.replace(r"\n", "\n"), state=state, language=language, windows=counts)
        if in_words(read) not in wanted.split("/"):
            misread.append((state, language, windows, text, wanted, in_words(read)))
    return misread


@pytest.mark.parametrize("corpus", ["known.tsv", "unseen.tsv"])
def test_reply_is_read_as_it_was_meant(corpus: str) -> None:
    assert misread_in(corpus) == []


@pytest.mark.parametrize(
    "corpus",
    [
        "first.tsv",
        "examined.tsv",
        "second.tsv",
        "third.tsv",
        "fourth.tsv",
        "fifth.tsv",
        "sixth.tsv",
        "seventh.tsv",
        "eighth.tsv",
        "ninth.tsv",
        "tenth.tsv",
        "eleventh.tsv",
        "twelfth.tsv",
        "thirteenth.tsv",
        "fourteenth.tsv",
        "fifteenth.tsv",
        "sixteenth.tsv",
        "seventeenth.tsv",
        "eighteenth.tsv",
        "nineteenth.tsv",
        "twentieth.tsv",
        *(f"twenty{number}.tsv" for number in ("first", "second", "third", "fourth", "fifth")),
        "families_tr.tsv",
        "families_ro.tsv",
        "families_sq.tsv",
        "families_nl.tsv",
        "families_en.tsv",
        "families_fr.tsv",
        "families_ar.tsv",
        *("families_pl.tsv", "families_pt.tsv", "families_es.tsv"),
    ],
)
def test_nearly_all_are_read_as_meant_and_none_is_acted_on_wrongly(corpus: str) -> None:
    misread = misread_in(corpus)
    assert len(misread) <= 0.02 * len(labelled(corpus)), misread
    assert [row for row in misread if row[-1].startswith(("accept", "cancel", "stop"))] == []
    # Each of them by name, so that no new one hides behind the two in a hundred; one that is read well now leaves `misread.tsv`.
    assert {(corpus, *row[:4]) for row in misread} == {row for row in KNOWN_MISREAD if row[0] == corpus}


def test_corpora_hold_every_language_in_every_state() -> None:
    rows = [row for corpus in ("known.tsv", "unseen.tsv") for row in labelled(corpus)]
    assert len(rows) >= 900
    assert {row[0] for row in rows} == set(replies.STATES)
    assert {row[1] for row in rows} == {"nl", "fr", "en", "ar", "tr", "ro", "sq", "pl", "pt", "es"}


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("jo", "nl", "accept"),
        ("jo", "sq", "decline"),
        ("jo", "fr", "unclear"),
        ("nu", "ro", "decline"),
        ("nu", "nl", "unclear"),
        ("si", "es", "accept"),
        ("si", "fr", "unclear"),
        ("ja", "tr", "accept"),
        ("ja", "pl", "unclear"),
        ("po", "sq", "accept"),
        ("po", "pl", "unclear"),
        ("oui", "tmz", "accept"),
    ],
)
def test_word_of_two_languages_is_decided_by_the_persons_own(text: str, language: str, intent: str) -> None:
    assert replies.read(text, state="offer", language=language).intent == intent


@pytest.mark.parametrize(
    ("text", "state", "intent"),
    [
        ("uit", "visit_day", "checkout"),
        ("uit", "booked", "unclear"),
        ("uit", "offer", "unclear"),
        ("stop", "visit_day", "stop"),
        ("stop", "follow_up", "stop"),
        ("het lukt niet", "offer", "decline"),
        ("het lukt niet", "booked", "unclear"),
        ("het lukt niet", "visit_day", "unclear"),
        ("het lukt niet", "follow_up", "fails"),
        ("ik kan niet", "booked", "cancel"),
        ("ik kan niet", "visit_day", "unclear"),
        ("ik kan vandaag niet komen", "visit_day", "cancel"),
        ("ok", "booked", "unclear"),
        ("ok", "announced", "confirm"),
        ("ok", "after_visit", "works"),
    ],
)
def test_state_of_the_dialogue_decides_what_a_word_means(text: str, state: str, intent: str) -> None:
    assert replies.read(text, state=state, language="nl").intent == intent


def test_live_offer_keeps_the_letter_that_it_was_sent_with() -> None:
    live = {"state": "offer", "language": "nl", "windows": (2,), "letters": ("C",)}
    assert replies.read("ja C2", **live) == Reply("accept", offer="C", choice=2)
    assert replies.read("2", **live) == Reply("accept", offer="C", choice=2)
    assert replies.read("ja A2", **live) == Reply("unclear")


def test_without_live_offers_nobody_accepts_or_declines() -> None:
    assert replies.read("ja", state="offer", language="nl", windows=()) == Reply("unclear")
    assert replies.read("nee", state="offer", language="nl", windows=()) == Reply("unclear")
    assert replies.read("stop", state="offer", language="nl", windows=()) == Reply("stop")


def test_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no state asleep"):
        replies.read("ja", state="asleep", language="nl")


@pytest.mark.parametrize(
    ("text", "language", "state", "meant"),
    [
        ("2. saat uygun", "tr", "offer", Reply("accept", "A", 2)),
        ("2 saat sonra uygun", "tr", "offer", Reply("unclear")),
        ("drugi, 2. termin pasuje", "pl", "offer", Reply("accept", "A", 2)),
        ("smundem", "sq", "offer", Reply("decline", "A")),
        ("asni smvyn", "sq", "offer", Reply("decline", "A")),
        ("kam thene qe nuk vij", "sq", "booked", Reply("unclear")),
        ("en sondakini alayım", "tr", "offer", Reply("accept", "A", 3)),
        ("çocuk hasta", "tr", "offer", Reply("decline", "A")),
        ("wtedy pracuję", "pl", "announced", Reply("other_moment")),
        ("ik vertrek binnen 5 min", "nl", "visit_day", Reply("unclear")),
        ("je pars dans 10 min", "fr", "visit_day", Reply("unclear")),
        ("oui ça a été mais le monsieur m'a crié dessus", "fr", "after_visit", Reply("unclear")),
        ("não a 2, prefiro a 1", "pt", "offer", Reply("accept", "A", 1)),
        ("No 1 is good, 2", "en", "offer", Reply("unclear")),
        ("de tweede want de eerste werk ik", "nl", "offer", Reply("accept", "A", 2)),
        ("la 2 car la 1 je travaille", "fr", "offer", Reply("accept", "A", 2)),
        ("a 2 porque na 1 não posso", "pt", "offer", Reply("accept", "A", 2)),
        ("a 1 e a 2 porque na 3 trabalho", "pt", "offer", Reply("unclear")),
        ("porque na 1 trabalho", "pt", "offer", Reply("unclear")),
        ("donderdag werk ik", "nl", "offer", Reply("unclear")),
        ("posso às 15 e não às 14", "pt", "offer", Reply("unclear")),
        ("el 3 porque en el 1 y el 2 trabajo", "es", "offer", Reply("accept", "A", 3)),
        ("ya no puedo", "es", "visit_day", Reply("unclear")),
        ("já não posso", "pt", "visit_day", Reply("unclear")),
        ("jestem pod domem", "pl", "visit_day", Reply("unclear")),
        ("estoy en el metro", "es", "visit_day", Reply("unclear")),
        ("umówiona jestem do fryzjera", "pl", "offer", Reply("decline", "A")),
        ("w czwartek nie pracuję", "pl", "offer", Reply("unclear")),
        ("quinta não tenho consulta", "pt", "offer", Reply("unclear")),
        ("no trabajo", "es", "offer", Reply("unclear")),
        ("ese día no trabajo y puedo la 2", "es", "offer", Reply("accept", "A", 2)),
        ("10 min de retraso, el bus no vino", "es", "booked", Reply("late", minutes=10)),
        ("tengo que cancelar, mi jefe no me dio permiso", "es", "booked", Reply("cancel")),
        ("no, cancelar, mi jefe no me dio permiso", "es", "booked", Reply("unclear")),
        ("tengo que cancelar, mi hija no", "es", "booked", Reply("unclear")),
        ("a 2 porque na 2 trabalho", "pt", "offer", Reply("unclear")),
    ],
)
def test_ordinals_elisions_and_bare_reasons_are_heard(text: str, language: str, state: str, meant: Reply) -> None:
    assert replies.read(text, state=state, language=language, windows=(3,)) == meant


@pytest.mark.parametrize(
    ("text", "language"),
    [("donderdag werk ik", "nl"), ("los jueves tengo rehabilitación", "es"), ("quinta tenho consulta", "pt")],
)
def test_who_works_on_a_day_turns_down_the_only_window(text: str, language: str) -> None:
    assert replies.read(text, state="offer", language=language, windows=(1,)) == Reply("decline", "A")
    assert replies.read(text, state="offer", language=language, windows=(3,)) == Reply("unclear")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ik ga naar de dokter", "nl"),
        ("j'irai à l'hôpital", "fr"),
        ("iré al hospital", "es"),
        ("voy de viaje", "es"),
        ("irei ao médico", "pt"),
        ("pójdę na pogrzeb", "pl"),
    ],
)
def test_who_goes_somewhere_else_is_not_booked(text: str, language: str) -> None:
    assert replies.read(text, state="offer", language=language).intent in {"unclear", "decline"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I'm in the tram now", "en"),
        ("sunt in autobuz acum", "ro"),
        ("sunt in metrou", "ro"),
        ("in town", "en"),
    ],
)
def test_the_in_of_a_tram_checks_nobody_in(text: str, language: str) -> None:
    assert replies.read(text, state="visit_day", language=language) == Reply("unclear")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2 yi başkası almadıysa", "tr"),
        ("2 yi zıplarsam", "tr"),
        ("2 yi zırvalıyorum", "tr"),
        ("2 z mężem", "pl"),
        ("2 zjadłbym", "pl"),
        ("2 me burrin", "sq"),
        ("2 here keni shkru", "sq"),
        ("2 do te ishte", "sq"),
    ],
)
def test_choice_with_a_condition_or_an_unknown_word_behind_it_books_nobody(text: str, language: str) -> None:
    assert replies.read(text, state="offer", language=language, windows=(3,)) == Reply("unclear")


@pytest.mark.parametrize(
    ("text", "language", "windows", "meant"),
    [
        ("nici prima nici a doua", "ro", (2,), Reply("decline", "A")),
        ("nici prima nici a doua", "ro", (3,), Reply("unclear")),
        ("birincisi de ikincisi de uymuyor", "tr", (2,), Reply("decline", "A")),
        ("1 da 2 nu", "ro", (2,), Reply("accept", "A", 1)),
        ("1 yes 2 yes 3 no", "en", (3,), Reply("unclear")),
        ("1 kan niet, 2 kan ook niet", "nl", (2,), Reply("decline", "A")),
        ("pe 1 nu pot, pe 2 lucrez", "ro", (2,), Reply("decline", "A")),
        ("te paren jam ne pune, te dyten po", "sq", (2,), Reply("accept", "A", 2)),
        ("vij neser a", "sq", (1, 1), Reply("unclear")),
        ("muj me ardh me biciklete a", "sq", (1,), Reply("unclear")),
        ("po per a", "sq", (1, 1), Reply("accept", "A", 1)),
    ],
)
def test_no_to_each_window_declines_and_an_albanian_a_asks(
    text: str, language: str, windows: tuple[int, ...], meant: Reply
) -> None:
    assert replies.read(text, state="offer", language=language, windows=windows) == meant


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("laat mij met rust vandaag", "nl", "unclear"),
        ("dont contact me any more today", "en", "unclear"),
        ("laat mij met rust", "nl", "stop"),
        ("STOP vandaag", "nl", "stop"),
    ],
)
def test_who_wants_peace_today_may_be_asked_tomorrow(text: str, language: str, meant: str) -> None:
    assert replies.read(text, state="offer", language=language).intent == meant
