"""What libical (Evolution, KOrganizer, Cyrus) reads in a calendar, through the C library itself."""

import ctypes
import ctypes.util
from datetime import UTC, datetime

EVENT = 4


class Time(ctypes.Structure):
    """struct icaltimetype"""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_dst")),
        ("zone", ctypes.c_void_p),
    ]


def load() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("ical")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for function, answer, *asked in (
        ("icalparser_parse_string", pointer, text),
        ("icalcomponent_get_first_component", pointer, pointer, number),
        ("icalcomponent_get_next_component", pointer, pointer, number),
        ("icalrestriction_check", number, pointer),
        ("icalcomponent_get_uid", text, pointer),
        ("icalcomponent_get_summary", text, pointer),
        ("icalcomponent_get_location", text, pointer),
        ("icalcomponent_get_sequence", number, pointer),
        ("icalcomponent_get_status", number, pointer),
        ("icalcomponent_get_dtstart", Time, pointer),
        ("icalcomponent_get_dtend", Time, pointer),
        ("icaltime_as_timet_with_zone", ctypes.c_long, Time, pointer),
        ("icalproperty_status_to_string", text, number),
        ("icalcomponent_as_ical_string", text, pointer),
    ):
        getattr(library, function).restype = answer
        getattr(library, function).argtypes = asked
    return library


def read(library: ctypes.CDLL, calendar: bytes) -> list[dict[str, object]]:
    whole = library.icalparser_parse_string(calendar)
    assert whole, "libical does not parse it"
    library.icalrestriction_check(whole)
    written = library.icalcomponent_as_ical_string(whole).decode().replace("\r\n ", "").splitlines()
    assert [line for line in written if line.startswith("X-LIC-ERROR")] == []
    found, event = [], library.icalcomponent_get_first_component(whole, EVENT)
    while event:
        found.append(
            {
                "uid": library.icalcomponent_get_uid(event).decode(),
                "start": _moment(library, library.icalcomponent_get_dtstart(event)),
                "end": _moment(library, library.icalcomponent_get_dtend(event)),
                "summary": library.icalcomponent_get_summary(event).decode(),
                "location": library.icalcomponent_get_location(event).decode(),
                "sequence": library.icalcomponent_get_sequence(event),
                "status": library.icalproperty_status_to_string(library.icalcomponent_get_status(event)).decode(),
            }
        )
        event = library.icalcomponent_get_next_component(whole, EVENT)
    return found


def _moment(library: ctypes.CDLL, told: Time) -> datetime:
    return datetime.fromtimestamp(library.icaltime_as_timet_with_zone(told, told.zone), UTC)
