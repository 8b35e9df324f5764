import io
import json
import sys

import pytest
from django.core.management import call_command


def test_find_secrets_answers_each_text_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b"stort op BE68 5390 0754 7034\n\nwachtwoord vergeten\npin\\n4821\n" + b"\xff pin 4821\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines), encoding="utf-8"))
    out = io.StringIO()
    call_command("find_secrets", stdout=out)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [
        {"kinds": ["iban"], "masked": "stort op [IBAN]"},
        {"kinds": [], "masked": ""},
        {"kinds": [], "masked": "wachtwoord vergeten"},
        {"kinds": ["secret"], "masked": "pin\\n[SECRET]"},
        {"kinds": ["secret"], "masked": "\ufffd pin [SECRET]"},
    ]
