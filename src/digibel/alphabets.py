"""Addresses and forms are UTF-8, whatever alphabet a caller names.

Django believes the name, for the address too, and breaks on some ("rot13") before any page or middleware is asked. Who needs
to know what was named, such as a gateway that sends texts in UTF-16, looks in `content_params`.

And what comes in chunks is read as well. Django takes a body without a length for an empty one: a text that a gateway
streams to us would be lost.
"""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class _Utf8:
    content_type: str | None
    content_params: dict[str, str] | None

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class _OverWsgi(_Utf8, WSGIRequest):
    def __init__(self, environ: dict[str, Any]) -> None:
        if _in_chunks(environ):
            # One more than is taken: that much is refused as too large.
            body = environ["wsgi.input"].read((settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + 1)
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        super().__init__(environ)


class _OverAsgi(_Utf8, ASGIRequest):
    pass


def _in_chunks(environ: dict[str, Any]) -> bool:
    """Whether a body has no length, and a server that knows where it ends. A file comes from a browser, which tells its length."""
    told = environ.get("CONTENT_LENGTH") or environ.get("CONTENT_TYPE", "").lower().startswith("multipart/")
    return not told and "HTTP_TRANSFER_ENCODING" in environ and bool(environ.get("wsgi.input_terminated"))


class Wsgi(WSGIHandler):
    request_class = _OverWsgi


class Asgi(ASGIHandler):
    request_class = _OverAsgi
