"""An example of every answer and every parameter, made from its own schema: words that look like what stands there."""

from collections.abc import Mapping
from typing import Any

from digibel.requests.shapes import SLUGS

Schema = Mapping[str, Any]

# By the name of a field, else of what it is.
NAMED: dict[str, Any] = {
    "reference": "26-0377",
    "split_from": "26-0376",
    "in_one_go_with": "26-0381",
    "postcode": "1090",
    "first_name": "Els",
    "family_name": "Claes",
    "street": "Theodorstraat",
    "house_number": "41",
    "phone": "+32468900001",
    "speaks": ["nl", "fr"],
    "reads": ["nl"],
    "serves": [],
    "access": [],
    "languages": ["nl", "fr"],
    "language": "nl",
    "hours": {"tue": [["14:00", "16:00"]]},
    "slug": SLUGS[0],
    "route": "OCR",
    "kind": "visit.announce",
    "weekday": 1,
    "segments": 1,
    "status": 409,
    "type": "urn:digibel:problem:invalid",
    "title": "Conflict",
    "code": "invalid",
    "field": "client.postcode",
    "detail": "Somebody was faster, or it has changed. Look again.",
    "limit": 50,
    "offset": 0,
    "cursor": "WyIyNi0wMzc3Il0:1w0J7e:xJ4mZ2",
    "next_cursor": None,
    "If-Match": '"3f1c0a5be2c94d7788a1b2c3"',
    "If-None-Match": '"3f1c0a5be2c94d7788a1b2c3"',
    "Idempotency-Key": "form-2041",
    "start": "09:00",
    "end": "12:30",
    "id": "5b0f4e0e-6d5c-4c2b-9a53-0a3b7f6c2d11",
    "url": "https://www.example.org",
    "changed": ["street"],
    "quarter": "2026-3",
    "quarters": ["2026-4", "2026-3"],
    "place": "1090",
    "cells": [12],
    "columns": ["fr"],
    "column_totals": [12],
    "counted": "requests",
    "by": "requests.language",
    "total": 12,
}
FORMATS: dict[str, Any] = {
    "uuid": NAMED["id"],
    "date-time": "2026-11-24T13:00:00Z",
    "date": "2026-11-24",
    "time": "09:00:00",
    "uri": NAMED["url"],
}
PLAIN: dict[str, Any] = {"string": "...", "integer": 1, "number": 1.5, "boolean": True, "null": None, "object": {}}


def sample(schema: Schema, schemas: Schema, name: str = "") -> Any:
    """Something that fits. `schemas` are the components that it may point at."""
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    if "anyOf" in schema or "allOf" in schema:
        return sample((schema.get("anyOf") or schema["allOf"])[0], schemas, name)
    if "properties" in schema:
        return {field: sample(one, schemas, field) for field, one in schema["properties"].items()}
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if name in NAMED and _is(NAMED[name], schema.get("type", "")):
        return NAMED[name]
    if schema.get("type") == "array":
        return [sample(schema.get("items", {}), schemas, name)]
    return schema.get("default", PLAIN.get(schema.get("type", ""), "..."))


def _is(value: Any, kind: str) -> bool:
    kinds = {"string": str, "integer": int, "array": list, "object": dict}
    return kind in kinds and isinstance(value, kinds[kind])
