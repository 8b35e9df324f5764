"""What a machine reads of the log: one object a line, ids and codes, and of an error never its words."""

import json
import logging

from digibel.guardrails.logs import JsonFormatter


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
