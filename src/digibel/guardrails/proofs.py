"""Which tests hold which rule: read out of the tests themselves, without running them.

A test says so with `@pytest.mark.guardrail("E1")`, on the function, its class or the whole file (`pytestmark`). The list is
shipped as `proofs.toml`, because whoever runs Digibel has no tests; a test fails when it is behind.
"""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

MARK = "guardrail"

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def gather(tests: Path) -> dict[str, tuple[str, ...]]:
    """Rule ids to the tests that hold them, as pytest names these, both in order. `tests` is the folder of that name."""
    found: dict[str, set[str]] = {}
    for file in sorted(tests.rglob("test_*.py")):
        name = file.relative_to(tests.parent).as_posix()
        for test, rules in _in_file(ast.parse(file.read_text(encoding="utf-8"))):
            for rule in rules:
                found.setdefault(rule, set()).add(f"{name}::{test}")
    return {rule: tuple(sorted(found[rule])) for rule in sorted(found, key=_order)}


def as_table(proofs: Mapping[str, Sequence[str]]) -> str:
    lines = [
        "# Which tests hold which rule. Gathered from the tests by `manage.py write_guardrails`; do not write here."
    ]
    lines += [f"{json.dumps(rule)} = {json.dumps(tests, indent=2)}" for rule, tests in proofs.items()]
    return "\n".join(lines) + "\n"


def _in_file(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    everywhere = [rule for statement in module.body for rule in _pytestmark(statement)]
    for statement in module.body:
        if isinstance(statement, ast.ClassDef):
            shared = [*everywhere, *_decorated(statement)]
            yield from ((f"{statement.name}::{test}", rules) for test, rules in _tests(statement.body, shared))
    yield from _tests(module.body, everywhere)


def _tests(body: Sequence[ast.stmt], shared: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith("test_"):
            yield statement.name, [*shared, *_decorated(statement)]


def _decorated(thing: Named) -> list[str]:
    return [rule for decorator in thing.decorator_list for rule in _marked(decorator)]


def _pytestmark(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets
    ):
        marks = statement.value.elts if isinstance(statement.value, ast.List | ast.Tuple) else [statement.value]
        for mark in marks:
            yield from _marked(mark)


def _marked(expression: ast.expr) -> list[str]:
    """The ids in `pytest.mark.guardrail("E1", "E2")`; nothing for any other expression."""
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute) and expression.func.attr == MARK:
        return [argument.value for argument in expression.args if isinstance(argument, ast.Constant)]  # type: ignore[misc]
    return []


def _order(rule: str) -> tuple[str, int]:
    """E2 before E10."""
    return rule[:1], int(rule[1:]) if rule[1:].isdigit() else 0
