"""Which numbers are plainly something else, and how surely: a date, a price, a telephone number, "room 412", "three times".

Such a number is no PIN, however near the word PIN stands.
"""

import re
from collections.abc import Container, Iterable, Iterator
from enum import IntEnum
from itertools import takewhile
from typing import Final

from digibel.guardrails.secrets.numbers import OPENING
from digibel.guardrails.secrets.passages import Passage

_DIGIT: Final = re.compile(r"[0-9]")
_DOMAIN: Final = re.compile(r"\.(?:be|com|org|net|eu|brussels|fr|nl)\b")
_JOINED_DIGITS: Final = re.compile(r"[0-9][./-][0-9]")
_OF_A_VERSION: Final = re.compile(r"[0-9]\.[0-9]|v\.? ?[0-9]|0x[0-9a-f]")
_HOUR: Final = re.compile(r"[0-9] ?(?:[uh:]|[ap]\.?m)")
_MONEY: Final = re.compile(r"[€$£%,]|eur")
_FEWEST_OF_TELEPHONE: Final = 7
_DIGITS_OF_ENTERPRISE: Final = 10
_DIGITS_OF_FIRM: Final = 10
# In French "nip" is a PIN, in Polish the number of a firm.
_FIRM: Final = re.compile(r"\bnip:? +(?:pl ?)?\d{3}[- ]?\d{3}[- ]?\d{2}[- ]?\d{2}(?!\d)")
_DIGITS_OF_PARCEL: Final = 9
_DIGITS_OF_BARCODE: Final = 13
# Of the post, in any country (UPU S10).
_PARCEL: Final = re.compile(r"(?<![^\W_])[a-z]{2} ?\d{9} ?[a-z]{2}(?![^\W_])")
_TELEPHONE: Final = re.compile(
    r"(?:\+|(?<!\d)00)\s?\(?[1-9](?:[ ./()-]{0,3}\d){7,13}(?!\d)|(?<![\d.])\(?0\)?[1-9](?:[ ./()-]{0,3}\d){7,8}(?!\d)|"
    r"(?<!\d)0(?:800|900|78|70|90\d)[ ./-]?\d{2,3}[ ./-]?\d{2,3}(?:[ ./-]?\d{2})?(?!\d)"
)
_DATE: Final = re.compile(
    r"(?<!\d)(?<!\d[./-])(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])(?:\1(?:19|20)?\d\d)?|(?:19|20)\d\d[./-](?:0?[1-9]|1[0-2])(?:[./-](?:0?[1-9]|[12]\d|3[01]))?|"
    r"(?:0?[1-9]|1[0-2])[/-](?:19|20)\d\d)(?![\d]|[./-]\d)"
)
_TIME: Final = re.compile(
    r"(?<![\d:])(?:[01]?\d|2[0-4])(?: ?[hu](?:[0-5]\d)?|:[0-5]\d(?::[0-5]\d)?|[.:][0-5]\d ?[ap]\.?m)(?![\w:])"
)
_PRICE: Final = re.compile(
    r"(?:[€$£] ?\d[\d.,' ]*\d?|(?<!\d)\d{1,3}(?:[. ]\d{3})*(?:,\d\d)(?!\d|,\d)|\d+(?:[.,]\d+)? ?(?:[€$£%]|euro?s?\b))"
)
# "23.70": an amount without a word or a sign for money, unless it is said to be a PIN.
_AMOUNT: Final = re.compile(r"\d{1,3}\.\d[05]")
# Belgian, and the Polish NIP, which is the French word for a PIN.
_ENTERPRISE: Final = re.compile(
    r"(?<!\d)(?:be ?)?[01]\d{3}[. ]\d{3}[. ]\d{3}(?!\d)|be ?[01]\d{9}(?!\d)|"
    r"(?<![\d-])\d{3}-(?:\d{3}-\d\d-\d\d|\d\d-\d\d-\d{3})(?![\d-])"
)
# The message of a Belgian transfer.
_STRUCTURED: Final = re.compile(r"[+*]{3} ?\d{3}/\d{4}/\d{5} ?[+*]{3}")
# And addresses of machines, and what they call their errors; not a PUK in pairs.
_VERSION: Final = re.compile(
    r"\b0x[0-9a-f]{2,16}\b|"
    r"(?<![\d.])(?:\d{1,3}(?:\.\d{1,5}){2}|(?!\d\d(?:\.\d\d){3}(?!\d)|\d(?:\.\d){3}(?!\d))\d{1,3}(?:\.\d{1,5}){3})"
    r"(?!\d|\.\d)|\bv\.? ?\d+(?:\.\d+)*"
)
_MAIL: Final = re.compile(r"(?<!\S)\S{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}")
_WEB: Final = re.compile(r"(?:https?:|www\.)\S{1,200}")
_SITE: Final = re.compile(r"\b(?:[\w-]{1,64}\.){1,4}(?:be|com|org|net|eu|brussels|fr|nl)\b(?:/\S{0,200})?")
# "Digipass 870", "DeskJet 2720e": sold under this name.
_MODEL: Final = re.compile(
    r"\b(?:digipass|deskjet|officejet|laserjet|envy|pixma|ecotank|expression|galaxy|nokia|cr) ?[a-z]?\d{2,4}[a-z]?(?![\w]| ?\d)"
)
# An EAN, as it is printed under the bars.
_BARCODE: Final = re.compile(r"(?<![0-9] )(?<!\d)\d \d{6} \d{6}(?!\d)")
# Our own: 26-0377 is the number of a request, and stands in every alarm.
_REFERENCE: Final = re.compile(r"(?<![\d-])2\d-\d{4,5}(?![\d-])")
# Of a file: "2024/118833", "2026.0554", "25/0871".
_DOSSIER: Final = re.compile(r"(?<![\d./-])(?:20[0-3]\d[./-]|[12]\d/)\d{3,7}(?![\d]|[./-]\d)")
_WRITTEN_HOUR: Final = re.compile(r"(?:0[6-9]|1\d|2[0-3])[0-5][05]")
_IN_TURKISH: Final = frozenset({"da", "de", "ta", "te", "dan", "den", "tan", "ten"})
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_RECENT_YEAR: Final = re.compile(r"199\d|20[0-3]\d")
# The name of a network as it comes out of the box: "Proximus-Home-7A20", "bbox2-5D1A". Everybody in the street may read it.
_NETWORK: Final = re.compile(
    r"(?<![^\W_])-?(?:telenet|proximus|orange|voo|b-?box\d?|scarlet|fritz!?box|tp-?link|huawei|livebox|wifi|wlan|zte|edpnet)"
    r"(?:[-_](?:telenet|proximus|home|wifi|guest|gast|box|ext|public))*[-_][0-9a-f]{2,6}(?:[-_][25]g(?:hz)?)?(?![^\W_])"
)
# "4, 11, 19, 23, 38": drawn in a lottery.
_DRAW: Final = re.compile(r"\d{1,2}(?: ?[,-] ?\d{1,2}){3,}")
_TWO_FIGURES: Final = re.compile(r"\d\d")
_FEWEST_OF_DRAW: Final = 3  # numbers of two figures
_FIGURES_OF_CARD: Final = 4  # at its end, as receipts show them
_NEAR_CARD: Final = 8  # tokens
_LONGEST_ADDRESS: Final = 7  # tokens
_NAMED_BEHIND: Final = re.compile(r"(?:straat|laan|steenweg|plein|dreef|kaai)$")
_NAMED_BEFORE: Final = re.compile(r"avenue|av|boulevard|bd|chaussee|place|square|quai|allee|dreve")
_CARD: Final = re.compile(
    r"(?:bank)?(?:kaart|kart|card|cart[eao]|tarjeta|البطاق|بطاق|visa|mastercard|bancontact|maestro)"
)
_PRODUCT_OR_COUNT: Final = re.compile(
    r"[a-z]{1,2}\d{1,3}[a-z]?|[a-z]{1,3}-[a-z]?\d{1,4}[a-z]?|\d{1,3}[a-z]|\d{1,3}(?:st|nd|rd|th|de|ste|er|ere|eme|ieme|e|h|u|am|pm|x)\d*|\d+(?:min|uur|km|gb|mb|tb|kg|cm|mm|ml|kwh|mbps|mah|v|w|g|k|m)\d*|"
    r"(?:windows|iphone|ipad|android|office|covid|wifi|ipv|mp|ios|psd|galaxy|article|art|bus|tram|lijn|nr|no|appt|box|room|kamer|chambre|step|model|cpas|ocmw)-?\d+[a-z]?|"
    r"\d{1,2}(?:dan|den|tan|ten|da|ta|te|ye|ya)|\d{1,2}[hu]\d{2}|g?\d+ge?n|be\d+|fritz!box|0x[0-9a-f]+|v\d+|\d+/\d+|"
    r"[a-z]{1,5}-(?:19|20)\d{2}-\d{2,6}|kb\d{6,8}|\d{1,4}xx?l|[وبلف]{1,2}\d{1,2}[/:]\d{1,2}(?:/\d{2,4})?|"
    r"\d+/(?:maand|mois|month|mes|miesiac|mies|luna|ay|muaj|jaar|an|year|rok|yil|vit|week|semaine|dag|jour|day|pers|m|j|h|u|d)"
)


