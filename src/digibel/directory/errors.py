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


class NoSuchAddress(Problem):
    code = "no_such_address"
    message = "We cannot read this address. Write it like this: Kerkstraat 12, 1090 Jette."


class NotCheckedYet(Problem):
    code = "not_checked_yet"
    message = "This day is still to come. Write the day on which somebody looked."


class PlaceTwiceInTheList(Problem):
    code = "place_twice_in_the_list"
    message = "Row {line} is the same place. Keep one of them."


class WhichPlace(Problem):
    code = "which_place"
    message = "We know several places of this name here. Write the street too, or put it right by hand."


class ListIsOld(Conflict):
    code = "list_is_old"
    message = "Something changed in the places since this list was read. Choose the file again, and look once more."


class NothingNew(Problem):
    code = "nothing_new"
    message = "Everything in this list is in the places already."


class ChangedSince(Conflict):
    code = "places_changed_since"
    message = "{count} of these places were put right or handed out on a slip since. Put the others right one by one."


class NoDoor(Problem):
    code = "no_door"
    message = "Nobody can be sent there: it is a number or a website, or it is closed for good."


class WrongHours(Problem):
    code = "wrong_hours"
    message = "A session begins in the future, within a year, and ends later on the same day."


class WrongNumberOfSeats(Problem):
    code = "wrong_number_of_seats"
    message = "Write how many seats the place keeps for us: one to sixty."


class HeldAlready(Conflict):
    code = "held_already"
    message = "There is a session of this place at that hour already. Look at the list."


class SessionBegan(Conflict):
    code = "session_began"
    message = "This session has begun or was called off. Choose another one."


class OneSeatEach(Problem):
    code = "one_seat_each"
    message = "Name sessions that stand in the directory, and one of each place at most."


class NoSeatLeft(Conflict):
    code = "no_seat_left"
    message = "The last seat of this session is taken. Choose another one."
