import io
import json
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from digibel.guardrails.catalogue import TASKS


def run(monkeypatch: pytest.MonkeyPatch, command: str, lines: str | bytes, **options: Any) -> list[dict[str, Any]]:
    raw = lines.encode() if isinstance(lines, str) else lines
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_judge_tasks_answers_each_list_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    task = TASKS["cash-withdrawal"]
    assert run(monkeypatch, "judge_tasks", '["cash-withdrawal"]\n["video-call", "itsme-activate"]\n') == [
        {
            "verdict": "forbidden",
            "tasks": [
                {
                    "slug": "cash-withdrawal",
                    "verdict": "forbidden",
                    "conditions": list(task.conditions_in("nl")),
                    "route": ["BANK", "OCMW"],
                    "rules": ["R26", "Z2", "Z3", "E9", "E1"],
                }
            ],
        },
        {
            "verdict": "conditions",
            "tasks": [
                {
                    "slug": slug,
                    "verdict": verdict,
                    "conditions": list(TASKS[slug].conditions_in("nl")),
                    "route": list(TASKS[slug].routes),
                    "rules": list(TASKS[slug].rules),
                }
                for slug, verdict in [("video-call", "allowed"), ("itsme-activate", "conditions")]
            ],
        },
    ]


def test_judge_tasks_speaks_the_language_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    (answer,) = run(monkeypatch, "judge_tasks", '["photos"]\n', language="fr")
    assert answer["tasks"][0]["conditions"] == list(TASKS["photos"].conditions_in("fr"))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "photos",
        '"photos"',
        "[]",
        "[1]",
        '["photos", null]',
        '{"a": 1}',
        '["fotos"]',
        "[" * 5000,
        '["\\ud800"]',
        "\x00",
    ],
)
def test_judge_tasks_gives_an_error_in_its_place(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    before, wrong, after = run(monkeypatch, "judge_tasks", f'["photos"]\n{line}\n["wifi-connect"]\n')
    assert (before["verdict"], list(wrong), after["verdict"]) == ("allowed", ["error"], "allowed")


def test_judge_tasks_survives_bytes_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, right = run(monkeypatch, "judge_tasks", b'\xff\xfe\n["photos"]\n')
    assert (list(wrong), right["verdict"]) == (["error"], "allowed")


def test_suggest_tasks_gives_the_best_first(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = run(monkeypatch, "suggest_tasks", "itsme ne marche plus\n\nappel vidéo\n", language="fr")
    assert [answer["tasks"][:1] for answer in answers] == [["itsme-activate"], [], ["video-call"]]
    assert [list(answer) for answer in answers] == [["tasks"]] * 3


def test_suggest_tasks_knows_the_languages_of_the_desk_only() -> None:
    with pytest.raises(CommandError):
        call_command("suggest_tasks", "--language", "xx")
