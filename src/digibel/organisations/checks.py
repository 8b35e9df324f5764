"""What an operator can get wrong about numbers and rates, said at the start and not while somebody is being robbed, or paid."""

import tomllib
from typing import Any

from django.core import checks

from digibel.organisations import numbers, openid, rates


def numbers_can_be_read(**_: Any) -> list[checks.CheckMessage]:
    try:
        numbers.table()
    except (OSError, ValueError, KeyError, tomllib.TOMLDecodeError) as mistake:
        hint = "Correct the file of DIGIBEL_NUMBERS_FILE, or leave the setting out to use the numbers that ship with Digibel."
        return [checks.Error(f"The numbers to ring cannot be read: {mistake}", hint=hint, id="organisations.E001")]
    return []


def rates_can_be_read(**_: Any) -> list[checks.CheckMessage]:
    try:
        rates.table()
    except (OSError, ValueError, TypeError) as mistake:
        hint = (
            "Correct the file of DIGIBEL_RATES_FILE, or leave the setting out to use the rates that ship with Digibel."
        )
        return [
            checks.Error(
                f"What may be paid to volunteers cannot be read: {mistake}", hint=hint, id="organisations.E002"
            )
        ]
    return []


def logins_can_be_read(**_: Any) -> list[checks.CheckMessage]:
    try:
        openid.houses()
    except (OSError, ValueError, KeyError, TypeError) as mistake:
        hint = "Correct the file of DIGIBEL_LOGINS_FILE, or leave the setting out: everybody comes in with a password."
        return [
            checks.Error(f"The log-ins of other houses cannot be read: {mistake}", hint=hint, id="organisations.E003")
        ]
    return []
