"""What can be wrong with a list, or with a cell of it, whatever it is about: each says what to do."""

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


class RowsRefused(Problem):
    code = "rows_refused"
    message = "Some rows are refused. Correct them first: all of the list comes in, or nothing of it."


class UndoneAlready(Conflict):
    code = "undone_already"
    message = "This import was taken back already."
