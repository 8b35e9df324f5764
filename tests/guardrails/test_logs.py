"""What a machine reads of the log: one object a line, ids and codes, and of an error never its words."""

import json
import logging
from uuid import UUID

from digibel.guardrails.logs import JsonFormatter, MaskedFormatter


def written(message, *args, error=None, **extra):
    record = logging.LogRecord("digibel.one", logging.ERROR, "file.py", 7, message, args, None)
    vars(record).update(extra)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_a_line_has_its_ids():
    told = written("text %s", "failed", message_id="0190", tries=2)
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "error",
        "logger": "digibel.one",
        "message": "text failed",
        "message_id": "0190",
        "tries": 2,
    }


def test_secrets_are_masked_in_the_words_and_in_what_is_given_with_them():
    told = written("he said BE68 5390 0754 7034", note="BE68 5390 0754 7034")
    assert (told["message"], told["note"]) == ("he said [IBAN]", "[IBAN]")


def test_an_error_has_its_class_and_place_and_no_words():
    try:
        raise ValueError("Theodorstraat 41\nGuido")
    except ValueError as error:
        told = written("task failed", error=error)
    assert told["error"] == "ValueError"
    assert [place.rpartition("/")[2].partition(":")[0] for place in told["where"]] == ["test_logs.py"]
    assert "Guido" not in json.dumps(told)


def in_plain(message, *args, **extra):
    record = logging.LogRecord("digibel.one", logging.ERROR, "file.py", 7, message, args, None)
    vars(record).update(extra)
    return MaskedFormatter("%(levelname)s %(message)s").format(record)


def test_a_plain_line_has_its_ids_too_and_nobody_writes_a_second_one():
    told = in_plain("text failed: %s", "x\nERROR all is well", tries=2, note="BE68 5390 0754 7034\rx")
    assert told == "ERROR text failed: x\\x0aERROR all is well tries=2 note=[IBAN]\\x0dx"


def test_an_id_of_ours_stays_whole_and_as_text_it_may_be_a_key():
    """About one in six hundred looks like a card, an account or a code somewhere."""
    ours = [UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128) for number in range(1, 3000)]
    assert [one for one in ours if in_plain("refused", staff=one) != f"ERROR refused staff={one}"] == []
    assert written("refused", staff=ours[0])["staff"] == str(ours[0])
    assert in_plain("his password is %s", ours[0]) == "ERROR his password is [SECRET]"
