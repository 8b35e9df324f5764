"""What the API itself refuses, before any verb is asked."""

from digibel.problems import NotFound, Problem, Refused


class NoKey(Problem):
    code = "no_key"
    status = 401
    message = "Send the key of your organisation in a header: Authorization: Bearer KEY."


class ScopeMissing(Refused):
    code = "scope_missing"
    message = "This key may not do this: it lacks {scope}. Ask a coordinator for a key that may."


class NotJson(Problem):
    code = "not_json"
    status = 400
    message = "This is not JSON that we can read."


class NotReadable(Problem):
    code = "not_readable"
    status = 400
    message = "We could not read this request to its end. Send it again."


class NoSuchOperation(Problem):
    code = "no_such_operation"
    status = 405
    message = "This address does not do that. Look at the documentation for what it does."


class TooLarge(Problem):
    code = "too_large"
    status = 413
    message = "This is too much at once. Send less than 256 kB."


class NotThisKind(Problem):
    code = "not_this_kind"
    status = 415
    message = "Send JSON, and say so: Content-Type: application/json."


class Busy(Problem):
    code = "busy"
    status = 503
    message = "Too much is going on at this moment. Try again in a minute."


class Broken(Problem):
    code = "broken"
    status = 500
    message = "Something broke on our side, and we wrote it down. Nothing was changed."


class NowhereHere(NotFound):
    code = "nowhere"
    message = "There is nothing at this address. Look at the documentation."


# One field of what was sent.


class NotAField(Problem):
    code = "not_a_field"
    message = "We do not know this field. Look at the documentation for what it is called."


class NotText(Problem):
    code = "not_text"
    message = "Write this as a text."


class NotANumber(Problem):
    code = "not_a_whole_number"
    message = "Write this as a whole number."


class OutOfRange(Problem):
    code = "out_of_range"
    message = "This number is too small or too large."


class NotYesOrNo(Problem):
    code = "not_yes_or_no"
    message = "Write true or false."


class NotAList(Problem):
    code = "not_a_list"
    message = "Write this as a list."


class NotAnObject(Problem):
    code = "not_an_object"
    message = "Write this as an object with named fields."


class NotAnId(Problem):
    code = "not_an_id"
    message = "This is not an id as we give them out."


class NotExpected(Problem):
    code = "not_expected"
    message = "This does not fit here. Look at the documentation for what does."
