"""Every refusal of the API is a problem document (RFC 9457), with its sentence in the language of whoever asked.

`code` is stable and for programs; `detail` is for people; `errors` has one entry for each field that needs another look.
Nothing that was sent is repeated, and nothing of it is logged.
"""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from digibel.api import errors
from digibel.guardrails import secrets
from digibel.guardrails.logs import place_of
from digibel.problems import Invalid, NotFound, Problem
from digibel.requests.errors import Missing, NotOneOf, TooLong, TooMany
from digibel.sentences import sentence
from digibel.unwritable import RETRY_AFTER, is_of_the_database

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LONGEST_FIELD = 120


class FieldShown(BaseModel):
    field: str = Field(description="As it was named, with dots: client.postcode, windows.0.from.")
    code: str
    detail: str


class ProblemShown(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldShown] = []


# What the validation of shapes calls it, and what we say. Anything else is `NotExpected`.
_KINDS: dict[str, type[Problem]] = {
    "missing": Missing,
    "extra_forbidden": errors.NotAField,
    "string_type": errors.NotText,
    "string_unicode": errors.NotText,
    "int_type": errors.NotANumber,
    "int_parsing": errors.NotANumber,
    "int_from_float": errors.NotANumber,
    "int_parsing_size": errors.OutOfRange,
    "greater_than_equal": errors.OutOfRange,
    "less_than_equal": errors.OutOfRange,
    "bool_type": errors.NotYesOrNo,
    "list_type": errors.NotAList,
    "model_type": errors.NotAnObject,
    "model_attributes_type": errors.NotAnObject,
    "dict_type": errors.NotAnObject,
    "uuid_parsing": errors.NotAnId,
    "uuid_type": errors.NotAnId,
    "too_short": Missing,
}

_INSTEAD: tuple[tuple[type[Exception], type[Problem]], ...] = (
    (AuthenticationError, errors.NoKey),
    (Http404, NotFound),
    (ObjectDoesNotExist, NotFound),
    (RequestDataTooBig, errors.TooLarge),
    (UnreadablePostError, errors.NotReadable),
)


def answer(problem: Problem) -> HttpResponse:
    """The problem document of a refusal."""
    shown = ProblemShown(
        type=f"urn:digibel:problem:{problem.code}",
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        code=problem.code,
        detail=sentence(problem),
        errors=list(_fields(problem.fields)) if isinstance(problem, Invalid) else [],
    )
    response = JsonResponse(shown.model_dump(), status=problem.status, content_type=MEDIA_TYPE)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="Digibel"'
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _fields(fields: Mapping[str, Iterable[Problem]]) -> Iterable[FieldShown]:
    for field, problems in fields.items():
        for problem in problems:
            yield FieldShown(field=field, code=problem.code, detail=sentence(problem))


def add_handlers(api: NinjaAPI) -> None:
    api.add_exception_handler(Exception, _handle)
    api.add_exception_handler(Http404, _handle)
    api.add_exception_handler(HttpError, _handle)
    api.add_exception_handler(ValidationError, _handle)


def _handle(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return answer(_as_problem(error if isinstance(error, Exception) else error()))


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return Invalid(_refused_shapes(error.errors))
    if isinstance(error, HttpError) and isinstance(error.__cause__, Exception):
        # The body could not be parsed; our own parser may have said why.
        return error.__cause__ if isinstance(error.__cause__, Problem) else errors.NotJson()
    for kind, problem in _INSTEAD:
        if isinstance(error, kind):
            return problem()
    if is_of_the_database(error):
        return errors.Busy()
    _write_down(error)
    return errors.Broken()


def _write_down(error: Exception) -> None:
    logger.error("api broke: %s at %s", type(error).__name__, place_of(error))


def _refused_shapes(refusals: list[dict[str, Any]]) -> dict[str, list[Problem]]:
    fields: dict[str, list[Problem]] = {}
    for refusal in refusals:
        fields.setdefault(_name(refusal["loc"]), []).append(_said(refusal["type"], refusal.get("ctx", {})))
    return fields


def _name(place: tuple[Any, ...]) -> str:
    """From ("body", "told", "windows", 0, "from") to windows.0.from: where it was found and our own name are left out."""
    source, *path = place
    named = path[1:] if source == "body" and len(path) > 1 else path
    told = secrets.mask(".".join(str(step) for step in named))
    return told[:LONGEST_FIELD].encode("utf-8", "replace").decode()


def _said(kind: str, context: Mapping[str, Any]) -> Problem:
    if kind == "literal_error":
        return NotOneOf(choices=str(context["expected"]))
    if kind == "string_too_long":
        return TooLong(most=context["max_length"])
    if kind == "too_long":
        return TooMany(most=context["max_length"])
    return _KINDS.get(kind, errors.NotExpected)()
