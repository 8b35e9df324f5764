"""The API: one NinjaAPI that mounts each room's router. The outside of it is a contract: see `docs/api.md`."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from digibel import etags
from digibel.api import limits, openapi, problems
from digibel.api.clients import clients
from digibel.api.desksessions import desk_sessions
from digibel.api.errors import NoSuchOperation, NotThisKind, NowhereHere
from digibel.api.events import events
from digibel.api.keys import BearerKey, HeaderKey, guard
from digibel.api.places import places
from digibel.api.reports import reports
from digibel.api.series import help_requests
from digibel.api.tasks import tasks
from digibel.api.visits import follow_ups, visits
from digibel.api.volunteers import volunteers

DESCRIPTION = (
    "Log requests for digital help at home, see at once what a volunteer may do of them, rank volunteers with reasons, and "
    "send offers. A key belongs to one organisation and sees that organisation's requests only. Refusals are problem "
    "documents (RFC 9457); `Accept-Language` (nl, fr, en) chooses the language of their sentences."
)


class JsonOnly(Parser):
    """Takes JSON that says it is JSON. Not-a-number and infinity are no JSON, whatever Python thinks."""

    def parse_body(self, request: HttpRequest) -> Any:
        kind = request.content_type or ""
        if kind != "application/json" and not kind.endswith("+json"):
            raise NotThisKind
        return json.loads(request.body, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


class Api(NinjaAPI):
    """Ninja's, with our problem documents also where ninja answers plain text, and a complete OpenAPI document."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        openapi.complete(document)
        return document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _in_problems(pattern.callback)
        return [*patterns, re_path("", _nowhere)], app, namespace


def _in_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return problems.answer(NowhereHere())
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            response = problems.answer(NoSuchOperation())
            response["Allow"] = allowed
        response = etags.spare(request, response)
        limits.tell(request, response)
        # No browser shows clients' data as something else than data.
        if response.get("Content-Type", "").partition(";")[0].endswith("json"):
            response.setdefault("Content-Disposition", 'attachment; filename="digibel.json"')
        return response

    return answered


@csrf_exempt
@_in_problems
def _nowhere(request: HttpRequest) -> HttpResponse:
    return problems.answer(NowhereHere())


api = Api(
    title="Digibel",
    version="1",
    description=DESCRIPTION,
    auth=[BearerKey(), HeaderKey()],
    parser=JsonOnly(),
    docs=Swagger({"persistAuthorization": True, "defaultModelsExpandDepth": -1}),
)
problems.add_handlers(api)
for address, router in (
    ("/help-requests", help_requests),
    ("/clients", clients),
    ("/tasks", tasks),
    ("/visits", visits),
    ("/follow-ups", follow_ups),
    ("/volunteers", volunteers),
    ("/desk-sessions", desk_sessions),
    ("/places", places),
    ("/reports", reports),
    ("/events", events),
):
    api.add_router(address, guard(router))
