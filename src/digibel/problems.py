"""What the house says when it cannot do what was asked: one small tree, raised by verbs, translated once at each door."""

from typing import Any


class Problem(Exception):
    """A refusal that a person can act on.

    `message` is a plain sentence (English source text, translated at the door) that says what to do; `details` fill its
    `{placeholders}`. `code` is stable for programs, `status` is the HTTP status of RFC 9457 problem details.
    """

    code = "problem"
    status = 422
    message = "This cannot be done like this."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.template = message or self.message
        self.details = details
        super().__init__(self.template)

    def __str__(self) -> str:
        return self.template.format(**self.details) if self.details else self.template


class Invalid(Problem):
    """Fields that do not fit, each with its own sentence: `fields` maps a field's name to a list of sentences."""

    code = "invalid"
    message = "Some fields need another look."

    def __init__(self, fields: dict[str, list[Problem]]) -> None:
        self.fields = fields
        super().__init__()


class NotFound(Problem):
    code = "not_found"
    status = 404
    message = "We could not find this. Check the number or the link."


class Refused(Problem):
    code = "refused"
    status = 403
    message = "You may not do this. Ask a coordinator."


class TooOften(Problem):
    code = "too_often"
    status = 429
    message = "That was too often. Wait {seconds} seconds."


class Conflict(Problem):
    code = "conflict"
    status = 409
    message = "Somebody was faster, or it has changed. Look again."
