"""The OpenAPI document, made complete: every operation says how it refuses, and shows examples that are true today."""

import tomllib
from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ninja.schema import NinjaGenerateJsonSchema
from pydantic.json_schema import models_json_schema

from digibel import clock
from digibel.api.problems import MEDIA_TYPE, FieldShown, ProblemShown
from digibel.api.samples import sample
from digibel.api.scopes import NEEDS

REF_TEMPLATE = "#/components/schemas/{model}"

# How an operation can refuse. Who sends a body can get it wrong in more ways.
ALWAYS = {
    "401": "No key, or one that is not known, was ended or is past its last day.",
    "403": "The key was not made for this.",
    "422": "Something that was sent does not fit; `errors` says what, field by field.",
    "429": "Too often; `Retry-After` says in how many seconds.",
    "default": "Anything else, told in the same way.",
}
WITH_A_BODY = {
    "400": "The body is not JSON.",
    "409": "It does not go together with what is there already.",
    "413": "The body is too large.",
    "415": "The body is not said to be JSON.",
}
WITH_A_REFERENCE = {"404": "Your organisation has nothing of this name or number."}
WITH_A_VERSION = {
    "412": "It has changed since it was read: `If-Match` names another version.",
    "428": "`If-Match` is missing: say which version was seen.",
}
TAGGED = ("show_request", "show_client", "show_visit", "show_availability")
UNCHANGED = {"description": "Nothing changed since: `If-None-Match` names the version of today."}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The `ETag` of what the program has: where nothing changed since, the answer is 304 and empty.",
}
CHANGING = {"409": "It does not go together with what is there already."}

# From what was logged to what can be done with it.
LINKED = ("show_request", "rank_candidates", "send_offers")


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add to ninja's document what ninja does not know. Changes it, and returns it."""
    document["components"]["schemas"] |= _problem_schemas()
    examples = read_examples()
    for operation in operations(document):
        operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
        operation["responses"] = _responses(operation)
        if operation["operationId"] in TAGGED:
            operation["parameters"].append(dict(IF_NONE_MATCH))
            operation["responses"]["304"] = UNCHANGED
        operation["x-scope"] = NEEDS[operation["operationId"]] or ""
        for parameter in operation["parameters"]:
            parameter["schema"] = _without_null(parameter["schema"])
        _show_examples(operation, document["components"]["schemas"])
        if "requestBody" in operation:
            [content] = operation["requestBody"]["content"].values()
            content["examples"] = examples[operation["operationId"]]
        if operation["operationId"] == "log_request":
            for status in ("200", "201"):
                operation["responses"][status]["links"] = {name: _link(name) for name in LINKED}
    return document


def _show_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Of what is asked for, and of every answer."""
    for parameter in operation["parameters"]:
        parameter["example"] = sample(parameter["schema"], schemas, parameter["name"])
    for response in operation["responses"].values():
        for content in response.get("content", {}).values():
            content["example"] = sample(content["schema"], schemas)


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _responses(operation: dict[str, Any]) -> dict[str, Any]:
    """Its own answers, and its refusals. Statuses are text in JSON, and are made text here so that they can be compared."""
    refusals = dict(ALWAYS)
    if "requestBody" in operation:
        refusals |= WITH_A_BODY
    if any(parameter["in"] == "path" for parameter in operation["parameters"]):
        refusals |= WITH_A_REFERENCE
    headers = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"}
    if "If-Match" in headers:
        refusals |= WITH_A_VERSION
    if "Idempotency-Key" in headers:
        refusals |= CHANGING
    own = {str(status): response for status, response in operation["responses"].items()}
    return own | {status: _refusal(said) for status, said in refusals.items()}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An address or a header cannot say null: it leaves the value out."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) != 1:
        return schema
    return {name: value for name, value in schema.items() if name != "anyOf"} | choices[0]


def _refusal(said: str) -> dict[str, Any]:
    return {
        "description": said,
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="ProblemShown")}}},
    }


def _problem_schemas() -> dict[str, Any]:
    _, definitions = models_json_schema(
        [(ProblemShown, "serialization"), (FieldShown, "serialization")],
        ref_template=REF_TEMPLATE,
        schema_generator=NinjaGenerateJsonSchema,
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _link(name: str) -> dict[str, Any]:
    return {"operationId": name, "parameters": {"reference": "$response.body#/reference"}}


def read_examples() -> dict[str, Any]:
    """Request bodies by operation and name, with the moments of the coming days."""
    examples: dict[str, Any] = _with_moments(_table(), clock.today())
    return examples


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("examples.toml").read_text(encoding="utf-8"))


def _with_moments(told: Any, today: date) -> Any:
    if isinstance(told, list):
        return [_with_moments(one, today) for one in told]
    if not isinstance(told, dict):
        return told
    if "working_day" in told:
        return _on(_working_day(today, told["working_day"]), told)
    if "new_mobile" in told:
        # Somebody else's than the last time: one number is one volunteer.
        return f"046890{int(clock.now().timestamp()) % 10_000:04d}"
    return {name: _with_moments(one, today) for name, one in told.items()}


def _on(day: date, told: dict[str, Any]) -> Any:
    """A window of that day, a moment of it, or the day."""
    if "at" in told:
        return _moment(day, told["at"])
    return {name: _moment(day, told[name]) for name in ("from", "until")} if "from" in told else day.isoformat()


def _moment(day: date, hour: str) -> str:
    return clock.local(clock.at(day, time.fromisoformat(hour))).isoformat()


def _working_day(today: date, count: int) -> date:
    """The working day that many after today, when a centre is open."""
    day = today
    for _ in range(count):
        day += timedelta(days=1)
        while not clock.is_working_day(day):
            day += timedelta(days=1)
    return day