# The name of a file: "wachtwoordreset_v3.docx".
_FILE: Final = re.compile(
    r".*\.(?:md|txt|pdf|docx?|xlsx?|pptx?|od[pst]|csv|rtf|jpe?g|png|heic|gif|psd|indd|ai|mp[34]|html?|css|js|py|json|zip|eml|msg|ics|toml)\b.*"
)

# What people take who take no trouble.
_KNOWN_BY_ALL: Final = frozenset(
    [
        "0000",
        "1111",
        "1234",
        "2222",
        "4321",
        "5555",
        "9999",
        "12345",
        "123456",
        "111111",
        "000000",
        "1234567",
        "12345678",
    ]
)
_REACH_OF_GENERAL: Final = 9  # tokens
_MOST_NUMBERS: Final = 4


class Innocence(IntEnum):
    """How surely a number is no secret."""

    NONE = 0
    LIKELY = 1  # unless it is said to be one: "pin is 1984"
    SURE = 2


def surely_innocent(folded: str) -> list[tuple[int, int]]:
    """Where telephone numbers, dates, times, prices, versions and addresses of the web stand."""
    digits = len(_DIGIT.findall(folded))
    if not digits:
        return []
    return [match.span() for pattern in _patterns(folded, digits) for match in pattern.finditer(folded)]


