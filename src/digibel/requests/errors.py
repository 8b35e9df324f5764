from digibel.organisations.once import KeyUsedOtherwise as KeyUsedOtherwise
from digibel.problems import Conflict, Problem


class Missing(Problem):
    code = "missing"
    message = "Fill this in."


class TooLong(Problem):
    code = "too_long"
    message = "This is too long: at most {most} characters."


class NotOneOf(Problem):
    code = "not_one_of"
    message = "Choose one of: {choices}."


class NotAMoment(Problem):
    code = "not_a_moment"
    message = "Write the moment as a day and an hour, for example 2026-11-24T14:00."


class WindowInThePast(Problem):
    code = "window_in_the_past"
    message = "This moment is past. Choose one that is still to come."


class WindowTooFar(Problem):
    code = "window_too_far"
    message = "This is more than {days} days away. Choose a moment that is nearer."


class WindowTooShort(Problem):
    code = "window_too_short"
    message = "Leave at least {minutes} minutes, so that a visit fits."


class WindowTooLong(Problem):
    code = "window_too_long"
    message = "Keep one moment within one day. Add another line for another day."


class WindowsOverlap(Problem):
    code = "windows_overlap"
    message = "Two of these moments overlap. Make one of them, or move one."


class NoWindows(Problem):
    code = "no_windows"
    message = "Give at least one moment that suits, or choose always at home."


class TooMany(Problem):
    code = "too_many"
    message = "These are too many: at most {most}."


class NoWorker(Problem):
    code = "no_worker"
    message = "Name the worker they trust, and that worker's number."


class AlreadyClosed(Conflict):
    code = "already_closed"
    message = "This request is closed. Open a new one for a new question."


class NobodyNamed(Problem):
    code = "nobody_named"
    message = "Name who decides about money, or leave the kind and the number empty too."


class MayNothing(Problem):
    code = "may_nothing"
    message = "Say what each named person may do: change the request, hear the codeword, or both."


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"
    message = "Somebody else corrected this meanwhile. Look at both, and choose."


class OnlyByStart(Problem):
    code = "only_by_start"
    message = "They said STOP to texts. Only they can ask for texts again: they text START."


class PersonGone(Conflict):
    code = "person_gone"
    message = "This person has moved or died. Choose somebody else."


class TooLateToUndo(Conflict):
    code = "too_late_to_undo"
    message = "This can be undone within a day only. Open a new request instead."


class MergedMeanwhile(Conflict):
    code = "merged_meanwhile"
    message = "This person was known twice and is one now. Open their page again."


class CannotMerge(Conflict):
    code = "cannot_merge"
    message = "These two cannot be made one: choose two different people of your own list, who have not moved or died."


class VisitsAtOnce(Conflict):
    code = "visits_at_once"
    message = "Both have a visit at the same time. Cancel one of the two first."


class CannotUnmerge(Conflict):
    code = "cannot_unmerge"
    message = "This can be undone for thirty days, the latest one first."


class NotTheSame(Problem):
    code = "not_the_same"
    message = "Choose an earlier request of this person about money or papers, or say that it is a new question."


class NothingToOverrule(Conflict):
    code = "nothing_to_overrule"
    message = "Nothing here is kept from volunteers because it is the third time. Look at the verdicts again."
