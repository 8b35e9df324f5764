"""Telephone numbers, as people write them and as networks want them (E.164)."""

import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from digibel.notifications.errors import NotANumber
from digibel.sealing.index import blind_index

REGION = "BE"
LONGEST_SHORT_CODE = 7
TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def parse(text: str) -> str:
    """A number as E.164. `04xx` with ten digits is a mobile, with nine it is Liège: the library knows by length."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise NotANumber from None
    if not phonenumbers.is_valid_number(number) or str(number.national_number) not in _digits(text):
        raise NotANumber
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _digits(text: str) -> str:
    """The digits that stand there, of any script. The library also reads letters as on the keys of a telephone: "0470 BEL MIJ"
    would be the number of a stranger."""
    return "".join(str(unicodedata.digit(each)) for each in text if unicodedata.digit(each, None) is not None)


def of_ours(told: str) -> str:
    """The number somebody texted, as the network tells it: E.164 where it is one, else as it came (a short code)."""
    try:
        return parse(international(told))
    except NotANumber:
        return told[:20]


def international(told: str) -> str:
    """Networks leave out the plus: 32470123456 is a number of this country, 33612345678 one of another."""
    return f"+{told}" if told.isdigit() and not told.startswith("0") and len(told) > LONGEST_SHORT_CODE else told


def is_textable(e164: str) -> bool:
    return bool(e164) and phonenumbers.number_type(phonenumbers.parse(e164)) in TEXTABLE


def display(e164: str) -> str:
    """As people here read it: 0470 12 34 56; foreign numbers with their country."""
    if not e164:
        return ""
    number = phonenumbers.parse(e164)
    home = number.country_code == phonenumbers.country_code_for_region(REGION)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def index(e164: str) -> str:
    """The keyed trace by which a sealed number is found; empty for no number."""
    return blind_index(e164, purpose="telephone") if e164 else ""