def _patterns(folded: str, digits: int) -> Iterator[re.Pattern[str]]:
    """Those that can be found here at all: each is slow, and what it cannot do without is quickly looked for."""
    yield _MODEL
    if _HOUR.search(folded):
        yield _TIME
    if digits >= _FEWEST_OF_TELEPHONE:
        yield _TELEPHONE
    if _MONEY.search(folded):
        yield _PRICE
    if "@" in folded:
        yield _MAIL
    if "http" in folded or "www" in folded:
        yield _WEB
    if _DOMAIN.search(folded):
        yield _SITE
    if "nip" in folded and digits >= _DIGITS_OF_FIRM:
        yield _FIRM
    if digits >= _DIGITS_OF_PARCEL:
        yield _PARCEL
    if "-" in folded or "_" in folded:
        yield _NETWORK
    if _JOINED_DIGITS.search(folded):
        yield from (_DATE, _REFERENCE, _STRUCTURED, _DOSSIER)
    if "-" in folded:
        yield OPENING
    if _OF_A_VERSION.search(folded):
        yield _VERSION
    if digits >= _DIGITS_OF_ENTERPRISE:
        yield _ENTERPRISE
    if digits >= _DIGITS_OF_BARCODE:
        yield _BARCODE


def how_innocent(text: Passage, first: int, last: int, sure: list[tuple[int, int]], names: Container[int]) -> Innocence:
    if is_no_code(text, first, last, sure):
        return Innocence.SURE
    if text.text(last + 1) in ("#", "*") and text.is_glued(last + 1):
        return Innocence.NONE
    label = _label(text, first)
    is_our_own = text.has(first - 1, "fillers") and (
        first - 2 in names or (text.text(first - 2) == "-" and first - 3 in names)
    )
    is_typed = text.text(first - 1) == "type" and text.has(last + 1, "purposes")
    if label is not None and label not in names and not is_typed and not is_our_own:
        return Innocence.LIKELY if text.has(label, "things") else Innocence.SURE
    if (
        _is_day(text, first, last)
        or _is_in_address(text, first)
        or _is_in_street(text, first)
        or is_amount(text.folded[text.starts[first] : text.ends[last]])
        or _is_postcode(text, first, last)
        or _is_bare_year(text, first, last)
        or (text.has(first, "public_numbers") and not _is_typed(text, last))
    ):
        return Innocence.LIKELY
    return Innocence.NONE


def is_no_code(text: Passage, first: int, last: int, sure: list[tuple[int, int]]) -> bool:
    """A telephone number, a price, "100 times", "since 2019", "at 1430": whatever is said around it."""
    is_told = _is_counted(text, last) or _is_since(text, first, last) or _is_hour(text, first, last)
    is_told = is_told or _is_warned_of(text, first) or _is_everybodys(text, first, last)
    is_told = is_told or _ends_address(text, first, last)
    return is_told or _is_end_of_card(text, first, last) or covering(sure, text.starts[first]) is not None


