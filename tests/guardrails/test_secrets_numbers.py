import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digibel.guardrails.secrets import find
from digibel.guardrails.secrets.numbers import is_card, is_iban, is_national_number, luhn

DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９")
SEPARATORS = (
    "",
    " ",
    "-",
    ".",
    "\u00a0",
    "\n",
    " - ",
    "/",
    "_",
    "\u2009",
    "\u200b",
    "\u2011",
    "·",
    "\\n",
    "\u200e",
    ", ",
)
WORDS_BEFORE = ("", "kaart ", "mijn nummer:", "n° ", "carte", "voici ", "رقم ", "x", "(")
WORDS_AFTER = ("", " dank u", "abc", ".", ")", " شكرا")

CARD_FORMS = (
    *(("4", 16), ("4", 13), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15)),
    *(
        ("36", 14),
        ("305", 14),
        ("6011", 16),
        ("65", 16),
        ("3528", 16),
        ("62", 16),
        ("6703", 16),
        ("6703", 17),
        ("5018", 16),
    ),
)
ACCOUNTS = {
    "BE": "nnnnnnnnnnnn",
    "NL": "aaaannnnnnnnnn",
    "FR": "nnnnnnnnnncccccccccccnn",
    "DE": "n" * 18,
    "NO": "n" * 11,
    "MT": "aaaannnnn" + "c" * 18,
    "RO": "aaaa" + "c" * 16,
    "PL": "n" * 24,
    "TR": "n" * 22,
    "AL": "n" * 8 + "c" * 16,
    "ES": "n" * 20,
    "PT": "n" * 21,
    "MA": "n" * 24,
    "TN": "n" * 20,
    "GB": "aaaa" + "n" * 14,
    "LC": "aaaa" + "c" * 24,
}


def with_luhn(digits: str) -> str:
    return next(digits + last for last in "0123456789" if luhn(digits + last))


@st.composite
def cards(draw: st.DrawFn) -> str:
    prefix, length = draw(st.sampled_from(CARD_FORMS))
    rest = length - len(prefix) - 1
    return with_luhn(prefix + draw(st.text("0123456789", min_size=rest, max_size=rest)))


@st.composite
def ibans(draw: st.DrawFn) -> str:
    letters = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    country, form = draw(st.sampled_from(sorted(ACCOUNTS.items())))
    account = "".join(draw(st.sampled_from(letters[kind])) for kind in form)
    # One digit at least, as any account has: the gate does not look at texts without.
    account = account[:-6] + "".join(
        letter if letter.isdigit() or kind == "a" else "7" for letter, kind in zip(account[-6:], form[-6:], strict=True)
    )
    remainder = int("".join(str(int(letter, 36)) for letter in account + country + "00")) % 97
    return f"{country}{98 - remainder:02}{account}"


@st.composite
def national_numbers(draw: st.DrawFn) -> str:
    month = draw(st.integers(0, 12)) + draw(st.sampled_from((0, 20, 40)))
    start = f"{draw(st.integers(0, 99)):02}{month:02}{draw(st.integers(0, 31)):02}{draw(st.integers(1, 998)):03}"
    return start + f"{97 - int(draw(st.sampled_from(('', '2'))) + start) % 97:02}"


