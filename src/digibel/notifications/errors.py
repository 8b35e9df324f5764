from digibel.problems import Problem


class NotANumber(Problem):
    code = "not_a_number"
    message = "This is no telephone number. Write it as 0470 12 34 56 or 02 345 67 89, or with +32."


class NoTextsThere(Problem):
    code = "no_texts_there"
    message = "This number cannot receive texts. Choose a telephone call or a letter."


class GatewayError(Exception):
    """The gateway did not take a text. `permanent`: trying again will not help. `code` is short and names nobody."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        self.code = code[:40]
        self.permanent = permanent
        super().__init__(self.code)


class BadWebhook(Problem):
    code = "bad_webhook"
    status = 400
    message = "This is no message of this gateway. Send the fields its documentation names."


class ForgedWebhook(Problem):
    code = "forged_webhook"
    status = 403
    message = "The signature does not fit. Check the secret on both sides."


class CallDone(Problem):
    code = "call_done"
    status = 409
    message = "Somebody has already done this call. Look at the list again."