def covering(spans: list[tuple[int, int]], start: int) -> tuple[int, int] | None:
    return next((span for span in spans if span[0] <= start < span[1]), None) if spans else None


def _is_counted(text: Passage, last: int) -> bool:
    """ "100 keer", "500 MB"; not where Arabic goes on with "and": "هو 5581 ورقم هاتفي"."""
    return not text.text(last + 1).startswith("و") and (text.has(last + 1, "units") or text.has(last + 1, "currencies"))


def _is_warned_of(text: Passage, first: int) -> bool:
    """ "Never use 1234 or 0000": a number that nobody should take is nobody's."""
    first = _first_of_them(text, first)
    before = range(max(0, first - 3), first)
    return any(text.has(place, "never") for place in before) and any(text.has(place, "using") for place in before)


def _is_since(text: Passage, first: int, last: int) -> bool:
    """ "sinds 2019", "in mei 2023"."""
    if first != last or not _YEAR.fullmatch(text.texts[first]):
        return False
    before = first - 1
    if text.text(before) == "'":
        before -= 1
    # "2019'da" is Turkish for "in 2019".
    is_in = text.text(last + 1) == "'" and text.text(last + 2) in _IN_TURKISH
    return is_in or text.has(before, "since") or text.has(before, "months")


def _is_hour(text: Passage, first: int, last: int) -> bool:
    """ "at 1430"; not "I changed it to 1430"."""
    is_one = first == last and text.has(first - 1, "hours") and _WRITTEN_HOUR.fullmatch(text.texts[first])
    return bool(is_one) and not any(text.has(before, "changed") for before in range(first - 7, first))


def _first_of_them(text: Passage, first: int) -> int:
    """ "1234 or 0000": where the first of a few numbers stands."""
    for _ in range(_MOST_NUMBERS):
        if text.has(first - 1, "alternatives") and text.is_number(first - 2):
            first -= 2
    return first


def _is_everybodys(text: Passage, first: int, last: int) -> bool:
    """ "Half of the people take 1234", "0000 is no good PIN": what everybody knows, said of nobody. Not "her pin is 1234"."""
    if text.texts[first] not in _KNOWN_BY_ALL or last > first:
        return False
    first = _first_of_them(text, first)
    name = text.words[first - 1].phrases
    is_given = text.has(first - 1, "links") or text.is_sign(first - 1) or (name is not None and name.phrase is not None)
    before = () if text.has(last + 1, "links") else range(first - 1, max(-1, first - _REACH_OF_GENERAL), -1)
    after = range(last + 1, last + _REACH_OF_GENERAL)
    return not is_given and any(_says_of_all(text, places) for places in (before, after))


def _says_of_all(text: Passage, places: Iterable[int]) -> bool:
    """Whether one of these words does, up to where the clause ends."""
    clause = takewhile(lambda place: text.texts[place] and not text.ends_clause(place), places)
    return any(text.has(place, "general") for place in clause)


def _is_end_of_card(text: Passage, first: int, last: int) -> bool:
    """ "De Visa die eindigt op 4471", "sonu 7036 ile biten kart"."""
    if first != last or len(text.texts[first]) != _FIGURES_OF_CARD:
        return False
    ends = any(text.has(place, "ends_in") for place in (*range(first - 3, first), first + 1, first + 2))
    near = range(max(0, first - _NEAR_CARD), min(len(text), last + _NEAR_CARD))
    return ends and any(_CARD.match(text.texts[place]) for place in near)


def is_of_house(text: Passage, first: int) -> bool:
    """ "Rue des Palais Outre-Ponts 1453": the name of a street, and nothing else before its number."""
    return _is_in_street(text, first) or any(text.has(place, "streets") for place in _places_of_address(text, first))


def is_amount(written: str) -> bool:
    """ "23.70" without a word or a sign for money: where nothing says that it is a PIN, it is a price."""
    return bool(_AMOUNT.fullmatch(written))


def is_drawn(written: str) -> bool:
    """Four numbers or more with commas between, of which three have two figures: no PIN is told so."""
    return bool(_DRAW.fullmatch(written)) and len(_TWO_FIGURES.findall(written)) >= _FEWEST_OF_DRAW


