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


class AtWorkAlready(Conflict):
    code = "at_work_already"
    message = "{count} of them have been asked or have been told something since. Let these people leave one by one."
