from digibel.problems import Conflict, NotFound, Problem


class NotReady(Problem):
    code = "not_ready"
    status = 409
    message = "This volunteer is not ready to be sent: {missing}."


class NotYet(Problem):
    code = "not_yet"
    message = "This day is still to come. Note it on the day itself."


class MustEnd(Problem):
    code = "must_end"
    message = "Say until which day this counts."


class WrongEnd(Problem):
    code = "wrong_end"
    message = "The end must come after the beginning, and within five years."


class EndsAlready(Problem):
    """Ending would make it count longer: without the policy, past the six months, or without five right answers."""

    code = "ends_already"
    message = "This is not in order beyond that day as it is. To let it count longer, renew it."


class NoExemption(Problem):
    code = "no_exemption"
    message = "There is no exemption from this: a law or a rule of the house asks it of everybody."


class InOrderAlready(Problem):
    """An exemption would take the place of a paper that counts longer, and their visits would be open again."""

    code = "in_order_already"
    message = "This is in order for longer than that. Nothing has to be let go."


class ExemptionTooLong(Problem):
    code = "exemption_too_long"
    message = "An exemption ends within six months. Choose an earlier day."


class NoSuchLink(NotFound):
    code = "no_such_link"
    message = "This link does not open. Look at the last text you received, or ring the organisation."


class LinkClosed(NotFound):
    code = "link_closed"
    status = 410
    message = "This link has closed. Ring the organisation: they send you a new one."


class NotAllRight(Problem):
    code = "not_all_right"
    message = "Not all five are right yet. Try again at once."


class NoSuchModule(NotFound):
    code = "no_such_module"
    message = "This module is not in the training. Choose one from the list."


class NoLetters(Conflict):
    code = "no_letters"
    message = "This volunteer has no internet on the telephone. Open the questions on a screen at the office."


class OnlyByAnswering(Problem):
    code = "only_by_answering"
    message = "The five questions are passed by answering them. Send the link, or open them on this screen."


class ReferenceMissing(Problem):
    code = "reference_missing"
    message = "Write the number of the insurance policy."
