"""What can be wrong with a list of volunteers, or with one row of it: each says what to do."""

from digibel.problems import Conflict, Problem


class NoName(Problem):
    code = "no_name"
    message = "This is no name we can use. Write the first name, without a number in it."


class NoMobile(Problem):
    code = "no_mobile"
    message = "This number cannot receive texts. A volunteer needs a mobile."


class NoAddress(Problem):
    code = "no_mail_address"
    message = "This is no e-mail address. Correct it, or leave it empty."


class TwiceInTheList(Problem):
    code = "twice_in_the_list"
    message = "Row {line} has the same number. Keep one of them."


class RowsRefused(Problem):
    code = "rows_refused"
    message = "Some rows are refused. Correct them first: all of the list comes in, or nothing of it."


class AtWorkAlready(Conflict):
    code = "at_work_already"
    message = "{count} of them have been asked or have been told something since. Let these people leave one by one."


class UndoneAlready(Conflict):
    code = "undone_already"
    message = "This import was taken back already."
