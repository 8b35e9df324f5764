"""What the audit refuses to write down."""

from digibel.problems import Problem


class AuditError(Problem):
    code = "audit"
    status = 500


class FactRefused(AuditError):
    """The value is not quoted: it may be what must not be known."""

    code = "audit_fact_refused"
    message = "The audit takes ids, codes and counts, never personal data: leave out {fact}."


class NameRefused(AuditError):
    code = "audit_name_refused"
    message = "{name} does not fit the audit: write a deed like request.logged, and an actor with an id of at most 60 letters."