def _label(text: Passage, first: int) -> int | None:
    """The token that says of what it is the number: "kamer 412", "ticket nr. 4821", "bel naar 1733". None if nothing does."""
    before = first - 1
    if text.text(before) == "/" and text.is_glued(first) and text.is_number(before - 1):
        # "dossier 25/0871"
        before -= 2
    if text.has(before, "makers"):
        return before
    while text.text(before) in ("#", ":", ".", "°", "º", "(", "-", "=") and first - before <= 3:
        if text.text(before) == "#" and text.is_word(before - 1):
            return before - 1
        if text.ends_sentence(before):
            return None
        before -= 1
    if _is_label(text, before):
        return before
    if text.has(before, "links") and _is_label(text, before - 1) and not _is_any_number(text, before - 1):
        return before - 1
    if (
        len(text.text(before)) > 4
        or text.has(before, "links")
        or text.has(before, "alternatives")
        or not text.is_word(before)
        or text.words[before].phrases
    ):
        return None
    return before - 1 if _is_label(text, before - 1) and not text.has(before - 1, "things") else None


def _is_label(text: Passage, place: int) -> bool:
    if text.has(place, "streets") and not (text.is_capital(place - 1) or text.is_capital(place + 1)):
        # "the code of the street door": the number of a house stands by the name of its street.
        return False
    return (text.has(place, "labels") and not text.has(place - 1, "by")) or text.has(place, "products")


def _is_any_number(text: Passage, place: int) -> bool:
    """Whether this word says no more than "number", or is a thing with a code."""
    return text.has(place, "fillers") or text.has(place, "things")


def _is_typed(text: Passage, last: int) -> bool:
    """ "3366 puis étoile": a key is pressed after it."""
    return text.has(last + 1, "signs") or (text.has(last + 1, "afterwards") and text.has(last + 2, "signs"))


def _is_day(text: Passage, first: int, last: int) -> bool:
    """ "12 maart 2024", "maart 2024"."""
    return (
        text.has(last + 1, "months")
        or (text.has(last + 1, "since") and text.has(last + 2, "months"))
        or text.has(first - 1, "months")
    )


def _is_in_address(text: Passage, first: int) -> bool:
    """ "Avenue Louise 145", "chaussée de Wavre 305"."""
    has_name = False
    for before in range(first - 1, max(-1, first - _LONGEST_ADDRESS), -1):
        if not text.is_word(before) and text.text(before) not in "'-":
            return False
        if has_name and text.has(before, "labels"):
            return True
        has_name = has_name or text.is_capital(before)
    return False


def _is_in_street(text: Passage, first: int) -> bool:
    """The same in haste: "av. louise 331". A door of a street has a code; "straat", "av" and their like have only numbers."""
    places = list(_places_of_address(text, first))
    is_behind = any(_NAMED_BEHIND.search(text.texts[place]) for place in places[:1])
    return is_behind or any(_NAMED_BEFORE.fullmatch(text.texts[place]) for place in places)


def _places_of_address(text: Passage, first: int) -> Iterator[int]:
    """The words before a number that the name of a street can be made of, the nearest first."""
    for place in range(first - 1, max(-1, first - 1 - _LONGEST_ADDRESS), -1):
        is_short = text.text(place) == "." and text.has(place - 1, "abbreviations")
        if not (text.is_word(place) or text.text(place) in ("-", "'") or is_short):
            return
        yield place


def _ends_address(text: Passage, first: int, last: int) -> bool:
    """ "Malibran 77, 1050": a postcode of Brussels right behind the number of a house."""
    is_behind = text.text(first - 1) == "," and text.is_number(first - 2) and text.is_capital(first - 3)
    return is_behind and first == last and text.texts[first].isdecimal() and 1000 <= int(text.texts[first]) <= 1210


def _is_postcode(text: Passage, first: int, last: int) -> bool:
    """ "1080 Molenbeek", "B-1080", and the postcodes of Brussels without more."""
    if first != last or len(text.texts[first]) != 4 or text.texts[first][0] == "0":
        return False
    is_name = text.is_capital(last + 1) and not text.is_shouted and not text.words[last + 1].phrases
    if text.has(last + 1, "places") or is_name:
        return True
    if text.text(first - 1) == "-" and text.text(first - 2) == "b":
        return True
    return 1000 <= int(text.texts[first]) <= 1210


def _is_bare_year(text: Passage, first: int, last: int) -> bool:
    return first == last and bool(_RECENT_YEAR.fullmatch(text.texts[first]))


def looks_like_product(chunk: str) -> bool:
    """Whether letters and digits together are a count, an ordinal, a time or the name of a thing: "2de", "A54", "14u30"."""
    return any(pattern.fullmatch(chunk) for pattern in (_PRODUCT_OR_COUNT, _NETWORK, _WEB, _MAIL, _SITE, _FILE))
