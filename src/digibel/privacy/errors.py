"""Why somebody cannot be forgotten now, or a request about their data cannot be done like this."""

from digibel.problems import Conflict, Problem


class VisitUnderWay(Conflict):
    code = "visit_under_way"
    message = "A visit is under way now. Do this when the volunteer has left: until then we must be able to reach both."


class AtAVisit(Conflict):
    code = "at_a_visit"
    message = "You are at a visit now. Do this when you have left."


class VisitNear(Conflict):
    code = "visit_near"
    message = (
        "They go to somebody within a day. Cancel that visit first, so that the client hears it, and do this then."
    )


class LegalDuty(Conflict):
    """`what` is the rule of the retention table that stands in the way."""

    code = "legal_duty"
    message = "The law makes us keep this until {until}: {what}. Write that to the person, and do it on that day."


class ComplaintOpen(Conflict):
    """So that nobody gets rid of a complaint by forgetting who made it."""

    code = "complaint_open"
    message = "A complaint of theirs is still open. Answer it first, or note that they took it back; then forget them at once."


class AlreadyErased(Conflict):
    code = "already_erased"
    message = "This person has been erased already. The certificate stands in the register."


class StillWorksHere(Conflict):
    code = "still_works_here"
    message = "This account still works. Close it first; then its mobile number can be erased."


class SharedVolunteer(Conflict):
    code = "shared_volunteer"
    message = (
        "This volunteer goes out for {who} too. Write down what was asked: it stands on the page of the network administrator, "
        "who forgets them for all of you."
    )


class TakenInElsewhere(Conflict):
    """Nobody sends them, so that nobody's papers say whose they are."""

    code = "taken_in_elsewhere"
    message = (
        "Another organisation took this volunteer in, and nobody sends them. Write down what was asked: it stands on the page of "
        "the network administrator, who forgets them."
    )


class OthersVolunteer(Conflict):
    """The pool is shared, and `who` sends them."""

    code = "others_volunteer"
    message = "This volunteer goes out for {who}, and not for you. Tell them what was asked: they do this."


class WhyRestricted(Problem):
    code = "why_restricted"
    message = "Choose why it is kept and not used. The law knows four reasons."


class AlreadyDone(Conflict):
    code = "already_done"
    message = "This was dealt with already. Look at the list again."
