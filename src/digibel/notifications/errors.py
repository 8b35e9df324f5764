from digibel.problems import Conflict, Problem


class NotANumber(Problem):
    code = "not_a_number"
    message = "This is no telephone number. Write it as 0470 12 34 56 or 02 345 67 89, or with +32."


class NoTextsThere(Problem):
    code = "no_texts_there"
    message = "This number cannot receive texts. Choose a telephone call or a letter."


class GatewayError(Exception):
    """The gateway did not take a text. `code` is short and names nobody.

    Whose fault it is decides what happens next:

    - `permanent`: the text's. No gateway will bring it (no such number, refused words): a person's list.
    - `down`: the gateway's, as a whole (wrong password, no credit). It rests at once, and the next one takes over.
    - neither: something passing. Tried again, ever later; after a few in a row the gateway rests.

    `perhaps_sent`: the words went out and no clear no came back (time-out while the answer was read, a 500, garbage instead of
    an id). Such a text is repeated only where the gateway takes our own id, and never by another gateway. An adapter
    that does not say leaves it in doubt; one that knows that nothing left (connection refused, 401, 429) says False.
    """

    def __init__(self, code: str, *, permanent: bool, perhaps_sent: bool | None = None, down: bool = False) -> None:
        self.code = code[:40]
        self.permanent = permanent
        self.down = down
        self.perhaps_sent = not (permanent or down) if perhaps_sent is None else perhaps_sent
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


class AttemptNoted(Conflict):
    code = "attempt_noted"
    message = "This attempt has been noted already. Nobody answered; the call comes back on the list by itself."


class AlreadyTaken(Conflict):
    code = "already_taken"
    message = "A colleague is sending this one, or it has gone already. Take the next one."


class TextNoLongerTrue(Conflict):
    code = "text_no_longer_true"
    message = "What this text says is no longer so. Do not send it; it is off the list."


class NoTextToSend(Conflict):
    code = "no_text_to_send"
    message = "This one waits for the morning, so that it wakes nobody."


class TextsHeld(Conflict):
    code = "texts_held"
    message = "Texts are held after a backup was restored. A coordinator lets them leave, on the page Privacy."


class NoReply(Problem):
    code = "no_reply"
    message = "Type what they answered first, in their own words."
