"""Addresses and forms are UTF-8, whatever alphabet a caller names.

Django believes the name, for the address too, and breaks on some ("rot13") before any page or middleware is asked. Who needs
to know what was named, such as a gateway that sends texts in UTF-16, looks in `content_params`.
"""

from typing import Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class _Utf8:
    content_type: str | None
    content_params: dict[str, str] | None

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class _OverWsgi(_Utf8, WSGIRequest):
    pass


class _OverAsgi(_Utf8, ASGIRequest):
    pass


class Wsgi(WSGIHandler):
    request_class = _OverWsgi


class Asgi(ASGIHandler):
    request_class = _OverAsgi
