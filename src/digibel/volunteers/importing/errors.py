"""What can be wrong with a list of volunteers, or with one row of it: each says what to do."""

from digibel.problems import Conflict, Problem


class ColumnMissing(Problem):
    code = "column_missing"
    message = "There is no column for: {names}. Give the first row the names of the columns."


class ColumnTwice(Problem):
    code = "column_twice"
    message = "Two columns are both called: {names}. Keep one of them."


class CellEmpty(Problem):
    code = "cell_empty"
    message = "This is empty. Fill it in."


class NoName(Problem):
    code = "no_name"
    message = "This is no name we can use. Write the first name, without a number in it."


class NoMobile(Problem):
    code = "no_mobile"
    message = "This number cannot receive texts. A volunteer needs a mobile."


class NoSuchLanguage(Problem):
    code = "no_such_language"
    message = "We do not know any of these languages. Write for example: nl, fr, ar."


class NoSuchHours(Problem):
    code = "no_such_hours"
    message = "We cannot read these hours. Write them like this: ma 9:00-12:00; do 13:00-17:00."


class NoSuchWord(Problem):
    code = "no_such_word"
    message = "We cannot read this. Write one of: {words}."


class NoSuchDay(Problem):
    code = "no_such_day"
    message = "We cannot read this date. Write it like this: 30/11/2026."


class NotInRange(Problem):
    code = "not_in_range"
    message = "Write a whole number from {least} to {most}."


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
