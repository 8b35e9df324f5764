"""The gateways' doors: check, store once, answer at once; the work is done in the queue."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from digibel.notifications import gateways, inbound
from digibel.notifications.receipts import note_receipt
from digibel.problems import Problem


@csrf_exempt
@require_POST
def receive(request: HttpRequest, name: str) -> JsonResponse:
    try:
        texts = gateways.gateway(name).read_inbound(request)
        stored = [inbound.receive_text(name, text) for text in texts]
    except Problem as refusal:
        return problem(refusal)
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
