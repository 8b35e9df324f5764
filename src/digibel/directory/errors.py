"""What can be wrong with what somebody writes about a place: each says what to do."""

from digibel.problems import Conflict, Problem


class NotCorrectable(Problem):
    code = "not_correctable"
    message = "This cannot be corrected here: {fields}."


class ChangedMeanwhile(Conflict):
    code = "place_changed"
    message = "Somebody else changed this place meanwhile. Look at what is there now, and save yours again if it is still needed."


class NoSuchOtherDay(Problem):
    code = "no_such_other_day"
    message = (
        "We cannot read these days. Write one a line: 24/12/2026: 9:00-12:00. Without hours it is closed: 21/07/2026."
    )


class OtherDaysOverlap(Problem):
    code = "other_days_overlap"
    message = "Two of these other days overlap. Keep one line for each day."


class NoTelephone(Problem):
    code = "no_telephone"
    message = "This cannot be dialled. Write the number only, for example 02 555 00 00."


class NoWebsite(Problem):
    code = "no_website"
    message = "This is no address of a website. Write it like this: https://www.example.be"


class DoesNotFit(Problem):
    code = "does_not_fit"
    message = "This does not fit. Look at it again, or leave it empty."