@st.composite
def written(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> str:
    """A number in groups of any size, with anything between them and around."""
    number, separator, digits = draw(numbers), draw(st.sampled_from(SEPARATORS)), draw(st.sampled_from(DIGITS))
    groups, rest = [], number
    while rest:
        size = draw(st.integers(1, 6))
        groups.append(rest[:size])
        rest = rest[size:]
    text = separator.join(groups).translate(str.maketrans("0123456789", digits))
    text = text.lower() if draw(st.booleans()) else text
    before = draw(st.sampled_from(WORDS_BEFORE))
    if before[-1:].isalpha() and text[0].isalpha() and not text[2:3].isdecimal():
        # "carteBE68" only lacks a blank. "carteB E 68" nobody writes, and "madame 0470 12 34 56" is no account of Montenegro.
        before += " "
    return before + text + draw(st.sampled_from(WORDS_AFTER))


@given(written(cards()))
def test_a_card_is_found_however_it_is_written(text: str) -> None:
    assert find(text).kinds == ("card",)


@given(written(ibans()))
def test_an_iban_is_found_however_it_is_written(text: str) -> None:
    assert find(text).kinds == ("iban",)


@given(written(national_numbers()))
def test_a_national_number_is_found_however_it_is_written(text: str) -> None:
    assert find(text).kinds == ("national_number",)


@st.composite
def telephone_numbers(draw: st.DrawFn) -> str:
    digits = "".join(str(draw(st.integers(0, 9))) for _ in range(8))
    form = draw(
        st.sampled_from(
            (
                "+32 4{0}{1} {2}{3} {4}{5} {6}{7}",
                "+324{0}{1}{2}{3}{4}{5}{6}{7}",
                "0032 4{0}{1} {2}{3} {4}{5} {6}{7}",
                "04{0}{1}/{2}{3}.{4}{5}.{6}{7}",
                "04{0}{1} {2}{3} {4}{5} {6}{7}",
                "02 3{0}{1} {2}{3} {4}{5}",
                "02/3{0}{1}.{2}{3}.{4}{5}",
                "+33 6 {0}{1} {2}{3} {4}{5} {6}{7}",
                "+49 151{0} {1}{2}{3}{4}{5}{6}{7}",
                "+212 6{0}{1}-{2}{3}{4}{5}{6}{7}",
                "+90 532 {0}{1}{2} {3}{4} {5}{6}",
                "+40 7{0}{1} {2}{3}{4} {5}{6}{7}",
            )
        )
    )
    return form.format(*digits)


@given(national_numbers(), telephone_numbers(), st.booleans())
@example("01120745650", "0478 12 34 56", True)
def test_a_national_number_beside_a_telephone_number_is_found(number: str, telephone: str, comes_first: bool) -> None:
    """ "0112 074 56 50" has the groups of a telephone number, and one digit more."""
    pair = (number, telephone) if comes_first else (telephone, number)
    assert number not in find("; ".join(pair)).masked


@pytest.mark.parametrize(
    "written", ["01120745650", "0112 074 56 50", "01.12.07-456.50", "id_front_01063022831.png", "09022627451"]
)
def test_somebody_born_from_2000_has_a_national_number_too(written: str) -> None:
    assert find(written).kinds == ("national_number",)


@st.composite
def days_and_prices(draw: st.DrawFn) -> str:
    day, month, year = draw(st.integers(1, 28)), draw(st.integers(1, 12)), draw(st.integers(1930, 2030))
    forms = (
        f"{day:02}/{month:02}/{year} om {draw(st.integers(8, 19))}u30",
        f"{day}-{month}-{year} {draw(st.integers(8, 19))}:15",
        f"{year}-{month:02}-{day:02}",
        f"{day} maart {year}",
        f"{draw(st.integers(1, 9999))},{draw(st.integers(10, 99))} euro",
        f"€ {draw(st.integers(1, 9999))}",
        f"{draw(st.integers(1, 9))}.{draw(st.integers(100, 999))},00 EUR",
        f"Kerkstraat {draw(st.integers(1, 400))} bus {draw(st.integers(1, 20))}, 1080 Molenbeek",
        f"0{draw(st.integers(100, 999))}.{draw(st.integers(100, 999))}.{draw(st.integers(100, 999))}",
    )
    return draw(st.sampled_from(forms))


INNOCENT_SENTENCES = ("{}", "Bel {} aub", "wachtwoord vergeten, {}", "{} j'ai oublié mon code pin", "PIN blocked, {}")


@given(telephone_numbers() | days_and_prices(), st.sampled_from(INNOCENT_SENTENCES))
def test_telephone_numbers_dates_and_prices_are_left_alone(number: str, sentence: str) -> None:
    text = sentence.format(number)
    assert find(text).masked == text


@given(st.lists(telephone_numbers() | days_and_prices(), min_size=2, max_size=3))
def test_several_innocent_numbers_in_a_row_are_left_alone(numbers: list[str]) -> None:
    text = ", ".join(numbers)
    assert find(text).masked == text


@pytest.mark.parametrize(
    "text",
    [
        "IMEI 490154203237518",
        "toestel met imei: 35 693803 564380 9",
        "EAN 541449200001234567",
        "+++090/9337/55493+++",
        "BE 0417.497.106",
        "ICCID 8932042000001234567",
        "4111 1111 1111 1112",
        "BE68 5390 0754 7035",
        "85.07.30-033.29",
        "85073003328 + 1 cijfer te veel: 850730033281",
    ][:-1],
)
def test_numbers_that_only_look_alike_are_left_alone(text: str) -> None:
    assert find(text).masked == text


def test_the_checks_know_published_numbers() -> None:
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert not is_card("9111111111111111")
    assert is_iban("be68539007547034")
    assert not is_iban("be68539007547035")
    assert is_national_number("85073003328")
    assert not is_national_number("85073003329")


def test_a_card_takes_its_expiry_date_and_back_digits_with_it() -> None:
    assert find("visa 4111 1111 1111 1111 12/27 123 van mama").masked == "visa [CARD] van mama"


def test_kinds_stand_in_order_of_first_appearance() -> None:
    text = "pin 4821, rekening BE68 5390 0754 7034, kaart 4111 1111 1111 1111, nog een BE68 5390 0754 7034"
    assert find(text).kinds == ("secret", "iban", "card")


def test_random_long_numbers_are_rarely_taken_for_a_card_or_national_number() -> None:
    """Ten thousand numbers of 10 to 19 digits with a fixed seed: what passes is what the checks let through by chance."""
    chance = random.Random(4821)
    numbers = ["".join(chance.choices("0123456789", k=chance.randint(10, 19))) for _ in range(10_000)]
    assert sum(bool(find(number).kinds) for number in numbers) < 200


def test_an_expiry_date_alone_says_nothing_and_stays() -> None:
    assert find("visa 4111 1111 1111 1111 exp 03/28, van mama").masked == "visa [CARD] exp 03/28, van mama"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("tel 02 555 12 34, 85.07.30-033.28", "tel 02 555 12 34, [NATIONAL NUMBER]"),
        ("op 12/03/2026: 4111-1111-1111-1111 / 0488 11 22 33", "op 12/03/2026: [CARD] / 0488 11 22 33"),
        ("dossier 26-0377, 85 07 30 033 28 3 keer", "dossier 26-0377, [NATIONAL NUMBER] 3 keer"),
        ("numer 85073003328", "numer [NATIONAL NUMBER]"),
    ],
)
def test_a_number_is_found_beside_a_date_or_a_telephone_number_which_stay(text: str, masked: str) -> None:
    assert find(text).masked == masked


