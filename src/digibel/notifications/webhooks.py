"""The gateways' doors: check, store once, answer at once; the work is done in the queue."""

import hmac
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from digibel.notifications import gateways, inbound, missed
from digibel.notifications.errors import BadWebhook, ForgedWebhook
from digibel.notifications.gateways import http
from digibel.notifications.gateways.base import Answer
from digibel.notifications.receipts import note_receipt
from digibel.problems import Problem

LONGEST = 40


@csrf_exempt
@require_POST
def receive(request: HttpRequest, name: str) -> HttpResponse:
    try:
        adapter = gateways.gateway(name)
        texts = adapter.read_inbound(request)
        stored = [inbound.receive_text(name, text) for text in texts]
    except Problem as refusal:
        return problem(refusal)
    written: Answer | None = getattr(adapter, "answer_to_text", None)
    if written is not None:
        return HttpResponse(written.body, content_type=written.content_type)
    return JsonResponse({"received": len(stored), "new": sum(text is not None for text in stored)})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receipts(request: HttpRequest, name: str) -> HttpResponse:
    try:
        adapter = gateways.gateway(name)
        if request.method == "GET" and not getattr(adapter, "receipts_by_get", False):
            return HttpResponseNotAllowed(["POST"])
        told = adapter.read_receipts(request)
        known = [note_receipt(name, receipt) for receipt in told]
    except Problem as refusal:
        return problem(refusal)
    return JsonResponse({"received": len(known), "known": sum(known)})


@csrf_exempt
@require_POST
def missed_call(request: HttpRequest) -> JsonResponse:
    """The telephone exchange says that nobody took a call. The answer is the same whoever rang: it tells nothing of a number."""
    secret = settings.DIGIBEL_EXCHANGE_SECRET
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        return problem(ForgedWebhook())
    try:
        caller, called = _call(request)
    except (ValueError, AttributeError, RecursionError, MultiPartParserError, Problem):
        return problem(BadWebhook())
    missed.note_missed(caller, called)
    return JsonResponse({"received": 1})


def _call(request: HttpRequest) -> tuple[str, str]:
    """`from` and `to`, as JSON or as a form. Raises `ValueError` for what is neither."""
    body = http.body_of(request)
    told = json.loads(body) if request.content_type == "application/json" else request.POST
    caller, called = told.get("from", ""), told.get("to", "")
    if not (isinstance(caller, str) and isinstance(called, str)) or len(caller) > LONGEST or len(called) > LONGEST:
        raise ValueError
    return caller, called


def problem(refusal: Problem) -> JsonResponse:
    """RFC 9457 problem details."""
    return JsonResponse(
        {
            "type": f"urn:digibel:problem:{refusal.code}",
            "title": str(refusal),
            "status": refusal.status,
            "code": refusal.code,
        },
        status=refusal.status,
        content_type="application/problem+json",
    )