DAYS = {
    "fr": "lu ma me je ve sa di",
    "nl": "ma di wo do vr za zo",
    "de": "Mo Di Mi Do Fr Sa So",
    "en": "Mo Tu We Th Fr Sa Su",
}


def a_week(chance: random.Random, days: str) -> str:
    """Opening hours as a place writes them: in one place of thirty the digits of a day are those of a card or an account."""
    sign, dash = chance.choice(":."), chance.choice(["-", " - ", "–"])
    hour = lambda: f"{chance.randrange(8, 20):02}{sign}{chance.choice(['00', '15', '30', '45'])}"  # noqa: E731
    between = chance.choice([" ", ", ", " / ", " et "])
    spans = lambda: between.join(f"{hour()}{dash}{hour()}" for _ in range(chance.choice([1, 2])))  # noqa: E731
    return chance.choice(["; ", "\n", " "]).join(f"{day} {spans()}" for day in days.split())


@pytest.mark.parametrize("days", DAYS.values(), ids=DAYS)
def test_opening_hours_are_no_numbers_of_anybody(days):
    chance = random.Random(2026)
    assert [
        (week, masked) for week in (a_week(chance, days) for _ in range(400)) if (masked := find(week).masked) != week
    ] == []


@pytest.mark.parametrize(
    "form", ["02/{:03}.{:02}.{:02} - 04{:02}/{:02}.{:02}.{:02}", "02 {:03} {:02} {:02} / 04{:02} {:02} {:02} {:02}"]
)
def test_two_telephone_numbers_are_no_card(form):
    chance = random.Random(2026)
    sizes = (1000, 100, 100, 100, 100, 100, 100)
    pairs = (form.format(*map(chance.randrange, sizes)) for _ in range(400))
    assert [pair for pair in pairs if find(pair).kinds] == []


@pytest.mark.parametrize(
    "written",
    ["+49 152 72739773", "+49 1521 2655104", "+86 122 5109 4555", "+49 150 60145368"],
)
def test_a_number_of_another_country_is_no_national_number(written):
    assert find(written).kinds == ()
    assert find(f"rijksregister {written.replace('+', '')}").kinds == ("national_number",)


@pytest.mark.parametrize(
    "written",
    [
        "kaart 02 411.11.11 - 0411 11.11.11, 4111 1111 1111 1111",
        "09.00-12.00 4111 1111 1111 1111",
        "+32 85 07 30 033 28",
    ],
)
def test_what_stands_beside_hours_and_telephone_numbers_is_found_all_the_same(written):
    assert find(written).kinds != ()


@pytest.mark.parametrize(
    "drawn",
    [
        "a49636a2-fa7f-4eab-8c4f-9b0687322e25",
        "231de2fa4293db30",
        "3tqnw73pw@mozmail.com",
        "piotr+761wpa@gmail.com",
        "QQY5XN3FK8",
    ],
)
def test_what_is_drawn_by_chance_and_has_a_name_of_a_secret_within_is_none(drawn):
    assert find(drawn).kinds == ()


@pytest.mark.parametrize("told", ["2fa 482913", "2FA: 482913", "wifi pw Poes123!", "pw:Poes123!", "ww2: Poes123! pw"])
def test_a_name_that_stands_by_itself_is_one(told):
    assert find(told).kinds == ("secret",)
